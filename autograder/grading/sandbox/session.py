"""The trusted side of one submission: start its process, run its cells, hand out proxies, start again where it ended.

What comes back is plain data or a Proxy, and both are only ever looked at. It must never call a method that the data
chose, or wait without a limit. A process that overruns, dies or talks nonsense is killed with all that it started; a
fresh one resumes with the next case, without the cell that was fatal.
"""

import contextlib
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self

from autograder.errors import (
    ConfinementError,
    GraderError,
    OverrunError,
    SessionEnded,
    SessionExhausted,
    StudentError,
    WireError,
)
from autograder.files import remove
from autograder.grading.sandbox.exchange import Exchange, no_answer
from autograder.grading.sandbox.launcher import ENGINE, GONE, Launcher, launcher
from autograder.grading.sandbox.limits import DEFAULT_LIMITS, Limits
from autograder.grading.sandbox.messages import (
    Answer,
    Call,
    Ending,
    Fault,
    GetAttribute,
    GetDefinitions,
    GetName,
    Hold,
    Order,
    Question,
    Raised,
    Ran,
    Ready,
    Reply,
    RunCell,
    SetAttribute,
    TryToOpen,
)
from autograder.grading.sandbox.proxy import Proxy, give_back, identity, proxy_class, remote_error, rename
from autograder.grading.sandbox.wire import MAX_TREE, Handle, Packer, Unpacker

NOT_AN_ANSWER = "what came back is not an answer"


