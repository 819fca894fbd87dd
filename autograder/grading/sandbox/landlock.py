"""Landlock: which files a process may reach from now on, inherited by every child and never taken back.

It must never be applied to the grader. Where the kernel has no Landlock, `version()` is 0.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable

from autograder.grading.sandbox.libc import checked, libc

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
ASK_VERSION, PATH_BENEATH, O_PATH = 1, 1, 0o10000000

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
MAKE_CHAR, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, IOCTL_DEV = 1 << 6, 1 << 9, 1 << 10, 1 << 11, 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE  # those that a file can have and not only a folder
READ = EXECUTE | READ_FILE | READ_DIR
KNOWS_TRUNCATE = 3  # from this version on
RIGHTS_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many file rights each version knows
NO_TCP, NO_SIGNALS_OUT = 3, 3  # bind and connect; abstract sockets and signals
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def version() -> int:
    """The version of Landlock in this kernel; 0 where there is none."""
    if platform.system() != "Linux":
        return 0
    return max(0, int(libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)))


def confine_files(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str] = DEVICES) -> None:
    """From now on read below `readable` only, write below `writable` only; no TCP, and signals to own children only.

    Scratch files can be read, written and made, but not executed; no device, socket or pipe can be made. Needs
    no_new_privs. Raises OSError where the kernel has no Landlock.
    """
    known_version = version()
    if not known_version:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock")
    known = (1 << RIGHTS_KNOWN[min(known_version, 5)]) - 1
    network, scope = NO_TCP * (known_version >= 4), NO_SIGNALS_OUT * (known_version >= 6)
    attributes = struct.pack("QQQ", known, network, scope)
    size = 24 if known_version >= 6 else 16 if known_version >= 4 else 8
    ruleset = checked(libc().syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock")
    write = known & ~(EXECUTE | MAKE_CHAR | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | IOCTL_DEV)
    rules = [(path, READ) for path in readable] + [(path, write) for path in writable]
    rules += [(path, READ_FILE | WRITE_FILE) for path in devices]
    for path, rights in rules:
        try:
            fd = os.open(path, O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # nothing there to allow
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights & known, fd)
        checked(libc().syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0), f"landlock {path}")
        os.close(fd)
    checked(libc().syscall(RESTRICT_SELF, ruleset, 0), "landlock")
    os.close(ruleset)
