"""A gradebook as Canvas exports it, to give back with one column of points."""

from pathlib import Path

from autograder.classroom.exports import GradeExport, Row, read_export
from autograder.errors import GradebookError
from autograder.grading.scale import Scale

IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID")  # Canvas's own first: it is what its downloads are named by
POINTS_ROW = "points possible"  # of the row that tells what each column is worth
COLUMNS = ["Student", *IDENTIFIERS, "Section"]


class CanvasExport(GradeExport):
    """The export in a file, and the one column to fill in: its title, or how it begins.

    Canvas finds a student by the ID, a number that stays as it is, and quotes names by itself that begin with =.
    Raises GradebookError where it is no export, or has no such column.
    """

    lms, file, texts = "Canvas", "canvas.csv", COLUMNS

    def __init__(self, path: Path, column: str) -> None:
        rows = read_export(path)
        if not rows or not {"Student", "ID"} <= set(rows[0]):
            raise GradebookError(f"{path} is not a gradebook of Canvas: it has no columns Student and ID")
        titles = [name for name in rows[0] if name]
        found = [name for name in titles if name == column] or [name for name in titles if name.startswith(column)]
        if len(found) != 1:
            others = ", ".join(name for name in titles if name not in COLUMNS)[:300]
            raise GradebookError(f"{path} has {len(found)} columns {column!r}; it has: {others}")
        self.column = found[0]
        self.columns = [name for name in COLUMNS if name in titles] + [self.column]
        self.rows = [{name: row[name] or "" for name in self.columns} for row in rows]

    def keys(self, row: Row) -> list[str]:
        return [row.get(name, "").strip().lower() for name in IDENTIFIERS]

    @property
    def points(self) -> float | None:
        """What the column is worth, where the export says so."""
        row = next((row for row in self.rows if row["Student"].strip().lower() == POINTS_ROW), None)
        try:
            return float(row[self.column]) if row else None
        except ValueError:
            return None

    def check_points(self, scale: Scale, what: str) -> None:
        if self.points is not None and self.points != scale.possible:
            wanted = f"these grades are of {scale.possible:g} ({what})"
            raise GradebookError(
                f"the column {self.column!r} is of {self.points:g} points, {wanted}: name another column"
            )
