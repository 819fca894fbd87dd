"""What can be earned and what was: the points that count, and the extra ones that come on top, never mixed."""

from collections.abc import Mapping

import msgspec


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
