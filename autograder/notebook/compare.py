"""Whether a notebook's file holds what ran in this kernel."""

from collections.abc import Iterable
from dataclasses import dataclass

from .casefile import load
from .data import AssignmentData, case_path
from .errors import NotebookError
from .source import Cell, NotebookFile, names_defined, tidy


@dataclass(frozen=True)
class Differences:
    """Names of answers and of what stands with them.

    changed: what ran last is not in the file. unrun: defined in the file, by a source that has not run. broken: cells
    of the file that are not Python.
    """

    changed: list[str]
    unrun: list[str]
    broken: list[str]

    def __bool__(self) -> bool:
        return bool(self.changed or self.unrun or self.broken)


def asked(data: AssignmentData) -> dict[str, str]:
    """{name that the public cases take from the notebook: the first question that asks for it}."""
    found: dict[str, str] = {}
    for question in data.checked:
        try:
            cases = load(case_path(question.name)).cases
        except NotebookError:
            continue
        for case in cases:
            for name in case.arguments:
                found.setdefault(name, question.name)
    return found


def compare(notebook: NotebookFile, ran: Iterable[str], answers: dict[str, str]) -> Differences:
    """answers: {name that a check asks for: its question}. ran: sources, in the order in which they ran."""
    cells = [cell for cell in notebook.cells if cell.graded and cell.source.strip()]
    sources = {tidy(cell.source) for cell in notebook.cells if cell.kind == "code"}
    in_file, broken = last_definitions(cells)
    last: dict[str, str] = {}
    seen = set()
    for source in ran:
        seen.add(tidy(source))
        last.update(dict.fromkeys(names_defined(source) or (), tidy(source)))
    known = {*answers, *in_file}
    changed = [name for name in last if name in known and last[name] not in sources]
    unrun = [name for name in answers if name in in_file and in_file[name] not in seen and name not in changed]
    shown = [f"cell {cell.number}" for cell in broken]
    return Differences([titled(n, answers) for n in changed], [titled(n, answers) for n in unrun], shown)


def last_definitions(cells: list[Cell]) -> tuple[dict[str, str], list[Cell]]:
    """({name: the source of the last cell that defines it}, the cells that are not Python)."""
    found: dict[str, str] = {}
    broken = []
    for cell in cells:
        names = names_defined(cell.source)
        if names is None:
            broken.append(cell)
        else:
            found.update(dict.fromkeys(names, tidy(cell.source)))
    return found, broken


def titled(name: str, answers: dict[str, str]) -> str:
    return f"{name} ({answers[name]})" if name in answers else name
