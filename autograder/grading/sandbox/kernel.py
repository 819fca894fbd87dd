"""The student's side of a Jupyter kernel: IPython's shell, warm, which runs what a kernel runs.

What a kernel has and a confined process cannot have does nothing and harms nothing: window systems, IPython's own
folders, Otter, and `grader`, by which a student's notebook checks itself.
"""

import ast
import asyncio
import contextvars
import gc
import importlib.abc
import importlib.machinery
import importlib.metadata
import os
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.grading.sandbox import semaphores

CHECKERS = {"otter", "grader"}
USER = "student"  # what a user id of its own is called
MAX_FAILURES = 20  # statements of a cell that may fail before the rest is left alone
WARM_UP = ("import otter, grader", "grader.check('')", "def f():\n    1 / 0\n", "f()", "%pwd")
GC_THRESHOLDS = (10_000, 20, 20)  # Python's own are many collections for what lives for a tenth of a second


def warm_kernel() -> "Kernel":
    """The kernel, made once for all forks, loaded with what most notebooks import."""
    import matplotlib.pyplot
    import numpy.linalg
    import numpy.random  # noqa: F401

    config = Config()
    config.HistoryManager.enabled = False  # no database; In, Out and _ are there
    shell: Any = InteractiveShell.instance(config=config)
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell._format_exception_for_storage = lambda *args, **kwargs: {}  # nobody looks at these
    shell.extension_manager.load_extension("storemagic")  # as in a kernel
    shell.display_formatter.ipython_display_formatter.for_type(Nothing, lambda thing: None)  # it shows as nothing
    shell.enable_gui = lambda gui=None: None  # `%matplotlib` finds no window system, and no complaint
    shell.system = shell.system_raw  # a shell escape needs no terminal
    matplotlib.use = without_windows(matplotlib.use)
    matplotlib.pyplot.switch_backend = without_windows(matplotlib.pyplot.switch_backend)
    semaphores.install()
    sys.meta_path.insert(0, CheckerFinder())
    kernel = Kernel(shell)
    kernel.warm_up()
    return kernel


class Parsed(NamedTuple):
    """A cell's source, the Python that IPython makes of it, and that one's tree; None where IPython must parse it."""

    source: str
    code: str
    tree: ast.AST | None


