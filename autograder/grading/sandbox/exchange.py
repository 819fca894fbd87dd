"""Question and answer with a student's process: one at a time, each with a deadline, each reply of a known form.

It must never believe what comes back: a reply that is late, malformed or not to the question ends the exchange.
"""

import socket
import time
from collections.abc import Callable
from typing import Any

from autograder.errors import SessionEnded, WireError
from autograder.grading.sandbox import messages, stream, wire
from autograder.grading.sandbox.messages import FIRST_REPLY, Answer, Fault, Question, Raised, Ran, Reply

MAX_TEXT = 300  # characters of an exception's type, its text, or where it was raised


class Exchange:
    """The wire to one student's process. `handle(number, type name)` makes what stands for an object over there."""

    def __init__(self, sock: socket.socket, deadline: float, handle: Callable[[int, str], Any]) -> None:
        self.sock, self.deadline, self.handle = sock, deadline, handle
        self.asked = FIRST_REPLY

    def close(self) -> None:
        """Hang up; the other side ends at that."""
        self.sock.close()

    def first_reply(self, seconds: float) -> Reply:
        """What the process says by itself once it is shut in. Raises SessionEnded, as `ask` does."""
        return self._receive(seconds)[0]

    def ask(
        self, seconds: float, kind: Callable[..., Question], *fields: Any, packer: wire.Packer | None = None
    ) -> tuple[Reply, wire.Unpacker]:
        """Ask `kind(number, *fields)` and wait for the reply. packer: the one that the fields' trees came from.

        Raises WireError, before anything is sent, where the question is too large; SessionEnded where there is no
        reply, with the reason, which is empty where the process has gone by itself.
        """
        frame = (packer or wire.Packer()).frame(kind(self.asked + 1, *fields))
        self.asked += 1
        return self._receive(seconds, frame)

    def _receive(self, seconds: float, frame: bytes | None = None) -> tuple[Reply, wire.Unpacker]:
        deadline = min(self.deadline, time.monotonic() + seconds)
        try:
            if frame:
                stream.send(self.sock, frame, deadline)
            reply, unpacker = wire.decode(stream.receive(self.sock, deadline), messages.REPLIES, self.handle)
            if not isinstance(reply, Answer):
                unpacker.finish()
        except WireError as error:
            raise SessionEnded(f"what came back could not be read ({error})") from None
        except TimeoutError:
            if time.monotonic() >= self.deadline:
                raise SessionEnded("out of time", overran=True) from None
            raise SessionEnded(f"no answer within {seconds:g} s (is there an endless loop?)", overran=True) from None
        except (EOFError, OSError):
            raise SessionEnded("") from None
        if reply.number != self.asked:
            raise SessionEnded("what came back answers another question")
        return cut(reply), unpacker


def cut(reply: Reply) -> Reply:
    """A reply whose texts are of a bounded length."""
    if isinstance(reply, Raised):
        return Raised(reply.number, shortened(reply.fault))
    if isinstance(reply, Ran) and reply.fault:
        return Ran(reply.number, shortened(reply.fault))
    return reply


def shortened(fault: Fault) -> Fault:
    return Fault(fault.kind[:MAX_TEXT], fault.text[:MAX_TEXT], fault.where[:MAX_TEXT])
