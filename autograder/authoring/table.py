"""The points of the reference solution and of the untouched student copy, side by side, as Otter counts them."""

import tempfile
from pathlib import Path

from otter.test_files import GradingResults
from rich import box
from rich.table import Table

from autograder.authoring.kernels import otter_grade, quiet
from autograder.authoring.manifest import DIST, SOLUTIONS, STUDENT
from autograder.authoring.master import Master, Question
from autograder.errors import AutograderError, BuildError
from autograder.grading.text import one_line

REBUILD = "to rebuild: python -m autograder build"


def grade_both(path: Path, out: Path) -> tuple[Table, list[str]]:
    """The table for the master at `path`, built under `out`, and what is wrong with it. Raises AutograderError."""
    archive = out / DIST / f"{path.stem}-autograder.zip"
    notebooks = [out / folder / f"{path.stem}.ipynb" for folder in (SOLUTIONS, STUDENT)]
    for file in (archive, *notebooks):
        if not file.exists():
            raise BuildError(f"{file} is missing; to build it: python -m autograder build")
    questions = list(Master(path).questions.values())
    try:
        with tempfile.TemporaryDirectory() as temporary, quiet(Path(temporary)):
            reference, blank = (otter_grade(file.resolve(), archive.resolve()) for file in notebooks)
    except Exception as problem:  # Otter's own, of many kinds
        what = one_line(f"{type(problem).__name__}: {problem}")[:300]
        raise AutograderError(f"Otter cannot grade with {archive}: {what}; {REBUILD}") from problem
    complaints = ["the reference solution does not get all points"] * (reference.total != reference.possible)
    complaints += ["the untouched student copy gets points"] * (blank.total != 0)
    return table(questions, reference, blank), complaints


def table(questions: list[Question], reference: GradingResults, blank: GradingResults) -> Table:
    rows = Table("question", "points", "reference", "blank", box=box.SIMPLE_HEAD)
    for column in rows.columns[1:]:
        column.justify = "right"
    automatic = [question for question in questions if question.cases]
    if new := [question.name for question in automatic if question.name not in reference.results]:
        raise BuildError(f"{new[0]} is not in the zip yet; {REBUILD}")
    scores = {q.name: (q.points, reference.results[q.name].score, blank.results[q.name].score) for q in automatic}
    for name, numbers in scores.items():
        rows.add_row(name, *(f"{number:g}" for number in numbers))
    rows.add_section()
    for title, extra in (("automatic", False), ("extra", True)):
        if some := [scores[q.name] for q in automatic if q.extra == extra]:
            rows.add_row(title, *(f"{sum(column):g}" for column in zip(*some, strict=True)))
    if written := sum(question.points for question in questions if question.manual):
        rows.add_row("graded by a person", f"{written:g}", "", "")
    return rows
