"""One page for each student, which needs nothing else: to send out once the grades are published.

A page must never load anything, or hold a name or a message unescaped.
"""

from pathlib import Path

from jinja2 import Environment, PackageLoader

from autograder.classroom.records import Result, safe_name
from autograder.classroom.roster import Student
from autograder.files import replace
from autograder.grading.written import WrittenQuestion

FOLDER = "feedback"
PAGES = Environment(loader=PackageLoader("autograder.classroom"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.filters["points"] = lambda number: f"{number:g}"
PAGES.filters["grouped"] = lambda number: f"{number:,}"


def write_feedback(
    out: Path, result: Result, assignment: str, written: list[WrittenQuestion], extra: frozenset[str]
) -> None:
    """The page that a student may read. assignment: its name. written: the questions that a person grades.

    extra: the names of those whose points come on top.
    """
    page = PAGES.get_template("feedback.html")
    text = page.render(result=result, assignment=assignment, written=written, extra=extra)
    replace(out / feedback_page(result.student), encoded(text))


def encoded(page: str) -> bytes:
    """A page's bytes, also where a text holds what no encoding can write."""
    return (page + "\n").encode("utf-8", "replace")


def feedback_page(student: Student) -> str:
    """Where it lies, below the folder of the grades."""
    return f"{FOLDER}/{safe_name(student.id)}.html"
