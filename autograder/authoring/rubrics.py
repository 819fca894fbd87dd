"""The written questions of a master, with rubrics as data: read from the table in each solution.

    **Rubric (3 points)**

    | Points | For |
    |---|---|
    | 1 | what has to be there |
    | 2 | and what else |

What stands above it is the model answer, what stands below it are notes for those who grade. A question without a
rubric has one line for all its points. Each mistake is one BuildError with the file, the line and the cell.
"""

import re
from pathlib import Path

import nbformat

from autograder.authoring import page
from autograder.authoring.configuration import nearest
from autograder.authoring.master import Cell, Master, Question
from autograder.errors import MathError
from autograder.grading.written import RubricLine, WrittenQuestion

TITLE = re.compile(r"\*\*Rubric(?: \((?P<points>[\d.]+) points?\))?\*\*\s*")
HEADER, RULE = re.compile(r"\|\s*Points\s*\|\s*For\s*\|\s*"), re.compile(r"[|\s:-]+")
PIPE = re.compile(r"(?<!\\)\|")
BOLD = re.compile(r"\s*(?:\*\*|__|#+ )\s*([A-Za-z]+)\b.*")
COLUMNS = re.compile(r"\|\s*([A-Za-z]+)\s*\|\s*For\s*\|\s*")
SLIP = 0.7  # how near a word is to the one that was meant
WHOLE_ANSWER = "The whole answer"


def check_rubrics(master: Master) -> None:
    """Every rubric can be read, its points add up to its question's, and none is left over. Raises BuildError."""
    titled: set[str] = set()
    for cell in master.cells:
        if cell.kind == "markdown":
            check_place(master, cell, titled)
    for question in master.questions.values():
        if question.manual:
            read_rubric(master, question)


def check_place(master: Master, cell: Cell, titled: set[str]) -> None:
    """A rubric, or what looks like one, is that of a question that a person grades, and its only one.

    titled: the questions that have one already, to be added to.
    """
    name = cell.question.name if cell.question and cell.question.manual and cell.block == "SOLUTION" else ""
    for line, text in enumerate(cell.source.split("\n"), cell.line):
        title, bold, columns = TITLE.fullmatch(text), BOLD.fullmatch(text), COLUMNS.fullmatch(text)
        if bold and not title and nearest(bold[1].lower(), ["rubric"], SLIP):
            raise master.cell_error(cell, f"a rubric's title is `**Rubric (N points)**`, not `{text.strip()}`", line)
        if columns and name not in titled and nearest(columns[1], ["Points"], SLIP):
            raise master.cell_error(cell, "a rubric needs its title above the table: `**Rubric (N points)**`", line)
        if title and not name:
            raise master.cell_error(cell, "a rubric stands in the solution of a question with `manual: true`", line)
        if title and name in titled:
            raise master.cell_error(cell, "a second rubric of one question", line)
        titled |= {name} if title else set()


def written_questions(master: Master, source: Path) -> list[WrittenQuestion]:
    """What those who grade need of each written question. source: a copy of the master's folder, for pictures."""
    made = []
    for question in master.questions.values():
        if not question.manual:
            continue
        model, lines, notes = read_rubric(master, question)
        prompt = "\n\n".join(cell.source for cell in prose(master, question, "QUESTION"))
        at = next((cell for cell in master.cells if cell.question is question), master.cells[0])

        def shown(text: str, cell: Cell = at) -> str:
            return to_html(master, cell, text, source)

        rubric = [RubricLine(points, shown(text).removeprefix("<p>").removesuffix("</p>")) for points, text in lines]
        task = prompt.partition("<details>")[0]
        made.append(
            WrittenQuestion(
                question.name, question.points, question.extra, prompt, shown(task), shown(model), rubric, shown(notes)
            )
        )
    return made


def prose(master: Master, question: Question, block: str) -> list[Cell]:
    return [
        cell for cell in master.cells if cell.question is question and cell.kind == "markdown" and cell.block == block
    ]


def read_rubric(master: Master, question: Question) -> tuple[str, list[tuple[float, str]], str]:
    """(model answer, [(points, what for)], notes) of a question, as markdown. Raises BuildError."""
    cells = prose(master, question, "SOLUTION")
    for number, cell in enumerate(cells):
        lines = cell.source.split("\n")
        at = next((i for i, line in enumerate(lines) if TITLE.fullmatch(line)), None)
        if at is None:
            continue
        end = at + 1
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith("|")):
            end += 1
        rows = read_table(master, cell, at, end)
        check_sum(master, cell, at, rows)
        before = [c.source for c in cells[:number]] + ["\n".join(lines[:at])]
        after = ["\n".join(lines[end:])] + [c.source for c in cells[number + 1 :]]
        return "\n\n".join(before).strip(), rows, "\n\n".join(after).strip()
    return "\n\n".join(cell.source for cell in cells), [(question.points, WHOLE_ANSWER)], ""


def read_table(master: Master, cell: Cell, at: int, end: int) -> list[tuple[float, str]]:
    """[(points, what for)] of the table in a cell's lines between the rubric's title and `end`."""
    table = [(i, line.strip()) for i, line in enumerate(cell.source.split("\n")) if at < i < end and line.strip()]
    if len(table) < 3 or not HEADER.fullmatch(table[0][1]) or not RULE.fullmatch(table[1][1]):
        message = "a rubric is a table: `| Points | For |`, a rule, and a line for each box"
        raise master.cell_error(cell, message, cell.line + at)
    rows = []
    for i, line in table[2:]:
        parts = [part.strip() for part in PIPE.split(line.strip("|"))]
        if len(parts) != 2 or not re.fullmatch(r"\d+(\.\d+)?", parts[0]) or not parts[1] or float(parts[0]) <= 0:
            message = "a line of a rubric is `| points | what for |`, with points above 0"
            raise master.cell_error(cell, message, cell.line + i)
        rows.append((float(parts[0]), parts[1]))
    return rows


def check_sum(master: Master, cell: Cell, at: int, rows: list[tuple[float, str]]) -> None:
    assert cell.question is not None
    total, possible = round(sum(points for points, _ in rows), 6), cell.question.points
    title = TITLE.fullmatch(cell.source.split("\n")[at])
    assert title is not None
    if total != possible:
        message = f"the rubric adds up to {total:g} points, the question says {possible:g}"
        raise master.cell_error(cell, message, cell.line + at)
    if title["points"] and float(title["points"]) != possible:
        message = f"the rubric's title says {title['points']} points, the question {possible:g}"
        raise master.cell_error(cell, message, cell.line + at)


def to_html(master: Master, at: Cell, text: str, source: Path) -> str:
    """Markdown as HTML that needs nothing else. Raises BuildError where a formula cannot be rendered."""
    cell = nbformat.v4.new_markdown_cell(text)  # type: ignore[no-untyped-call]
    page.attach_pictures(cell, source)
    try:
        return page.markdown(cell).strip()
    except MathError as problem:
        raise master.cell_error(at, str(problem)) from None
