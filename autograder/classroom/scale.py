"""What can be earned and what was: the points that count, and the extra ones that come on top, never mixed."""

from collections.abc import Mapping

import msgspec

from autograder.classroom.records import StudentRecord
from autograder.classroom.roster import Student


class Total(msgspec.Struct, frozen=True):
    """A student's points of the regular questions, and of the extra ones."""

    points: float
    possible: float
    extra: float
    extra_possible: float

    @property
    def sum(self) -> float:
        return self.points + self.extra

    @property
    def line(self) -> str:
        """ "36 of 40, 4 of 4 extra"."""
        extra = f", {self.extra:g} of {self.extra_possible:g} extra" if self.extra_possible else ""
        return f"{self.points:g} of {self.possible:g}{extra}"


class Scale(msgspec.Struct, frozen=True):
    """{question: points} of all that counts here, in order, and the names of the extra ones."""

    questions: dict[str, float]
    extra: frozenset[str] = frozenset()

    @property
    def possible(self) -> float:
        return sum(points for name, points in self.questions.items() if name not in self.extra)

    @property
    def extra_possible(self) -> float:
        return sum(points for name, points in self.questions.items() if name in self.extra)

    def total(self, scores: Mapping[str, float]) -> Total:
        """What {question: points} comes to; a question that has none yet counts as none."""
        regular = sum(score for name, score in scores.items() if name not in self.extra)
        extra = sum(score for name, score in scores.items() if name in self.extra)
        return Total(regular, self.possible, extra, self.extra_possible)


class Mark(msgspec.Struct, frozen=True):
    """What a student's answer was given. points: None where nobody has graded it. lines: which of the rubric's hold.

    adjust: what was added beside these.
    """

    points: float | None
    lines: list[bool] = []
    adjust: float = 0
    comment: str = ""


class Result(msgspec.Struct, frozen=True):
    """All that is known of a student's work. total: None where nobody's work was read. scores: {question: points}.

    marks: {question: mark} of the written answers, where these are graded.
    """

    student: Student
    record: StudentRecord
    total: Total | None
    scores: dict[str, float]
    marks: dict[str, Mark]

    @property
    def is_pending(self) -> bool:
        """Whether a written answer still waits for its points."""
        return any(mark.points is None for mark in self.marks.values())
