"""Build student/, solutions/ and autograder/dist/ from a master, all of them or none.

Otter Assign splits the master in a temporary folder; what it leaves is normalised (same master, same bytes), verified
(nothing of a solution in student/, the solution gets all points) and only then put in place. This module must never
write into the old outputs before everything has been verified, and never know what the assignment is about.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring import onefile, page
from autograder.authoring.archive import container_pins, repack, settings
from autograder.authoring.kernels import execute, otter_grade, quiet
from autograder.authoring.leaks import check_leaks
from autograder.authoring.master import Master
from autograder.authoring.normalise import cell_lines, normalised, read, write
from autograder.authoring.publish import compare, files, install, is_left_out
from autograder.authoring.rubrics import check_rubrics, written_questions
from autograder.authoring.rules import check_rules
from autograder.authoring.split import assign, make_fixtures, solution, written_answers
from autograder.authoring.verify import (
    check_contents,
    check_errors,
    check_mathematics,
    check_paths,
    check_score,
    check_test_files,
)
from autograder.errors import BuildError, OutputError
from autograder.files import replace

STUDENT, SOLUTIONS, DIST = "student", "solutions", "autograder/dist"
LOG = "build.log"  # what a failed build leaves behind


def build(path: Path, out: Path) -> list[Path]:
    """Build everything from the master at `path` and put it under `out`; returns the paths written.

    Raises BuildError, which names the log that it leaves where it came to running anything, and OutputError.
    """
    out = out.resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=out) as stage:
            made = make(checked_master(path), Path(stage) / "new", out)
            install(made, Path(stage), out)
    except OSError as problem:
        what = f"{problem.filename or out}: {problem.strerror or problem}"
        raise OutputError(f"{what}; nothing was built") from problem
    (out / LOG).unlink(missing_ok=True)
    return [out / name for name in made]


def differences(path: Path, out: Path) -> list[str]:
    """Build without writing; a list of lines that tell how `out` differs from it, empty where it does not."""
    out = out.resolve()
    with tempfile.TemporaryDirectory(prefix="build-") as stage:
        new = Path(stage) / "new"
        return [line for name in make(checked_master(path), new, out) for line in compare(out / name, new / name, name)]


def checked_master(path: Path) -> Master:
    """The master at a path, which fulfils all rules. Raises BuildError."""
    master = Master(path)
    check_rules(master)
    check_rubrics(master)
    return master


def make(master: Master, new: Path, out: Path) -> list[str]:
    """Build into the folder `new`, with every check; returns the names of what belongs under `out`."""
    with tempfile.TemporaryDirectory(prefix="assign-") as temporary:
        work = Path(temporary) / "work"
        try:
            with quiet(Path(temporary)) as log:
                return make_in(work, master, new, out)
        except BuildError as mistake:
            if text := log.read_bytes():
                replace(out / LOG, text)
                raise BuildError(f"{mistake} (the build's log: {LOG})") from mistake
            raise


def make_in(work: Path, master: Master, new: Path, out: Path) -> list[str]:
    """`make`, in the folder `work`."""
    source, split, notebook = work / "source", work / "split", f"{master.path.stem}.ipynb"
    shutil.copytree(master.folder, source, ignore=lambda _, names: set(filter(is_left_out, names)))
    names = [STUDENT, SOLUTIONS, DIST, *copy_fixtures(master, source, new, out)]

    assign(master, source, split)
    student = new / STUDENT
    shutil.copytree(split / "student", student)
    onefile.add_grader(master, student)
    blank = onefile.without_otter(master, read(student / notebook))
    onefile.embed_pictures(blank, student)
    lines, first = [None, *cell_lines(blank)], onefile.carrier(student)
    blank = normalised(blank)
    blank.cells.insert(0, first)
    write(blank, student / notebook)

    archive = new / DIST / f"{master.path.stem}-autograder.zip"
    made_by_otter = next((split / "autograder").glob("*.zip"))
    by_hand, pins = written_questions(master, source), container_pins(source)
    repack(made_by_otter, archive, settings(master, source, [first.source]), by_hand, pins)
    shutil.copytree(split / "autograder/tests", new / DIST / "tests")
    with zipfile.ZipFile(archive) as made:
        made.extract("otter_config.json", new / DIST)
    check_test_files(master, new / DIST / "tests", lambda case: True)
    check_test_files(master, student / "tests", lambda case: not case.hidden)
    check_contents(master, source, student)
    check_leaks(master, student)
    shutil.copytree(student, work / "blank")
    check_errors(master, execute(master, blank, work / "blank"), lines, "the student's notebook")

    solved = onefile.without_otter(master, read(split / "autograder" / notebook), f"import {onefile.GRADER}")
    reference = solution(solved, source)
    lines = cell_lines(reference)
    shutil.copytree(student, work / "solved")
    check_errors(master, execute(master, reference, work / "solved"), lines, "the solution")
    write(normalised(reference), new / SOLUTIONS / notebook)
    check_score(master, otter_grade(new / SOLUTIONS / notebook, archive))
    write_page(master, reference, lines, new / SOLUTIONS / f"{master.path.stem}.html")
    if written := written_answers(master):
        lines = cell_lines(written)
        write_page(master, normalised(written), lines, new / SOLUTIONS / "written_answers.html")

    check_paths(master, new, work.parent)
    for file in files(new):
        file.chmod(0o644)
    return names


def copy_fixtures(master: Master, source: Path, new: Path, out: Path) -> list[str]:
    """Make the numbers of the cases, which the master's own folder holds too; their paths below `out`."""
    names = []
    for file in make_fixtures(master, source):
        place = master.folder / file.relative_to(source)
        if place.is_relative_to(out):
            names.append(str(place.relative_to(out)))
            (new / names[-1]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, new / names[-1])
    return names


def write_page(master: Master, notebook: NotebookNode, lines: list[int | None], path: Path) -> None:
    """A notebook as an HTML page. Raises BuildError where a formula cannot be rendered."""
    check_mathematics(master, notebook, lines)
    path.write_text(page.render(notebook, master.title), encoding="utf-8")
