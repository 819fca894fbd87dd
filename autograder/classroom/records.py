"""What is kept of each student's grading: one file, in Gradescope's form, with a record in its `extra_data`.

A file is written whole or not at all. It must never be read for more than to save a second grading.
"""

import hashlib
import json
import re
from pathlib import Path

from autograder.files import replace

GRADED, NOT_GRADED, FAILED = "graded", "not graded", "the grader failed"


class Records:
    """The files in a folder, one a student."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, student):
        return self.folder / f"{safe_name(student.id)}.json"

    def get(self, student):
        """The record of an earlier run; None where there is none that can be read."""
        try:
            record = json.loads(self.path(student).read_text(encoding="utf-8"))["extra_data"]
            return record if record["student"] == student.id else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, student, record):
        """Write a record, and Gradescope's report where it has one; returns the record without the report."""
        report = record.pop("gradescope", {"score": 0, "output": record["why"], "tests": []})
        replace(self.path(student), json.dumps(report | {"extra_data": record}, indent=1).encode())
        return record


def safe_name(id):
    """A file name for a student's id: another id has another name, also where case does not count."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", id)[:60]
    if re.fullmatch(r"[a-z0-9_-]{1,60}", id) and not re.search(r"-[0-9a-f]{16}$", id):  # else it could be another's
        return id
    return f"{plain}-{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
