"""What a master must fulfil that Otter would accept and get wrong, or give away.

Each rule raises one BuildError with the file, the line and the cell. This module must never run the master's code.
"""

import ast
import re

from autograder.authoring.configuration import PYTHONS, nearest
from autograder.authoring.markers import check_markers
from autograder.authoring.master import CaseSource, Cell, Master, Question, without_markers
from autograder.authoring.names import arguments, defined, free
from autograder.authoring.packages import check_packages
from autograder.authoring.prose import check_prose
from autograder.authoring.references import check_references
from autograder.authoring.shipping import check_shipped
from autograder.errors import BuildError

CASE_ARGUMENT = "env"  # the one parameter that Otter fills in itself
BROUGHT = {"grader", "get_ipython", "display", "In", "Out", "_", "__name__", "__file__", "__doc__"}  # by the kernel
TAGS = {"otter_ignore", "otter_include", "remove-input", "hide-input", "skip-execution", "raises-exception"}
REQUIREMENT = r"(#.*|[A-Za-z0-9][\w.-]*(\[[\w,. -]+\])?\s*([=<>!~]=?.*)?(;.*)?(\s#.*)?)?"


def check_rules(master: Master) -> None:
    """Raises BuildError at the first rule that a master breaks."""
    check_config(master)
    check_markers(master)
    check_cases(master)
    check_possible(master)
    check_ids(master)
    check_cells(master)
    check_shipped(master)
    check_packages(master)
    check_references(master)
    check_prose(master)


def check_config(master: Master) -> None:
    """Settings without which a build gives something else than what the master says."""
    config = master.config
    settings = config.settings

    def error(key: str, message: str) -> BuildError:
        lines = config.cell.source.split("\n")
        line = next((n for n, text in enumerate(lines, config.line) if text.startswith(f"{key}:")), config.line)
        return master.error(line, "ASSIGNMENT CONFIG", message)

    if not config.name:
        raise error("name", "needs `name:`, by which the grader knows notebooks of this assignment from others")
    tests = settings.get("tests")
    if not isinstance(tests, dict) or tests.get("files") is not True or tests.get("ok_format") is not False:
        raise error("tests", "needs `tests: {files: true, ok_format: false}`")
    if settings.get("generate") is False or settings.get("init_cell") is False:
        raise error("generate", "`generate:` and `init_cell:` cannot be false: nothing could be graded")
    if settings.get("strip_solutions_from_all_cells"):
        raise error("strip_solutions_from_all_cells", "solutions stand in SOLUTION blocks here")
    if (version := settings.get("python_version")) is not None and version not in PYTHONS:
        raise error("python_version", f"python_version: needs one of {', '.join(PYTHONS)}, in quotation marks")
    requirements = settings.get("requirements")
    if not requirements or not settings.get("overwrite_requirements"):
        message = "needs `requirements:`, a file of the packages to grade with, and `overwrite_requirements: true`"
        raise error("requirements", message)
    if not (master.folder / requirements).is_file():
        raise error("requirements", f"requirements: {requirements} does not exist")
    for number, line in enumerate((master.folder / requirements).read_text("utf-8").split("\n"), 1):
        if not re.fullmatch(REQUIREMENT, line.strip()):
            raise error("requirements", f"{requirements}:{number} is no requirement: {line.strip()}")
    for key, group in (("export_cell", settings.get("export_cell", True)), ("generate", settings.get("generate"))):
        pdf = group.get("pdf", key == "export_cell") if isinstance(group, dict) else bool(group)
        if pdf and (key == "export_cell" or group is not True):
            message = f"{key}: needs `pdf: false`: a PDF needs software that students and graders do not have"
            raise error(key, message)


def check_cases(master: Master) -> None:
    """Cases add up to their question's points and use no name that Otter would not give them."""
    known = notebook_names(master)
    for question in master.questions.values():
        for case in question.cases:
            check_names(master, case, known)
            check_owner(master, question, case)
        if question.manual:
            if question.cases:
                message = f"is `manual: true`, and {question.cases[0].name} would count its points a second time"
                raise master.error(question.cases[0].line, question, message)
            continue
        if not question.cases:
            raise master.error(question.line, question, "has no test cases, and is not `manual: true`")
        total = round(sum(case.points for case in question.cases), 6)
        if total != question.points:
            message = f"its cases add up to {total:g} points, the question says {question.points:g}"
            raise master.error(question.line, question, message)


