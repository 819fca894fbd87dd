"""A gradebook as Canvas exports it, to give back with one column of points."""

import csv
from collections.abc import Iterable
from pathlib import Path

from autograder.classroom.roster import Student
from autograder.errors import CanvasError

IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID")  # Canvas's own first: it is what its downloads are named by
POINTS_ROW = "points possible"  # of the row that tells what each column is worth
COLUMNS = ["Student", *IDENTIFIERS, "Section"]


class CanvasExport:
    """The export in a file, and the one column to fill in: its title, or how it begins.

    Raises CanvasError where it is not one, or has no such column.
    """

    def __init__(self, path: Path, column: str) -> None:
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise CanvasError(f"{path} cannot be read: {problem}") from None
        if not rows or not {"Student", "ID"} <= set(rows[0]):
            raise CanvasError(f"{path} is not a gradebook of Canvas: it has no columns Student and ID")
        titles = [name for name in rows[0] if name]
        found = [name for name in titles if name == column] or [name for name in titles if name.startswith(column)]
        if len(found) != 1:
            others = ", ".join(name for name in titles if name not in COLUMNS)[:300]
            raise CanvasError(f"{path} has {len(found)} columns {column!r}; it has: {others}")
        self.column = found[0]
        self.columns = [name for name in COLUMNS if name in titles] + [self.column]
        self.rows = [{name: row[name] or "" for name in self.columns} for row in rows]

    @property
    def points(self) -> float | None:
        """What the column is worth, where the export says so."""
        row = next((row for row in self.rows if row["Student"].strip().lower() == POINTS_ROW), None)
        try:
            return float(row[self.column]) if row else None
        except ValueError:
            return None

    def check_points(self, possible: float, what: str) -> None:
        """Raises CanvasError where the column is worth something else. what: how the points are made up."""
        if self.points is not None and self.points != possible:
            wanted = f"these grades are of {possible:g} ({what})"
            raise CanvasError(f"the column {self.column!r} is of {self.points:g} points, {wanted}: name another column")

    def fill(self, totals: Iterable[tuple[Student, str]], ungraded: set[str]) -> tuple[list[Student], list[Student]]:
        """Put in the points. ungraded: the ids of those whose points give way to points that stand in the export.

        Returns the students for whom the export has no row of their own, and those whose points in it were left.
        """
        columns = [{row[name].strip().lower(): row for row in self.rows if row.get(name)} for name in IDENTIFIERS]
        unknown, left, taken = list[Student](), list[Student](), set[int]()
        for student, total in totals:
            keys = [key.lower() for key in (student.id, student.email) if key]
            row = next((known[key] for key in keys for known in columns if key in known), None)
            if row is None or id(row) in taken:
                unknown.append(student)
                continue
            taken.add(id(row))
            if total and student.id in ungraded and row[self.column].strip() not in ("", total):
                left.append(student)
            elif total:
                row[self.column] = total
        return unknown, left
