"""A view of the file system in which reading leaves no trace, and other processes cannot be seen.

When a file was last read, and how many files another process has open, are messages to whoever asks, and Landlock does
not keep anybody from asking. It must never be made in the grader's own process.
"""

import ctypes
import os
import struct

from autograder.grading.sandbox.libc import checked, libc

MOUNT_SETATTR = 442  # the same on every processor
NEW_NAMESPACE = 0x00020000  # CLONE_NEWNS
AND_ALL_BELOW = 0x8000  # AT_RECURSIVE
NO_ACCESS_TIMES, ALL_KINDS_OF_THEM = 0x10, 0x70  # MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME
BIND = 0x1000  # MS_BIND
FOLLOW_THE_SYSTEM = 1 << 19  # MS_SLAVE: what the system mounts later is seen here, too


def make_view(empty: str) -> bool:
    """From now on, for this process and its children, reading leaves the times of files as they are, and an empty
    folder stands where /proc was, but for its `cpuinfo`.

    False where the kernel does not allow it: only root with the right to mount can make one.
    """
    try:
        checked(libc().unshare(NEW_NAMESPACE), "unshare")
        attributes = struct.pack("QQQQ", NO_ACCESS_TIMES, ALL_KINDS_OF_THEM, FOLLOW_THE_SYSTEM, 0)
        size = ctypes.c_size_t(len(attributes))
        checked(libc().syscall(MOUNT_SETATTR, -1, b"/", AND_ALL_BELOW, attributes, size), "mount_setattr")
        with open("/proc/cpuinfo", "rb") as file, open(os.path.join(empty, "cpuinfo"), "wb") as copy:
            copy.write(file.read())
        checked(libc().mount(empty.encode(), b"/proc", None, BIND, None), "mount")
    except OSError:
        return False
    return True
