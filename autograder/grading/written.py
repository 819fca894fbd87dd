"""The questions that a person grades, as the build writes them into the zip for those who grade a class.

Students and the process that runs their code never get this file.
"""

import hashlib
from pathlib import Path

import msgspec

FILE = "written.json"  # its place in the zip


class RubricLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One box to tick. text: HTML."""

    points: float
    text: str


class WrittenQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """prompt: the question as students read it, in markdown, to tell it from what they write beside it. task, model and
    notes: HTML of the question without its hints, of the model answer, and of what else stands below the rubric.
    """

    name: str
    points: float
    extra: bool
    prompt: str
    task: str
    model: str
    rubric: list[RubricLine]
    notes: str = ""


def read_written(path: Path) -> list[WrittenQuestion]:
    """The questions in a file; none where a zip has no such file."""
    return msgspec.json.decode(path.read_bytes(), type=list[WrittenQuestion]) if path.exists() else []


def rubric_digest(questions: list[WrittenQuestion]) -> str:
    """What identifies the questions' rubrics: points given by one say nothing about another."""
    parts = [(q.name, float(q.points), [(float(line.points), line.text) for line in q.rubric]) for q in questions]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
