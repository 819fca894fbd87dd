"""Read a master and refuse one that Otter would accept and get wrong.

A master is a notebook as a jupytext py:percent file, with Otter Assign's raw cells for structure. Every mistake
becomes one `BuildError` with the file, the line and the question. This module must never run the master's code.
"""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import yaml

BOUNDARY = re.compile(r"# (BEGIN|END) (QUESTION|SOLUTION|PROMPT|TESTS)$")
CASE_KEYS = {"points", "hidden", "success_message", "failure_message"}


class BuildError(Exception):
    """A mistake in the assignment, told in one line."""


@dataclass
class Cell:
    kind: str  # code, markdown or raw
    source: str
    line: int  # of the cell's first line of source, counted from 1
    block: str = ""  # QUESTION, SOLUTION, PROMPT, TESTS; empty outside
    question: "Question | None" = None


@dataclass
class Case:
    name: str
    points: float
    hidden: bool
    function: str  # as Otter writes it: unparsed, without comments
    source: str
    line: int


@dataclass
class Question:
    name: str
    points: float
    manual: bool
    line: int
    extra: bool = False  # its points come on top of what can be reached
    cases: list[Case] = field(default_factory=list)


class Master:
    """The cells, questions and configuration of the master at `path`; raises BuildError at the first mistake."""

    def __init__(self, path):
        self.path = Path(path)
        self.questions = {}
        self.config = None
        self.cells = self._cells()
        self._structure()
        if self.config is None:
            raise BuildError(f"{self.shown}:1: no raw cell starts with # ASSIGNMENT CONFIG")
        self._check_files()
        self._check_solutions()
        self._check_tests()
        self._check_ids()

    @property
    def shown(self):
        """The path as a person at the command line would type it."""
        absolute = self.path.resolve()
        here = Path.cwd()
        return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)

    def error(self, line, where, message):
        name = where.name if isinstance(where, Question) else where
        message = " ".join(message.split())
        return BuildError(f'{self.shown}:{line}: cell "{name}": {message}')

    def cell_error(self, cell, message, line=None):
        where = cell.question or cell.source.strip().split("\n")[0][:40]
        return self.error(line or cell.line, where, message)

    # --- cells and questions ---------------------------------------------------------------------------------

    def _cells(self):
        try:
            text = self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise BuildError(f"{self.shown}:1: is not in UTF-8 ({problem.reason}): save it so") from None
        notebook = jupytext.reads(text, fmt="py:percent")
        starts = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("# %%")]
        if len(starts) != len(notebook.cells):
            raise BuildError(f"{self.shown}:1: code stands before the first `# %%`, or `# %%` inside a cell")
        return [
            Cell(cell.cell_type, cell.source, start + (1 if cell.cell_type == "code" else 2))
            for cell, start in zip(notebook.cells, starts, strict=True)
        ]

    def _structure(self):
        """Give each cell its block and question, and collect the questions."""
        opened = []  # the BEGIN cells that wait for their END
        question = None
        for cell in self.cells:
            first = cell.source.split("\n")[0].strip()
            if cell.kind == "raw" and first == "# ASSIGNMENT CONFIG":
                self.config = self._yaml(cell)
                continue
            boundary = BOUNDARY.match(first) if cell.kind == "raw" else None
            cell.question = question
            if boundary and boundary[1] == "BEGIN":
                if boundary[2] == "QUESTION":
                    if opened:
                        raise self.cell_error(opened[-1], f"{heading(opened[-1])} has no matching END")
                    question = cell.question = self._question(cell)
                elif not opened:
                    raise self.cell_error(cell, f"{first} outside a question")
                elif len(opened) > 1:
                    raise self.cell_error(opened[-1], f"{heading(opened[-1])} has no matching END")
                opened.append(cell)
            elif boundary:
                if not opened:
                    raise self.cell_error(cell, f"{first} without a BEGIN before it")
                if heading(opened[-1]) != f"# BEGIN {boundary[2]}":
                    raise self.cell_error(opened[-1], f"{heading(opened[-1])} has no matching END")
                opened.pop()
                question = question if opened else None
            elif opened:
                cell.block = heading(opened[-1]).removeprefix("# BEGIN ")
        if opened:
            raise self.cell_error(opened[-1], f"{heading(opened[-1])} has no matching END")

    def _question(self, cell):
        config = self._yaml(cell)
        name = config.get("name")
        if not isinstance(name, str) or not name.isidentifier():
            raise self.cell_error(cell, "a question needs `name:`, a word of letters, digits and _")
        if name in self.questions:
            raise self.cell_error(cell, f"a second question named {name}")
        points = config.get("points")
        if not is_number(points):
            raise self.error(cell.line, name, "`points:` must be one number: lists give students the wrong points")
        marks = bool(config.get("manual")), cell.line, bool(config.get("extra"))
        self.questions[name] = Question(name, points, *marks)
        return self.questions[name]

    def _yaml(self, cell):
        try:
            config = yaml.safe_load(cell.source)
        except yaml.YAMLError as problem:
            raise self.cell_error(cell, f"not valid YAML: {problem}") from None
        if not isinstance(config, dict):
            raise self.cell_error(cell, "expected lines of `key: value`")
        return config

    # --- what must hold ---------------------------------------------------------------------------------------

    def _check_files(self):
        folder = self.path.resolve().parent
        line = next(cell.line for cell in self.cells if cell.source.startswith("# ASSIGNMENT CONFIG"))
        tests = self.config.get("tests")
        if not isinstance(tests, dict) or tests.get("files") is not True or tests.get("ok_format") is not False:
            raise self.error(line, "ASSIGNMENT CONFIG", "needs `tests: {files: true, ok_format: false}`")
        for key in ("files", "autograder_files"):
            names = self.config.get(key) or []
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise self.error(line, "ASSIGNMENT CONFIG", f"{key}: needs a list, a line `- name` for each file")
            for name in names:
                file = (folder / name).resolve()
                if not file.is_relative_to(folder):
                    message = f"{key}: {name} lies outside the master's folder"
                    raise self.error(line, "ASSIGNMENT CONFIG", message)
                if not file.exists():
                    raise self.error(line, "ASSIGNMENT CONFIG", f"{key}: {name} does not exist")

    def _check_solutions(self):
        """Blocks open and close, no line suffixes, and nothing that students would receive whole."""
        solved = set()
        for cell in self.cells:
            if cell.kind != "code" or cell.block == "TESTS":
                continue
            waiting = None
            for line, text in enumerate(cell.source.split("\n"), cell.line):
                text = text.strip()
                for what in ("SOLUTION", "PROMPT"):
                    if re.search(rf"# BEGIN {what}( NO PROMPT)?$", text):
                        if waiting:
                            raise self.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}", line)
                        waiting = what
                    elif text.endswith(f"# END {what}"):
                        if waiting != what:
                            raise self.cell_error(cell, f"# END {what} without # BEGIN {what}", line)
                        waiting = None
                if re.search(r"# ?SOLUTION", text):
                    message = "a `# SOLUTION` suffix leaks when a line is wrapped: use a BEGIN SOLUTION block"
                    raise self.cell_error(cell, message, line)
                if text.startswith("# BEGIN SOLUTION") and cell.question:
                    solved.add(cell.question.name)
            if waiting:
                raise self.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}")
        for question in self.questions.values():
            if not question.manual and question.name not in solved:
                message = "no `# BEGIN SOLUTION` in its code: students would receive the answer whole"
                raise self.error(question.line, question, message)

    def _check_tests(self):
        defined = self._notebook_names()
        for cell in self.cells:
            if cell.block == "TESTS":
                case = self._case(cell)
                if any(case.name == other.name for other in cell.question.cases):
                    message = f"a second {case.name}: Otter would keep only the last"
                    raise self.cell_error(cell, message)
                self._check_names(cell, case, defined)
                cell.question.cases.append(case)
        for question in self.questions.values():
            if question.manual:
                continue
            if not question.cases:
                raise self.error(question.line, question, "has no test cases, and is not `manual: true`")
            total = round(sum(case.points for case in question.cases), 6)
            if total != question.points:
                message = f"its cases add up to {total:g} points, the question says {question.points:g}"
                raise self.error(question.line, question, message)

    def _case(self, cell):
        lines = cell.source.split("\n")
        begins = re.match(r'"""\s*# BEGIN TEST CONFIG$', lines[0].strip())
        end = next((i for i, line in enumerate(lines) if re.match(r'"""\s*# END TEST CONFIG$', line)), None)
        if not begins:
            raise self.cell_error(cell, 'a case starts with `""" # BEGIN TEST CONFIG` and its points')
        if end is None:
            raise self.cell_error(cell, "# BEGIN TEST CONFIG has no # END TEST CONFIG")
        config = self._yaml(Cell("raw", "\n".join(lines[1:end]), cell.line, question=cell.question))
        unknown = sorted(set(config) - CASE_KEYS)
        if unknown:
            raise self.cell_error(cell, f"Otter ignores `{unknown[0]}:` in a test's configuration")
        if not is_number(config.get("points")):
            raise self.cell_error(cell, "each case needs `points:`, one number")
        for key in ("success_message", "failure_message"):
            if re.search(r'["\\\n]', str(config.get(key, "")).strip("\n")):
                raise self.cell_error(cell, f"{key} may not hold a double quote, a backslash or two lines")
        source = "\n".join(lines[end + 1 :])
        try:
            body = ast.parse(source).body
        except SyntaxError as problem:
            line = cell.line + end + (problem.lineno or 1)
            raise self.cell_error(cell, f"does not compile: {problem.msg}", line) from None
        called = [node.value for node in body[1:] if isinstance(node, ast.Expr)]
        if (
            len(body) != 2
            or not isinstance(body[0], ast.FunctionDef)
            or not called
            or not isinstance(called[0], ast.Call)
            or ast.unparse(called[0].func) != body[0].name
        ):
            raise self.cell_error(cell, "a case is one test function and one call of it, nothing else")
        function = ast.unparse(body[0])
        hidden = bool(config.get("hidden", False))
        line = cell.line + end + body[0].lineno
        return Case(body[0].name, config["points"], hidden, function, source, line)

    def _check_names(self, cell, case, defined):
        """Otter calls the function outside the notebook: it sees what it imports, defines or takes, no more."""
        for name in sorted(free_names(case.function)):
            message = f"{case.name} uses {name}, which it neither imports, defines nor takes"
            raise self.cell_error(cell, message, case.line)
        for name in arguments(case.function):
            if name != "env" and "*" not in defined and name not in defined:
                message = f"{case.name} takes {name}, which no cell of the notebook defines"
                raise self.cell_error(cell, message, case.line)

    def _notebook_names(self):
        names = set()
        for cell in self.cells:
            if cell.kind != "code" or cell.block == "TESTS":
                continue
            source = "\n".join("" if line.startswith(("%", "!")) else line for line in cell.source.split("\n"))
            try:
                tree = ast.parse(source)
                table = symtable.symtable(source, "cell", "exec")
            except SyntaxError as problem:
                line = cell.line + (problem.lineno or 1) - 1
                raise self.cell_error(cell, f"does not compile: {problem.msg}", line) from None
            names |= {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
            if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)):
                names.add("*")
        return names

    def _check_ids(self):
        """One id in the heading, in the stub's error and in the check."""
        for cell in self.cells:
            if cell.kind == "markdown" and cell.question and cell.block == "QUESTION":
                self._check_heading(cell)
            if cell.kind != "code":
                continue
            for match in re.finditer(r"(NotImplementedError|grader\.check)\(\s*[\"'](.*?)[\"']", cell.source):
                line = cell.line + cell.source[: match.start()].count("\n")
                name = match[2]
                if name not in self.questions:
                    raise self.cell_error(cell, f"{match[0]}) names no question: {name}", line)
                if cell.question and name != cell.question.name:
                    raise self.cell_error(cell, f"{match[0]}) stands in {cell.question.name}", line)

    def _check_heading(self, cell):
        question = cell.question
        for line, text in enumerate(cell.source.split("\n"), cell.line):
            if not text.startswith("#"):
                continue
            named = re.match(r"#+ (q\d\w*)", text)
            if named and named[1] != question.name:
                raise self.cell_error(cell, f"the heading says {named[1]}", line)
            points = re.search(r"\((\d+(?:\.\d+)?) (?:extra )?points?\b", text)
            if points and float(points[1]) != question.points:
                message = f"the heading says {points[1]} points, the question {question.points:g}"
                raise self.cell_error(cell, message, line)


def heading(cell):
    return cell.source.split("\n")[0].strip()


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def arguments(function):
    signature = ast.parse(function).body[0].args
    return [a.arg for a in signature.posonlyargs + signature.args + signature.kwonlyargs]


def free_names(function):
    """Names that a function's source takes from outside itself and that Python does not bring."""
    found = set()

    def walk(table):
        for symbol in table.get_symbols():
            outside = symbol.is_global() if table.get_type() != "module" else not symbol.is_assigned()
            if outside and symbol.is_referenced():
                found.add(symbol.get_name())
        for child in table.get_children():
            walk(child)

    walk(symtable.symtable(function, "case", "exec"))
    return found - set(dir(builtins))
