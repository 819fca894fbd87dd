"""Records of a class to what an instructor opens, uploads and sends out: grades.csv, what an LMS imports, the pages.

It must never put a student's text into a table that a spreadsheet could take for a formula.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from autograder.classroom import feedback
from autograder.classroom.changes import changed, read_grades
from autograder.classroom.exports import GradeExport
from autograder.classroom.feedback import write_feedback
from autograder.classroom.marks import Marks
from autograder.classroom.records import Result, Status, StudentRecord
from autograder.classroom.report import Report
from autograder.classroom.roster import Student
from autograder.classroom.sheet import PAGE, Sheet
from autograder.files import replace
from autograder.grading.assignment import Assignment
from autograder.grading.results import Outcome
from autograder.grading.scale import Scale
from autograder.grading.text import clean, one_line

FORMULA = re.compile(r"""((?:^|[,;])[\s"]*)(?=[=+\-@＝＋－＠])|([,;][\s"]*)\Z""")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
GRADES, REPORT = "grades.csv", "report.html"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # tells Excel that the file is UTF-8
LATER = "not yet: the run was stopped before. The same command resumes it."

Row = dict[str, str]


class Gradebook:
    """Takes a class's records as they come, in any order, then writes the tables and the pages into `out`.

    marks: the points for the written answers, where these are graded.
    """

    def __init__(self, out: Path, assignment: Assignment, students: list[Student], marks: Marks | None = None) -> None:
        self.out, self.students, self.marks = out, students, marks
        self.name = title(assignment)
        self.written = {question.name: question for question in assignment.written}
        self.scale = scale(assignment, marks is not None)
        self.extra = scale(assignment, with_written=True).extra
        self.columns = [*assignment.points, *self.written]
        self.rows: dict[str, Row] = {}
        self.before = read_grades(out / GRADES)
        self.statuses: Counter[Status] = Counter()
        self.kept, self.report = 0, Report(self.name, self.scale)
        self.sheet = Sheet(self.name, assignment.written)
        (self.out / feedback.FOLDER).mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, student: Student, record: StudentRecord, kept: bool = False) -> None:
        """kept: whether the record is of an earlier run."""
        self.kept += kept
        self.statuses[record.status] += 1
        result = self.result(student, record)
        write_feedback(self.out, result, self.name, list(self.written.values()), self.extra)
        self.rows[student.id] = self.row(result)
        self.report.add(result, self.rows[student.id]["what went wrong"])
        self.sheet.add(record)

    def result(self, student: Student, record: StudentRecord) -> Result:
        """What a student has earned, by the grader and by a person."""
        marks = self.marks.of(record) if self.marks and record.is_graded else {}
        if record.grading is None:
            return Result(student, record, None, {}, marks)
        scores = {name: question.score for name, question in record.grading.questions.items()}
        scores |= {name: mark.points for name, mark in marks.items() if mark.points is not None}
        if self.marks and not record.is_graded:  # refused: nothing of it counts
            scores |= dict.fromkeys(self.written, 0.0)
        return Result(student, record, self.scale.total(scores), scores, marks)

    def row(self, result: Result) -> Row:
        """A line of grades.csv; the points stay empty where nobody's work was read, and are 0 where it was refused."""
        student, total = result.student, result.total
        return {
            "id": text_cell(student.id),
            "name": text_cell(student.name),
            "late": "late" if student.late else "",
            **{name: f"{result.scores[name]:g}" if name in result.scores else "" for name in self.columns},
            "points": f"{total.points:g}" if total else "",
            "of": f"{self.scale.possible:g}",
            "extra": f"{total.extra:g}" if total else "",
            "total": f"{total.sum:g}" if total else "",
            "status": result.record.status.value,
            "what went wrong": text_cell(what_went_wrong(result)),
        }

    def write(self, exports: Iterable[GradeExport] = ()) -> list[str]:
        """Write the tables and the pages; lines on whom an LMS does not know, and who gets no points there."""
        later = (StudentRecord(student=s.id, status=Status.NOT_GRADED, why=LATER) for s in self.students)
        rows = [
            self.rows.get(s.id) or self.row(self.result(s, record))
            for s, record in zip(self.students, later, strict=True)
        ]
        self.report.write(self.out / REPORT, self.students, changed(self.before, rows))
        self.sheet.write(self.out / PAGE)
        replace(self.out / GRADES, BYTE_ORDER_MARK + table(rows[0], rows))
        return [line for export in exports for line in self._fill(export, rows)]

    def _fill(self, export: GradeExport, rows: list[Row]) -> Iterator[str]:
        """Write what an LMS can import."""
        pending, lms = self.report.pending, export.lms
        totals = [(s, "" if s.id in pending else row["total"]) for s, row in zip(self.students, rows, strict=True)]
        not_graded = {s.id for s, row in zip(self.students, rows, strict=True) if row["status"] != Status.GRADED.value}
        unknown, left, cut = export.fill(totals, not_graded)
        replace(self.out / export.file, export_table(export))
        waiting = [s for s in self.students if s.id in pending]
        for told, students in (
            (f"not in the {lms} export", unknown),
            (f"not graded, or closed there, so {lms} keeps the points that it has", left),
            (f"has more points than {lms} takes, and gets as many as it takes", cut),
            (f"left empty for {lms}, since a written answer has no points", waiting),
        ):
            yield from (f"{told}: {student.name} ({student.id})" for student in students)

    def lines(self) -> Iterator[str]:
        """What to tell at the end."""
        kept = f" ({self.kept} of them before)" if self.kept else ""
        counts = sorted((status.value, count) for status, count in self.statuses.items())
        yield ", ".join(f"{count} {status}" for status, count in counts) + kept
        if self.marks and self.marks.unused:
            yield f"{self.marks.unused} graded answers are not in this class: were they changed since?"
        if self.marks and self.report.pending:
            count = len(self.report.pending)
            yield f"{count} students have a written answer without points: grade it in {self.out / PAGE}"
        elif self.written and not self.marks:
            yield f"the written answers have no points yet: grade them in {self.out / PAGE}, then --written FILE"
        yield f"{self.out / GRADES}, {self.out / REPORT}"


