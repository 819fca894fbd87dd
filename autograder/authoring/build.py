"""Build student/, solutions/ and autograder/dist/ from a master, all of them or none.

Otter Assign splits the master in a temporary folder; what it leaves is normalised (same master, same bytes), verified
(nothing of a solution in student/, the solution gets all points) and only then put in place. This module must never
write into the old outputs before everything has been verified, and never know what the assignment is about.
"""

import contextlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from autograder.authoring import onefile, page
from autograder.authoring.archive import DEFAULT_PYTHON, Container, repack, settings
from autograder.authoring.fixtures import make_fixtures
from autograder.authoring.kernels import execute, otter_grade, quiet
from autograder.authoring.leaks import check_leaks
from autograder.authoring.manifest import DIST, SOLUTIONS, STUDENT, Known, check_place, manifest_of
from autograder.authoring.master import Master
from autograder.authoring.normalise import cell_lines, normalised, read, write
from autograder.authoring.places import check_removed
from autograder.authoring.publish import Placed, alone, clear, compare, files, foreign, install, is_left_out, staged
from autograder.authoring.rubrics import check_rubrics, written_questions
from autograder.authoring.rules import check_rules
from autograder.authoring.solved import solution, written_answers
from autograder.authoring.split import assign
from autograder.authoring.unchanged import snapshot, stamp
from autograder.authoring.verify import (
    check_contents,
    check_errors,
    check_mathematics,
    check_paths,
    check_score,
    check_students,
    check_test_files,
)
from autograder.errors import BuildError, OutputError
from autograder.files import replace

LOG = "build.log"  # what a failed build leaves behind
LONG_AGO = 1_000_000_000  # 2001, which a zip can still tell
LOG_HEAD = b"The log of a build that failed:\n"


class Built(NamedTuple):
    """names: the folders and files that were made, below the folder of the outputs. places: lines on which other texts
    the questions of the master have left behind.
    """

    names: list[str]
    placed: Placed
    places: list[str]


class Differences(NamedTuple):
    """lines: what of the made files is not as built. foreign: what no build made, which is no difference."""

    lines: list[str]
    foreign: list[str]


def build(path: Path, out: Path) -> Built:
    """Build everything from the master at `path` and put it under `out`.

    Raises BuildError, which names the log that it leaves where it came to running anything, and OutputError.
    """
    out = out.resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with alone(out):
            sources = snapshot(path)
            master, known, places = checked(path, out)
            clear(out, known)
            with staged(out) as stage:
                names = make(master, stage / "new", out)
                manifest = manifest_of(master, made_files(stage / "new"), stage / "new", out)
                placed = install(stage, out, manifest, known)
            stamp(sources, manifest, out)
    except OSError as problem:
        what = f"{problem.filename or out}: {problem.strerror or problem}"
        raise OutputError(f"{what}; nothing was built") from problem
    if is_our_log(out / LOG):
        (out / LOG).unlink()
    return Built(names, placed, places)


def differences(path: Path, out: Path) -> Differences:
    """Build without writing, and compare with what is there. Raises BuildError."""
    out = out.resolve()
    master, known, _ = checked(path, out)
    with tempfile.TemporaryDirectory(prefix="build-") as stage:
        new = Path(stage) / "new"
        make(master, new, out)
        manifest = manifest_of(master, made_files(new), new, out)
        return Differences(compare(new, out, manifest, known), foreign(out, manifest, known))


def made_files(new: Path) -> list[str]:
    return [file.relative_to(new).as_posix() for file in files(new)]


def checked(path: Path, out: Path) -> tuple[Master, Known, list[str]]:
    """The master at a path, which fulfils all rules, what earlier builds have made of it, and lines on other texts that
    its questions have left behind. Raises BuildError.
    """
    master, known = Master(path), Known(out)
    check_place(master, out, known.last)
    places = check_removed(master, out, known.last)
    check_master(master)
    return master, known, places


def is_our_log(path: Path) -> bool:
    """Whether a file is the log of a failed build, and no person's."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read(len(LOG_HEAD)) == LOG_HEAD
    return False


def checked_master(path: Path) -> Master:
    """The master at a path, which fulfils all rules. Raises BuildError."""
    master = Master(path)
    check_master(master)
    return master


def check_master(master: Master) -> None:
    check_rules(master)
    check_rubrics(master)


def make(master: Master, new: Path, out: Path) -> list[str]:
    """Build into the folder `new`, with every check; returns the names of what belongs under `out`."""
    with tempfile.TemporaryDirectory(prefix="assign-") as temporary:
        work = Path(temporary) / "work"
        try:
            with quiet(Path(temporary)) as log:
                return make_in(work, master, new, out)
        except BuildError as mistake:
            text = log.read_bytes()
            if text and (is_our_log(out / LOG) or not os.path.lexists(out / LOG)):
                replace(out / LOG, LOG_HEAD + text)
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
    for page_file in student.rglob("*.md"):
        page_file.write_text(master.filled_in(page_file.read_text(encoding="utf-8")), encoding="utf-8")
    onefile.add_grader(master, student)
    blank = onefile.without_otter(master, read(student / notebook))
    onefile.embed_pictures(blank, student)
    lines, first = [None, *cell_lines(blank)], onefile.carrier(student)
    blank = normalised(blank)
    blank.cells.insert(0, first)
    write(blank, student / notebook)

    archive = new / DIST / f"{master.path.stem}-autograder.zip"
    asked, made_by_otter = master.config.settings, next((split / "autograder").glob("*.zip"))
    container = Container(source / asked["requirements"], asked.get("python_version", DEFAULT_PYTHON))
    by_hand = written_questions(master, source)
    repack(made_by_otter, archive, settings(master, source, [first.source]), by_hand, container)
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
    check_students(master, student, archive, new / SOLUTIONS / notebook, work / "students")
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
    for file in source.rglob("*.json"):
        os.utime(file, (LONG_AGO, LONG_AGO))  # to tell what is made here from what an author wrote
    for file in make_fixtures(master, source):
        if file.stat().st_mtime == LONG_AGO:
            continue
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
