"""Read a master: its cells, its questions with their cases, and its configuration.

A master is a notebook as a jupytext py:percent file, with Otter Assign's raw cells for structure. What cannot be read
becomes one BuildError with the file, the line and the cell; what else a master must fulfil is in `rules`.
This module must never run the master's code.
"""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import jupytext

from autograder.authoring import configuration
from autograder.authoring.configuration import SettingsError, filled_in, nearest
from autograder.authoring.parts import CaseSource as CaseSource
from autograder.authoring.parts import Cell as Cell
from autograder.authoring.parts import Config, lists, sums
from autograder.authoring.parts import Question as Question
from autograder.errors import BuildError
from autograder.grading.text import one_line

BOUNDARY = re.compile(r"# (BEGIN|END) (QUESTION|SOLUTION|PROMPT|TESTS)$")
CONFIG = "# ASSIGNMENT CONFIG"
BYTE_ORDER_MARK = "\ufeff"
CELL = re.compile(r"# %%(?: \[(?:markdown|raw)\])?(?: \w+=.+)?")
BOUNDARIES = [f"# {end} {what}" for what in ("QUESTION", "SOLUTION", "PROMPT", "TESTS") for end in ("BEGIN", "END")]


class Master:
    """The master at `path`. Raises BuildError at the first thing that cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.questions: dict[str, Question] = {}
        self.cells = self._cells()
        self.config = self._config()
        self._structure()
        for cell in self.cells:
            if cell.block == "TESTS":
                self._add_case(cell)
        for cell in self.cells:
            if cell.kind == "markdown":
                try:
                    cell.source = self.filled_in(cell.source)
                except SettingsError as problem:
                    raise self.cell_error(cell, str(problem), cell.line + problem.line) from None
        self._fill_in_instructions()

    @property
    def folder(self) -> Path:
        return self.path.resolve().parent

    @property
    def shown(self) -> str:
        """The path as a person at the command line would type it."""
        absolute, here = self.path.resolve(), Path.cwd()
        return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)

    @property
    def title(self) -> str:
        return self.config.name or self.path.stem

    def filled_in(self, text: str) -> str:
        """A text with what its placeholders stand for. Raises SettingsError."""
        questions = self.questions.values()
        return filled_in(text, sums(questions), lists(questions))

    @property
    def instructions(self) -> str:
        """What the author says above the cell that exports."""
        group = self.config.settings.get("export_cell")
        return str(group.get("instructions") or "") if isinstance(group, dict) else ""

    def solutions(self) -> dict[str, str]:
        """{question: the source of its solution, as the solved notebook has it}."""
        sources: dict[str, list[str]] = {}
        for cell in self.cells:
            if cell.is_solution and cell.question:
                sources.setdefault(cell.question.name, []).append(without_markers(cell.source))
        return {name: "\n".join(parts) for name, parts in sources.items()}

    # --- errors -------------------------------------------------------------------------------------------------------

    def error(self, line: int, where: Question | str, message: str) -> BuildError:
        name = where.name if isinstance(where, Question) else where
        return BuildError(f'{self.shown}:{line}: cell "{name}": {one_line(message)}')

    def cell_error(self, cell: Cell, message: str, line: int | None = None) -> BuildError:
        return self.error(line or cell.line, cell.question or cell.source.strip().split("\n")[0][:40], message)

    def file_error(self, message: str) -> BuildError:
        """An error that belongs to no cell."""
        return BuildError(f"{self.shown}:1: {one_line(message)}")

    # --- cells and questions ------------------------------------------------------------------------------------------

    def _cells(self) -> list[Cell]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise self.file_error(f"is not in UTF-8 ({problem.reason}): save it as UTF-8") from None
        if text.startswith(BYTE_ORDER_MARK):
            raise self.file_error("begins with a byte order mark: save it as UTF-8 without one")
        starts = []
        for number, line in enumerate(text.split("\n"), 1):
            if line.startswith("# %%"):
                starts.append(number)
                if not CELL.fullmatch(line):
                    message = f"`{line}` starts no cell: write `# %%`, `# %% [markdown]` or `# %% [raw]`"
                    raise self.error(number, line, message)
        try:
            notebook = jupytext.reads(text, fmt="py:percent")
        except Exception as problem:  # jupytext's and nbformat's own, of many kinds
            raise self.file_error(f"jupytext cannot read it: {type(problem).__name__}: {problem}") from problem
        if len(starts) != len(notebook.cells):
            raise self.file_error("code stands before the first `# %%`, or `# %%` inside a cell")
        return [
            Cell(
                cell.cell_type,
                cell.source,
                start + (1 if cell.cell_type == "code" else 2),
                cell.metadata.get("tags", []),
            )
            for cell, start in zip(notebook.cells, starts, strict=True)
        ]

    def _config(self) -> Config:
        cells = [cell for cell in self.cells if cell.kind == "raw" and cell.heading == CONFIG]
        if not cells:
            raise self.file_error(f"no raw cell starts with {CONFIG}")
        if len(cells) > 1:
            raise self.cell_error(cells[1], f"a second {CONFIG}")
        settings, lists = self._settings(cells[0], "assignment"), dict[str, list[str]]()
        for key in ("files", "autograder_files", "spoilers"):
            lists[key] = settings.get(key) or []
        return Config(cells[0], str(settings.get("name") or ""), **lists, settings=settings)

    def _fill_in_instructions(self) -> None:
        if self.instructions:
            try:
                self.config.settings["export_cell"]["instructions"] = self.filled_in(self.instructions)
            except SettingsError as problem:
                raise self.error(self.config.line, CONFIG, f"instructions: {problem}") from None

    def _structure(self) -> None:
        """Give each cell its block and question, and collect the questions."""
        opened: list[Cell] = []  # the BEGIN cells that wait for their END
        question = None
        for cell in self.cells:
            boundary = BOUNDARY.match(cell.heading) if cell.kind == "raw" else None
            cell.question = question
            if not cell.source.strip():
                raise self.cell_error(cell, "an empty cell")
            rest = [line for line in cell.source.split("\n")[1:] if line.strip()] if boundary else []
            if boundary and (rest and boundary[2] != "QUESTION" or any(BOUNDARY.match(line) for line in rest)):
                raise self.cell_error(cell, f"{cell.heading} stands alone in its cell, not with: {rest[0]}")
            if boundary and boundary[1] == "BEGIN":
                if boundary[2] == "QUESTION":
                    if opened:
                        raise self._unclosed(opened[-1])
                    question = cell.question = self._question(cell)
                elif not opened:
                    raise self.cell_error(cell, f"{cell.heading} outside a question")
                elif len(opened) > 1:
                    raise self._unclosed(opened[-1])
                opened.append(cell)
            elif boundary:
                if not opened:
                    raise self.cell_error(cell, f"{cell.heading} without a BEGIN before it")
                if opened[-1].heading != f"# BEGIN {boundary[2]}":
                    raise self._unclosed(opened[-1])
                opened.pop()
                question = question if opened else None
            elif cell.kind == "raw" and cell.heading != CONFIG:
                message = f"a raw cell that Otter does not know: {cell.heading}{nearest(cell.heading, BOUNDARIES)}"
                raise self.cell_error(cell, message)
            elif opened:
                cell.block = opened[-1].heading.removeprefix("# BEGIN ")
        if opened:
            raise self._unclosed(opened[-1])

    def _unclosed(self, cell: Cell) -> BuildError:
        return self.cell_error(cell, f"{cell.heading} has no matching END")

    def _question(self, cell: Cell) -> Question:
        config = self._settings(cell, "question")
        name, points = config.get("name"), config.get("points")
        if not isinstance(name, str) or not name.isidentifier():
            raise self.cell_error(cell, "a question needs `name:`, a word of letters, digits and _")
        if name in self.questions:
            raise self.cell_error(cell, f"a second question named {name}")
        if not is_number(points):
            raise self.error(
                cell.line, name, "`points:` must be one number above 0, no list: students would see other points"
            )
        manual, extra = bool(config.get("manual")), bool(config.get("extra"))
        self.questions[name] = Question(name, points, manual, cell.line, extra)
        return self.questions[name]

    def _add_case(self, cell: Cell) -> None:
        assert cell.question is not None
        case = self._case(cell)
        if any(case.name == other.name for other in cell.question.cases):
            raise self.cell_error(cell, f"a second {case.name}: Otter would keep only the last")
        cell.question.cases.append(case)

    def _case(self, cell: Cell) -> CaseSource:
        lines = cell.source.split("\n")
        begins = re.match(r'"""\s*# BEGIN TEST CONFIG$', lines[0].strip())
        end = next((i for i, line in enumerate(lines) if re.match(r'"""\s*# END TEST CONFIG$', line)), None)
        if not begins:
            raise self.cell_error(cell, 'a case starts with `""" # BEGIN TEST CONFIG` and its points')
        if end is None:
            raise self.cell_error(cell, "# BEGIN TEST CONFIG has no # END TEST CONFIG")
        config = self._settings(Cell("raw", "\n".join(lines[1:end]), cell.line + 1, question=cell.question), "case")
        self._check_case_config(cell, config)
        source = "\n".join(lines[end + 1 :])
        try:
            body = ast.parse(source).body
        except SyntaxError as problem:
            line = cell.line + end + (problem.lineno or 1)
            raise self.cell_error(cell, f"does not compile: {problem.msg}", line) from None
        function = body[0] if len(body) == 2 and isinstance(body[0], ast.FunctionDef) else None
        if function is None or not is_call_of(body[1], function.name):
            raise self.cell_error(cell, "a case is one test function and one call of it, nothing else")
        line, hidden = cell.line + end + function.lineno, bool(config.get("hidden", False))
        return CaseSource(function.name, config["points"], hidden, ast.unparse(function), cell, line)

    def _check_case_config(self, cell: Cell, config: dict[str, Any]) -> None:
        if not is_number(config.get("points")):
            raise self.cell_error(cell, "each case needs `points:`, one number above 0")
        for key in ("success_message", "failure_message"):
            if re.search(r'["\\\n]', str(config.get(key, "")).strip("\n")):
                raise self.cell_error(cell, f"{key} may not hold a double quote, a backslash or two lines")

    def _settings(self, cell: Cell, what: str) -> dict[str, Any]:
        try:
            return configuration.read(cell.source, what)
        except SettingsError as problem:
            raise self.cell_error(cell, str(problem), cell.line + problem.line) from None


def without_markers(source: str) -> str:
    """A cell's code without Otter's markers and without what students get in a solution's place."""
    return "\n".join(solution_lines(source)).strip("\n")


def solution_lines(source: str) -> Iterator[str]:
    prompt = False
    for line in source.split("\n"):
        prompt = prompt or line.endswith("# BEGIN PROMPT")
        if not prompt and not re.search(r"# (BEGIN|END) SOLUTION", line):
            yield line
        prompt = prompt and not line.endswith("# END PROMPT")


def is_call_of(statement: ast.stmt, name: str) -> bool:
    """Whether a statement is a call of the function with a name, and nothing else."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) == name


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value counts points: a number above zero."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