def title(assignment: Assignment) -> str:
    """What the pages call an assignment, whether or not its zip has a name."""
    return assignment.name or "assignment"


def scale(assignment: Assignment, with_written: bool) -> Scale:
    """What counts: the automatic points, and those for written answers where these are graded."""
    written = assignment.written if with_written else []
    extra = assignment.extra | {question.name for question in written if question.extra}
    return Scale(assignment.points | {question.name: question.points for question in written}, frozenset(extra))


def what_went_wrong(result: Result) -> str:
    """One line: why there is no grade, else the first of what stopped, else the first cell with an error; and what
    else a person should know.
    """
    record = result.record
    if not record.is_graded or not record.grading:
        return one_line(record.why)
    cases = [(name, case) for name, question in record.grading.questions.items() for case in question.cases]
    stopped = [f"{name}: {case.message}" for name, case in cases if case.outcome is Outcome.STOPPED]
    return "; ".join(filter(None, [record.note, *(stopped or [record.grading.first_complaint])[:1]]))


def text_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return harmless(clean(one_line(text)))


def harmless(text: str) -> str:
    """The text with a ' before what a spreadsheet could take for a formula, at its start or after a separator.

    A comma and a semicolon count as separators: which of them is one depends on the reader's country, and so does what
    is quoted. Where the text ends with one, what comes after it in the file would begin a cell.
    """
    return FORMULA.sub(r"\1\2'", CONTROL.sub(" ", text))


def export_table(export: GradeExport) -> bytes:
    """The export with its points as a CSV file's bytes, its texts made harmless.

    The points are left alone: -1 is a number.
    """
    texts = export.texts
    rows = [{name: harmless(row[name]) if name in texts else row[name] for name in row} for row in export.rows]
    return table(export.columns, rows)


def table(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Rows with the same keys as a CSV file's bytes."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(columns), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "replace")