class Session:
    """A notebook's cells in a process of their own. A context manager.

    cells: sources, in order. files: {relative path: bytes} for its scratch folder. `ensure` makes a process that has
    run the cells, `get` gives their values. `hold`: what confines the process, None before the first one has started;
    `complaints`: what went wrong in which cell; `fatal`: cells that ended a process, and are left out from then on.
    """

    def __init__(
        self,
        cells: Sequence[str],
        files: Mapping[str, bytes],
        limits: Limits = DEFAULT_LIMITS,
        unconfined: bool = False,
    ) -> None:
        self.cells, self.files, self.limits, self.unconfined = cells, files, limits, unconfined
        self.deadline, self.overrun_seconds = time.monotonic() + limits.whole, 0.0
        self.exchange: Exchange | None = None
        self.launcher: Launcher | None = None
        self.scratch = ""
        self.hold: Hold | None = None
        self.fatal: dict[int, str] = {}
        self.complaints: dict[int, str] = {}
        self.starts, self.failed_starts, self.last_end = 0, 0, ""
        self.proxies: dict[str, Proxy] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def interrupted(self) -> bool:
        """Whether the last question took too long, and its process was interrupted and lives on."""
        return self.exchange is not None and self.exchange.interrupted

    @property
    def alive(self) -> bool:
        return self.exchange is not None

    @property
    def exhausted(self) -> bool:
        """Whether no more process is started: too many cells were fatal, or the time is up."""
        return self.failed_starts > self.limits.fatal_cells or self.out_of_time

    @property
    def out_of_time(self) -> bool:
        """Whether all that overran has taken too long, or everything together."""
        return self.overrun_seconds > self.limits.overrun or time.monotonic() > self.deadline

    def ensure(self) -> None:
        """Have a process that has run the cells; raises SessionEnded where no more can be started."""
        while not self.alive:
            if self.exhausted:
                if not self.hold:
                    raise GraderError("the sandbox does not start on this system")
                why = (
                    "out of time" if self.out_of_time else f"the notebook was stopped too often. Last: {self.last_end}"
                )
                raise SessionExhausted(why)
            self.starts, self.proxies = self.starts + 1, None
            try:
                self._start()
                self._run_cells()
            except SessionEnded:
                self.failed_starts += 1

    # --- start and stop -----------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.scratch = tempfile.mkdtemp(prefix="student-")
        self._write_files()
        order = Order(
            scratch=self.scratch,
            engine=ENGINE,
            memory=self.limits.memory,
            disk=self.limits.disk,
            cpu_seconds=int(self.limits.whole) + 1,
            unconfined=self.unconfined,
        )
        self.launcher = launcher()
        try:
            self.exchange = Exchange(self.launcher.start(order), self.deadline, self._proxy, self.launcher)
        except GONE:  # it has been killed: only unconfined code can do that
            self.launcher.kill()
            self._end("the keeper of student processes had gone")
        try:
            reply = self.exchange.first_reply(self.limits.cell)
        except SessionEnded as end:
            self._end(str(end))
        if isinstance(reply, Raised):
            self.stop()
            raise ConfinementError(f"{reply.fault.text}; to run the students' code all the same, add --unconfined")
        if not isinstance(reply, Ready):
            self._end(NOT_AN_ANSWER)
        self.hold = reply.hold

    def _write_files(self) -> None:
        for name, data in self.files.items():
            path = os.path.join(self.scratch, name)
            # A submission's file that is named like a support file's folder, or the other way round, is left out.
            with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
                if "/" in name:
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                Path(path).write_bytes(data)

    def stop(self) -> None:
        """Kill the process and all that it started, and remove its folder."""
        if self.exchange is not None:
            self.exchange.close()
            self.exchange = None
            assert self.launcher is not None
            try:
                ending = self.launcher.stop()
            except GONE:
                self.launcher.kill()
                ending = Ending()
            self.last_end = ending.reason or self.last_end or how_it_ended(ending.status)
        if self.scratch:
            remove(self.scratch)
            self.scratch = ""

    def _end(self, why: str, overran: bool = False) -> NoReturn:
        self.last_end = why
        self.stop()
        raise SessionEnded(self.last_end, overran)

    # --- cells --------------------------------------------------------------------------------------------------------

    def _run_cells(self) -> None:
        self.complaints = dict(self.fatal)
        for index, source in enumerate(self.cells):
            if index in self.fatal or not source or source.isspace():
                continue
            try:
                fault = self._run_cell(source)
            except WireError:
                self.complaints[index] = f"it is larger than {MAX_TREE >> 20} MB and was not run"
                continue
            except SessionEnded as end:
                self.fatal[index] = self.complaints[index] = str(end)
                raise
            if fault is not None:
                self.complaints[index] = fault_line(fault)
            if self.interrupted:
                self.complaints[index] = overrun_line(self.limits.cell, fault)

    def _run_cell(self, source: str) -> Fault | None:
        """Run a cell; what went wrong in it. Raises WireError for a cell that is too large."""
        reply, _ = self._ask(self.limits.cell, RunCell, source)
        if isinstance(reply, Raised):  # from what the student's code made of the shell, or beside the cells
            return reply.fault
        if not isinstance(reply, Ran):
            self._end(NOT_AN_ANSWER)
        return reply.fault

    def complaint_about(self, name: str) -> str:
        """What went wrong in the cell that defines a name; else in the first cell where anything did."""
        defines = definition_of(name)
        for index, text in sorted(self.complaints.items()):
            if len(self.cells[index]) <= MAX_TREE and defines.search(self.cells[index]):
                return f"The cell that defines it has an error: {text}"
        for _, text in sorted(self.complaints.items()):
            return f"The first cell with an error: {text}"
        return "No cell defines it."

    def openable(self, paths: list[str]) -> list[str]:
        """Those of some paths that student code can read here."""
        self.ensure()
        opened = self._value(TryToOpen, paths)
        return opened if isinstance(opened, list) else paths  # no answer is no proof that they are closed

    # --- values -------------------------------------------------------------------------------------------------------

    def get(self, name: str, default: Any = None) -> Any:
        """The notebook's value of a name: plain data, or a Proxy, which stays the same while the process lives."""
        if self.alive and self.proxies is None:
            self.proxies = {}
            with contextlib.suppress(StudentError):  # then each name is asked for
                self._remember(self._value(GetDefinitions))
        if self.alive and self.proxies and name in self.proxies:
            return self.proxies[name]
        return self._remember(self._value(GetName, name)).get(name, default)

    def _remember(self, found: Any) -> dict[str, Any]:
        """Keep the proxies in {name: value}, for as long as the process lives."""
        if type(found) is not dict or self.proxies is None:
            self._end(NOT_AN_ANSWER)
        for name, value in found.items():
            if isinstance(value, Proxy):
                rename(value, name)
                self.proxies[name] = value
        return found

    def get_attribute(self, proxy: Proxy, name: str) -> Any:
        return self._value(GetAttribute, self._handle(proxy), name)

    def set_attribute(self, proxy: Proxy, name: str, value: Any) -> None:
        packer = Packer(self._number_of)
        self._value(SetAttribute, self._handle(proxy), name, packer.pack(value), packer=packer)

    def call(self, proxy: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function over there; what it changed in its arguments is changed here, too."""
        packer = Packer(self._number_of)
        trees = packer.pack(args), packer.pack(kwargs)
        return self._value(Call, self._handle(proxy), *trees, packer=packer, given=(args, kwargs))

    def _handle(self, proxy: Proxy) -> Handle:
        _, start, number = identity(proxy)
        if start != self.starts or not self.alive:
            raise SessionEnded(self.last_end)
        return Handle(number, "object")

    def _number_of(self, thing: Any) -> tuple[int, str]:
        """A proxy may go back where it came from; nothing else of ours crosses."""
        if isinstance(thing, Proxy) and identity(thing)[:2] == (self, self.starts):
            return identity(thing)[2], "object"
        raise WireError(f"a {type(thing).__name__} of the tests' cannot cross to the student's side")

    def _proxy(self, number: int, name: str) -> Proxy:
        return proxy_class(name)(self, self.starts, number)

    # --- questions ----------------------------------------------------------------------------------------------------

    def _value(
        self, kind: Callable[..., Question], *fields: Any, packer: Packer | None = None, given: Any = None
    ) -> Any:
        """The value that answers a question; what a call changed in `given` is changed there, too.

        Raises the student's exception as StudentError, WireError for a question that is too large, or SessionEnded.
        """
        reply, unpacker = self._ask(self.limits.call, kind, *fields, packer=packer)
        if isinstance(reply, Raised):
            if self.interrupted:
                raise OverrunError(overrun_line(self.limits.call, reply.fault))
            raise remote_error(reply.fault)
        if not isinstance(reply, Answer):
            self._end(NOT_AN_ANSWER)
        try:
            value, changed = unpacker.unpack(reply.value), unpacker.unpack(reply.changed)
            unpacker.finish()
        except WireError as error:
            self._end(f"what came back could not be read ({error})")
        if given is not None and changed is not None:
            give_back(given, changed)
        return value

    def _ask(
        self, seconds: float, kind: Callable[..., Question], *fields: Any, packer: Packer | None = None
    ) -> tuple[Reply, Unpacker]:
        """A reply to a question; where there is none, the process is ended and SessionEnded raised."""
        if self.exchange is None:
            raise SessionEnded(self.last_end)
        start = time.monotonic()
        try:
            return self.exchange.ask(seconds, kind, *fields, packer=packer)
        except SessionEnded as end:
            self.overrun_seconds += (time.monotonic() - start) * end.overran
            self._end(str(end), end.overran)
        finally:
            self.overrun_seconds += (time.monotonic() - start) * self.interrupted


def overrun_line(seconds: float, fault: Fault | None) -> str:
    """What to say of a cell or call that was interrupted, and where it was."""
    return no_answer(seconds) + (f" ({fault.where})" if fault and fault.where else "")


def fault_line(fault: Fault) -> str:
    """What went wrong in a cell, in one line."""
    return f"{fault.kind}: {fault.text}" + (f" ({fault.where})" if fault.where else "")


def definition_of(name: str) -> re.Pattern[str]:
    """What a line looks like that defines a name: as a function or class, by assignment, or by import."""
    name = re.escape(name)
    assigned = rf"(?:[\w.*()\[\]]+[ \t]*,[ \t]*)*\(?{name}[ \t)]*(?:,[^=\n]*)?(?::[^=\n]*)?=(?!=)"
    return re.compile(
        rf"^[ \t]*(?:(?:async )?def {name}\b|class {name}\b|{assigned}|(?:from|import)\b.*\b{name}\b)", re.M
    )


def how_it_ended(status: int | None) -> str:
    """What to say of a process that has gone by itself."""
    if status is None or status >= 0:
        return f"the code ended the Python process (exit code {status})"
    with contextlib.suppress(ValueError):
        return f"the Python process crashed or was killed ({signal.Signals(-status).name})"
    return "the Python process was killed"
