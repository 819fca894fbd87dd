"""The trusted handle on the other side: one keeper for this process, asked to start and stop student processes."""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from autograder.errors import WireError
from autograder.files import make_temporary, remove_temporary
from autograder.grading.sandbox import messages, stream, wire
from autograder.grading.sandbox.messages import Ending, Order
from autograder.grading.sandbox.processes import descendants, end_user, spare_uid
from autograder.grading.sandbox.stream import Call

ENGINE = str(Path(__file__).resolve().parents[3])
KEEPER = "import sys; sys.path.insert(0, {0!r}); from autograder.grading.sandbox.keeper import main; main({1}, {0!r})"
PREFIX = "warm-"  # of the folder that is home to a keeper and its zygote
START_SECONDS, STOP_SECONDS, CLOSE_SECONDS = 60, 30, 10
GONE = (OSError, EOFError, WireError)  # what a launcher raises whose keeper has been killed


class Launcher:
    """A keeper, and the zygote that it starts, for all submissions of this process, one at a time."""

    def __init__(self) -> None:
        self.home = str(make_temporary(PREFIX))
        self.owner, self.running = os.getpid(), 0
        self.control, theirs = socket.socketpair()
        clean = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
        clean |= dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), self.home)
        clean |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        command = [sys.executable, "-I", "-W", "ignore", "-c", KEEPER.format(ENGINE, theirs.fileno())]
        self.process = subprocess.Popen(
            command,
            env=clean,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def start(self, order: Order) -> socket.socket:
        """A fresh process for `order`; the socket to it. Raises one of GONE."""
        ours, theirs = socket.socketpair()
        with theirs:
            deadline = time.monotonic() + START_SECONDS
            stream.send_call(self.control, Call.START, theirs.fileno())
            stream.send(self.control, wire.Packer().frame(order), deadline)
            started, _ = wire.decode(stream.receive(self.control, deadline), messages.STARTED)
            self.running = started.pid
        return ours

    def stop(self) -> Ending:
        """End the running process and all that it started; how it ended. Raises one of GONE."""
        stream.send_call(self.control, Call.STOP)
        ending, _ = wire.decode(stream.receive(self.control, time.monotonic() + STOP_SECONDS), messages.ENDING)
        return ending

    def interrupt(self) -> None:
        """Interrupt the running process, as Ctrl-C would. Raises one of GONE."""
        stream.send_call(self.control, Call.INTERRUPT)

    def cpu_seconds(self) -> float:
        """Processor time that the running process and all that came from it have used. Raises one of GONE."""
        stream.send_call(self.control, Call.USED)
        used, _ = wire.decode(stream.receive(self.control, time.monotonic() + STOP_SECONDS), messages.USED)
        return used.seconds

    def kill(self) -> None:
        """End a keeper that does not answer, after all that came from it: they would outlive it."""
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if self.running and (uid := spare_uid(self.running)):
            end_user(uid)
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Let the keeper end, with all that it started."""
        self.control.close()
        if self.owner == os.getpid():
            try:
                self.process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:  # or a signal has interrupted this thread while it asked for the keeper
                self.process.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(CLOSE_SECONDS)
            remove_temporary(Path(self.home))


_launcher: Launcher | None = None


def launcher() -> Launcher:
    """This process's launcher, made when first asked for, or again if its keeper has gone."""
    global _launcher
    if _launcher and (_launcher.owner != os.getpid() or _launcher.process.poll() is not None):
        close_launcher()
    if _launcher is None:
        _launcher = Launcher()
    return _launcher


@atexit.register
def close_launcher() -> None:
    """End this process's keeper, if it has one."""
    global _launcher
    if _launcher:
        _launcher.close()
        _launcher = None
