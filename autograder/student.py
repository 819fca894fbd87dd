"""Runs the notebook's cells and answers for its objects: what is left of a student's process once it is shut in.

Whatever stands here, student code can read and change; it must never be relied on by the grader.
"""

import ast
import contextlib
import functools
import gc
import itertools
import linecache
import os
import sys
import traceback
import types

from autograder import wire

DEFINITIONS = 200  # how many are told at once, and the rest when asked for


def warm_shell():
    """IPython's shell, made once for all forks, which neither keeps a history nor prints tracebacks."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.linalg
    import numpy.random  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.enable_gui = lambda gui=None: None  # `%matplotlib` finds no window system, and no complaint
    magics = shell.magics_manager.magics["line"]
    shell.transform_cell = functools.partial(plain_or_magic, shell.transform_cell, magics)
    sys.modules["otter"] = Otter("otter")
    warm_up(shell)
    return shell


def plain_or_magic(transform, magics, source):
    """IPython's transformation of a cell's source, where it is needed: what parses is Python, but for a lone `pwd`."""
    if "\n" not in source.strip() and source.strip().partition(" ")[0] in magics:
        return transform(source)
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return transform(source)
    return source if source.endswith("\n") else source + "\n"


def warm_up(shell):
    """Go once through what every notebook needs, so that each fork finds it loaded; leave no name behind."""
    names, student = dict(shell.user_ns), Student(shell, None)
    for source in (
        "import otter\ngrader = otter.Notebook()",
        "grader.check('')",
        "def f():\n    1 / 0\n",
        "f()",
        "%pwd",
    ):
        student.do_cell(source)
    shell.user_ns.clear()
    shell.user_ns.update(names)
    gc.collect()
    gc.set_threshold(10_000, 20, 20)  # Python's own, 700 or 2000, is much for what lives for a tenth of a second
    gc.freeze()  # a fork's garbage collection would else copy every page of what we hold


class Otter(types.ModuleType):
    """What `import otter` finds: every name is a thing that does nothing, whatever is called on it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Nothing:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __repr__(self):
        return ""


class Student:
    """Runs cells and answers: the names of the notebook, attributes, calls."""

    def __init__(self, shell, sock):
        self.shell, self.sock, self.pid = shell, sock, os.getpid()
        self.objects, self.numbers = [], {}
        self.getpid, self.leave = os.getpid, os._exit

    def serve(self):
        while True:
            self.frame = wire.receive(self.sock)
            number, op, *rest = self.message = wire.decode(self.frame, self.found)
            try:
                answer = (number, "ok", *getattr(self, f"do_{op}")(*rest))
            except BaseException as error:
                answer = (number, "error", *described(error))
            if self.getpid() != self.pid:
                self.leave(0)  # a fork of the student's that fell out of its cell
            try:
                frame = wire.encode(answer, self.named)
            except wire.WireError as error:
                frame = wire.encode((number, "error", "ValueError", f"the answer cannot be sent: {error}"))
            wire.send(self.sock, frame)

    def named(self, thing):
        """The number of an object that stays here, and the name of its type."""
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = len(self.objects)
            self.objects.append(thing)
        return self.numbers[id(thing)], type.__dict__["__name__"].__get__(type(thing))

    def known(self, thing):
        return self.named(thing)[0], "object"  # as the grader names what it sends back

    def found(self, number, _):
        return self.objects[number]

    def do_cell(self, source):
        """Run a cell; the answer is None or what went wrong, as (type, message, where)."""
        result = self.shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        return None if error is None else described(error), None

    def do_definitions(self):
        """Functions and classes of the notebook by name, which most tests ask for; no crowd that was imported."""
        kinds = types.FunctionType, type
        found = ((name, thing) for name, thing in list(self.shell.user_ns.items()) if type(thing) in kinds)
        return dict(itertools.islice(found, DEFINITIONS)), None

    def do_get(self, name):
        names = self.shell.user_ns
        return ({name: names[name]} if name in names else {}), None

    def do_getattr(self, thing, name):
        return getattr(thing, name), None

    def do_setattr(self, thing, name, value):
        setattr(thing, name, value)
        return None, None

    def do_call(self, function, args, kwargs):
        """The result, and the arguments where the call has changed them."""
        result = function(*args, **kwargs)
        same = wire.encode(self.message, self.known) == self.frame  # the message holds these very arguments
        return result, None if same else (args, kwargs)


def described(error):
    """(type, message, where) of an exception; type is a built-in one where the exception is one."""
    name, message, where = "Exception", "", ""
    with contextlib.suppress(BaseException):
        name = str(type(error).__name__)[:80]
        message = str(error)[:200]
        if isinstance(error, SyntaxError):
            return name, str(error.msg)[:200], f"line {error.lineno} of its cell: {(error.text or '').strip()[:80]}"
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<ipython-input")]
        if frames:
            last = frames[-1]
            code = (last.line or linecache.getline(last.filename, last.lineno)).strip()[:80]
            inside = "" if last.name == "<module>" else f"in {last.name}, "
            where = f"{inside}line {last.lineno} of its cell: {code}"
    return name, message, where
