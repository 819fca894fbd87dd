"""What is kept of each student's grading: one file, in Gradescope's form, with our record in its `extra_data`.

A file is written whole or not at all. It must never be read for more than to save a second grading.
"""

import enum
import hashlib
import json
import re
from pathlib import Path

import msgspec

from autograder.classroom.roster import Student
from autograder.files import replace
from autograder.grading.results import Grading
from autograder.grading.scale import Total


class Status(enum.Enum):
    """What became of a student's submission."""

    GRADED = "graded"
    NOT_GRADED = "not graded"  # there is nothing that can be graded; `why` tells the file's owner
    FAILED = "the grader failed"


class StudentRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """student: the id. digest: of the zip and the submission; None where a next run must try again. note: which of
    several files was graded. written: {question: HTML} of the written answers, "" where there is none.
    """

    student: str
    status: Status
    why: str = ""
    digest: str | None = None
    seconds: float = 0.0
    grading: Grading | None = None
    note: str = ""
    written: dict[str, str] = {}

    @property
    def is_graded(self) -> bool:
        return self.status is Status.GRADED

    @property
    def has_failed(self) -> bool:
        return self.status is Status.FAILED


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


class ResultsFile(msgspec.Struct):
    """Gradescope's results.json; of it we read our own record and nothing else."""

    extra_data: StudentRecord


class Records:
    """The files in a folder, one a student. `unreadable` names those of an earlier run that are of no use."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.unreadable = folder, list[str]()
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, student: Student) -> Path:
        return self.folder / f"{safe_name(student.id)}.json"

    def get(self, student: Student) -> StudentRecord | None:
        """The record of an earlier run; None where there is none, or none that is complete."""
        path = self.path(student)
        try:
            record = msgspec.json.decode(path.read_bytes(), type=ResultsFile).extra_data
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, ValueError):
            record = None
        if record is None or record.student != student.id:
            self.unreadable.append(path.name)
            return None
        return record

    def keep(self, student: Student, record: StudentRecord, report: bytes | None = None) -> None:
        """Write a record into Gradescope's report, or into an empty one. Raises OutputError."""
        contents = json.loads(report) if report else {"score": 0, "output": record.why, "tests": []}
        contents["extra_data"] = msgspec.to_builtins(record)
        replace(self.path(student), msgspec.json.format(msgspec.json.encode(contents), indent=1))


def safe_name(id: str) -> str:
    """A file name for a student's id: another id has another name, also where case does not count."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", id)[:60]
    if re.fullmatch(r"[a-z0-9_-]{1,60}", id) and not re.search(r"-[0-9a-f]{16}$", id):  # else it could be another's
        return id
    return f"{plain}-{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
