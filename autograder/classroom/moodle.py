"""An assignment's grading worksheet as Moodle exports it, to give back with the grades.

Moodle reads the identifier, the grade and the time of the last change, and leaves out without a word: grades above the
maximum, and those of people whose grade cannot be changed there. So these are told.
"""

from pathlib import Path

from autograder.classroom.exports import GradeExport, Row, read_export
from autograder.errors import GradebookError
from autograder.grading.scale import Scale

IDENTIFIER, GRADE, CHANGED = "Identifier", "Grade", "Last modified (grade)"
NEEDED = (IDENTIFIER, GRADE, CHANGED)
TEXTS = ("Full name", "Email address", "Status")
MAXIMUM, OPEN = "maximum grade", "Grade can be changed"  # versions write the first with a large or a small g


class MoodleWorksheet(GradeExport):
    """The worksheet in a file. Raises GradebookError where it is none."""

    lms, file, texts = "Moodle", "moodle.csv", TEXTS

    def __init__(self, path: Path) -> None:
        rows = read_export(path)
        missing = [name for name in NEEDED if not rows or name not in rows[0]]
        if missing:
            how = "download it in English, from the assignment's list of submissions"
            raise GradebookError(f"{path} is no grading worksheet of Moodle: it has no column {missing[0]}; {how}")
        self.maximum = next((name for name in rows[0] if name and name.lower() == MAXIMUM), "")
        if not self.maximum:
            raise GradebookError(f"{path} is of an assignment that is graded with a scale: set it to points in Moodle")
        self.column = GRADE
        kept = {*NEEDED, *TEXTS, self.maximum, OPEN}
        self.columns = [name for name in rows[0] if name in kept]
        self.rows = [{name: row[name] or "" for name in self.columns} for row in rows]

    def keys(self, row: Row) -> list[str]:
        words = row[IDENTIFIER].split()  # "Participant 4711", the number that Moodle's downloads are named by
        return [words[-1].lower() if words else "", row.get("Email address", "").strip().lower()]

    def most(self, row: Row) -> float:
        try:
            return float(row[self.maximum])
        except ValueError:
            return float("inf")

    def is_open(self, row: Row) -> bool:
        return row.get(OPEN, "").strip().lower() != "no"

    def check_points(self, scale: Scale, what: str) -> None:
        """With room for the extra points, or without it."""
        for maximum in {self.most(row) for row in self.rows} - {float("inf")}:
            if maximum not in (scale.possible, scale.possible + scale.extra_possible):
                extra = f", or {scale.possible + scale.extra_possible:g} with room for the extra points"
                wanted = f"{scale.possible:g} ({what}){extra if scale.extra_possible else ''}"
                raise GradebookError(
                    f"the worksheet's maximum grade is {maximum:g}, these grades are of {wanted}: change it in Moodle, "
                    "and download the worksheet again"
                )
