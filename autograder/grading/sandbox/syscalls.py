"""The system calls that a student's process may not make, by name and by reason, with their numbers.

To forbid another one up to NEWEST: add it to the reason that it belongs to and its two numbers to NUMBERS. A test holds
the numbers to the kernel's headers. Calls above NEWEST do not exist for students, and need no entry.
"""

FORBIDDEN = {
    "talks to others": """
        socket bind connect sendmsg sendmmsg setsockopt
        shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
        mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
        add_key request_key keyctl futex_waitv futex_wake futex_wait futex_requeue
    """,
    "holds memory or disk that nobody counts": """
        memfd_create memfd_secret fallocate vmsplice setxattr lsetxattr fsetxattr setxattrat
        io_setup io_submit io_destroy io_getevents io_cancel
    """,
    "looks at others": """
        ptrace process_vm_readv process_vm_writev process_mrelease perf_event_open
        capget pidfd_open pidfd_getfd pidfd_send_signal userfaultfd
        inotify_init inotify_init1 inotify_add_watch fanotify_init
        fadvise64 process_madvise mincore cachestat readahead preadv2 name_to_handle_at statmount listmount
    """,
    "counts what the whole machine does": """
        sysinfo syslog statfs fstatfs ustat
        getpriority ioprio_get sched_getparam sched_getscheduler sched_getattr sched_rr_get_interval
    """,
    "slows others down or leaves its core": """
        setpriority sched_setparam sched_setscheduler sched_setattr ioprio_set sched_setaffinity
        sync syncfs move_pages migrate_pages
    """,
    "opens the kernel wider": """
        io_uring_setup bpf unshare setns open_by_handle_at personality modify_ldt
    """,
}

# Answered as if they had worked, and without effect: locks on files, and what can be set on files that a process may
# not write: their times, modes and owners. Landlock knows none of these.
WITHOUT_EFFECT = """
    flock utime utimes futimesat utimensat
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat
"""
BEFORE_LANDLOCK_3 = "truncate"  # forbidden as well where Landlock does not know it and the user id is not their own

# Forbidden with some arguments only: new namespaces, a pair of sockets that is no stream, the limits of another
# process, disk reserved by ioctl, advice to drop a file's pages, fcntl's watches and signals (its locks are without
# effect), the clock of another process. A futex that processes share wakes nobody: how many wait at a page of a file
# would be a message. `clone3` hides its flags from a filter: it is absent, as is every call that is newer than the
# table.
CONDITIONAL = """
    clone socketpair prlimit64 ioctl fcntl futex madvise clone3
    clock_gettime clock_getres clock_nanosleep timer_create
"""
NEWEST = 463

NUMBERS = {  # name: (x86_64, aarch64); None where the processor has no such call
    "add_key": (248, 217),
    "bind": (49, 200),
    "bpf": (321, 280),
    "cachestat": (451, 451),
    "capget": (125, 90),
    "chmod": (90, None),
    "chown": (92, None),
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "clone": (56, 220),
    "clone3": (435, 435),
    "connect": (42, 203),
    "fadvise64": (221, 223),
    "fallocate": (285, 47),
    "fanotify_init": (300, 262),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "fcntl": (72, 25),
    "flock": (73, 32),
    "fsetxattr": (190, 7),
    "fstatfs": (138, 44),
    "futex": (202, 98),
    "futex_requeue": (456, 456),
    "futex_wait": (455, 455),
    "futex_waitv": (449, 449),
    "futex_wake": (454, 454),
    "futimesat": (261, None),
    "getpriority": (140, 141),
    "inotify_add_watch": (254, 27),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "io_cancel": (210, 3),
    "io_destroy": (207, 1),
    "io_getevents": (208, 4),
    "io_setup": (206, 0),
    "io_submit": (209, 2),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "ioprio_get": (252, 31),
    "ioprio_set": (251, 30),
    "keyctl": (250, 219),
    "lchown": (94, None),
    "listmount": (458, 458),
    "lsetxattr": (189, 6),
    "madvise": (28, 233),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mincore": (27, 232),
    "modify_ldt": (154, None),
    "move_pages": (279, 239),
    "mq_getsetattr": (245, 185),
    "mq_notify": (244, 184),
    "mq_open": (240, 180),
    "mq_timedreceive": (243, 183),
    "mq_timedsend": (242, 182),
    "mq_unlink": (241, 181),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "msgrcv": (70, 188),
    "msgsnd": (69, 189),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "preadv2": (327, 286),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "readahead": (187, 213),
    "request_key": (249, 218),
    "sched_getattr": (315, 275),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_rr_get_interval": (148, 127),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "semctl": (66, 191),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "sendmmsg": (307, 269),
    "sendmsg": (46, 211),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "setsockopt": (54, 208),
    "setxattr": (188, 5),
    "setxattrat": (463, 463),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "shmget": (29, 194),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "statfs": (137, 43),
    "statmount": (457, 457),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "sysinfo": (99, 179),
    "syslog": (103, 116),
    "timer_create": (222, 107),
    "truncate": (76, 45),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "utime": (132, None),
    "utimensat": (280, 88),
    "utimes": (235, None),
    "vmsplice": (278, 75),
}
PROCESSORS = ("x86_64", "aarch64")


def number(name: str, processor: str) -> int | None:
    """The number of a call on a processor; None where it has no such call."""
    return NUMBERS[name][PROCESSORS.index(processor)]


def forbidden(processor: str) -> list[int]:
    """The numbers of all calls that are forbidden whatever their arguments."""
    return numbers(" ".join(FORBIDDEN.values()), processor)


def numbers(names: str, processor: str) -> list[int]:
    """The numbers of some calls, those that a processor has."""
    return [found for name in names.split() if (found := number(name, processor)) is not None]
