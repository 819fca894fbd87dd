"""One page for each student, which needs nothing else: to send out once the grades are published.

A page must never load anything, or hold a name or a message unescaped.
"""

from pathlib import Path

from jinja2 import Environment, PackageLoader

from autograder.classroom.records import StudentRecord, safe_name
from autograder.classroom.roster import Student
from autograder.files import replace

FOLDER = "feedback"
PAGES = Environment(loader=PackageLoader("autograder.classroom"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.filters["points"] = lambda number: f"{number:g}"


def write_feedback(out: Path, student: Student, record: StudentRecord, assignment: str, extra: float) -> None:
    """The page that a student may read. assignment: its name. extra: how many of the points are extra."""
    page = PAGES.get_template("feedback.html")
    text = page.render(student=student, record=record, assignment=assignment, extra=extra)
    replace(out / feedback_page(student), encoded(text))


def encoded(page: str) -> bytes:
    """A page's bytes, also where a text holds what no encoding can write."""
    return (page + "\n").encode("utf-8", "replace")


def feedback_page(student: Student) -> str:
    """Where it lies, below the folder of the grades."""
    return f"{FOLDER}/{safe_name(student.id)}.html"
