"""What the prose of a master, and of the Markdown files that students get, refers to: each of it is there.

Links lead to a heading or to a file that students have, sections, figures and equations have their numbers, and
questions are called by names that they have. This module must never run the master's code.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple
from urllib.parse import unquote

from autograder.authoring.configuration import SettingsError, nearest
from autograder.authoring.markup import Prose
from autograder.authoring.master import Cell, Master
from autograder.authoring.shipping import gets
from autograder.errors import BuildError

SUBMISSION = "Submission"  # the heading that the build adds
MADE = ("tests", "grader")  # what the build puts beside the notebook
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)  # how an address that is no file's begins
LIST = r"{0}(?:(?:, | and |, and | or | to |-|–){0})*"
NUMBER, SECTION, EQUATION = r"\d+", r"\d+(?:\.\d+)*", r"\(\d+\)"
SECTIONS = re.compile(rf"\b[Ss]ections? ({LIST.format(SECTION)})")
FIGURES = re.compile(rf"\b[Ff]igures? ({LIST.format(NUMBER)})(?![:\d])")
EQUATIONS = re.compile(rf"\b[Ee]quations? ({LIST.format(EQUATION)})")
CAPTION = re.compile(r"(?:^\W*|>\s*)Figure (\d+):", re.MULTILINE)
TAG = re.compile(r"\\tag\{(\d+)\}")
QUESTION = re.compile(r"\bq\d+[a-z]?(?:_\w+)?\b")
SHORT = re.compile(r"q\d+[a-z]?")


class Text(NamedTuple):
    """Some prose. shown: how an error calls a file; "" for a cell of the master. line: its first."""

    prose: Prose
    source: str
    line: int
    cell: Cell | None = None
    shown: str = ""


def check_references(master: Master) -> None:
    """Every text can be rendered as it is meant, and refers to what is there. Raises BuildError."""
    texts = [*texts_of(master)]
    for text in texts:
        for line, what in text.prose.flaws:
            raise error(master, text, line, what)
    check_links(master, texts)
    check_numbers(master, texts)
    check_names(master, texts)


def texts_of(master: Master) -> Iterator[Text]:
    """The prose in a master, and the Markdown files in its folder that students get."""
    for cell in master.cells:
        if cell.kind == "markdown":
            yield Text(Prose(cell.source), cell.source, cell.line, cell)
    for name in master.config.files:
        path = master.folder / name
        for file in sorted(path.rglob("*.md")) if path.is_dir() else [path] if path.suffix == ".md" else []:
            shown = (Path(master.shown).parent / file.relative_to(master.folder)).as_posix()
            try:
                source = master.filled_in(file.read_text(encoding="utf-8"))
            except (SettingsError, UnicodeDecodeError) as problem:
                raise BuildError(f"{shown}:{getattr(problem, 'line', 0) + 1}: {problem}") from None
            yield Text(Prose(source), source, 1, None, shown)


def error(master: Master, text: Text, line: int, what: str) -> BuildError:
    """The error in a line of a text, counted from 0."""
    if text.cell:
        return master.cell_error(text.cell, what, text.line + line)
    return BuildError(f"{text.shown}:{line + 1}: {what}")


# --- links ------------------------------------------------------------------------------------------------------------


def check_links(master: Master, texts: list[Text]) -> None:
    """Links within the notebook lead to one heading, and links to files to what students have."""
    headings = [place.what for text in texts if is_students(text) for place in text.prose.headings] + [SUBMISSION]
    for text in texts:
        own = [place.what for place in text.prose.headings]
        known = headings if text.cell is None or is_students(text) else [*headings, *own]
        for line, target in text.prose.links:
            name = unquote(target.partition("#")[2])
            if target.startswith("#") and text.cell is None:
                if name not in [slug(heading) for heading in own]:
                    raise error(master, text, line, f"the link #{name} leads to no heading of this file")
            elif target.startswith("#"):
                if (count := known.count(name)) != 1:
                    what = f"to {count} headings: give one another name" if count else "to no heading"
                    raise error(master, text, line, f"the link #{name} leads {what}{nearest(name, known)}")
            elif not ELSEWHERE.match(target):
                check_file(master, text, line, unquote(target.partition("#")[0]))


def is_students(text: Text) -> bool:
    return text.cell is not None and text.cell.block != "SOLUTION"


def slug(heading: str) -> str:
    """A heading as the address of a Markdown file's part, as GitHub makes it."""
    return re.sub(r"[^\w-]", "", heading.lower())


def check_file(master: Master, text: Text, line: int, name: str) -> None:
    """A file that a text shows or links exists, and students get it."""
    notebook = f"{master.path.stem}.ipynb"
    if name == notebook or name.split("/")[0] in MADE:
        return
    if not (master.folder / name).exists():
        known = [path.relative_to(master.folder).as_posix() for path in master.folder.rglob("*") if path.is_file()]
        raise error(master, text, line, f"{name} does not exist{nearest(name, [*known, notebook])}")
    if (text.cell is None or is_students(text)) and not gets(master, master.folder / name, master.config.files):
        raise error(master, text, line, f"students do not get {name}: it is not in `files:`")


# --- numbers and names ------------------------------------------------------------------------------------------------


def check_numbers(master: Master, texts: list[Text]) -> None:
    """Sections, figures and equations that are spoken of by number are there, where any have numbers."""
    cells = [text for text in texts if text.cell]
    sections = {found[0] for text in cells for _, words in text.prose.words if (found := re.match(SECTION, words))}
    figures = {number for text in cells for number in CAPTION.findall(text.source)}
    equations = {number for text in cells for formula in text.prose.formulas for number in TAG.findall(formula)}
    for pattern, one, known, what in (
        (SECTIONS, SECTION, sections, "no heading begins with"),
        (FIGURES, NUMBER, figures, "no caption begins with Figure"),
        (EQUATIONS, NUMBER, equations, "no formula has the \\tag"),
    ):
        for text in cells:
            for found in pattern.finditer(text.source):
                for number in re.findall(one, found[1]):
                    if known and number not in known:
                        line = text.source[: found.start()].count("\n")
                        raise error(master, text, line, f"{found[0]}: {what} {number}")


def check_names(master: Master, texts: list[Text]) -> None:
    """What looks like a question's name is one: whole, or its first part, or that of several."""
    named = {*master.questions, *(name for text in texts for _, words in text.prose.words for name in titles(words))}
    shorts = {name.split("_")[0] for name in named}
    known = {*named, *shorts, *(short.rstrip(ascii_lowercase) for short in shorts)}
    if not any(SHORT.fullmatch(name.split("_")[0]) for name in master.questions):
        return
    for name in QUESTION.findall(master.instructions):
        if name not in known:
            message = f"instructions: {name} is no question{nearest(name, known)}"
            raise master.error(master.config.line, "ASSIGNMENT CONFIG", message)
    for text in texts:
        for found in QUESTION.finditer(text.source):
            if found[0] not in known:
                line = text.source[: found.start()].count("\n")
                raise error(master, text, line, f"{found[0]} is no question{nearest(found[0], known)}")


def titles(heading: str) -> list[str]:
    """The names that a heading gives to a part of several questions, or of none: (q6_backprop)."""
    return re.findall(rf"\(({QUESTION.pattern})", heading)
