"""Every message between the grader, the keeper, the zygote and a student's process, typed and decoded strictly.

The first part is between the first three, all ours; the rest between the grader and a student's process. Whatever
comes from there is believed to be of its type, and nothing more.
"""

import msgspec

from autograder.grading.sandbox.wire import Handle, Message, Tree

# --- to the keeper and the zygote, and back ---------------------------------------------------------------------------


class Order(Message):
    """How to start a student's process: its folder, where the engine lies, its limits in bytes and seconds."""

    scratch: str
    engine: str
    memory: int
    disk: int
    cpu_seconds: int
    unconfined: bool


class Started(Message):
    pid: int


class Used(Message):
    """Processor time that the running process and all that came from it have used, in seconds."""

    seconds: float


class Ending(Message):
    """How a process ended: its exit code, negative for a signal; why we ended it, if we did."""

    status: int | None = None
    reason: str = ""


class Hold(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """What confines a student's process."""

    user_id: bool = False
    passes_closed_folders: bool = False
    landlock: int = 0
    seccomp: bool = False

    @property
    def confined(self) -> bool:
        """Whether its code is kept from other people's files."""
        return self.user_id or self.landlock > 0

    def __str__(self) -> str:
        leave = " (with leave to pass closed folders)" if self.passes_closed_folders else ""
        parts = ["a user id of its own" + leave] * self.user_id
        parts += [f"Landlock {self.landlock}"] * (self.landlock > 0) + ["seccomp"] * self.seccomp
        return ", ".join(parts) or "nothing: it can read and write what you can"


# --- to a student's process -------------------------------------------------------------------------------------------


class RunCell(Message):
    number: int
    source: str


class TryToOpen(Message):
    """Ask which of these files and folders open for reading; asked of a process that runs no student's code."""

    number: int
    paths: list[str]


class GetDefinitions(Message):
    """Ask for the functions and classes of the notebook, by name."""

    number: int


class GetName(Message):
    number: int
    name: str


class GetAttribute(Message):
    number: int
    thing: Handle
    name: str


class SetAttribute(Message):
    number: int
    thing: Handle
    name: str
    value: Tree


class Call(Message):
    """Call a function; both trees are packed from a tuple and a dictionary."""

    number: int
    function: Handle
    arguments: Tree
    keywords: Tree


# --- and back ---------------------------------------------------------------------------------------------------------


class Fault(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """An exception of the student's code: the name of its type, its text, and where it was raised."""

    kind: str
    text: str
    where: str = ""


class Ready(Message):
    """The first reply, without a question: the process is shut in."""

    number: int
    hold: Hold


class Ran(Message):
    """A cell has run; `fault` is what went wrong in it."""

    number: int
    fault: Fault | None


class Answer(Message):
    """A value; after a call that changed its arguments also these, packed from (arguments, keywords)."""

    number: int
    value: Tree
    changed: Tree = None


class Raised(Message):
    number: int
    fault: Fault


FIRST_REPLY = -1  # the number of Ready

Question = RunCell | TryToOpen | GetDefinitions | GetName | GetAttribute | SetAttribute | Call
Reply = Ready | Ran | Answer | Raised

ORDERS = msgspec.msgpack.Decoder(Order)
STARTED = msgspec.msgpack.Decoder(Started)
ENDING = msgspec.msgpack.Decoder(Ending)
USED = msgspec.msgpack.Decoder(Used)
QUESTIONS = msgspec.msgpack.Decoder(Question)
REPLIES = msgspec.msgpack.Decoder(Reply)
