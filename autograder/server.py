"""The warm server: imports numpy, IPython and matplotlib once, forks a student's process on the grader's word, and ends
everything that such a process leaves behind.

It must never hold a secret: all that it knows, student code can read. So it is started fresh, with no tests, no
expected values and an empty environment.
"""

import contextlib
import os
import select
import signal
import socket

from autograder import landlock, wire
from autograder.sandbox import MEGABYTE, confine, processes, spare_uid, take_descriptors
from autograder.student import Student, warm_shell

LOOK_EVERY = 0.1  # seconds


def main(fd):
    """Serve the grader at the other end of `fd` until it hangs up."""
    control, shell = socket.socket(fileno=fd), warm_shell()
    with contextlib.suppress(OSError):
        landlock.prctl(landlock.PR_SET_CHILD_SUBREAPER, 1)  # orphans of a student's process come to us
    running = None
    while True:
        ready, _, _ = select.select([control], [], [], LOOK_EVERY if running else None)
        if not ready:
            watch(running)
            continue
        try:
            call, fds, _, _ = socket.recv_fds(control, 1, 1)
            order = wire.decode(wire.receive(control)) if call == wire.START else {}
        except (EOFError, OSError):
            order = call = None
        if not call:
            end_all(running)
            os._exit(0)
        if order:
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
    used = sum(descendants().values())
    if used > limits["memory"]:
        running["reason"] = f"it used more than {limits['memory'] // MEGABYTE} MB of memory"
    elif folder_size(limits["scratch"]) > limits["disk"]:
        running["reason"] = f"it wrote more than {limits['disk'] // MEGABYTE} MB to disk"
    with contextlib.suppress(ChildProcessError):
        if running["reason"] or reap(running):
            end_all(running)


def folder_size(path):
    total, folders = 0, [path]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


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
            for pid in descendants():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if running and running["uid"]:
                end_user(running["uid"])
            select.select([], [], [], 0.002)


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


def descendants():
    """{pid: resident bytes} of everything that came from us."""
    table, found = list(processes()), {os.getpid(): 0}
    grown = True
    while grown:
        fresh = {pid: size for pid, parent, size in table if parent in found and pid not in found}
        found |= fresh
        grown = bool(fresh)
    del found[os.getpid()]
    return found
