"""Records of a class to what an instructor opens, uploads and sends out: grades.csv, Canvas's import, the pages.

It must never put a student's text into a table that a spreadsheet could take for a formula.
"""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from autograder.classroom.records import GRADED, NOT_GRADED
from autograder.classroom.report import FEEDBACK, Report, write_feedback
from autograder.files import replace
from autograder.grading.grade import STOPPED
from autograder.grading.intake import clean

IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID")  # Canvas's own first: it is what its downloads are named by
CANVAS_COLUMNS = ["Student", *IDENTIFIERS, "Section"]
FORMULA = re.compile(r"(^|;\s*)(?=[=+\-@＝＋－＠])")  # where `;` separates columns, too
LATER = {"status": NOT_GRADED, "why": "not yet: the run was stopped before. Start it again to go on."}


class NoCanvas(Exception):
    """The Canvas export cannot be used; the message says what to do."""


class Gradebook:
    """Takes a class's records as they come, in any order, then writes the tables and the report into `out`."""

    def __init__(self, out, assignment, students):
        self.out, self.students = Path(out), students
        self.name = assignment.config.assignment_name or "assignment"
        self.questions = {file.name: file.possible for file in assignment.tests}
        self.extra = sum(points for name, points in self.questions.items() if name in assignment.extra)
        self.rows, self.kept, self.report = {}, 0, Report(self.name, self.questions, self.extra)
        (self.out / FEEDBACK).mkdir(parents=True, exist_ok=True)

    def __len__(self):
        return len(self.rows)

    def count(self, status):
        return sum(row["status"] == status for row in self.rows.values())

    def add(self, student, record, kept=False):
        """kept: whether the record is of an earlier run."""
        self.kept += kept
        write_feedback(self.out, student, record, self.name, self.extra)
        self.rows[student.id] = self.row(student, record)
        self.report.add(student, record, self.rows[student.id]["what went wrong"])

    def row(self, student, record):
        """A line of grades.csv; the points stay empty where nobody's work was read, and are 0 where it was refused."""
        points = record.get("questions", {})
        return {
            "id": text_cell(student.id),
            "name": text_cell(student.name),
            "late": "late" if student.late else "",
            **{name: f"{points[name]['score']:g}" if name in points else "" for name in self.questions},
            "total": f"{record['total']:g}" if "total" in record else "",
            "status": record["status"],
            "what went wrong": text_cell(what_went_wrong(record)),
        }

    def write(self, canvas=None):
        """Write grades.csv, report.html and, given a CanvasExport, canvas.csv; lines on whom Canvas does not know."""
        rows = [self.rows.get(student.id) or self.row(student, LATER) for student in self.students]
        # The byte order mark tells Excel that the file is UTF-8.
        replace(self.out / "grades.csv", b"\xef\xbb\xbf" + table(rows[0], rows))
        self.report.write(self.out / "report.html", self.students)
        if canvas is None:
            return []
        totals = [(student, self.rows.get(student.id, {}).get("total", "")) for student in self.students]
        unknown = canvas.fill(totals)
        replace(self.out / "canvas.csv", table(canvas.columns, canvas.rows))
        return [f"not in the Canvas export: {student.name} ({student.id})" for student in unknown]

    def lines(self):
        """What to tell at the end."""
        counts = Counter(row["status"] for row in self.rows.values())
        kept = f" ({self.kept} of them before)" if self.kept else ""
        yield ", ".join(f"{counts[status]} {status}" for status in sorted(counts)) + kept
        yield f"{self.out / 'grades.csv'}, {self.out / 'report.html'}"


def what_went_wrong(record):
    """One line: why there is no grade, else the first of what stopped, else the first cell that did not run."""
    if record["status"] != GRADED:
        return " ".join(record["why"].split())
    for name, question in record["questions"].items():
        for case in question["cases"]:
            if STOPPED in case["causes"]:
                return f"{name}: " + case["message"].partition(": ")[2]
    lines = record["cells"].splitlines()
    return lines[1] if len(lines) > 1 else ""


def text_cell(text):
    """A text that no spreadsheet takes for a formula."""
    return FORMULA.sub(r"\1'", clean(" ".join(str(text).split())))


def table(columns, rows):
    """Rows, dicts with the same keys, as a CSV file's bytes."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(columns), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")


class CanvasExport:
    """A gradebook as Canvas exports it, to give back with one column of points."""

    def __init__(self, path, column):
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise NoCanvas(f"{path} cannot be read: {problem}") from None
        if not rows or not {"Student", "ID"} <= set(rows[0]):
            raise NoCanvas(f"{path} is no gradebook of Canvas: it has no columns Student and ID")
        titles = [name for name in rows[0] if name]
        found = [name for name in titles if name == column] or [name for name in titles if name.startswith(column)]
        if len(found) != 1:
            others = ", ".join(name for name in titles if name not in CANVAS_COLUMNS)[:300]
            raise NoCanvas(f"{path} has {len(found)} columns {column!r}; it has: {others}")
        self.column = found[0]
        self.columns = [name for name in CANVAS_COLUMNS if name in titles] + [self.column]
        self.rows = [{name: row[name] or "" for name in self.columns} for row in rows]

    def fill(self, totals):
        """Put in the points, [(student, text)]; returns the students for whom the export has no row of their own."""
        columns = [{row[name].strip().lower(): row for row in self.rows if row.get(name)} for name in IDENTIFIERS]
        unknown, taken = [], set()
        for student, total in totals:
            keys = [key.lower() for key in (student.id, student.email) if key]
            row = next((known[key] for key in keys for known in columns if key in known), None)
            if row is None or id(row) in taken:
                unknown.append(student)
                continue
            taken.add(id(row))
            if total:
                row[self.column] = total
        return unknown
