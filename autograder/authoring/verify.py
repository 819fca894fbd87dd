"""What must hold of what was built, before any of it is put in place. Each check raises BuildError."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode
from otter.test_files import GradingResults
from otter.test_files.exception_test import ExceptionTestFile

from autograder.authoring import page
from autograder.authoring.archive import configured_files
from autograder.authoring.kernels import errors_of, first_line
from autograder.authoring.master import CaseSource, Master, Question
from autograder.authoring.onefile import GRADER, IGNORED, PACKAGE
from autograder.authoring.publish import files
from autograder.errors import AutograderError, MathError
from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.results import CaseResult
from autograder.grading.sandbox.launcher import close_launcher


def check_test_files(master: Master, folder: Path, wanted: Callable[[CaseSource], bool]) -> None:
    """Every generated file loads, and holds just the cases that the master declares, with their points."""
    for question in master.questions.values():
        file = folder / f"{question.name}.py"
        if not question.cases:
            continue
        try:
            loaded = ExceptionTestFile.from_file(str(file))
        except Exception as problem:
            message = f"the generated {file.parent.name}/{file.name} does not load: {first_line(problem)}"
            raise master.error(question.line, question, message) from problem
        found = [(case.body.test_func.__name__, case.points, case.hidden) for case in loaded.test_cases]
        declared = [(case.name, case.points, case.hidden) for case in question.cases if wanted(case)]
        if found != declared:
            message = f"Otter made the cases {found}, the master declares {declared}"
            raise master.error(question.line, question, message)


def check_contents(master: Master, source: Path, student: Path) -> None:
    """student/ holds the notebook, the public tests, what the build adds and the configuration's files, no more."""
    expected = {Path(f"{master.path.stem}.ipynb")}
    expected |= {Path("tests") / f"{q.name}.py" for q in master.questions.values() if q.cases}
    expected |= {Path(name) for name in configured_files(master, source)}
    expected |= {Path(IGNORED), Path(GRADER) / "assignment.json"}
    expected |= {Path(GRADER) / file.name for file in PACKAGE.glob("*.py")}
    found = {file.relative_to(student) for file in files(student)}
    for file in sorted(found ^ expected):
        what = "must not be" if file in found else "is missing"
        raise master.file_error(f"{file} {what} in student/")


def check_errors(master: Master, notebook: NotebookNode, lines: list[int | None], whose: str) -> None:
    """No cell of an executed notebook ended in an error."""
    for index, output in errors_of(notebook):
        origin = next((cell for cell in master.cells if cell.line == lines[index]), None)
        message = f"{whose} stops here: {output.ename}: {output.evalue}"
        if origin is None:
            raise master.error(1, notebook.cells[index].source.split("\n")[-1], message)
        raise master.cell_error(origin, message)


def check_score(master: Master, results: GradingResults) -> None:
    """The reference gets all points, and Otter counts as many as the questions declare."""
    for question in master.questions.values():
        if not question.cases:
            continue
        graded = results.results.get(question.name)
        if graded is None or graded.possible != question.points:
            possible = graded.possible if graded else 0
            message = f"declares {question.points:g} points, Otter counts {possible:g}"
            raise master.error(question.line, question, message)
        for case, result in zip(question.cases, graded.test_case_results, strict=True):
            if not result.passed:
                reason = (result.message or "").strip().split("\n")[-1].strip()
                raise master.error(case.line, question, f"the solution fails {case.name}: {reason}")


def check_students(master: Master, student: Path, archive: Path, notebook: Path, folder: Path) -> None:
    """With what students have, the solution passes every public case; and what they start from passes no case at all.

    folder: an empty one to work in.
    """
    shutil.copytree(student / "tests", folder / "tests")
    shutil.copytree(student, folder / "files", ignore=shutil.ignore_patterns("tests", "*.ipynb"))
    with zipfile.ZipFile(archive) as made:
        made.extract("otter_config.json", folder)
    for question, case, result in graded(master, notebook, folder, "with what students have"):
        if not result.passed:
            message = f"with what students have, the solution fails {case.name}: {result.message}"
            raise master.error(case.line, question, message)
    for question, case, result in graded(master, student / f"{master.path.stem}.ipynb", archive, "before an answer"):
        if result.passed:
            message = f"{case.name} passes before anything is answered: the stub answers it, or it asks nothing"
            raise master.error(case.line, question, message)


def graded(
    master: Master, notebook: Path, archive: Path, how: str
) -> Iterator[tuple[Question, CaseSource, CaseResult]]:
    """(question, case, result) of a notebook that our own grader graded with a zip, or with a folder in its place.

    how: says so in an error.
    """
    try:
        with Assignment(archive) as assignment:
            grading = grade(notebook, assignment, unconfined=True)
    except AutograderError as problem:
        raise master.file_error(f"graded {how}, {problem}") from problem
    finally:
        close_launcher()
    for name, results in grading.questions.items():
        question, made = master.questions[name], iter(results.cases)
        public = all(not result.hidden for result in results.cases)
        for case in question.cases:
            if not (public and case.hidden):
                yield question, case, next(made)


def check_mathematics(master: Master, notebook: NotebookNode, lines: list[int | None]) -> None:
    """Every formula of a notebook can be rendered."""
    for cell, line in zip(notebook.cells, lines, strict=True):
        if cell.cell_type == "markdown":
            try:
                page.markdown(cell)
            except MathError as problem:
                origin = next((c for c in master.cells if c.line == line), master.cells[0])
                raise master.cell_error(origin, str(problem)) from None


def check_paths(master: Master, folder: Path, temporary: Path) -> None:
    """No file that was made holds the path of the build's temporary folder."""
    for file in files(folder):
        if str(temporary).encode() in file.read_bytes():
            raise master.file_error(f"{file.name} holds the path of the build's temporary folder")
