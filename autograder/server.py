"""The warm server: imports numpy, IPython and matplotlib once, forks a student's process on the grader's word, and ends
everything that such a process leaves behind.

It must never hold a secret: all that it knows, student code can read. So it is started fresh, with no tests, no
expected values and an empty environment.
"""

import contextlib
import os
import platform
import select
import signal
import socket
import stat
import sys

from autograder import landlock, wire
from autograder.sandbox import MEGABYTE, confine, descendants, end_user, spare_uid, take_descriptors
from autograder.student import Student, warm_shell

LOOK_EVERY = 0.1  # seconds
NAME = 4096  # bytes, for a file's entry in its folder
MAPS = 1 << 20  # bytes of a process's list of mappings; an honest one has some ten thousand


def main(fd):
    """Serve the grader at the other end of `fd` until it hangs up."""
    control = socket.socket(fileno=fd)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            landlock.prctl(landlock.PR_SET_CHILD_SUBREAPER, 1)  # orphans of a student's process come to us
    if platform.machine() in landlock.FORBIDDEN:
        landlock.call_filter(platform.machine())  # made once for all forks
    try:
        serve(control, warm_shell())
    except OSError:
        if not has_gone(control):
            raise
    os._exit(0)


def has_gone(control):
    """Whether the grader has hung up: then it may also have removed our folders, and nobody waits for an answer."""
    try:
        return bool(select.select([control], [], [], 0)[0]) and not control.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def serve(control, shell):
    """Start and stop student processes as they are called for, one at a time."""
    running = None
    try:
        while True:
            ready, _, _ = select.select([control], [], [], LOOK_EVERY if running else None)
            if not ready:
                watch(running)
                continue
            call, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not call:
                return
            if call == wire.START:
                order = wire.decode(wire.receive(control))
                running = {"limits": order, "reason": "", "status": None}
                running["pid"] = os.fork()
                if not running["pid"]:
                    control.close()
                    student_process(shell, fds[0], order)
                os.close(fds[0])
                running["uid"] = spare_uid(running["pid"])
                answer = running["pid"]
            else:
                end_all(running)
                answer = {"status": running["status"], "reason": running["reason"]} if running else None
                running = None
            wire.send(control, wire.encode(answer))
    except EOFError:
        return
    finally:
        end_all(running)


def student_process(shell, fd, order):
    """Confine this process, then answer the grader at `fd`. Never returns."""
    sock = None
    try:
        sock = take_descriptors(fd)
        how = confine(order)
        wire.send(sock, wire.encode((0, "ok", how, None)))
        Student(shell, sock).serve()
    except BaseException as error:
        with contextlib.suppress(BaseException):
            wire.send(sock, wire.encode((0, "error", type(error).__name__, str(error)[:500])))
    os._exit(0)


def watch(running):
    """Between orders: end a student's process that has gone, or holds too much memory or disk."""
    limits = running["limits"]
    family = descendants(os.getpid())
    used = sum(family.values())
    if used > limits["memory"]:
        running["reason"] = f"it used more than {limits['memory'] // MEGABYTE} MB of memory"
    elif written(limits["scratch"], family, limits["disk"]) > limits["disk"]:
        running["reason"] = f"it wrote more than {limits['disk'] // MEGABYTE} MB to disk, or hid what it wrote"
    with contextlib.suppress(ChildProcessError):
        if running["reason"] or reap(running):
            end_all(running)


def written(path, family, enough):
    """Bytes on disk below a folder, and in files without a name that a process still holds. Stops looking at `enough`.

    A name takes room too, whatever the size of its file. What cannot be looked into counts as too much: nothing honest
    is hidden so.
    """
    total, folders = 0, [path]
    try:
        while folders and total <= enough:
            with contextlib.suppress(FileNotFoundError), os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += NAME
                    with contextlib.suppress(FileNotFoundError):
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
        return total + nameless(path, family)
    except OSError:  # a path that is too long, a folder that is closed, a process that shows nothing
        return enough + 1


def nameless(path, family):
    """Bytes on disk in files without a name that are open in, or mapped by, a process of a family.

    Root in a container may lack the right to look into processes of another user; then these files are not counted.
    """
    found = {}
    for pid in family:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            for task in os.listdir(f"/proc/{pid}/task"):  # threads need not share their descriptors
                try:
                    look_into(f"/proc/{pid}/task/{task}", path, found)
                except PermissionError:
                    if os.geteuid() and not has_ended(f"/proc/{pid}/task/{task}"):
                        raise
    return sum(found.values())


def look_into(task, path, found):
    """Note the nameless files of one thread: those that it has open, and those below `path` that it has mapped."""
    for number in os.listdir(f"{task}/fd"):
        note(f"{task}/fd/{number}", found)
    with open(f"{task}/maps", "rb") as file:
        maps = file.read(MAPS)
    if len(maps) == MAPS:
        raise OSError("too many mappings to look at")
    for line in maps.splitlines():
        if path.encode() in line and line.endswith(b"(deleted)"):
            note(f"{task.partition('/task')[0]}/map_files/{line.split()[0].decode()}", found)


def has_ended(task):
    """Whether a thread is a zombie, which shows nothing to an ordinary user."""
    with open(f"{task}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] in "ZX"


def note(path, found):
    """Note the bytes on disk of a file, if it has no name."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        file = os.stat(path)
        if stat.S_ISREG(file.st_mode) and file.st_nlink == 0:
            found[file.st_dev, file.st_ino] = file.st_blocks * 512


def reap(running):
    """Collect one ended child; True where the student's first process is, or was, among the ended."""
    pid, status = os.waitpid(-1, os.WNOHANG)
    if running and pid == running["pid"] and running["status"] is None:
        running["status"] = os.waitstatus_to_exitcode(status)
    return bool(running and running["status"] is not None)


def end_all(running):
    """Kill and collect every process that came from us, however often it has forked; ours alone."""
    if running and running["status"] is None:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(running["pid"], signal.SIGKILL)
            _, status = os.waitpid(running["pid"], 0)
            running["status"] = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(ChildProcessError):  # raised when none is left
        while True:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
            for pid in descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if running and running["uid"]:
                end_user(running["uid"])
            select.select([], [], [], 0.002)
