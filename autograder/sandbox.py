"""Shuts a student's process in before its first line: descriptors, environment, user id, limits, kernel rules.

It must never be called in the grader's own process, and there is no way back from it.
"""

import contextlib
import os
import resource
import signal
import site
import socket
import sys

from autograder import landlock

MEGABYTE = 1 << 20
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/localtime")
SYSTEM += ("/etc/nsswitch.conf", "/etc/fonts", "/etc/mime.types", "/etc/alternatives", "/proc/cpuinfo", "/proc/meminfo")
OPEN_FILES, TASKS = 128, 32


def take_descriptors(fd):
    """Keep `fd` and nothing else; standard input, output and error lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.dup2(fd, 3)
    os.set_inheritable(3, False)
    os.closerange(4, 65536)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    return socket.socket(fileno=3)


def confine(order):
    """Shut this process in; returns what holds it, in words. Raises PermissionError where nothing does."""
    scratch, uid, version = order["scratch"], spare_uid(os.getpid()), landlock.available()
    if not (version or uid or order["unconfined"]):
        raise PermissionError("neither Landlock nor a second user id can be had here")
    os.setsid()
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch, IPYTHONDIR=scratch, MPLCONFIGDIR=scratch)
    ours = {order["engine"]}.difference(site.getsitepackages())  # installed, the grader lies among all other packages
    sys.path[:] = [""] + [p for p in sys.path if p not in ours]
    held, needed = [], (sys.prefix, sys.base_prefix, os.path.dirname(scratch))
    closed = [path for path in needed if not open_to_others(path)]
    if uid:
        for folder, folders, files in os.walk(scratch):
            for name in (".", *folders, *files):
                os.chown(os.path.join(folder, name), uid, uid, follow_symlinks=False)
    tasks = TASKS if uid else TASKS + tasks_of(os.getuid())  # which only Linux tells
    for kind, limit in (
        (resource.RLIMIT_AS, order["memory"]),
        *([(resource.RLIMIT_NPROC, tasks)] if sys.platform == "linux" else []),
        (resource.RLIMIT_FSIZE, order["disk"]),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, order["cpu"]),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(kind, (limit, limit))
    if uid:
        if closed and not version:
            raise PermissionError(f"user {uid} cannot enter {closed[0]}: let others pass the folders above (chmod o+x)")
        landlock.become(uid, keep_reading=bool(closed))
        held.append("a user id of its own" + (" (with leave to pass closed folders)" if closed else ""))
    if sys.platform == "linux":
        landlock.prctl(landlock.PR_SET_NO_NEW_PRIVS, 1)
        landlock.prctl(landlock.PR_SET_PDEATHSIG, signal.SIGKILL)
        if version:
            libraries = {sys.prefix, sys.base_prefix, *site.getsitepackages()}
            landlock.confine_files([*SYSTEM, *libraries], [scratch])
            held.append(f"Landlock {version}")
        if landlock.forbid_calls():
            held.append("seccomp")
    return ", ".join(held) or "NOTHING: its code can read and write what you can"


def open_to_others(path):
    """Whether any user may pass all folders above a path and enter it."""
    path, parts = os.path.realpath(path), []
    while path not in parts:
        parts.append(path)
        path = os.path.dirname(path)
    return all(os.stat(part).st_mode & 0o001 for part in parts)


def spare_uid(pid):
    """A user id for a process, or None where we are not root. Only ids that the container maps.

    No other process has it, but where few ids are mapped: there two that run at once share one in 40,000 times.
    """
    if os.geteuid() != 0 or not os.path.exists("/proc/self/uid_map"):
        return None
    with open("/proc/self/uid_map") as file:
        mapped = sum(int(line.split()[2]) for line in file)
    return 1_000_000 + pid if mapped > 6_000_000 else 20_000 + pid % 40_000


def tasks_of(uid):
    """How many threads a user has now: the kernel counts them all against the limit."""
    total = 0
    for pid, _, _ in processes():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == uid:
                total += len(os.listdir(f"/proc/{pid}/task"))
    return total


def processes():
    """(pid, parent, resident bytes) of all processes that can be seen."""
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
                if fields[0] == "Z":  # its first thread has ended, and another may hold all that it has
                    fields[21] = max(resident(name, task) for task in os.listdir(f"/proc/{name}/task"))
                yield int(name), int(fields[1]), int(fields[21]) * resource.getpagesize()


def resident(pid, task):
    """Pages in memory of a process, as one of its threads tells."""
    with open(f"/proc/{pid}/task/{task}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[21])


def end_user(uid):
    """Kill all processes of a user id at once, so that a fork bomb cannot run ahead."""
    helper = os.fork()
    if not helper:
        with contextlib.suppress(OSError):
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper, 0)


def descendants(top):
    """{pid: resident bytes} of everything that came from a process."""
    table, found = list(processes()), {top: 0}
    grown = True
    while grown:
        fresh = {pid: size for pid, parent, size in table if parent in found and pid not in found}
        found |= fresh
        grown = bool(fresh)
    del found[top]
    return found
