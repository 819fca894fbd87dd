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

from autograder.classroom.changes import MAX_SHOWN, Change
from autograder.classroom.feedback import PAGES, encoded, feedback_page
from autograder.classroom.records import Result
from autograder.classroom.roster import Student
from autograder.files import replace
from autograder.grading.results import NOT_DEFINED, CaseResult, Outcome
from autograder.grading.scale import Scale
from autograder.grading.text import clean

SLOWEST, BINS = 10, 12  # how many are listed; about how many steps the histogram has
MAX_ATTENTION, PAGE_ROWS = 200, 100  # rows of a list; of a page of the table
MOST_FREQUENT = 15  # mistakes; the rarer ones stay folded


class Entry(msgspec.Struct, kw_only=True):
    """What the page says about a student; a text is the number under which the page holds it."""

    id: str
    name: str
    late: bool
    page: str
    status: str
    graded: bool
    unconfined: bool
    total: float | None  # with the extra points
    regular: float  # without them
    line: str  # the total in words
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


class Cause(NamedTuple):
    """A mistake, and the numbers of those who made it."""

    question: str
    cause: str
    who: list[int]


class Report:
    """Takes a class's results one by one, in any order, then writes the page. assignment: its name."""

    def __init__(self, assignment: str, scale: Scale) -> None:
        self.assignment, self.scale = assignment, scale
        self.entries: dict[str, Entry] = {}
        self.pending: set[str] = set()  # the ids of those of whose written answers one has no points yet
        self.texts: dict[str, int] = {}

    def add(self, result: Result, wrong: str) -> None:
        """wrong: what went wrong, in one line."""
        student, record, grading = result.student, result.record, result.record.grading
        failed = {name: question.failed for name, question in grading.questions.items()} if grading else {}
        if result.is_pending:
            self.pending.add(student.id)
        self.entries[student.id] = Entry(
            id=clean(student.id),
            name=student.name,
            late=student.late,
            page=feedback_page(student),
            status=record.status.value,
            graded=record.is_graded,
            unconfined=record.is_graded and grading is not None and grading.unconfined,
            total=result.total.sum if result.total else None,
            regular=result.total.points if result.total else 0,
            line=result.total.line if result.total else "no points",
            scores=result.scores,
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
            ]
            + [(name, self._text(mark.comment)) for name, mark in result.marks.items() if mark.comment],
        )

    def _text(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def write(self, path: Path, students: Iterable[Student], changes: Sequence[Change] = ()) -> None:
        """students: all of the class, in the order of the table; those without a record are left out."""
        entries = [self.entries[student.id] for student in students if student.id in self.entries]
        replace(path, encoded(PAGES.get_template("report.html").render(**self._values(entries, changes))))

    def _values(self, entries: list[Entry], changes: Sequence[Change]) -> dict[str, Any]:
        """What the template shows."""
        graded = [entry for entry in entries if entry.graded]
        totals = [entry.total for entry in graded if entry.total is not None]
        numbered = list(enumerate(entries))
        attention = [item for item in numbered if not item[1].graded]
        attention += [item for item in numbered if item[1].graded and item[1].wrong]
        causes, lacking = by_cause(numbered)
        return {
            "assignment": self.assignment,
            "scale": self.scale,
            "students": entries,
            "first": numbered[:PAGE_ROWS],
            "graded": len(graded),
            "late": sum(entry.late for entry in entries),
            "pending": len(self.pending),
            "attention": attention[:MAX_ATTENTION],
            "more_attention": max(0, len(attention) - MAX_ATTENTION),
            "unconfined": sum(entry.unconfined for entry in entries),
            "slowest": sorted(numbered, key=lambda item: -item[1].seconds)[:SLOWEST],
            "mean": statistics.fmean(totals) if totals else 0,
            "median": statistics.median(totals) if totals else 0,
            "full": sum(entry.regular >= self.scale.possible for entry in graded),
            "bins": bins(totals, sum(self.scale.questions.values())),
            "questions": [self._question(name, graded) for name in self.scale.questions],
            "causes": causes,
            "most": MOST_FREQUENT,
            "lacking": lacking,
            "changes": changes[:MAX_SHOWN],
            "changed_columns": Counter(column for change in changes for column, _, _ in change.columns).most_common(),
            "more_changes": max(0, len(changes) - MAX_SHOWN),
            "data": {
                "questions": list(self.scale.questions.items()),
                "rows": PAGE_ROWS,
                "texts": list(self.texts),
                "causes": [cause.who for cause in [*causes, lacking]],
                "students": [self._told(entry) for entry in entries],
            },
        }

    def _told(self, entry: Entry) -> dict[str, Any]:
        """What the page's script needs of a student."""
        names = ("name", "id", "page", "total", "line", "late", "status", "cells", "shown")
        told = {name: getattr(entry, name) for name in names}
        return told | {"scores": [entry.scores.get(name) for name in self.scale.questions]}

    def _question(self, name: str, graded: list[Entry]) -> dict[str, Any]:
        """One question's line: its mean, and shares of its points and of the students who have points for it."""
        entries, possible = [entry for entry in graded if name in entry.scores], self.scale.questions[name]
        scores, count = [entry.scores[name] for entry in entries], len(entries) or 1
        return {
            "name": name,
            "possible": possible,
            "extra": name in self.scale.extra,
            "mean": sum(scores) / count,
            "share": sum(scores) / count / possible if possible else 0,
            "discrimination": discrimination(name, entries),
            "full": sum(score >= possible for score in scores) / count,
            "none": sum(score == 0 for score in scores) / count,
            "not_done": sum(name in entry.not_done for entry in graded),
            "hidden_only": sum(name in entry.hidden_only for entry in graded),
        }


def discrimination(name: str, entries: Sequence[Entry]) -> float | None:
    """How a question's points go with those of all other questions: their correlation, None where one never varies."""
    own = [entry.scores[name] for entry in entries]
    rest = [sum(entry.scores.values()) - entry.scores[name] for entry in entries]
    try:
        return statistics.correlation(own, rest)
    except statistics.StatisticsError:
        return None


def counted(case: CaseResult) -> list[str]:
    """The mistakes that the report counts for a failed case; that it was stopped is one."""
    return ["stopped while it ran"] if case.outcome is Outcome.STOPPED else case.causes


def by_cause(numbered: Sequence[tuple[int, Entry]]) -> tuple[list[Cause], Cause]:
    """The mistakes of the graded, the most frequent first; and who lacks an answer altogether, each counted once."""
    found = defaultdict[tuple[str, str], list[int]](list)
    lacking: list[int] = []
    for number, entry in numbered:
        for question, cause in entry.causes if entry.graded else ():
            if cause != NOT_DEFINED:
                found[question, cause].append(number)
            elif lacking[-1:] != [number]:
                lacking.append(number)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Cause(question, cause, who) for (question, cause), who in ordered], Cause("", NOT_DEFINED, lacking)


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