class Kernel:
    """Runs cells as a Jupyter kernel does, but for two things: nothing is shown, and a statement that fails at the top
    level of a cell does not take the rest of the cell with it.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.magics = shell.magics_manager.magics["line"]
        self.transform, self.is_async = shell.transform_cell, shell.should_run_async
        self.parse = shell.compile.ast_parse
        shell.transform_cell, shell.should_run_async = self.transformed, self.should_run_async
        shell.compile.ast_parse = self.parse_once
        self.ahead: Parsed | None = None  # of the cell that is about to run: IPython asks for each part again
        self.start_loop()

    def start_loop(self) -> None:
        """One loop and one context for all cells here; a loop made before a fork has lost its descriptors."""
        self.loop, self.context = asyncio.new_event_loop(), contextvars.copy_context()
        asyncio.set_event_loop(self.loop)

    @property
    def names(self) -> dict[str, Any]:
        return self.shell.user_ns  # type: ignore[no-any-return]

    def move_to(self, folder: str) -> None:
        """Have a loop, IPython's own files, a user's name and forgiving streams in this fork, whose folder it is."""
        self.start_loop()
        os.environ.update(dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), USER))
        home = os.path.join(folder, ".ipython")
        self.shell._trait_values["ipython_dir"] = home  # without the folders that IPython makes at once
        self.shell.profile_dir._trait_values["location"] = os.path.join(home, "profile_default")
        self.shell.db = None
        self.shell.user_ns["_dh"][:] = [folder]
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def run(self, source: str) -> BaseException | None:
        """Run a cell, also what stands behind a statement that fails; the first exception."""
        first, left = None, source
        for attempt in range(MAX_FAILURES):
            result = self.run_once(left, store_history=not attempt)
            error = result.error_before_exec or result.error_in_exec
            first = first or error
            left = self.rest(left, error) if error and not result.error_before_exec else ""
            if not left:
                break
        return first

    def run_once(self, source: str, store_history: bool = True) -> Any:
        """Run a source in the loop, which is there for tasks and futures as in a kernel; IPython's result."""

        async def in_loop() -> Any:
            self.ahead = self.parsed(source)
            code = self.ahead.code
            if self.shell.should_run_async(source, transformed_cell=code):
                result = await self.shell.run_cell_async(source, store_history=store_history, transformed_cell=code)
            else:
                result = self.shell.run_cell(source, store_history=store_history)
            await asyncio.sleep(0)  # tasks go a step further
            return result

        return self.loop.run_until_complete(self.loop.create_task(in_loop(), context=self.context))

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function as a cell would."""
        return self.context.run(function, *args, **kwargs)

    def parsed(self, source: str) -> Parsed:
        """A source, transformed by IPython where that is needed: what parses is Python, except a lone `pwd`."""
        if "\n" not in source.strip() and source.strip().partition(" ")[0] in self.magics:
            return Parsed(source, self.transform(source), None)
        code = source if source.endswith("\n") else source + "\n"
        try:
            return Parsed(source, code, self.parse(code))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return Parsed(source, self.transform(source), None)

    def transformed(self, source: str) -> str:
        """What IPython's own transformation is replaced by."""
        return self.ahead.code if self.ahead and self.ahead.source == source else self.parsed(source).code

    def parse_once(self, code: str, *args: Any, **kwargs: Any) -> Any:
        """What IPython's own parsing is replaced by. A tree is handed out once, since who gets it may change it."""
        ahead, self.ahead = self.ahead, None
        return ahead.tree if ahead and ahead.tree and ahead.code == code else self.parse(code, *args, **kwargs)

    def should_run_async(self, source: str, *, transformed_cell: str, **kwargs: Any) -> bool:
        """IPython compiles a cell to find out; without either word it cannot be."""
        if "await" not in transformed_cell and "async" not in transformed_cell:
            return False
        return self.is_async(source, transformed_cell=transformed_cell, **kwargs)  # type: ignore[no-any-return]

    def rest(self, source: str, error: BaseException) -> str:
        """What stands behind the statement of a source that has failed, at the same lines; "" where nothing does."""
        try:
            code = self.transformed(source)
            statements = ast.parse(code).body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return ""  # a cell magic, or an `await` that only IPython can parse
        line = failed_line(error)
        following = [node for node in statements if line is not None and node.lineno > line]
        if not following:
            return ""
        lines = code.split("\n")
        return "\n" * (following[0].lineno - 1) + "\n".join(lines[following[0].lineno - 1 :])

    def warm_up(self) -> None:
        """Go once through what every notebook needs, so that each fork finds it loaded; leave no name behind."""
        for source in WARM_UP:
            self.run(source)
        self.shell.reset(new_session=True)
        self.loop.close()
        gc.collect()
        gc.set_threshold(*GC_THRESHOLDS)
        gc.freeze()  # a fork's garbage collection would else copy every page of what we hold


def failed_line(error: BaseException) -> int | None:
    """The line of the cell's own code, outside all functions, that an exception came through."""
    trace, line = error.__traceback__, None
    while trace:
        code = trace.tb_frame.f_code
        if code.co_name == "<module>" and code.co_filename.startswith("<ipython-input"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def without_windows(use: Callable[..., Any]) -> Callable[..., Any]:
    """A function of matplotlib's that chooses a backend, which leaves things as they are where that needs a window."""

    def chosen(*args: Any, **kwargs: Any) -> Any:
        try:
            return use(*args, **kwargs)
        except ImportError:
            return None

    return chosen


class CheckerFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what checks a notebook, and all below it: modules whose every name is a thing that does nothing."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in CHECKERS:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return Checker(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        try:
            module.__version__ = importlib.metadata.version("otter-grader")  # type: ignore[attr-defined]
        except importlib.metadata.PackageNotFoundError:
            module.__version__ = ""  # type: ignore[attr-defined]


class Checker(types.ModuleType):
    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Nothing:
    """Whatever is asked of it, or done with it, gives itself."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> "Nothing":
        return self

    def __getitem__(self, key: object) -> "Nothing":
        return self

    def __enter__(self) -> "Nothing":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return ""
