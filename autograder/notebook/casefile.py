"""Otter's exception-format test files, loaded and run without Otter.

A file gives the verdicts, the points and, word for word, the messages that Otter's ExceptionTestFile gives. This module
must never put a module named `otter` where other code could import it.
"""

import builtins
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .errors import NotebookError

EVERYTHING = "env"  # the parameter that gets all names
SUPPLIED = "otter.test_files"  # the one module that a test file imports from Otter
MISSING = (KeyError, OSError, ImportError, AttributeError)
AGAIN = "Run the first cell of the notebook again: it says which of its files are of another version."


@dataclass(eq=False)
class CaseDefinition:
    """Otter's decorator `test_case`: what a file says of a case, and then the case's function."""

    name: str | None = None
    points: float | None = None
    hidden: bool = False
    success_message: str | None = None
    failure_message: str | None = None
    function: Callable[..., None] = lambda: None

    def __call__(self, function: Callable[..., None]) -> "CaseDefinition":
        self.function = function
        return self

    @property
    def arguments(self) -> list[str]:
        """The names that the case takes from the notebook."""
        return [name for name in inspect.signature(self.function).parameters if name != EVERYTHING]


@dataclass(frozen=True)
class CaseResult:
    """How a case ended. claim: what it is about. message: the check's own words, "" where it passed."""

    claim: str
    points: float
    passed: bool
    message: str = ""
    remark: str = ""  # what the author says to all who pass, or to all who fail
    todo: bool = False  # whether it failed because the answer has not been begun, or its cell not been run


@dataclass(frozen=True)
class CaseFile:
    """A question's test file. points: of all its cases, in the order in which the file declares them."""

    path: Path
    question: str
    cases: tuple[CaseDefinition, ...]
    points: tuple[float, ...]
    all_or_nothing: bool = False

    def run(self, names: Mapping[str, Any]) -> list[CaseResult]:
        """Call each case with what it asks for of a notebook's names; None for a name that is missing, as Otter."""
        return [self.result(case, points, names) for case, points in zip(self.cases, self.points, strict=True)]

    def result(self, case: CaseDefinition, points: float, names: Mapping[str, Any]) -> CaseResult:
        arguments = {name: names.get(name) for name in case.arguments}
        if EVERYTHING in inspect.signature(case.function).parameters:
            arguments[EVERYTHING] = names
        result = CaseResult(claim_of(case, self.question), points, True, remark=case.success_message or "")
        try:
            case.function(**arguments)
        except Exception as problem:
            remark = AGAIN if self.is_to_blame(problem) else case.failure_message or ""
            todo = isinstance(problem, NotImplementedError) or bool(getattr(problem, "not_done", False))
            todo = todo or any(name not in names for name in case.arguments)
            return replace(result, passed=False, message=message_of(problem), remark=remark, todo=todo)
        return result

    def is_to_blame(self, problem: Exception) -> bool:
        """Whether the files of the checks miss something of their own, as where they are of different versions."""
        trace = problem.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        raised_in = Path(trace.tb_frame.f_code.co_filename) if trace else Path()
        return isinstance(problem, MISSING) and raised_in.is_relative_to(self.path.parents[1])


def load(path: Path) -> CaseFile:
    """A test file. Raises NotebookError for one that is not in exception format, or broken."""
    try:
        names = run_file(path)
        cases = tuple(value for value in names.values() if isinstance(value, CaseDefinition))
        points = resolve_points(names.get("points"), [case.points for case in cases])
        return CaseFile(path, names["name"], cases, points, bool(names.get("all_or_nothing", False)))
    except Exception as problem:
        what = f"{type(problem).__name__}: {problem}".split("\n")[0]
        raise NotebookError(f"The check {path.name} cannot be read ({what}). {AGAIN}") from problem


def run_file(path: Path) -> dict[str, Any]:
    """The names that a test file defines, its import from Otter answered by ours."""
    stand_in = SimpleNamespace(test_case=CaseDefinition, test_files=SimpleNamespace(test_case=CaseDefinition))

    def supply(name: str, *details: Any, **named: Any) -> Any:
        return stand_in if name == SUPPLIED else builtins.__import__(name, *details, **named)

    names: dict[str, Any] = {"__builtins__": vars(builtins) | {"__import__": supply}}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names


def resolve_points(total: Any, given: list[float | None]) -> tuple[float, ...]:
    """The points of each case, where a file may give them for the question or for some cases: Otter's rules."""
    if isinstance(total, list):
        if len(total) != len(given):
            raise ValueError(f"{len(total)} points for {len(given)} cases")
        total, given = None, list(total)
    known, open_cases = sum(points for points in given if points is not None), given.count(None)
    if total is not None and known > total:
        raise ValueError("more points in the cases than in the question")
    if total is None:  # a question without points is worth one, unless its cases say otherwise
        total = known if known else 1
    each = (total - known) / open_cases if open_cases else 0.0
    return tuple(each if points is None else points for points in given)


def claim_of(case: CaseDefinition, question: str) -> str:
    """What a case is about: its title, or its function's name as words, without the question's."""
    if case.name:
        return case.name
    name = case.function.__name__.removeprefix("test_")
    for start in (question, question.partition("_")[0]):
        if name.startswith(f"{start}_"):
            name = name.removeprefix(f"{start}_")
            break
    return name.replace("_", " ")


def message_of(problem: Exception) -> str:
    """What an exception says; its kind in front, where it is not a check's own."""
    text = str(problem).strip("'")  # as Otter does, for a KeyError's sake
    if isinstance(problem, AssertionError):
        return text or "This does not hold; the check says no more."
    return f"{type(problem).__name__}: {text}"
