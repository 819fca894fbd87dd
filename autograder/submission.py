"""The trusted side of one submission: start its process, run its cells, hand out proxies, keep deadlines.

What comes back is plain data or a Proxy, and both are only ever looked at. It must never call a method that the data
chose, believe a message's type, or wait without a limit. A process that overruns, dies or talks nonsense is killed
with all that it started; a fresh one goes on with the next case, without the cell that was fatal.
"""

import atexit
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder import wire
from autograder.files import remove
from autograder.proxy import Ended, Proxy, StudentError, about, give_back, proxy_class, remote_error
from autograder.sandbox import descendants, end_user, spare_uid

MAX_TEXT = 300  # characters of an exception's text, or of where it was raised
ENGINE = str(Path(__file__).resolve().parents[1])
SERVE = "import sys; sys.path.insert(0, {0!r}); from autograder.server import main; main({1})"


@dataclass(frozen=True)
class Limits:
    """Seconds for a cell, a call and the whole submission; bytes of memory and disk; how many cells may be fatal."""

    cell: float = 20
    call: float = 5
    whole: float = 180
    memory: int = 2 << 30
    disk: int = 256 << 20
    fatal_cells: int = 3


class Confinement(RuntimeError):
    """This system cannot shut student code in, and the caller did not say that it may run all the same."""


class Server:
    """The warm server that all submissions of this process are forked from, one at a time."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="warm-")
        self.owner, self.running = os.getpid(), None
        self.control, theirs = socket.socketpair()
        clean = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": self.home, "TMPDIR": self.home}
        clean |= {"IPYTHONDIR": self.home, "MPLCONFIGDIR": self.home, "MPLBACKEND": "agg"}
        clean |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        command = [sys.executable, "-I", "-W", "ignore", "-c", SERVE.format(ENGINE, theirs.fileno())]
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

    def start(self, order):
        """A fresh process for `order`; the socket to it."""
        ours, theirs = socket.socketpair()
        with theirs:
            deadline = time.monotonic() + 60
            socket.send_fds(self.control, [wire.START], [theirs.fileno()])
            wire.send(self.control, wire.encode(order), deadline)
            self.running = wire.decode(wire.receive(self.control, deadline))
        return ours

    def stop(self):
        """End the running process and all that it started. How it ended: {"status", "reason"}."""
        deadline = time.monotonic() + 30
        wire.send(self.control, wire.STOP, deadline)
        return wire.decode(wire.receive(self.control, deadline))

    def kill(self):
        """End a server that does not answer, after all that came from it: they would outlive it."""
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if type(self.running) is int and (uid := spare_uid(self.running)):
            end_user(uid)
        self.process.kill()
        self.process.wait()

    def close(self):
        self.control.close()
        if self.owner == os.getpid():
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            remove(self.home)


_server = None


def server():
    """This process's server, started when first asked for, or again if it has gone."""
    global _server
    if _server and (_server.owner != os.getpid() or _server.process.poll() is not None):
        close_server()
    if _server is None:
        _server = Server()
    return _server


@atexit.register
def close_server():
    global _server
    if _server:
        _server.close()
        _server = None


