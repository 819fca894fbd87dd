"""A view of the file system in which other processes cannot be seen and, for root, reading leaves no trace.

When a file was last read, and how many files another process has open, are messages to whoever asks, and Landlock does
not keep anybody from asking. It must never be made in the grader's own process.
"""

import ctypes
import os
import struct

from autograder.grading.sandbox.capabilities import keep_only
from autograder.grading.sandbox.libc import checked, libc

MOUNT_SETATTR = 442  # the same on every processor
NEW_NAMESPACE, NEW_USERS = 0x00020000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
AND_ALL_BELOW = 0x8000  # AT_RECURSIVE
NO_ACCESS_TIMES, ALL_KINDS_OF_THEM = 0x10, 0x70  # MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME
BIND = 0x1000  # MS_BIND
FOLLOW_THE_SYSTEM = 1 << 19  # MS_SLAVE: what the system mounts later is seen here, too
COUNTS_APART = (5, 14)  # Linux, from where on the processes of a user namespace have a count of their own


def make_view(empty: str) -> bool:
    """From now on, for this process and its children, an empty folder stands where /proc was, but for its `cpuinfo`;
    for root, reading leaves the times of files as they are.

    An ordinary user gets it in a user namespace of one user, and keeps no right there. False where the kernel does not
    allow it.
    """
    try:
        with open("/proc/cpuinfo", "rb") as file, open(os.path.join(empty, "cpuinfo"), "wb") as copy:
            copy.write(file.read())
        if os.geteuid() == 0:
            checked(libc().unshare(NEW_NAMESPACE), "unshare")
            leave_no_times()
            cover_proc(empty)
        else:
            if linux_version() < COUNTS_APART or not works(empty):
                return False
            view_of_one_user(empty)
    except OSError:
        return False
    return True


def leave_no_times() -> None:
    attributes = struct.pack("QQQQ", NO_ACCESS_TIMES, ALL_KINDS_OF_THEM, FOLLOW_THE_SYSTEM, 0)
    size = ctypes.c_size_t(len(attributes))
    checked(libc().syscall(MOUNT_SETATTR, -1, b"/", AND_ALL_BELOW, attributes, size), "mount_setattr")


def cover_proc(empty: str) -> None:
    checked(libc().mount(empty.encode(), b"/proc", None, BIND, None), "mount")


def works(empty: str) -> bool:
    """Whether the kernel lets an ordinary user have the view, which cannot be undone: tried in a fork."""
    child = os.fork()
    if not child:
        try:
            view_of_one_user(empty)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def view_of_one_user(empty: str) -> None:
    """The view in a user namespace in which this user has the same number and is the only one. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    checked(libc().unshare(NEW_USERS | NEW_NAMESPACE), "unshare")
    for name, line in ("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1"):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    cover_proc(empty)
    keep_only()


def linux_version() -> tuple[int, ...]:
    """(6, 12) on Linux 6.12.3."""
    return tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
