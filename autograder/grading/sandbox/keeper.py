"""Starts student processes through the zygote, watches what they hold, and ends everything that they leave behind.

One at a time, on the grader's word. It is never forked from, and holds no secret: it is started fresh, with no tests,
no expected values and an empty environment.
"""

import contextlib
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time

from autograder.grading.sandbox import libc, messages, stream, watch, wire
from autograder.grading.sandbox.limits import MEGABYTE
from autograder.grading.sandbox.messages import Ending, Order, Started, Used
from autograder.grading.sandbox.processes import (
    Process,
    children,
    descendants,
    end_user,
    process,
    processes,
    proportional,
    spare_uid,
)
from autograder.grading.sandbox.stream import Call
from autograder.grading.sandbox.wire import Message

MAX_OPEN_FILES = 2 * watch.MAX_FOLDER_DEPTH  # a folder that is watched may be as deep as this lets us go
WATCH_SECONDS, POLL_SECONDS = 0.1, 0.002
ZYGOTE = "import sys; sys.path.insert(0, {0!r}); from autograder.grading.sandbox.zygote import main; main({1})"


def main(fd: int, engine: str) -> None:
    """Serve the grader at the other end of `fd` until it hangs up. engine: the folder that holds this package."""
    control = socket.socket(fileno=fd)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            libc.prctl(libc.PR_SET_CHILD_SUBREAPER, 1)  # orphans of a student's process come to us
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, MAX_OPEN_FILES), most))
    keeper = Keeper(engine)
    try:
        keeper.serve(control)
    except OSError:
        if not has_gone(control):
            raise
    finally:
        keeper.end_all()
        keeper.zygote.kill()
    os._exit(0)


def has_gone(control: socket.socket) -> bool:
    """Whether the grader has hung up: then it may also have removed our folders, and nobody waits for an answer."""
    try:
        return bool(select.select([control], [], [], 0)[0]) and not control.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


class Keeper:
    """The zygote, and the student's process that runs now, if any."""

    def __init__(self, engine: str) -> None:
        self.to_zygote, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-W", "ignore", "-c", ZYGOTE.format(engine, theirs.fileno())]
        self.zygote = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self.order: Order | None = None
        self.pid = self.scratch = -1
        self.ending = Ending()

    def serve(self, control: socket.socket) -> None:
        """Start and stop student processes as they are called for, and watch in between."""
        with contextlib.suppress(EOFError):
            while True:
                running = self.order is not None and self.ending.status is None
                ready, _, _ = select.select([control], [], [], WATCH_SECONDS if running else None)
                if not ready:
                    self.watch()
                    continue
                call, wire_fd = stream.receive_call(control)
                if call is Call.INTERRUPT:
                    self.interrupt()
                    continue
                if call is Call.START:
                    answer: Message = self.start(received_order(control), wire_fd)
                else:
                    answer = self.stop() if call is Call.STOP else self.used()
                stream.send(control, wire.Packer().frame(answer))

    def start(self, order: Order, wire_fd: int) -> Started:
        """Have the zygote fork a student's process. Raises EOFError or TimeoutError where it does not."""
        self.scratch = os.open(order.scratch, watch.FOLDER)
        stream.send_call(self.to_zygote, Call.START, wire_fd)
        os.close(wire_fd)
        stream.send(self.to_zygote, wire.Packer().frame(order))
        started, _ = wire.decode(stream.receive(self.to_zygote), messages.STARTED)
        self.order, self.pid, self.ending = order, started.pid, Ending()
        return started

    def stop(self) -> Ending:
        """End what runs; how it ended."""
        self.end_all()
        if self.order is not None:
            os.close(self.scratch)
        self.order = None
        return self.ending

    def interrupt(self) -> None:
        """Have the student's process interrupted, as a kernel would."""
        if self.order is not None and not self.reap():
            os.kill(self.pid, signal.SIGINT)

    def used(self) -> Used:
        return Used(sum(each.cpu for each in self.family().values()))

    def watch(self) -> None:
        """End a student's process that has gone, or holds too much memory or disk."""
        assert self.order is not None
        family = self.family()
        reason = ""
        if self.resident(family) > self.order.memory:
            reason = f"it used more than {self.order.memory // MEGABYTE} MB of memory"
        elif self.written(family) > self.order.disk:
            reason = f"it wrote more than {self.order.disk // MEGABYTE} MB to disk, or hid what it wrote"
        if reason:
            self.ending = Ending(reason=reason)
        if reason or self.reap():
            self.end_all()

    def resident(self, family: dict[int, Process]) -> int:
        """Bytes in memory; what forks share is counted once as soon as it matters, where we may look."""
        assert self.order is not None
        total = sum(each.resident for each in family.values())
        if total > self.order.memory:
            with contextlib.suppress(OSError):
                return proportional(family) or total
        return total

    def written(self, family: dict[int, Process]) -> int:
        assert self.order is not None
        return watch.bytes_written(self.scratch, self.order.scratch, family, self.order.disk)

    def family(self) -> dict[int, Process]:
        """The student's processes: all that came from us but the zygote."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            if self.children() == [self.pid] and not children(self.pid):  # nearly always, and soon told
                return {self.pid: process(self.pid)}
        return descendants(os.getpid(), without=self.zygote.pid)

    def reap(self) -> bool:
        """Collect the student's first process if it has ended; whether it has."""
        if self.ending.status is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.ending = Ending(os.waitstatus_to_exitcode(status), self.ending.reason)
        return self.ending.status is not None

    def end_all(self) -> None:
        """Kill and collect every process that came from the student's, however often it has forked; ours alone."""
        if self.order is None:
            return
        if self.ending.status is None:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.pid, signal.SIGKILL)
                _, status = os.waitpid(self.pid, 0)
                self.ending = Ending(os.waitstatus_to_exitcode(status), self.ending.reason)
        uid = spare_uid(self.pid)
        while self.children():
            for pid in self.family():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if uid:
                end_user(uid)
            for pid in self.children():
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(POLL_SECONDS)

    def children(self) -> list[int]:
        """Our children but the zygote, the ended ones too."""
        try:
            found = children(os.getpid())
        except OSError:  # this kernel does not list them
            found = [each.pid for each in processes() if each.parent == os.getpid()]
        return [child for child in found if child != self.zygote.pid]


def received_order(control: socket.socket) -> Order:
    order, _ = wire.decode(stream.receive(control), messages.ORDERS)
    return order
