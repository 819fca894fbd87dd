"""Shuts a student's process in before its first line: descriptors, environment, user id, limits, kernel rules.

It must never be called in the grader's own process, and there is no way back from it.
"""

import contextlib
import os
import platform
import resource
import signal
import site
import socket
import sys

from autograder.grading.sandbox import landlock, libc, seccomp
from autograder.grading.sandbox.capabilities import become
from autograder.grading.sandbox.messages import Hold, Order
from autograder.grading.sandbox.processes import spare_uid, threads_of
from autograder.grading.sandbox.syscalls import BEFORE_LANDLOCK_3

SYSTEM = """
/usr /lib /lib64 /bin /sbin /etc/ld.so.cache /etc/passwd /etc/group /etc/localtime /etc/nsswitch.conf /etc/fonts
/etc/mime.types /etc/alternatives /proc/cpuinfo
""".split()  # noqa: SIM905
MAX_OPEN_FILES, MAX_THREADS = 256, 128
MAX_DESCRIPTOR = 65536
MAX_SIGNALS = 1024  # that wait to be taken
WIRE = 3  # the only descriptor beside the three standard ones


def take_descriptors(fd: int) -> socket.socket:
    """Keep `fd` and nothing else; standard input, output and error lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.dup2(fd, WIRE)
    os.set_inheritable(WIRE, False)
    os.closerange(WIRE + 1, MAX_DESCRIPTOR)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    return socket.socket(fileno=WIRE)


def confine(order: Order) -> Hold:
    """Shut this process in; returns what holds it. Raises PermissionError where nothing does, or not well enough."""
    uid, version = spare_uid(os.getpid()), landlock.version()
    if not (version or uid or order.unconfined):
        raise PermissionError("neither Landlock nor a second user id is available here")
    if sys.platform == "linux" and not (seccomp.is_known() or order.unconfined):
        raise PermissionError(f"the system calls of this processor, {platform.machine()}, are not known to the grader")
    os.setsid()
    os.chdir(order.scratch)
    os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), order.scratch))
    ours = {order.engine}.difference(site.getsitepackages())  # installed, the grader lies among all other packages
    sys.path[:] = [""] + [path for path in sys.path if path not in ours]
    needed = (sys.prefix, sys.base_prefix, os.path.dirname(order.scratch))
    closed = [path for path in needed if not open_to_others(path)]
    if uid:
        give_folder(order.scratch, uid)
    set_limits(order, MAX_THREADS if uid else MAX_THREADS + threads_of(os.getuid()))
    if uid:
        if closed and not version:
            raise PermissionError(f"user {uid} cannot enter {closed[0]}: let others pass the folders above (chmod o+x)")
        become(uid, keep_reading=bool(closed))
    filtered = False
    if sys.platform == "linux":
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
        if version:
            libraries = {sys.prefix, sys.base_prefix, *site.getsitepackages()}
            landlock.confine_files([*SYSTEM, *libraries], [order.scratch])
        filtered = seccomp.install("" if uid or version >= landlock.KNOWS_TRUNCATE else BEFORE_LANDLOCK_3)
    return Hold(user_id=bool(uid), passes_closed_folders=bool(uid and closed), landlock=version, seccomp=filtered)


def give_folder(folder: str, uid: int) -> None:
    """Make a folder and all that is in it a user's."""
    for parent, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(os.path.join(parent, name), uid, uid, follow_symlinks=False)


def set_limits(order: Order, threads: int) -> None:
    """What the kernel counts for each process; the sum over all of them is watched from outside."""
    limits = [
        (resource.RLIMIT_AS, order.memory),
        (resource.RLIMIT_FSIZE, order.disk - order.disk // 8),  # a large file fails before the keeper ends it all
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_CPU, order.cpu_seconds),
        (resource.RLIMIT_CORE, 1),  # 0 would not keep a core from a program that collects them
    ]
    if sys.platform == "linux":
        limits += [(resource.RLIMIT_NPROC, threads), (resource.RLIMIT_SIGPENDING, MAX_SIGNALS)]
    for kind, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (limit, limit))


def open_to_others(path: str) -> bool:
    """Whether any user may pass all folders above a path and enter it."""
    path, parts = os.path.realpath(path), list[str]()
    while path not in parts:
        parts.append(path)
        path = os.path.dirname(path)
    return all(os.stat(part).st_mode & 0o001 for part in parts)
