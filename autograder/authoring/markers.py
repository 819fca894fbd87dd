"""Otter's markers in a master's code: each one known, each block closed, and what they leave of it for students.

This module must never run the master's code.
"""

import ast
import re
from collections.abc import Iterator

from autograder.authoring.configuration import nearest
from autograder.authoring.master import Cell, Master, without_markers

SOLUTION = ("# BEGIN SOLUTION", "# BEGIN SOLUTION NO PROMPT", "# END SOLUTION")
PROMPT = ('""" # BEGIN PROMPT', '"""; # END PROMPT', '""" # END PROMPT')
TEST = ('""" # BEGIN TEST CONFIG', '""" # END TEST CONFIG')
OTHERS = ("# BEGIN IGNORE", "# END IGNORE", "# IGNORE", "# SEED")  # of Otter's, which it removes
KNOWN = {marker.split("# ", 1)[1] for marker in (*SOLUTION, *PROMPT, *TEST, *OTHERS)}
LIKELY = re.compile(r"#\s*((?:BEGIN|END)\b.*|[A-Z]{4,}(?: [A-Z]+)*)\s*$", re.IGNORECASE)


def check_markers(master: Master) -> None:
    """Known markers alone, in their places, and a stub that students can run. Raises BuildError."""
    solved = set()
    for cell in master.cells:
        if cell.kind != "code":
            continue
        check_words(master, cell)
        if cell.block == "TESTS":
            continue
        check_blocks(master, cell)
        if any(line.strip() in SOLUTION for line in cell.source.split("\n")):
            if not cell.is_solution:
                raise master.cell_error(cell, "# BEGIN SOLUTION outside a SOLUTION block: students would receive it")
            if cell.question:
                solved.add(cell.question.name)
        check_stub(master, cell)
    for question in master.questions.values():
        if not question.manual and question.name not in solved:
            message = "no `# BEGIN SOLUTION` in its code: students would receive the answer whole"
            raise master.error(question.line, question, message)


def check_words(master: Master, cell: Cell) -> None:
    """No suffix that leaks, and no comment that looks like a marker and is none."""
    for line, text in enumerate(cell.source.split("\n"), cell.line):
        if re.search(r"# ?SOLUTION", text):
            message = "a `# SOLUTION` suffix leaks when a line is wrapped: use a BEGIN SOLUTION block"
            raise master.cell_error(cell, message, line)
        found = LIKELY.search(text)
        if found and found[1] not in KNOWN and (meant := nearest(found[1].upper(), KNOWN)):
            raise master.cell_error(cell, f"`# {found[1]}` is no marker of Otter's{meant}", line)


def check_blocks(master: Master, cell: Cell) -> None:
    """Blocks open and close, and markers stand alone in their lines."""
    waiting, begun = "", set()
    for line, text in enumerate(cell.source.split("\n"), cell.line):
        text = text.strip()
        found = re.search(r"# (BEGIN|END) (SOLUTION|PROMPT|TEST CONFIG)", text)
        if not found:
            continue
        what = found[2]
        if what == "TEST CONFIG" or text not in (*SOLUTION, *PROMPT):
            raise master.cell_error(cell, f"`{text}` is not a marker on its own, or is in the wrong place", line)
        if found[1] == "BEGIN":
            if waiting:
                raise master.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}", line)
            if text in begun and what == "PROMPT":
                raise master.cell_error(cell, "a second # BEGIN PROMPT", line)
            waiting = what
            begun.add(text)
        elif waiting != what:
            raise master.cell_error(cell, f"# END {what} without # BEGIN {what}", line)
        else:
            waiting = ""
    if waiting:
        raise master.cell_error(cell, f"# BEGIN {waiting} has no # END {waiting}")
    if SOLUTION[0] in begun and PROMPT[0] in begun:
        message = "`# BEGIN SOLUTION` leaves ... to students, and BEGIN PROMPT its own text: write NO PROMPT after it"
        raise master.cell_error(cell, message)


def check_stub(master: Master, cell: Cell) -> None:
    """What students get of a cell can be run, and is not the answer."""
    if not cell.is_solution:
        return
    stub = "\n".join(stub_lines(cell.source))
    try:
        left = meaning(stub)
    except SyntaxError as problem:
        message = f"what students get of it does not compile: {problem.msg}: is there a BEGIN PROMPT for the stub?"
        raise master.cell_error(cell, message) from None
    try:
        answer = meaning(without_markers(cell.source))
    except SyntaxError as problem:
        line = cell.line + (problem.lineno or 1) - 1
        raise master.cell_error(cell, f"the solution does not compile: {problem.msg} (near line {line})") from None
    if "# BEGIN SOLUTION" in cell.source and left == answer:
        raise master.cell_error(cell, "the stub is the answer: students would receive it")


def meaning(source: str) -> str:
    """A piece of code without its comments, layout and strings that stand alone."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                kept = [s for s in statements if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
                setattr(node, name, kept)
    return ast.dump(tree)


def stub_lines(source: str) -> Iterator[str]:
    """The lines that Otter leaves of a solution's cell for students."""
    inside = False
    for line in source.split("\n"):
        text = line.strip()
        if text.endswith("# END SOLUTION"):
            inside = False
        elif text.startswith("# BEGIN SOLUTION"):
            inside = True
            if text == SOLUTION[0]:
                yield line[: line.index("#")] + "..."
        elif not inside and not text.endswith(("# BEGIN PROMPT", "# END PROMPT")):
            yield line
