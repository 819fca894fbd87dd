"""The student's side of a Jupyter kernel: IPython's shell, warm, and an `otter` that does nothing."""

import ast
import functools
import gc
import sys
import types
from collections.abc import Callable, Container
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

WARM_UP = ("import otter\ngrader = otter.Notebook()", "grader.check('')", "def f():\n    1 / 0\n", "f()", "%pwd")
GC_THRESHOLDS = (10_000, 20, 20)  # Python's own are many collections for what lives for a tenth of a second


def warm_shell() -> InteractiveShell:
    """IPython's shell, made once for all forks, which neither keeps a history nor prints tracebacks."""
    import matplotlib.pyplot  # noqa: F401
    import numpy.linalg
    import numpy.random  # noqa: F401

    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.enable_gui = lambda gui=None: None  # `%matplotlib` finds no window system, and no complaint
    magics = shell.magics_manager.magics["line"]
    shell.transform_cell = functools.partial(plain_or_magic, shell.transform_cell, magics)
    sys.modules["otter"] = Otter("otter")
    warm_up(shell)
    return shell  # type: ignore[no-any-return]


def plain_or_magic(transform: Callable[[str], str], magics: Container[str], source: str) -> str:
    """IPython's transformation of a cell's source, where it is needed: what parses is Python, except a lone `pwd`."""
    if "\n" not in source.strip() and source.strip().partition(" ")[0] in magics:
        return transform(source)
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return transform(source)
    return source if source.endswith("\n") else source + "\n"


def warm_up(shell: Any) -> None:
    """Go once through what every notebook needs, so that each fork finds it loaded; leave no name behind."""
    names = dict(shell.user_ns)
    for source in WARM_UP:
        shell.run_cell(source, store_history=False)
    shell.user_ns.clear()
    shell.user_ns.update(names)
    gc.collect()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.freeze()  # a fork's garbage collection would else copy every page of what we hold


class Otter(types.ModuleType):
    """What `import otter` finds: every name is a thing that does nothing, whatever is called on it."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Nothing:
    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> "Nothing":
        return self

    def __repr__(self) -> str:
        return ""
