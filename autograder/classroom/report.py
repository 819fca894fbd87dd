"""A class's records to one page that needs nothing else: what it did and did not understand.

The page must never load anything, or hold a name or a message unescaped. It holds each text once, however many
students read it.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from autograder.classroom.feedback import PAGES, encoded, feedback_page
from autograder.classroom.records import StudentRecord
from autograder.classroom.roster import Student
from autograder.files import replace
from autograder.grading.results import CaseResult, Outcome
from autograder.grading.text import clean

SLOWEST, BINS = 10, 12  # how many are listed; about how many steps the histogram has


class Entry(msgspec.Struct, kw_only=True):
    """What the page tells of a student; texts stand as their numbers."""

    id: str
    name: str
    late: bool
    page: str
    status: str
    graded: bool
    unconfined: bool
    total: float | None
    scores: dict[str, float]
    seconds: float
    wrong: str  # what went wrong, in one line
    hidden_only: list[str]  # questions whose hidden cases alone failed
    not_done: list[str]
    causes: list[tuple[str, str]]  # (question, cause)
    cells: int
    shown: list[tuple[str, int]]  # (question, a failing case's message)


class Bin(NamedTuple):
    """A step of the histogram: totals from one to another, how many there are, and their share of the largest step."""

    first: int
    last: int
    students: int
    share: float


class Report:
    """Takes a class's records one by one, in any order, then writes the page.

    assignment: its name. questions: {name: points}. extra: how many of these points are extra.
    """

    def __init__(self, assignment: str, questions: dict[str, float], extra: float = 0) -> None:
        self.assignment, self.questions, self.extra = assignment, questions, extra
        self.entries: dict[str, Entry] = {}
        self.texts: dict[str, int] = {}

    def add(self, student: Student, record: StudentRecord, wrong: str) -> None:
        """wrong: what went wrong, in one line."""
        grading = record.grading
        questions = grading.questions if grading else {}
        failed = {name: question.failed for name, question in questions.items()}
        self.entries[student.id] = Entry(
            id=clean(student.id),
            name=student.name,
            late=student.late,
            page=feedback_page(student),
            status=record.status.value,
            graded=record.is_graded,
            unconfined=record.is_graded and grading is not None and grading.unconfined,
            total=grading.total if grading else None,
            scores={name: question.score for name, question in questions.items()},
            seconds=record.seconds,
            wrong=wrong,
            hidden_only=[name for name, cases in failed.items() if cases and all(c.hidden for c in cases)],
            not_done=[name for name, cases in failed.items() if any(c.outcome is Outcome.NOT_DONE for c in cases)],
            causes=sorted({(name, cause) for name, cases in failed.items() for c in cases for cause in counted(c)}),
            cells=self._text(grading.overview if grading else record.why),
            shown=[
                (name, self._text(line))
                for name, cases in failed.items()
                for line in dict.fromkeys(case.line for case in cases)
            ],
        )

    def _text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def write(self, path: Path, students: Iterable[Student]) -> None:
        """students: all of the class, in the order of the table; those without a record are left out."""
        entries = [self.entries[student.id] for student in students if student.id in self.entries]
        replace(path, encoded(PAGES.get_template("report.html").render(**self._values(entries))))

    def _values(self, entries: list[Entry]) -> dict[str, Any]:
        """What the template shows."""
        graded = [entry for entry in entries if entry.graded]
        totals = [entry.total for entry in graded if entry.total is not None]
        most, numbered = sum(self.questions.values()), list(enumerate(entries))
        told = ("name", "total", "scores", "cells", "shown")
        return {
            "assignment": self.assignment,
            "possible": most - self.extra,
            "extra": self.extra,
            "students": entries,
            "graded": graded,
            "not_graded": [item for item in numbered if not item[1].graded],
            "troubled": [item for item in numbered if item[1].graded and item[1].wrong],
            "unconfined": [item for item in numbered if item[1].unconfined],
            "slowest": sorted(numbered, key=lambda item: -item[1].seconds)[:SLOWEST],
            "mean": statistics.fmean(totals) if totals else 0,
            "median": statistics.median(totals) if totals else 0,
            "full": sum(total >= most - self.extra for total in totals),
            "bins": bins(totals, most),
            "questions": [self._question(name, graded) for name in self.questions],
            "causes": by_cause(numbered),
            "data": {
                "questions": list(self.questions.items()),
                "texts": list(self.texts),
                "students": [{key: getattr(entry, key) for key in told} for entry in entries],
            },
        }

    def _question(self, name: str, graded: list[Entry]) -> dict[str, Any]:
        """One question's line: its mean, and shares of its points and of the students."""
        scores, possible, count = [entry.scores[name] for entry in graded], self.questions[name], len(graded) or 1
        return {
            "name": name,
            "possible": possible,
            "mean": sum(scores) / count,
            "share": sum(scores) / count / possible if possible else 0,
            "full": sum(score >= possible for score in scores) / count,
            "none": sum(score == 0 for score in scores) / count,
            "not_done": sum(name in entry.not_done for entry in graded),
            "hidden_only": sum(name in entry.hidden_only for entry in graded),
        }


def counted(case: CaseResult) -> list[str]:
    """The mistakes that the report counts for a failed case; that it was stopped is one."""
    return ["stopped while it ran"] if case.outcome is Outcome.STOPPED else case.causes


def by_cause(numbered: Sequence[tuple[int, Entry]]) -> list[dict[str, Any]]:
    """The mistakes of the graded, the most frequent first, with the numbers of those who made them."""
    found = defaultdict(list)
    for number, entry in numbered:
        for question, cause in entry.causes if entry.graded else ():
            found[question, cause].append(number)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"question": question, "cause": cause, "who": who} for (question, cause), who in ordered]


def bins(totals: Iterable[float], possible: float) -> list[Bin]:
    """How many totals lie in each step; the last step may be shorter."""
    step = max(1, -(-int(possible) // BINS))
    last = int(possible // step)
    counts = Counter(min(int(total // step), last) for total in totals)
    largest = max(counts.values(), default=1)
    return [
        Bin(number * step, min((number + 1) * step - 1, int(possible)), counts[number], counts[number] / largest)
        for number in range(last + 1)
    ]
