"""The parts of a master: its cells, its questions with their cases, its configuration."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Cell:
    kind: str  # code, markdown or raw
    source: str
    line: int  # of the cell's first line of source, counted from 1
    tags: list[str] = field(default_factory=list)
    block: str = ""  # QUESTION, SOLUTION, PROMPT, TESTS; empty outside
    question: "Question | None" = None

    @property
    def heading(self) -> str:
        return self.source.split("\n")[0].strip()

    @property
    def is_solution(self) -> bool:
        """Whether it is code that holds an answer."""
        return self.kind == "code" and self.question is not None and self.block == "SOLUTION"


@dataclass
class CaseSource:
    """A test case as the master declares it."""

    name: str
    points: float
    hidden: bool
    function: str  # as Otter writes it: unparsed, without comments
    cell: Cell
    line: int  # of the function


@dataclass
class Question:
    name: str
    points: float
    manual: bool
    line: int
    extra: bool = False  # its points come on top of what can be reached
    cases: list[CaseSource] = field(default_factory=list)


@dataclass
class Config:
    """Of the assignment's configuration, what we read ourselves."""

    cell: Cell
    name: str = ""
    files: list[str] = field(default_factory=list)  # what students get
    autograder_files: list[str] = field(default_factory=list)  # what only the autograder gets
    spoilers: list[str] = field(default_factory=list)  # what prose may show although it is a secret
    settings: dict[str, Any] = field(default_factory=dict)  # all of them

    @property
    def line(self) -> int:
        return self.cell.line


def sums(questions: Collection[Question]) -> dict[str, float]:
    """The points of each question and what they add up to, as prose can name them: {{points.automatic}} and so on."""
    return {question.name: question.points for question in questions} | {
        "automatic": sum(q.points for q in questions if not q.manual and not q.extra),
        "written": sum(q.points for q in questions if q.manual and not q.extra),
        "extra": sum(q.points for q in questions if q.extra),
        "total": sum(q.points for q in questions if not q.extra),
    }


def lists(questions: Collection[Question]) -> dict[str, str]:
    """The questions of a kind by their short names, as prose can name them: {{questions.written}}."""
    kinds = {"written": [q for q in questions if q.manual], "extra": [q for q in questions if q.extra]}
    return {kind: listed([short(question.name) for question in found]) for kind, found in kinds.items()}


def short(name: str) -> str:
    """What prose calls a question: q4d for q4d_why_gradients; the whole name where it has no number."""
    first = name.split("_")[0]
    return first if re.fullmatch(r"q\d+[a-z]?", first) else name


def listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "none"
