"""What a test function meets in place of the student's objects and exceptions.

A proxy asks the student's process for everything; it must never answer from here, or let numpy, copy or pickle find
a method to call.
"""

import builtins
import contextlib
import functools

import numpy as np


class StudentError(Exception):
    """Raised by the student's code. Its type has the name of the student's exception."""

    def __str__(self):
        return str(self.args[0])


class Ended(BaseException):
    """The student's process was stopped, or has gone. No Exception, so that no test takes it for an answer's own."""


class Proxy:
    """An object of the student's: calling, getting and setting attributes happen over there.

    Names with two leading underscores never cross, so numpy, copy and pickle find nothing to call. Two proxies are
    equal only where they are one; `==` never asks the student's side.
    """

    __slots__ = ("__name__", "_about")

    def __init__(self, owner, number):
        object.__setattr__(self, "_about", (owner, number))
        object.__setattr__(self, "__name__", type(self).__name__)

    def __getattribute__(self, name):
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        return _ask(self, "getattr", name)

    def __setattr__(self, name, value):
        if name.startswith("__"):
            raise AttributeError(name)
        _ask(self, "setattr", name, value)

    def __call__(self, *args, **kwargs):
        return _ask(self, "call", args, kwargs)

    def __reduce_ex__(self, protocol):
        raise TypeError("an object of the student's cannot be copied")


@functools.lru_cache(256)
def proxy_class(name):
    """The class of proxies for objects whose class has a name."""
    return type(name, (Proxy,), {"__slots__": ()})


def about(proxy):
    return object.__getattribute__(proxy, "_about")


def _ask(proxy, op, *rest):
    (submission, start), _ = about(proxy)
    if start != submission.starts:
        raise Ended(submission.last_end)
    return submission._ask(submission.limits.call, op, proxy, *rest)


def remote_error(name, message, where=""):
    """An exception to raise here for one that the student's code raised there; always an Exception."""
    where = f" ({where})" if where and name != "NotImplementedError" else ""
    base = getattr(builtins, name, None)
    if isinstance(base, type) and issubclass(base, Exception):
        with contextlib.suppress(TypeError):  # those that want more than a message
            return type(name, (StudentError, base), {})(f"{message}{where}")
    return type(name if name.isidentifier() else "Exception", (StudentError,), {})(f"{message}{where}")


def give_back(ours, theirs):
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
