"""What the kernel forbids a student's process: files, network, signals, other processes' memory.

Landlock and seccomp through ctypes; both are inherited by every child and cannot be taken back. It must never be
applied to the grader. Where the kernel has no Landlock, `available()` is 0 and `confine_files` raises OSError.
"""

import ctypes
import errno
import functools
import os
import platform
import struct

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 8, 22, 36, 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, O_PATH = 1, 0o10000000
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version knows
READ = EXECUTE | READ_FILE | READ_DIR
DAC_READ_SEARCH = 2

# Each processor has numbers of its own; the tests name them. A line for each kind: what talks to others (sockets but
# for pairs, message queues, shared memory and semaphores of System V and POSIX, keys), what holds memory or disk that
# nobody counts (memfd_*, buffers by setsockopt, descriptors under way by sendmsg, fallocate, vmsplice, extended
# attributes), what looks at others (ptrace, process_vm_*, perf_event_open, inotify, fanotify, which pages of a file are
# in memory, locks on files), what slows others down or leaves its core (priorities, schedulers, affinity), and what
# opens the kernel wider (io_uring, bpf, unshare, setns, open_by_handle_at).
FORBIDDEN = {
    "x86_64": (
        *(41, 42, 49, *range(64, 72), 29, 30, 31, 67, 220, *range(240, 246), 248, 249, 250),
        *(319, 447, 54, 46, 307, 285, 278, 188, 189, 190, 463),
        *(101, 310, 311, 298, 253, 254, 294, 300, 221, 27, 451, 187, 327, 73),
        *(141, 142, 144, 314, 251, 203),
        *(425, 321, 304, 272, 308),
    ),
    "aarch64": (
        *(198, 203, 200, *range(180, 198), 217, 218, 219),
        *(279, 447, 208, 211, 269, 47, 75, 5, 6, 7, 463),
        *(117, 270, 271, 241, 26, 27, 262, 223, 232, 451, 213, 286, 32),
        *(140, 118, 119, 274, 30, 122),
        *(425, 280, 265, 97, 268),
    ),
}
# What is forbidden with some arguments: clone into new namespaces, a socket pair that is no stream, the limits of
# another process, disk reserved by ioctl, fcntl's watch on a folder.
WITH_ARGUMENTS = {
    "x86_64": {"clone": 56, "socketpair": 53, "prlimit64": 302, "ioctl": 16, "fcntl": 72},
    "aarch64": {"clone": 220, "socketpair": 199, "prlimit64": 261, "ioctl": 29, "fcntl": 25},
}
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE3, NEW_NAMESPACES, SOCK_STREAM, SOCKET_TYPES, F_NOTIFY = 435, 0x7E020000, 1, 0xF, 1026
RESERVE = (0x40305828, 0x4030582A, 0x40305839)  # FS_IOC_RESVSP, FS_IOC_RESVSP64, FS_IOC_ZERO_RANGE


@functools.cache
def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option, *arguments):
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (*arguments, 0, 0, 0, 0)[:4]]
    _check(_libc().prctl(option, *words), f"prctl {option}")


def available():
    """The version of Landlock in this kernel; 0 where there is none."""
    if platform.system() != "Linux":
        return 0
    return max(0, _libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def confine_files(readable, writable, devices=("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")):
    """From now on read below `readable` only, write below `writable` only; no TCP, and signals to own children only.

    Scratch files can be read, written and made, but not executed; device files not made. Needs no_new_privs.
    """
    version = available()
    if not version:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock")
    libc = _libc()
    known = (1 << FS_RIGHTS[min(version, 5)]) - 1
    attributes = struct.pack("QQQ", known, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _check(libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock")
    write = known & ~EXECUTE & ~(1 << 6) & ~(1 << 9) & ~(1 << 10) & ~(1 << 11) & ~(1 << 15)  # devices, sockets, fifos
    rules = [(p, READ) for p in readable] + [(p, write) for p in writable]
    rules += [(p, READ_FILE | WRITE_FILE) for p in devices]
    for path, rights in rules:
        try:
            fd = os.open(path, O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # nothing there to allow
        if not os.path.isdir(path):
            rights &= EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE & known
        rule = struct.pack("=Qi", rights & known, fd)
        _check(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0), f"landlock {path}")
        os.close(fd)
    _check(libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)


def forbid_calls():
    """From now on none of FORBIDDEN, nor of WITH_ARGUMENTS what they say. False on an unknown processor."""
    if platform.machine() not in FORBIDDEN:
        return False
    program = call_filter(platform.machine())
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    prctl(PR_SET_SECCOMP, 2, header)
    return True


@functools.cache
def call_filter(processor):
    """The kernel's program that judges each call: eight bytes a line."""
    load, equal, above, any_of, mask, give = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
    deny, absent, allow = (
        (give, 0, 0, 0x00050000 | errno.EPERM),
        (give, 0, 0, 0x00050000 | errno.ENOSYS),
        (give, 0, 0, 0x7FFF0000),
    )
    number, machine, (first, second) = (load, 0, 0, 0), (load, 0, 0, 4), ((load, 0, 0, 16), (load, 0, 0, 24))

    def when(call, *lines):
        return [(equal, 0, len(lines), call), *lines]

    some = WITH_ARGUMENTS[processor]
    program = [machine, (equal, 1, 0, MACHINES[processor]), deny, number]
    program += [(above, 0, 1, 0x40000000), deny]  # the x32 calls have other numbers
    for call in FORBIDDEN[processor]:
        program += when(call, deny)
    program += when(CLONE3, absent)  # the C library takes clone then; the flags of clone3 cannot be read from here
    program += when(some["clone"], first, (any_of, 0, 1, NEW_NAMESPACES), deny, allow)
    program += when(some["socketpair"], second, (mask, 0, 0, SOCKET_TYPES), (equal, 1, 0, SOCK_STREAM), deny, allow)
    program += when(some["prlimit64"], first, (equal, 1, 0, 0), deny, allow)
    program += when(some["fcntl"], second, (equal, 0, 1, F_NOTIFY), deny, allow)
    reserving = [line for request in RESERVE for line in ((equal, 0, 1, request), deny)]
    program += [*when(some["ioctl"], second, *reserving, allow), allow]
    return b"".join(struct.pack("=HBBI", *line) for line in program)


def become(uid, keep_reading=False):
    """Give up root for `uid` for good. `keep_reading` keeps one capability: to pass folders closed to others.

    That one is only safe together with `confine_files`, which then decides alone what can be read.
    """
    if keep_reading:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    bits = 1 << DAC_READ_SEARCH if keep_reading else 0
    header, data = struct.pack("=Ii", 0x20080522, 0), struct.pack("=6I", bits, bits, 0, 0, 0, 0)
    _check(_libc().capset(header, data), "capset")
