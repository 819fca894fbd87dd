"""Giving up root for good, or what a user namespace gives: another user id, and no capability but perhaps the one to
pass closed folders.
"""

import os
import struct

from autograder.grading.sandbox.libc import PR_SET_KEEPCAPS, checked, libc, prctl

VERSION_3 = 0x20080522
DAC_READ_SEARCH = 2


def become(uid: int, keep_reading: bool = False) -> None:
    """Give up root for `uid`. `keep_reading` keeps one capability: to pass folders closed to others.

    That one is only safe together with Landlock, which then decides alone what can be read. Raises OSError.
    """
    if keep_reading:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    keep_only(1 << DAC_READ_SEARCH if keep_reading else 0)


def keep_only(bits: int = 0) -> None:
    """Keep these capabilities, and no way to another one."""
    header, data = struct.pack("=Ii", VERSION_3, 0), struct.pack("=6I", bits, bits, 0, 0, 0, 0)
    checked(libc().capset(header, data), "capset")
