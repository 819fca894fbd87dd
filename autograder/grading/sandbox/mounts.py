"""A view of the file system in which reading leaves no trace: when a file was last read is a message to whoever asks.

Only root with the right to mount can make one. It must never be made in the grader's own process.
"""

import ctypes
import struct

from autograder.grading.sandbox.libc import checked, libc

MOUNT_SETATTR = 442  # the same on every processor
NEW_NAMESPACE = 0x00020000  # CLONE_NEWNS
AND_ALL_BELOW = 0x8000  # AT_RECURSIVE
NO_ACCESS_TIMES, ALL_KINDS_OF_THEM = 0x10, 0x70  # MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME
FOLLOW_THE_SYSTEM = 1 << 19  # MS_SLAVE: what the system mounts later is seen here, too


def keep_no_access_times() -> bool:
    """From now on reading leaves the times of files as they are, for this process and its children.

    False where the kernel does not allow it.
    """
    try:
        checked(libc().unshare(NEW_NAMESPACE), "unshare")
        attributes = struct.pack("QQQQ", NO_ACCESS_TIMES, ALL_KINDS_OF_THEM, FOLLOW_THE_SYSTEM, 0)
        size = ctypes.c_size_t(len(attributes))
        checked(libc().syscall(MOUNT_SETATTR, -1, b"/", AND_ALL_BELOW, attributes, size), "mount_setattr")
    except OSError:
        return False
    return True
