"""The four calls of a notebook, with Otter's names and arguments."""

import contextlib
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from . import locate, page
from .check import Checked, run_check
from .data import load_data
from .doubts import doubts, stale
from .errors import NotebookError
from .export import Exported, run_export
from .source import written_answers
from .summary import Summary, run_all

T = TypeVar("T", bound=page.Shown)


def check(question: str, global_env: Mapping[str, Any] | None = None) -> Checked | page.Notice:
    """Run the public cases of a question on the names of the notebook that calls."""
    names = sys._getframe(1).f_globals if global_env is None else global_env

    def run() -> Checked | page.Notice:
        data = load_data()
        asked = data.question(question)
        if asked.manual:
            return page.Notice(f"{asked.name} is answered in words: no check looks at it, a person grades it.", None)
        checked = run_check(asked, names)
        checked.doubts = doubts(checked, data, names)
        return checked

    return told(run)


def show(question: str) -> page.Notice | None:
    """Draw an answer beside the expected one, where the assignment has pictures; a line where it is an older one."""
    names = sys._getframe(1).f_globals
    try:
        pictures = importlib.import_module("pictures")
    except ImportError:
        return page.Notice("This assignment has no pictures to show.", None)
    pictures.show(question, names)
    with contextlib.suppress(NotebookError):
        data = load_data()
        older = stale(data.question(question), data, names)
        return page.Notice(f"Attention: {' '.join(older)}") if older else None
    return None


def check_all() -> Summary | page.Notice:
    """Run the public cases of every question, and say what they add up to."""
    names = sys._getframe(1).f_globals

    def run() -> Summary:
        data = load_data()
        found = locate.candidates(data, names)
        written = written_answers(locate.read(found[0]), [q.name for q in data.written]) if found else {}
        return run_all(data, names, written)

    return told(run)


def export(
    nb_path: str | None = None, export_path: str | None = None, *, files: Sequence[str] = (), **otter: object
) -> Exported | page.Notice:
    """Save the notebook where that can be done from here, pack it into a zip, and say where it is not what ran.

    files: more of them for the zip. Whatever else Otter's `export` takes may be given, and changes nothing: there is no
    PDF, and the public cases are always run.
    """
    names = sys._getframe(1).f_globals
    return told(lambda: run_export(load_data(), names, nb_path, export_path, files))


def told(run: Callable[[], T]) -> T | page.Notice:
    """What a call gives, or one line on why it cannot."""
    try:
        return run()
    except NotebookError as trouble:
        return page.Notice(str(trouble))