def check_possible(master: Master) -> None:
    """What Gradescope counts as all points is what the questions add up to."""
    generate, config = master.config.settings.get("generate"), master.config
    possible = generate.get("points_possible") if isinstance(generate, dict) else None
    counted = sum(question.points for question in master.questions.values() if not question.manual)
    if possible is not None and possible != counted:
        message = f"points_possible: {possible:g} would change every score: the questions add up to {counted:g}"
        lines = config.cell.source.split("\n")
        line = next((n for n, text in enumerate(lines, config.line) if "points_possible" in text), config.line)
        raise master.error(line, "ASSIGNMENT CONFIG", message)


def check_names(master: Master, case: CaseSource, known: set[str]) -> None:
    """Otter calls the function outside the notebook: it sees what it imports, defines or takes, no more."""
    for name in sorted(free(case.function)):
        message = f"{case.name} uses {name}, which it neither imports, defines nor takes"
        raise master.cell_error(case.cell, message, case.line)
    for name in arguments(case.function):
        if name != CASE_ARGUMENT and "*" not in known and name not in known:
            message = f"{case.name} takes {name}, which no cell of the notebook defines"
            raise master.cell_error(case.cell, message, case.line)


def check_owner(master: Master, question: Question, case: CaseSource) -> None:
    """A case is its question's, as far as its name and its texts tell."""
    named = re.match(r"test_(q\d+[a-z]?)(?:_|$)", case.name)
    if named and re.match(r"q\d", question.name) and named[1] != question.name.split("_")[0]:
        raise master.cell_error(case.cell, f"{case.name} is in {question.name}", case.line)
    for node in ast.walk(ast.parse(case.function)):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        owner = text.split("/")[0]
        if owner != question.name and owner in master.questions and "/" in text:
            raise master.cell_error(case.cell, f"{case.name} uses {text}, which is another question's", case.line)


def check_cells(master: Master) -> None:
    """The notebook's cells use names that some cell defines, and tags that mean something."""
    known = notebook_names(master) | BROUGHT
    for cell in master.cells:
        for tag in cell.tags:
            if tag not in TAGS and (meant := nearest(tag.lower(), TAGS)):
                raise master.cell_error(cell, f"the tag {tag} is unknown{meant}", cell.line - 1)
        if cell.kind != "code" or cell.block == "TESTS" or "*" in known:
            continue
        for name in sorted(free(without_markers(cell.source)) - known):
            line = line_of(cell, name)
            raise master.cell_error(cell, f"{name} is defined by no cell{nearest(name, known)}", line)


def line_of(cell: Cell, word: str) -> int:
    """The line of a master where a word first occurs in a cell."""
    found = re.search(rf"\b{re.escape(word)}\b", cell.source)
    return cell.line + (cell.source[: found.start()].count("\n") if found else 0)


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
    for question in master.questions.values():
        check_heading(master, question)
    for cell in master.cells:
        if cell.kind != "code":
            continue
        for match in re.finditer(r"(NotImplementedError|grader\.check)\(\s*[\"'](.*?)[\"']", cell.source):
            line = cell.line + cell.source[: match.start()].count("\n")
            name = match[2]
            if name not in master.questions:
                message = f"{match[0]}) names no question: {name}{nearest(name, master.questions)}"
                raise master.cell_error(cell, message, line)
            if cell.question and name != cell.question.name:
                raise master.cell_error(cell, f"{match[0]}) is in {cell.question.name}", line)


def check_heading(master: Master, question: Question) -> None:
    """One heading says a question's name, and with it its points and whether they are extra."""
    named = []
    for cell in master.cells:
        if cell.kind != "markdown" or cell.question is not question or cell.block != "QUESTION":
            continue
        for line, text in enumerate(cell.source.split("\n"), cell.line):
            if not re.match(r"#+ ", text):
                continue
            other = re.match(r"#+ (q\d\w*)", text, re.IGNORECASE)
            if other and other[1] != question.name:
                raise master.cell_error(cell, f"the heading says {other[1]}", line)
            if re.search(rf"\b{question.name}\b", text):
                named.append(line)
            points = re.search(r"\((\d+(?:\.\d+)?) (extra )?points?\b", text)
            if points and (float(points[1]) != question.points or bool(points[2]) != question.extra):
                extra = "extra " * question.extra
                message = f"the heading says {points[0][1:]}, the question has {question.points:g} {extra}points"
                raise master.cell_error(cell, message, line)
    if len(named) != 1:
        message = f"needs one heading with its name, `### {question.name} · ...`, and has {len(named)}"
        raise master.error(named[1] if named else question.line, question, message)
