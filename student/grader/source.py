"""A notebook's file: its cells, the names that each of them defines, and whether a written answer was written.

Also the sources that ran in this kernel. Nothing here may run code.
"""

import ast
import functools
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .data import PLACEHOLDER, AssignmentData
from .errors import NotebookError

SKIP_TAG = "otter_ignore"  # what carries it is not graded
BEGIN, END = "<!-- BEGIN QUESTION -->", "<!-- END QUESTION -->"


@dataclass(frozen=True)
class Cell:
    """A cell as its file has it. number: counted from 1, over all cells."""

    number: int
    kind: str  # code, markdown or raw
    source: str
    tags: frozenset[str] = frozenset()

    @property
    def graded(self) -> bool:
        return self.kind == "code" and SKIP_TAG not in self.tags


@dataclass(frozen=True)
class NotebookFile:
    """A notebook as bytes and as cells."""

    name: str
    data: bytes
    cells: list[Cell] = field(repr=False)
    assignment: str = ""  # the name that its metadata carry

    def is_of(self, assignment: AssignmentData) -> bool:
        """Whether it is a notebook of this assignment, by its metadata or by the checks in it."""
        checks = {f'grader.check("{question.name}")' for question in assignment.checked}
        return self.assignment == assignment.name or any(
            check in cell.source for cell in self.cells if cell.kind == "code" for check in checks
        )


def parse(name: str, data: bytes) -> NotebookFile:
    """A notebook from its bytes. Raises NotebookError."""
    try:
        read = json.loads(data.decode("utf-8-sig"))
        cells = [made_cell(number, cell) for number, cell in enumerate(read["cells"], 1)]
        assignment = read.get("metadata", {}).get("otter", {}).get("assignment_name", "")
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise NotebookError(f"{name} is empty or damaged: save the notebook, then run this cell again.") from problem
    return NotebookFile(name, data, cells, assignment)


def made_cell(number: int, cell: Any) -> Cell:
    source = cell.get("source", "")
    tags = cell.get("metadata", {}).get("tags", [])
    return Cell(number, cell.get("cell_type", ""), "".join(source), frozenset(map(str, tags)))


def sources_run() -> list[str]:
    """The sources of the cells that ran in this kernel, in the order in which they did; none outside IPython."""
    history = kernel_history()
    return [source for source in history.input_hist_raw if source.strip()] if history else []


def sources_compiled() -> list[str]:
    """The same cells as the kernel compiled them, its magics made Python."""
    history = kernel_history()
    both = zip(history.input_hist_raw, history.input_hist_parsed, strict=False) if history else ()
    return [compiled for source, compiled in both if source.strip()]


def kernel_history() -> Any:
    """IPython's record of the cells that ran; None outside IPython."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell.history_manager if shell else None


def tidy(source: str) -> str:
    """A source without what an editor may add or drop: white space at the end of lines and of the whole."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


@functools.cache  # a kernel's cells are looked at again at every check
def names_defined(source: str) -> frozenset[str] | None:
    """The names that a cell binds at its top level; None where it is not Python. Magics count as nothing."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        return frozenset()
    plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return frozenset(bound(tree.body))


def bound(statements: Iterable[ast.stmt]) -> Iterable[str]:
    """The names that statements bind where they stand, not inside the functions and classes that they define."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.alias):
                yield (node.asname or node.name).partition(".")[0]
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):  # below an `if` or a `try`
                yield node.name


def written_answers(notebook: NotebookFile, names: list[str]) -> dict[str, bool]:
    """{question: whether its answer was written}, for those of these written questions that the notebook holds."""
    found: dict[str, bool] = {}
    current = None
    for cell in notebook.cells:
        if END in cell.source:
            current = None
        if BEGIN in cell.source:
            current = next((name for name in names if name in cell.source), None)
        elif current:
            answered = bool(cell.source.strip()) and PLACEHOLDER not in cell.source
            found[current] = answered and found.get(current, True)
    return found
