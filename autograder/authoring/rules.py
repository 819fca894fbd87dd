"""What a master must fulfil that Otter would accept and get wrong, or give away.

Each rule raises one BuildError with the file, the line and the cell. This module must never run the master's code.
"""

import re

from autograder.authoring.master import CaseSource, Cell, Master
from autograder.authoring.names import arguments, defined, free
from autograder.errors import BuildError

PRIVATE = "private"  # the folder of which students get nothing
CASE_ARGUMENT = "env"  # the one parameter that Otter fills in itself


def check_rules(master: Master) -> None:
    """Raises BuildError at the first rule that a master breaks."""
    check_config(master)
    check_solutions(master)
    check_cases(master)
    check_ids(master)


def check_config(master: Master) -> None:
    """Test files in exception format; all files exist in the master's folder, and students get none that is private."""

    def error(message: str) -> BuildError:
        return master.error(config.line, "ASSIGNMENT CONFIG", message)

    config, folder = master.config, master.folder
    tests = config.tests
    if not isinstance(tests, dict) or tests.get("files") is not True or tests.get("ok_format") is not False:
        raise error("needs `tests: {files: true, ok_format: false}`")
    for key, names in (("files", config.files), ("autograder_files", config.autograder_files)):
        for name in names:
            file = (folder / name).resolve()
            if not file.is_relative_to(folder):
                raise error(f"{key}: {name} lies outside the master's folder")
            if not file.exists():
                raise error(f"{key}: {name} does not exist")
    for name in config.files:
        file, private = (folder / name).resolve(), folder / PRIVATE
        if file.is_relative_to(private) or private.is_relative_to(file):
            raise error(f"files: {name} would give students what lies in {PRIVATE}/")
        if name in config.autograder_files:
            raise error(
                f"files: {name} stands in autograder_files too: students would get what only the grader may have"
            )


def check_solutions(master: Master) -> None:
    """Blocks open and close, no line suffixes, and nothing that students would receive whole."""
    solved = set()
    for cell in master.cells:
        if cell.kind != "code" or cell.block == "TESTS":
            continue
        waiting = None
        for line, text in enumerate(cell.source.split("\n"), cell.line):
            text = text.strip()
            for what in ("SOLUTION", "PROMPT"):
                if re.search(rf"# BEGIN {what}( NO PROMPT)?$", text):
                    if waiting:
                        raise master.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}", line)
                    waiting = what
                elif text.endswith(f"# END {what}"):
                    if waiting != what:
                        raise master.cell_error(cell, f"# END {what} without # BEGIN {what}", line)
                    waiting = None
            if re.search(r"# ?SOLUTION", text):
                message = "a `# SOLUTION` suffix leaks when a line is wrapped: use a BEGIN SOLUTION block"
                raise master.cell_error(cell, message, line)
            if text.startswith("# BEGIN SOLUTION") and cell.question:
                solved.add(cell.question.name)
        if waiting:
            raise master.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}")
    for question in master.questions.values():
        if not question.manual and question.name not in solved:
            message = "no `# BEGIN SOLUTION` in its code: students would receive the answer whole"
            raise master.error(question.line, question, message)


def check_cases(master: Master) -> None:
    """Cases add up to their question's points and use no name that Otter would not give them."""
    known = notebook_names(master)
    for question in master.questions.values():
        for case in question.cases:
            check_names(master, case, known)
        if question.manual:
            continue
        if not question.cases:
            raise master.error(question.line, question, "has no test cases, and is not `manual: true`")
        total = round(sum(case.points for case in question.cases), 6)
        if total != question.points:
            message = f"its cases add up to {total:g} points, the question says {question.points:g}"
            raise master.error(question.line, question, message)


def check_names(master: Master, case: CaseSource, known: set[str]) -> None:
    """Otter calls the function outside the notebook: it sees what it imports, defines or takes, no more."""
    for name in sorted(free(case.function)):
        message = f"{case.name} uses {name}, which it neither imports, defines nor takes"
        raise master.cell_error(case.cell, message, case.line)
    for name in arguments(case.function):
        if name != CASE_ARGUMENT and "*" not in known and name not in known:
            message = f"{case.name} takes {name}, which no cell of the notebook defines"
            raise master.cell_error(case.cell, message, case.line)


def notebook_names(master: Master) -> set[str]:
    """The names that the notebook's cells define or import; "*" where one imports everything of a module."""
    names = set()
    for cell in master.cells:
        if cell.kind == "code" and cell.block != "TESTS":
            try:
                names |= defined(cell.source)
            except SyntaxError as problem:
                line = cell.line + (problem.lineno or 1) - 1
                raise master.cell_error(cell, f"does not compile: {problem.msg}", line) from None
    return names


def check_ids(master: Master) -> None:
    """One id in the heading, in the stub's error and in the check."""
    for cell in master.cells:
        if cell.kind == "markdown" and cell.question and cell.block == "QUESTION":
            check_heading(master, cell)
        if cell.kind != "code":
            continue
        for match in re.finditer(r"(NotImplementedError|grader\.check)\(\s*[\"'](.*?)[\"']", cell.source):
            line = cell.line + cell.source[: match.start()].count("\n")
            name = match[2]
            if name not in master.questions:
                raise master.cell_error(cell, f"{match[0]}) names no question: {name}", line)
            if cell.question and name != cell.question.name:
                raise master.cell_error(cell, f"{match[0]}) stands in {cell.question.name}", line)


def check_heading(master: Master, cell: Cell) -> None:
    """A question's heading says its own name and points."""
    question = cell.question
    assert question is not None
    for line, text in enumerate(cell.source.split("\n"), cell.line):
        if not text.startswith("#"):
            continue
        named = re.match(r"#+ (q\d\w*)", text)
        if named and named[1] != question.name:
            raise master.cell_error(cell, f"the heading says {named[1]}", line)
        points = re.search(r"\((\d+(?:\.\d+)?) (?:extra )?points?\b", text)
        if points and float(points[1]) != question.points:
            message = f"the heading says {points[1]} points, the question {question.points:g}"
            raise master.cell_error(cell, message, line)
