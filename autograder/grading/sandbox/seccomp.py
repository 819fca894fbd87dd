"""A filter in the kernel that judges each system call, inherited by every child and never taken back.

It must never be installed in the grader.
"""

import ctypes
import errno
import functools
import platform
import struct

from autograder.grading.sandbox.libc import PR_SET_SECCOMP, prctl
from autograder.grading.sandbox.syscalls import NEWEST, PROCESSORS, WITHOUT_EFFECT, forbidden, number, numbers

ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FIRST_X32_CALL = 0x40000000  # the same calls once more under other numbers
NEW_NAMESPACES, SOCK_STREAM, SOCKET_TYPES = 0x7E020000, 1, 0xF
LOCK_COMMANDS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
WATCH_COMMANDS = (1024, 1026, 8, 10, 15)  # F_SETLEASE, F_NOTIFY, F_SETOWN, F_SETSIG, F_SETOWN_EX
ANOTHERS_CLOCK = 0x80000000  # the clocks of processes have negative numbers
DROP_PAGES = (20, 21)  # MADV_COLD, MADV_PAGEOUT: of any file that one owns, also those that others map
RESERVE = (0x40305828, 0x4030582A, 0x40305839)  # FS_IOC_RESVSP, FS_IOC_RESVSP64, FS_IOC_ZERO_RANGE
SIGNAL_OWNER = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
PRIVATE_FUTEX, FUTEX_COMMANDS = 0x80, 0x7F
FUTEX_WAITS = (0, 9)  # FUTEX_WAIT, FUTEX_WAIT_BITSET: the C library waits for a thread's end at a shared one
SECCOMP_MODE_FILTER = 2

# The kernel's instructions, and where the parts of a call lie.
LOAD, EQUAL, MORE, ABOVE, ANY_OF, AND, RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x54, 0x06
NUMBER, PROCESSOR, FIRST, SECOND, THIRD = 0, 4, 16, 24, 32
Line = tuple[int, int, int, int]
DENY: Line = (RETURN, 0, 0, 0x00050000 | errno.EPERM)
ABSENT: Line = (RETURN, 0, 0, 0x00050000 | errno.ENOSYS)
DONE: Line = (RETURN, 0, 0, 0x00050000)  # nothing happens, and the call says that all went well
ALLOW: Line = (RETURN, 0, 0, 0x7FFF0000)


def is_known(processor: str = "") -> bool:
    """Whether there is a table of calls for a processor, by default this one."""
    return (processor or platform.machine()) in PROCESSORS


def install(also: str = "") -> bool:
    """From now on no call that `syscalls` forbids, and none of those named in `also`.

    False on an unknown processor. Needs no_new_privs.
    """
    if not is_known():
        return False
    program = call_filter(platform.machine(), also)
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header)
    return True


@functools.cache
def call_filter(processor: str, also: str = "") -> bytes:
    """The kernel's program for a processor: eight bytes a line."""

    def when(name: str, *lines: Line) -> list[Line]:
        return [(EQUAL, 0, len(lines), number(name, processor) or 0), *lines]

    def load(part: int) -> Line:
        return (LOAD, 0, 0, part)

    program = [load(PROCESSOR), (EQUAL, 1, 0, ARCHITECTURE[processor]), DENY, load(NUMBER)]
    program += [(ABOVE, 0, 1, FIRST_X32_CALL), DENY, (MORE, 0, 1, NEWEST), ABSENT]
    for call in [*forbidden(processor), *numbers(also, processor)]:
        program += [(EQUAL, 0, 1, call), DENY]
    for call in numbers(WITHOUT_EFFECT, processor):
        program += [(EQUAL, 0, 1, call), DONE]
    program += when("clone3", ABSENT)  # the C library takes clone then
    program += when("clone", load(FIRST), (ANY_OF, 0, 1, NEW_NAMESPACES), DENY, ALLOW)
    stream = (load(SECOND), (AND, 0, 0, SOCKET_TYPES), (EQUAL, 1, 0, SOCK_STREAM), DENY, ALLOW)
    program += when("socketpair", *stream)
    program += when("prlimit64", load(FIRST), (EQUAL, 1, 0, 0), DENY, ALLOW)
    locking = [line for command in LOCK_COMMANDS for line in ((EQUAL, 0, 1, command), DONE)]
    watching = [line for command in WATCH_COMMANDS for line in ((EQUAL, 0, 1, command), DENY)]
    program += when("fcntl", load(SECOND), *locking, *watching, ALLOW)
    for name in ("clock_gettime", "clock_getres", "clock_nanosleep", "timer_create"):
        program += when(name, load(FIRST), (ANY_OF, 0, 1, ANOTHERS_CLOCK), DENY, ALLOW)
    waiting = [line for command in FUTEX_WAITS for line in ((EQUAL, 0, 1, command), ALLOW)]
    shared = [(ANY_OF, 0, 1, PRIVATE_FUTEX), ALLOW, (AND, 0, 0, FUTEX_COMMANDS), *waiting, DONE]
    program += when("futex", load(SECOND), *shared)
    dropping = [line for advice in DROP_PAGES for line in ((EQUAL, 0, 1, advice), DENY)]
    program += when("madvise", load(THIRD), *dropping, ALLOW)
    reserving = [line for request in RESERVE + SIGNAL_OWNER for line in ((EQUAL, 0, 1, request), DENY)]
    program += [*when("ioctl", load(SECOND), *reserving, ALLOW), ALLOW]
    return b"".join(struct.pack("=HBBI", *line) for line in program)