class Submission:
    """A notebook's cells in a process of their own.

    cells: sources, in order. files: {relative path: bytes} for its scratch folder. `ensure` makes a process that has
    run the cells, `get` gives their values. `held_by`: what confines it; `complaints`: what went wrong in which cell.
    """

    def __init__(self, cells, files, limits=Limits(), unconfined=False):  # noqa: B008
        self.cells, self.files, self.limits, self.unconfined = cells, files, limits, unconfined
        self.deadline = time.monotonic() + limits.whole
        self.sock = self.scratch = self.server = None
        self.fatal, self.complaints = {}, {}
        self.starts, self.failed_starts, self.last_end, self.held_by = 0, 0, "", ""
        self.proxies = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def alive(self):
        return self.sock is not None

    @property
    def exhausted(self):
        """Whether no more process is started: too many cells were fatal, or the time is up."""
        return self.failed_starts > self.limits.fatal_cells or time.monotonic() > self.deadline

    def ensure(self):
        """A process that has run the cells; raises Ended where no more can be started."""
        while not self.alive:
            if self.exhausted:
                if not self.held_by:
                    raise RuntimeError("the sandbox does not start on this system")
                raise Ended(f"the notebook was stopped too often or ran too long. Last: {self.last_end}")
            self.starts, self.proxies = self.starts + 1, None
            try:
                self._start()
                self._run_cells()
            except Ended:
                self.failed_starts += 1

    def _start(self):
        self.scratch = tempfile.mkdtemp(prefix="student-")
        for name, data in self.files.items():
            path = os.path.join(self.scratch, name)
            # A submission's file that is named like a support file's folder, or the other way round, is left out.
            with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                Path(path).write_bytes(data)
        order = {"scratch": self.scratch, "engine": ENGINE, "unconfined": self.unconfined}
        order |= {"memory": self.limits.memory, "disk": self.limits.disk, "cpu": int(self.limits.whole) + 1}
        self.server = server()
        try:
            self.sock, self.asked = self.server.start(order), -1
        except (OSError, EOFError, wire.WireError):  # it has been killed: only unconfined code can do that
            self.server.kill()
            self._end("the server of student processes had gone")
        try:
            self.held_by = self._ask(self.limits.cell)
        except StudentError as error:
            self.stop()
            raise Confinement(str(error)) from None

    def _run_cells(self):
        self.complaints = dict(self.fatal)
        for index, source in enumerate(self.cells):
            if index in self.fatal:
                continue
            try:
                error = self._ask(self.limits.cell, "cell", source)
            except wire.WireError:
                self.complaints[index] = f"it is larger than {wire.MAX_TREE >> 20} MB and was not run"
                continue
            except StudentError as problem:  # from what the student's code made of the shell, or beside the cells
                self.complaints[index] = f"{type(problem).__name__}: {problem}"
                continue
            except Ended as end:
                self.fatal[index] = self.complaints[index] = str(end)
                raise
            if error is not None:
                self.complaints[index] = self._sentence(error)

    def _sentence(self, error):
        if not (type(error) is tuple and len(error) == 3 and all(type(part) is str for part in error)):
            self._end("what came back is no answer")
        name, message, where = (part[:MAX_TEXT] for part in error)
        return f"{name}: {message}" + (f" ({where})" if where else "")

    def complaint_about(self, name):
        """What went wrong in the cell that defines a name; else in the first cell where anything did."""
        defines = re.compile(rf"^[ \t]*((def|class) {name}\b|{name} ?=)", re.MULTILINE)
        for index, text in sorted(self.complaints.items()):
            if len(self.cells[index]) <= wire.MAX_TREE and defines.search(self.cells[index]):
                return f"The cell that defines it stopped with {text}"
        for _, text in sorted(self.complaints.items()):
            return f"The first cell that did not run stopped with {text}"
        return "No cell defines it."

    def get(self, name, default=None):
        """The notebook's value of a name: plain data, or a Proxy, which stays the same while the process lives."""
        if self.alive and self.proxies is None:
            self.proxies = {}
            with contextlib.suppress(StudentError):  # then each name is asked for
                self._keep(self._ask(self.limits.call, "definitions"))
        if self.alive and name in self.proxies:
            return self.proxies[name]
        return self._keep(self._ask(self.limits.call, "get", name)).get(name, default)

    def _keep(self, found):
        """Remember the proxies in {name: value}, for as long as the process lives."""
        if type(found) is not dict:
            self._end("what came back is no answer")
        for name, value in found.items():
            if isinstance(value, Proxy):
                object.__setattr__(value, "__name__", name)
                self.proxies[name] = value
        return found

    def _ask(self, seconds, *question):
        """Send a question and wait for its answer. Raises the student's exception, or Ended."""
        if not self.alive:
            raise Ended(self.last_end)
        self.asked += 1
        deadline = min(self.deadline, time.monotonic() + seconds)
        changeable = question[2:] if question[:1] == ("call",) else ()
        if question:
            frame = wire.encode((self.asked, *question), self._number_of)  # the caller's own mistake: no Ended
        try:
            if question:
                wire.send(self.sock, frame, deadline)
            answer = wire.decode(wire.receive(self.sock, deadline), self._proxy)
        except wire.WireError as error:
            self._end(f"what came back could not be read ({error})")
        except TimeoutError:
            left = self.deadline - time.monotonic()
            self._end(f"no answer within {seconds:g} s (is there an endless loop?)" if left > 0 else "out of time")
        except (EOFError, OSError):
            self._end("")
        if type(answer) is not tuple or len(answer) < 4 or tuple(map(type, answer[:2])) != (int, str):
            self._end("what came back is no answer")
        if answer[0] != self.asked:
            self._end("what came back answers another question")
        if answer[1] == "ok" and len(answer) == 4:
            if answer[3] is not None and changeable:
                give_back(changeable, answer[3])
            return answer[2]
        if answer[1] == "error" and all(type(part) is str for part in answer[2:]):
            raise remote_error(*(part[:MAX_TEXT] for part in answer[2:5]))
        self._end("what came back is no answer")

    def _number_of(self, thing):
        """A proxy may go back where it came from; nothing else of ours crosses."""
        if isinstance(thing, Proxy) and about(thing)[0] == (self, self.starts):
            return about(thing)[1], "object"
        raise wire.WireError(f"a {type(thing).__name__} of the tests' cannot cross to the student's side")

    def _proxy(self, number, name):
        return proxy_class(name if name.isidentifier() else "object")((self, self.starts), number)

    def _end(self, why):
        self.last_end = why
        self.stop()
        raise Ended(self.last_end)

    def stop(self):
        """Kill the process and all that it started, and remove its folder."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None
            try:
                ended = self.server.stop()
            except (OSError, EOFError, wire.WireError):
                self.server.kill()
                ended = {"status": None, "reason": ""}
            self.last_end = ended["reason"] or self.last_end or how_it_ended(ended["status"])
        if self.scratch:
            remove(self.scratch)
            self.scratch = None


def how_it_ended(status):
    if status is None or status >= 0:
        return f"the code ended the Python process (exit code {status})"
    with contextlib.suppress(ValueError):
        return f"the Python process crashed or was killed ({signal.Signals(-status).name})"
    return "the Python process was killed"
