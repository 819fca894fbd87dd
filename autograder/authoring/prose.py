"""What prose must not do: give away an answer, or tell what a hidden case asks.

A line that it may show all the same is in the configuration's list `spoilers:`. This module must never run the
master's code.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.authoring.expressions import expressions, squeezed
from autograder.authoring.expressions import told as texts_beside_code
from autograder.authoring.leaks import Secret, all_secrets
from autograder.authoring.master import Cell, Master

SIZES = re.compile(r"\(\s*(\d+(?:\s*,\s*\d+)+)\s*\)")
NUMBER = re.compile(r"(?<![\w.])(?:0\.0*[1-9]\d\d+|[1-9]\d*\.\d\d+)(?![\w.])")  # so many digits are nobody's by chance
HIDDEN_CASE = re.compile(r"\bhidden\s+(?:check|case|test|input)s?\b", re.IGNORECASE)
COUNT = re.compile(r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", re.IGNORECASE)


def check_prose(master: Master) -> None:
    """Nothing secret is told that is not in `spoilers:`. Raises BuildError."""
    secrets, values = all_secrets(master), expressions(master)
    shapes, numbers = hidden_data(master)
    told = set()
    for cell in master.cells:
        for line, text, what in [*spoiled(cell, secrets, shapes, numbers), *explained(cell, values)]:
            found = [allowed for allowed in master.config.spoilers if squeezed(allowed) in squeezed(text)]
            if found:
                told.update(found)
            else:
                message = f"{what}: {text}; if that is meant, list it in the configuration's `spoilers:`"
                raise master.cell_error(cell, message, line)
    for allowed in master.config.spoilers:
        if allowed not in told:
            message = f"spoilers: nothing is given away by: {allowed}"
            raise master.error(master.config.line, "ASSIGNMENT CONFIG", message)


def spoiled(
    cell: Cell, secrets: dict[str, Secret], shapes: set[tuple[int, ...]], numbers: set[str]
) -> Iterator[tuple[int, str, str]]:
    """(line, what is told, how to say so) for each secret in what students read of a cell."""
    prose = cell.kind == "markdown" and cell.block != "SOLUTION"
    if not prose and not cell.is_solution:
        return
    for line, text in visible(cell):
        for secret, origin in secrets.items():
            if secret.endswith(":"):
                continue  # the head of a loop or a function gives nothing away
            if secret in text and origin.cell is not cell if prose else secret == text.strip():
                yield line, secret, f"gives away {origin.what}"
        if not prose:
            continue
        for match in SIZES.finditer(text):
            if tuple(int(n) for n in match[1].split(",")) in shapes:
                yield line, match[0], "tells a size that only hidden cases have"
        for match in NUMBER.finditer(text):
            if match[0] in numbers:
                yield line, match[0], "tells a number of a hidden case"
    if prose:
        for match in re.finditer(r"[^.!?]*[.!?]?", cell.source):
            if (found := HIDDEN_CASE.search(match[0])) and COUNT.search(match[0]):
                line = cell.line + cell.source[: match.start() + found.start()].count("\n")
                yield line, " ".join(match[0].split()), "seems to tell what a hidden case asks"


def explained(cell: Cell, values: dict[str, Secret]) -> Iterator[tuple[int, str, str]]:
    """(line, what is told, how to say so) for each expression of a solution that is quoted where students read it."""
    if cell.block in ("", "QUESTION") or cell.is_solution:
        for line, text in texts_beside_code(cell):
            if secret := max((value for value in values if value in squeezed(text)), key=len, default=""):
                yield line, secret, f"gives away {values[secret].what}"


def visible(cell: Cell) -> Iterator[tuple[int, str]]:
    """The lines of a cell that students read, with their numbers in the master."""
    inside = False
    for number, line in enumerate(cell.source.split("\n"), cell.line):
        if cell.kind == "code":
            if "# END SOLUTION" in line:
                inside = False
            elif "# BEGIN SOLUTION" in line:
                inside = True
        if not inside:
            yield number, line


def hidden_data(master: Master) -> tuple[set[tuple[int, ...]], set[str]]:
    """Shapes with a length, and numbers, that stand in the grader's JSON files and not in the students'."""
    shapes: list[set[tuple[int, ...]]] = [set(), set()]
    numbers: list[set[str]] = [set(), set()]
    for side, names in enumerate((master.config.autograder_files, master.config.files)):
        for file in (master.folder / name for name in names):
            if file.suffix == ".json" and file.is_file():
                collect(loaded(file), shapes[side], numbers[side])
    lengths = {length for shape in shapes[1] for length in shape}
    return {shape for shape in shapes[0] if not lengths.issuperset(shape)}, numbers[0] - numbers[1]


def loaded(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError:
        return None


def collect(value: Any, shapes: set[tuple[int, ...]], numbers: set[str]) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            collect(inner, shapes, numbers)
    elif isinstance(value, list):
        shape, first = [], value
        while isinstance(first, list) and first:
            shape.append(len(first))
            first = first[0]
        if len(shape) > 1:
            shapes.add(tuple(shape))
        for inner in value:
            collect(inner, shapes, numbers)
    elif isinstance(value, float):
        numbers.add(f"{abs(value)!r}")
