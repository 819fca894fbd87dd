"""Each student's written answers as a PDF, for grading on paper or in Gradescope, printed by the system's Chromium.

Answers are harmless HTML by then, and Chromium runs no script of theirs; it never gets an address outside the page.
"""

import concurrent.futures as futures
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from markupsafe import Markup
from pypdf import PdfReader, PdfWriter

from autograder.classroom.feedback import PAGES, encoded
from autograder.classroom.pools import allowed_cores
from autograder.classroom.records import Records, StudentRecord, safe_name
from autograder.classroom.roster import Student
from autograder.classroom.sanitizer import sanitized
from autograder.errors import BrowserError
from autograder.files import replace
from autograder.grading.assignment import Assignment

FOLDER = "pdf"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
OPTIONS = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run", "--disable-extensions"]
OPTIONS += ["--disable-background-networking", "--disable-sync", "--disable-component-update"]
SECONDS = 60  # for one student's


def find_chromium() -> str:
    """The path of this system's Chromium. Raises BrowserError."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise BrowserError("--pdf needs Chromium: install your system's package (Debian: apt install chromium)")
    return found


def write_pdfs(out: Path, students: list[Student], records: Records, assignment: Assignment, chromium: str) -> str:
    """Print the answers of all whose notebook was read; a line on what was made.

    Raises BrowserError and OutputError.
    """
    if not assignment.written:
        return "no PDFs: the assignment has no written questions"
    (out / FOLDER).mkdir(exist_ok=True)
    coming = ((student, records.get(student)) for student in students)
    found = [(student, record) for student, record in coming if record and record.is_graded]

    def make(item: tuple[Student, StudentRecord]) -> None:
        student, record = item
        replace(
            out / FOLDER / f"{safe_name(student.id)}.pdf", printed(page(student, record, assignment), out, chromium)
        )

    with futures.ThreadPoolExecutor(len(allowed_cores())) as pool:
        list(pool.map(make, found))
    return f"{len(found)} PDFs in {out / FOLDER}"


def page(student: Student, record: StudentRecord, assignment: Assignment) -> bytes:
    """The HTML that is printed: each question with its answer, the name on every page."""
    answers = {name: Markup(sanitized(markup)) for name, markup in record.written.items()}
    return encoded(
        PAGES.get_template("answers.html").render(
            student=student,
            assignment=assignment.name,
            questions=assignment.written,
            answers=answers,
            head=css_string(f"{student.name} ({student.id})"),
        )
    )


def css_string(text: str) -> Markup:
    """A text as a string of CSS, whatever it holds."""
    return Markup('"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"')


def printed(html: bytes, folder: Path, chromium: str) -> bytes:
    """A page's PDF, without the time at which it was made. Raises BrowserError."""
    with tempfile.TemporaryDirectory(prefix=".print-", dir=folder) as work:
        source, made = Path(work) / "page.html", Path(work) / "page.pdf"
        source.write_bytes(html)
        command = [chromium, *OPTIONS, f"--user-data-dir={Path(work).resolve()}/profile"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it starts in no other way
        command += [f"--print-to-pdf={made.resolve()}", source.resolve().as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            pdf = PdfWriter(clone_from=PdfReader(io.BytesIO(made.read_bytes())))
        except (OSError, subprocess.SubprocessError, ValueError) as problem:
            raise BrowserError(f"{chromium} printed nothing: {type(problem).__name__}; try it by hand") from None
    pdf.metadata = None
    output = io.BytesIO()
    pdf.write(output)
    return output.getvalue()
