"""Nothing of a solution or a hidden case is in what students get."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.master import CaseSource, Cell, Master
from autograder.authoring.normalise import read
from autograder.authoring.publish import files

MARKER = re.compile(r"# ?(?:BEGIN|END) (?:SOLUTION|PROMPT|TESTS|TEST CONFIG)|hidden ?[=:] ?[Tt]rue")
SHORT = 12  # a line with fewer characters gives nothing away in the notebook and its tests ...
IDIOM = 24  # ... and in the helpers that an author wrote, neither does one with fewer than these


class Secret(NamedTuple):
    """Where in the master a line is that students must not see, and what it belongs to."""

    cell: Cell
    line: int
    what: str


def check_leaks(master: Master, student: Path) -> None:
    """No marker, no hidden case and no line of a solution is in any text of student/. Raises BuildError."""
    secrets = secret_lines(master)
    for file in files(student):
        generated = file.suffix == ".ipynb" or file.parent == student / "tests"
        for text in texts(file):
            marker = MARKER.search(text)
            if marker:
                raise master.file_error(f"student/{file.relative_to(student)} holds `{marker[0]}`")
            for line, secret in secrets.items():
                if line in text and (generated or len(line) >= IDIOM):
                    message = f"{secret.what} leaks into student/{file.relative_to(student)}: {line}"
                    raise master.cell_error(secret.cell, message, secret.line)


def secret_lines(master: Master) -> dict[str, Secret]:
    """Each line that only a solution or a hidden case has, and that students do not see anywhere in the master."""
    public = [*master.config.spoilers]
    for cell in master.cells:
        public += [line for _, line, is_secret in marked_lines(cell, None) if not is_secret and cell.block != "TESTS"]
    for question in master.questions.values():
        public += [line for case in question.cases if not case.hidden for line in case.function.split("\n")]
    known = "\n".join(public)
    return {line: secret for line, secret in all_secrets(master).items() if line not in known}


def all_secrets(master: Master) -> dict[str, Secret]:
    """Each line of a solution or a hidden case that is long enough to give something away."""
    hidden = {id(case.cell): case for q in master.questions.values() for case in q.cases if case.hidden}
    secrets: dict[str, Secret] = {}
    for cell in master.cells:
        case = hidden.get(id(cell))
        for number, line, is_secret in marked_lines(cell, case):
            if is_secret:
                secrets.setdefault(line.strip(), Secret(cell, number, "a hidden case" if case else "a solution"))
        if case:
            for line in [case.name, *case.function.split("\n")]:
                secrets.setdefault(line.strip(), Secret(cell, case.line, "a hidden case"))
    boundary = re.compile(r"# (BEGIN|END) ")
    return {
        line: secret
        for line, secret in secrets.items()
        if len(line) >= SHORT and re.search(r"\w", line) and not boundary.search(line)
    }


def marked_lines(cell: Cell, hidden: CaseSource | None) -> Iterator[tuple[int, str, bool]]:
    """(number, line, whether students must not see it) for each line of a cell."""
    inside = cell.block == "SOLUTION" and cell.kind == "markdown"
    for number, line in enumerate(cell.source.split("\n"), cell.line):
        if cell.kind == "code" and "# END SOLUTION" in line:
            inside = False
        yield number, line, inside or hidden is not None
        if cell.kind == "code" and "# BEGIN SOLUTION" in line:
            inside = True


def texts(file: Path) -> list[str]:
    """The texts of a file; of a notebook, those of its cells."""
    if file.suffix == ".ipynb":
        return [cell.source for cell in read(file).cells]
    try:
        return [file.read_text(encoding="utf-8")]
    except UnicodeDecodeError:
        return []
