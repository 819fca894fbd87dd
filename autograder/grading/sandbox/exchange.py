"""Question and answer with a student's process: one at a time, each with a deadline, each reply of a known form.

It must never believe what comes back: a reply that is late, malformed or not to the question ends the exchange.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from autograder.errors import SessionEnded, WireError
from autograder.grading.sandbox import messages, stream, wire
from autograder.grading.sandbox.limits import MAX_STRETCH
from autograder.grading.sandbox.messages import FIRST_REPLY, Answer, Fault, Question, Raised, Ran, Reply

MAX_TEXT = 300  # characters of an exception's type, its text, or where it was raised
GRACE_SECONDS = 2  # after an interrupt
LOOK_SECONDS = 0.25  # how long it is looked at what share of a core's time a process gets ...
ASLEEP, BUSY = 0.1, 0.9  # ... with less it sleeps, with more it waits for nobody


class Interruptible(Protocol):
    """What an exchange needs of the process behind it. The methods raise OSError, EOFError or WireError."""

    def interrupt(self) -> None: ...

    def cpu_seconds(self) -> float: ...


class Exchange:
    """The wire to one student's process. `handle(number, type name)` makes what stands for an object over there.

    deadline: of everything. process: interrupts the student's process and tells what processor time it has used.
    """

    def __init__(
        self, sock: socket.socket, deadline: float, handle: Callable[[int, str], Any], process: Interruptible
    ) -> None:
        self.sock, self.deadline, self.handle, self.process = sock, deadline, handle, process
        self.incoming = stream.Incoming(sock)
        self.asked = FIRST_REPLY
        self.interrupted = False

    def close(self) -> None:
        """Hang up; the other side ends at that."""
        self.sock.close()

    def first_reply(self, seconds: float) -> Reply:
        """What the process says by itself once it is shut in. Raises SessionEnded, as `ask` does."""
        return self._reply(lambda: self.incoming.receive(self._end(seconds)), seconds)[0]

    def ask(
        self, seconds: float, kind: Callable[..., Question], *fields: Any, packer: wire.Packer | None = None
    ) -> tuple[Reply, wire.Unpacker]:
        """Ask `kind(number, *fields)` and wait for the reply. packer: the one that the fields' trees came from.

        Where the reply takes too long, the process is interrupted, as `interrupted` says then. Raises WireError before
        anything is sent, where the question is too large; SessionEnded where there is no reply, with the reason, which
        is empty where the process has gone by itself.
        """
        frame = (packer or wire.Packer()).frame(kind(self.asked + 1, *fields))
        self.asked, self.interrupted = self.asked + 1, False

        def exchanged() -> bytes:
            stream.send(self.sock, frame, self._end(seconds))
            return self._patiently(seconds)

        return self._reply(exchanged, seconds)

    def _end(self, seconds: float) -> float:
        return min(self.deadline, time.monotonic() + seconds)

    def _patiently(self, seconds: float) -> bytes:
        """The reply's frame; what takes too long is interrupted first. Raises TimeoutError where that does not help."""
        with contextlib.suppress(TimeoutError):
            return self.incoming.receive(self._end(seconds))
        with contextlib.suppress(TimeoutError):
            return self.incoming.receive(self._end(self._stretched(seconds)))
        self.interrupted = True
        self.process.interrupt()
        return self.incoming.receive(time.monotonic() + GRACE_SECONDS)

    def _stretched(self, seconds: float) -> float:
        """How much longer a process may take that has got only a share of a core's time; 0 for one that sleeps."""
        before = self.process.cpu_seconds()
        time.sleep(LOOK_SECONDS)
        share = (self.process.cpu_seconds() - before) / LOOK_SECONDS
        return seconds * min(1 / share - 1, MAX_STRETCH - 1) if ASLEEP < share < BUSY else 0.0

    def _reply(self, exchanged: Callable[[], bytes], seconds: float) -> tuple[Reply, wire.Unpacker]:
        try:
            reply, unpacker = wire.decode(exchanged(), messages.REPLIES, self.handle)
            if not isinstance(reply, Answer):
                unpacker.finish()
        except WireError as error:
            raise SessionEnded(f"what came back could not be read ({error})") from None
        except TimeoutError:
            late = time.monotonic() >= self.deadline
            raise SessionEnded("out of time" if late else no_answer(seconds), overran=True) from None
        except (EOFError, OSError):
            raise SessionEnded("") from None
        if reply.number != self.asked:
            raise SessionEnded("what came back answers another question")
        return cut(reply), unpacker


def no_answer(seconds: float) -> str:
    return f"no answer within {seconds:g} s (is there an endless loop?)"


def cut(reply: Reply) -> Reply:
    """A reply whose texts are of a bounded length."""
    if isinstance(reply, Raised):
        return Raised(reply.number, shortened(reply.fault))
    if isinstance(reply, Ran) and reply.fault:
        return Ran(reply.number, shortened(reply.fault))
    return reply


def shortened(fault: Fault) -> Fault:
    return Fault(fault.kind[:MAX_TEXT], fault.text[:MAX_TEXT], fault.where[:MAX_TEXT])
