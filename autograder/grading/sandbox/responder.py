"""Runs the notebook's cells and answers for its objects: what is left of a student's process once it is shut in.

Whatever stands here, student code can read and change; it must never be relied on by the grader.
"""

import contextlib
import itertools
import linecache
import os
import signal
import socket
import traceback
import types
from typing import Any

from autograder.errors import WireError
from autograder.grading.sandbox import messages, stream, wire
from autograder.grading.sandbox.kernel import Kernel
from autograder.grading.sandbox.messages import Answer, Fault, Raised, Ran

MAX_DEFINITIONS = 200  # how many are told at once; the rest are told when asked for
MAX_NAME, MAX_TEXT, MAX_LINE = 80, 200, 80  # characters of what is told of an exception
CANNOT_BE_SENT = Fault("ValueError", "the answer cannot be sent: it is too large, or nested too deeply")


class Responder:
    """Runs cells and answers: the names of the notebook, attributes, calls.

    A message's class is the name of the method that answers it.
    """

    def __init__(self, kernel: Kernel, sock: socket.socket) -> None:
        self.kernel, self.sock, self.pid = kernel, sock, os.getpid()
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.getpid, self.leave = os.getpid, os._exit

    def serve(self) -> None:
        """Answer until the grader hangs up. An interrupt reaches the student's code and nothing else."""
        self.busy = False
        signal.signal(signal.SIGINT, self._interrupted)
        while True:
            self.frame = stream.receive(self.sock)
            question, self.unpacker = wire.decode(self.frame, messages.QUESTIONS, self._found)
            packer = wire.Packer(self._named)
            self.busy = True
            try:
                reply = getattr(self, type(question).__name__)(question, packer)
            except BaseException as error:
                reply, packer = Raised(question.number, described(error)), wire.Packer()
            self.busy = False
            if self.getpid() != self.pid:
                self.leave(0)  # a fork of the student's that fell out of its cell
            try:
                frame = packer.frame(reply)
            except WireError:
                frame = wire.Packer().frame(Raised(question.number, CANNOT_BE_SENT))
            stream.send(self.sock, frame)

    def _interrupted(self, *_: object) -> None:
        if self.busy:
            raise KeyboardInterrupt

    def _named(self, thing: Any) -> tuple[int, str]:
        """The number of an object that stays here, and the name of its type."""
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = len(self.objects)
            self.objects.append(thing)
        return self.numbers[id(thing)], text_of(type.__dict__["__name__"].__get__(type(thing)), wire.MAX_TYPE_NAME)

    def _known(self, thing: Any) -> tuple[int, str]:
        return self._named(thing)[0], "object"  # as the grader names what it sends back

    def _found(self, number: int, _: str) -> Any:
        return self.objects[number]

    # --- one method for each question, named as its class -------------------------------------------------------------

    def RunCell(self, question: messages.RunCell, _: wire.Packer) -> Ran:  # noqa: N802
        error = self.kernel.run(question.source)
        return Ran(question.number, None if error is None else described(error))

    def TryToOpen(self, question: messages.TryToOpen, packer: wire.Packer) -> Answer:  # noqa: N802
        return self._answer(question.number, [path for path in question.paths if opens(path)], packer)

    def GetDefinitions(self, question: messages.GetDefinitions, packer: wire.Packer) -> Answer:  # noqa: N802
        """Functions and classes of the notebook by name, which most tests ask for, up to a bound."""
        kinds = types.FunctionType, type
        found = ((name, thing) for name, thing in list(self.kernel.names.items()) if type(thing) in kinds)
        return self._answer(question.number, dict(itertools.islice(found, MAX_DEFINITIONS)), packer)

    def GetName(self, question: messages.GetName, packer: wire.Packer) -> Answer:  # noqa: N802
        names, name = self.kernel.names, question.name
        return self._answer(question.number, {name: names[name]} if name in names else {}, packer)

    def GetAttribute(self, question: messages.GetAttribute, packer: wire.Packer) -> Answer:  # noqa: N802
        return self._answer(question.number, getattr(self.unpacker.unpack(question.thing), question.name), packer)

    def SetAttribute(self, question: messages.SetAttribute, packer: wire.Packer) -> Answer:  # noqa: N802
        thing, value = self.unpacker.unpack(question.thing), self.unpacker.unpack(question.value)
        setattr(thing, question.name, value)
        return self._answer(question.number, None, packer)

    def Call(self, question: messages.Call, packer: wire.Packer) -> Answer:  # noqa: N802
        """The result, and the arguments where the call has changed them."""
        frame, unpack = self.frame, self.unpacker.unpack  # the call may come back to `serve` in a fork
        function, args, kwargs = unpack(question.function), unpack(question.arguments), unpack(question.keywords)
        answer = self._answer(question.number, self.kernel.call(function, args, kwargs), packer)
        if call_frame(question.number, question.function, args, kwargs, wire.Packer(self._known)) == frame:
            return answer
        return Answer(question.number, answer.value, packer.pack((args, kwargs)))

    @staticmethod
    def _answer(number: int, value: Any, packer: wire.Packer) -> Answer:
        return Answer(number, packer.pack(value))


def opens(path: str) -> bool:
    """Whether a file can be opened here, or a folder listed."""
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False


def call_frame(
    number: int, function: wire.Handle, args: tuple[Any, ...], kwargs: dict[str, Any], packer: wire.Packer
) -> bytes:
    """The frame that asks for a call; both sides make it, to compare. Raises WireError."""
    return packer.frame(messages.Call(number, function, packer.pack(args), packer.pack(kwargs)))


def described(error: BaseException) -> Fault:
    """What is told of an exception; its kind is a built-in one where the exception is one."""
    if type(error) is WireError:
        return CANNOT_BE_SENT
    name, message, where = "Exception", "", ""
    with contextlib.suppress(BaseException):
        name = text_of(type(error).__name__, MAX_NAME)
        message = text_of(error, MAX_TEXT)
        if isinstance(error, SyntaxError):
            line = text_of(error.text or "", MAX_TEXT).strip()[:MAX_LINE]
            return Fault(name, text_of(error.msg, MAX_TEXT), f"line {error.lineno} of its cell: {line}")
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")]
        if frames:
            last = frames[-1]
            line = last.line or linecache.getline(last.filename, last.lineno or 0)
            code = text_of(line.strip(), MAX_LINE)
            inside = "" if last.name == "<module>" else f"in {text_of(last.name, MAX_NAME)}, "
            where = f"{inside}line {last.lineno} of its cell: {code}"
    return Fault(name, message, where)


def text_of(thing: object, limit: int) -> str:
    """The start of an object's text, without lone surrogates, which no encoding can write."""
    return str(thing)[:limit].encode("utf-8", "replace").decode()
