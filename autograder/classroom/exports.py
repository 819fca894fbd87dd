"""A gradebook as an LMS exports it, to give back with one column of points: what they all have in common."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from autograder.classroom.roster import Student
from autograder.errors import GradebookError
from autograder.grading.scale import Scale

Row = dict[str, str]


class Filled(NamedTuple):
    """Of whom filling in has something to tell. unknown: who has no row. left: whose points there were left.

    cut: whose points are more than the LMS takes.
    """

    unknown: list[Student]
    left: list[Student]
    cut: list[Student]


class GradeExport:
    """An export: its rows, with no more columns than the LMS needs, and the column to fill in."""

    lms: ClassVar[str]
    file: ClassVar[str]  # the name of what is given back
    texts: ClassVar[Sequence[str]]  # the columns that a spreadsheet could take for a formula
    column: str
    columns: list[str]
    rows: list[Row]

    def keys(self, row: Row) -> list[str]:
        """By what a student is found: in lower case, the surest first, the same number for every row."""
        raise NotImplementedError

    def check_points(self, scale: Scale, what: str) -> None:
        """Raises GradebookError where the column is worth something else. what: how the points are made up."""
        raise NotImplementedError

    def most(self, row: Row) -> float:
        """The points above which the LMS takes none."""
        return float("inf")

    def is_open(self, row: Row) -> bool:
        """Whether the LMS lets the row be changed."""
        return True

    def fill(self, totals: Iterable[tuple[Student, str]], ungraded: set[str]) -> Filled:
        """Put in the points. ungraded: the ids of those whose points give way to points that stand in the export."""
        by_key = [{key: row for row in self.rows if (key := self.keys(row)[n])} for n in range(self.kinds)]
        filled, taken = Filled([], [], []), set[int]()
        for student, total in totals:
            keys = [key.lower() for key in (student.id, student.email) if key]
            row = next((known[key] for key in keys for known in by_key if key in known), None)
            if row is None or id(row) in taken:
                filled.unknown.append(student)
                continue
            taken.add(id(row))
            there = row[self.column].strip()
            if total and (not self.is_open(row) or student.id in ungraded and there and not is_same(there, total)):
                filled.left.append(student)
            elif total and float(total) > self.most(row):
                filled.cut.append(student)
                row[self.column] = f"{self.most(row):g}"
            elif total:
                row[self.column] = total
        return filled

    @property
    def kinds(self) -> int:
        """By how many kinds of keys students are found."""
        return len(self.keys(self.rows[0])) if self.rows else 0


def read_export(path: Path) -> list[Row]:
    """The rows of a CSV file. Raises GradebookError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise GradebookError(f"{path} cannot be read: {problem}") from None


def is_same(there: str, points: str) -> bool:
    """Whether two texts are the same number of points."""
    try:
        return float(there) == float(points)
    except ValueError:
        return there == points
