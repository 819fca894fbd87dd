"""What a test function meets in place of the student's objects and exceptions.

A proxy asks the student's process for everything; it must never answer from here, or let numpy, copy or pickle find
a method to call.
"""

import builtins
import contextlib
import functools
from typing import Any, NoReturn, Protocol

import numpy as np

from autograder.errors import StudentError
from autograder.grading.sandbox.messages import Fault


class Owner(Protocol):
    """Asks the student's process. Its methods raise the student's exception, as StudentError, or SessionEnded."""

    def get_attribute(self, proxy: "Proxy", name: str) -> Any: ...

    def set_attribute(self, proxy: "Proxy", name: str, value: Any) -> None: ...

    def call(self, proxy: "Proxy", args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...


class Proxy:
    """An object of the student's: calling, getting and setting attributes happen over there.

    Names with two leading underscores never cross, so numpy, copy and pickle find nothing to call. Two proxies are
    equal only where they are one; `==` never asks the student's side.
    """

    __slots__ = ("__name__", "_identity")

    def __init__(self, owner: Owner, start: int, number: int) -> None:
        object.__setattr__(self, "_identity", (owner, start, number))
        object.__setattr__(self, "__name__", type(self).__name__)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        return identity(self)[0].get_attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            raise AttributeError(name)
        identity(self)[0].set_attribute(self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return identity(self)[0].call(self, args, kwargs)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an object of the student's cannot be copied")


@functools.lru_cache(256)
def proxy_class(name: str) -> type[Proxy]:
    """The class of proxies for objects whose class has a name."""
    return type(name if name.isidentifier() else "object", (Proxy,), {"__slots__": ()})


def identity(proxy: Proxy) -> tuple[Owner, int, int]:
    """(who asks for it, in which start of the student's process, the object's number there)."""
    return object.__getattribute__(proxy, "_identity")  # type: ignore[no-any-return]


def rename(proxy: Proxy, name: str) -> None:
    """Give a proxy the name under which the notebook knows it."""
    object.__setattr__(proxy, "__name__", name)


def remote_error(fault: Fault) -> StudentError:
    """An exception to raise here for one that the student's code raised there; always an Exception."""
    name = fault.kind if fault.kind.isidentifier() else "Exception"
    text = fault.text + (f" ({fault.where})" if fault.where and name != "NotImplementedError" else "")
    base = getattr(builtins, name, None)
    if isinstance(base, type) and issubclass(base, Exception):
        with contextlib.suppress(TypeError):  # those that want more than a message
            return student_error(name, base)(text)
    return student_error(name)(text)


def student_error(name: str, *bases: type[Exception]) -> type[StudentError]:
    """A StudentError that is one of Python's exceptions, too; its text is the message, whatever that makes of it."""
    return type(name, (StudentError, *bases), {"__str__": lambda self: str(self.args[0])})


def give_back(ours: Any, theirs: Any) -> None:
    """Write what the call changed in its arguments into the arguments, as it would be in one process."""
    if type(theirs) is not type(ours):
        return
    if isinstance(ours, np.ndarray):
        if ours.dtype == theirs.dtype and ours.shape == theirs.shape and ours.flags.writeable:
            np.copyto(ours, theirs)
        elif ours.dtype.kind == "f" and ours.flags.writeable:
            ours.fill(np.nan)  # resized or retyped: certainly not what it was
    elif type(ours) is dict:
        for name, value in theirs.items():
            if name in ours and type(ours[name]) is type(value) and isinstance(value, np.ndarray | dict | list):
                give_back(ours[name], value)
            else:
                ours[name] = value
        for name in [name for name in ours if name not in theirs]:
            del ours[name]
    elif type(ours) is list:
        for index, value in enumerate(theirs[: len(ours)]):
            if type(value) is type(ours[index]) and isinstance(value, np.ndarray | dict | list):
                give_back(ours[index], value)
            else:
                ours[index] = value
        ours[len(theirs) :] = theirs[len(ours) :]
    elif type(ours) is tuple:
        for a, b in zip(ours, theirs, strict=False):
            give_back(a, b)
