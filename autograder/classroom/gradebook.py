"""Records of a class to what an instructor opens, uploads and sends out: grades.csv, Canvas's import, the pages.

It must never put a student's text into a table that a spreadsheet could take for a formula.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder.classroom import feedback
from autograder.classroom.canvas import COLUMNS, CanvasExport
from autograder.classroom.feedback import write_feedback
from autograder.classroom.records import Status, StudentRecord
from autograder.classroom.report import Report
from autograder.classroom.roster import Student
from autograder.files import replace
from autograder.grading.assignment import Assignment
from autograder.grading.results import Outcome
from autograder.grading.text import clean, one_line

FORMULA = re.compile(r"""((?:^|[,;])[\s"]*)(?=[=+\-@＝＋－＠])|([,;][\s"]*)\Z""")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # tells Excel that the file is UTF-8
LATER = "not yet: the run was stopped before. The same command resumes it."

Row = dict[str, str]


class Gradebook:
    """Takes a class's records as they come, in any order, then writes the tables and the report into `out`."""

    def __init__(self, out: Path, assignment: Assignment, students: list[Student]) -> None:
        self.out, self.students = out, students
        self.name, self.questions = assignment.name or "assignment", assignment.points
        self.extra = assignment.extra_points
        self.rows: dict[str, Row] = {}
        self.statuses: Counter[Status] = Counter()
        self.kept, self.report = 0, Report(self.name, self.questions, self.extra)
        (self.out / feedback.FOLDER).mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, student: Student, record: StudentRecord, kept: bool = False) -> None:
        """kept: whether the record is of an earlier run."""
        self.kept += kept
        self.statuses[record.status] += 1
        write_feedback(self.out, student, record, self.name, self.extra)
        self.rows[student.id] = self.row(student, record)
        self.report.add(student, record, self.rows[student.id]["what went wrong"])

    def row(self, student: Student, record: StudentRecord) -> Row:
        """A line of grades.csv; the points stay empty where nobody's work was read, and are 0 where it was refused."""
        grading = record.grading
        points = grading.questions if grading else {}
        return {
            "id": text_cell(student.id),
            "name": text_cell(student.name),
            "late": "late" if student.late else "",
            **{name: f"{points[name].score:g}" if name in points else "" for name in self.questions},
            "total": f"{grading.total:g}" if grading else "",
            "status": record.status.value,
            "what went wrong": text_cell(what_went_wrong(record)),
        }

    def write(self, canvas: CanvasExport | None = None) -> list[str]:
        """Write grades.csv, report.html and, given a CanvasExport, canvas.csv; lines on whom Canvas does not know."""
        later = (StudentRecord(student=s.id, status=Status.NOT_GRADED, why=LATER) for s in self.students)
        rows = [self.rows.get(s.id) or self.row(s, record) for s, record in zip(self.students, later, strict=True)]
        replace(self.out / "grades.csv", BYTE_ORDER_MARK + table(rows[0], rows))
        self.report.write(self.out / "report.html", self.students)
        if canvas is None:
            return []
        unknown = canvas.fill((s, row["total"]) for s, row in zip(self.students, rows, strict=True))
        replace(self.out / "canvas.csv", canvas_table(canvas))
        return [f"not in the Canvas export: {student.name} ({student.id})" for student in unknown]

    def lines(self) -> Iterator[str]:
        """What to tell at the end."""
        kept = f" ({self.kept} of them before)" if self.kept else ""
        counts = sorted((status.value, count) for status, count in self.statuses.items())
        yield ", ".join(f"{count} {status}" for status, count in counts) + kept
        yield f"{self.out / 'grades.csv'}, {self.out / 'report.html'}"


def what_went_wrong(record: StudentRecord) -> str:
    """One line: why there is no grade, else the first of what stopped, else the first cell with an error."""
    if not record.is_graded or not record.grading:
        return one_line(record.why)
    for name, question in record.grading.questions.items():
        for case in question.cases:
            if case.outcome is Outcome.STOPPED:
                return f"{name}: {case.message}"
    return record.grading.first_complaint


def text_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return harmless(clean(one_line(text)))


def harmless(text: str) -> str:
    """The text with a ' before what a spreadsheet could take for a formula, at its start or after a separator.

    A comma and a semicolon count as separators: which of them is one depends on the reader's country, and so does what
    is quoted. Where the text ends with one, what comes after it in the file would begin a cell.
    """
    return FORMULA.sub(r"\1\2'", CONTROL.sub(" ", text))


def canvas_table(canvas: CanvasExport) -> bytes:
    """The export with its points as a CSV file's bytes.

    Canvas finds a student by the ID, a number that stays as it is, and quotes names by itself that begin with =. So
    the texts beside it can be made harmless. The points are left alone: -1 is a number.
    """
    rows = [{name: harmless(row[name]) if name in COLUMNS else row[name] for name in row} for row in canvas.rows]
    return table(canvas.columns, rows)


def table(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Rows with the same keys as a CSV file's bytes."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(columns), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")
