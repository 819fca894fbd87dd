"""The command line: `autograder` new, build, table, grade and class.

A wrong call ends with one line and exit code 2, whatever else goes wrong with one line and exit code 1; `--debug`
shows the traceback before it.
"""

import os
import signal
import sys
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import click
    import msgspec
    from rich.console import Console
except ModuleNotFoundError as missing:
    sys.exit(f"autograder: {missing.name} is not installed for {sys.executable}: run make, and .venv/bin/python")

from autograder.errors import AutograderError, BuildError, CallError
from autograder.files import sweep
from autograder.grading.text import one_line

TERMINATED = 128 + signal.SIGTERM
ABORTED = 130

# What student code must not read of the machine that grades: the project, and the home of who runs the command.
OURS = (Path("solutions"), Path("assignment/private"), Path("autograder/dist"), Path.home())

TEMPORARY = ("tests-", "class-", "warm-")  # how the folders begin that a killed command leaves

PATH = click.Path(path_type=Path)
OUT_FOLDER = click.Path(file_okay=False, path_type=Path)
MASTER = click.argument("master", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
OUT = click.option(
    "--out",
    type=OUT_FOLDER,
    help="Where student/, solutions/ and autograder/dist/ go; the folder above the master's otherwise.",
)
ZIP = click.option("--zip", "archive", type=PATH, help="The zip; the one in autograder/dist/ otherwise.")
UNCONFINED = click.option(
    "--unconfined", is_flag=True, help="Grade even where this system cannot confine the student's code."
)


class Debug:
    """Whether errors come with their traceback."""

    on = False


def remember(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.ensure_object(Debug).on |= value


DEBUG = click.option(
    "--debug", is_flag=True, expose_value=False, callback=remember, help="Show where an error comes from."
)


@click.group(no_args_is_help=False)
def cli() -> None:
    """Build an assignment from its master, and grade submissions with the zip that was built."""


@cli.command()
@MASTER
@OUT
@click.option("--check", is_flag=True, help="Write nothing; tell what differs from what is there.")
@DEBUG
def build(master: Path | None, out: Path | None, check: bool) -> None:
    """Build student/, solutions/ and autograder/dist/ from MASTER (the one in assignment/ otherwise)."""
    from autograder.authoring.publish import told
    from autograder.authoring.unchanged import unchanged

    master = master or only_master()
    out = out or master.resolve().parent.parent
    if not check and unchanged(master, out):
        click.echo("Nothing has changed since the last build.")
        return

    from autograder.authoring import build as building

    if check:
        lines, foreign = building.differences(master, out)
        wrong = len(lines)
    else:
        names, (kept, foreign), places = building.build(master, out)
        lines, wrong = [f"built {name}" for name in names], 0
        lines += [f"kept: {name} was not as a build had made it, and is now {place}" for name, place in kept]
        lines += places
    if foreign:
        lines.append(f"not made by a build, left as it is: {told(foreign)}")
    for line in lines:
        click.echo(line)
    if wrong:
        raise BuildError(f"{wrong} lines of differences; to rebuild: python -m autograder build")
    if check:
        click.echo("Everything is as the master builds it.")


@cli.command()
@click.argument("name")
@DEBUG
def new(name: str) -> None:
    """Lay out another assignment, NAME, in a folder of its own: a small one that builds and grades, to change."""
    from autograder.authoring.new import lay_out

    for path in lay_out(name, Path()):
        click.echo(f"wrote {path}")
    click.echo(f"To build it: cd {name}, then autograder build")


@cli.command()
@MASTER
@OUT
@DEBUG
def table(master: Path | None, out: Path | None) -> None:
    """Grade the reference solution and the untouched student copy with the zip; show the points of both."""
    from autograder.authoring.table import grade_both

    master = master or only_master()
    rows, complaints = grade_both(master, out or master.resolve().parent.parent)
    Console().print(rows)
    if complaints:
        raise AutograderError("; ".join(complaints))


@cli.command()
@click.argument("submission", type=click.Path(exists=True, path_type=Path))
@ZIP
@click.option("--json", "as_json", is_flag=True, help="Print Gradescope's results.json.")
@UNCONFINED
@DEBUG
def grade(submission: Path, archive: Path | None, as_json: bool, unconfined: bool) -> None:
    """Grade SUBMISSION (a notebook, a zip or a folder) with its code in a confined process of its own."""
    from autograder.grading.sandbox.launcher import close_launcher, launcher

    archive = only_zip(archive)
    sweep(TEMPORARY)
    launcher()  # it gets ready while Otter is imported
    from autograder.grading.assignment import Assignment
    from autograder.grading.grade import grade as grade_one
    from autograder.grading.gradescope import gradescope_report
    from autograder.grading.sandbox.walls import check_walls
    from autograder.grading.scale import Scale

    output = stdout_kept() if as_json else None
    try:
        with Assignment(archive) as assignment:
            if not unconfined:
                check_walls([*assignment.closed, submission, *OURS])
            grading = grade_one(submission, assignment, unconfined=unconfined)
            report = gradescope_report(grading, assignment)
            scores = {name: question.score for name, question in grading.questions.items()}
            total = Scale(assignment.points, frozenset(assignment.extra)).total(scores).line
    finally:
        close_launcher()
    if output is not None:
        with open(output, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
        return
    for name, question in grading.questions.items():
        click.echo(f"{name}  {question.score:g}/{question.possible:g}")
        for case in question.cases:
            click.echo(textwrap.indent(case.line, "  "))
    click.echo(f"\n{grading.overview}\n\ntotal  {total}")


@cli.command("class")
@click.argument("folder", type=PATH)
@click.option("--out", required=True, type=OUT_FOLDER, help="Where the grades, the feedback and the report go.")
@ZIP
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Processes; one for each core otherwise.")
@click.option("--fresh", is_flag=True, help="Grade everything again, also what an earlier run has graded.")
@click.option("--dask", metavar="ADDRESS", help="Grade on the Dask cluster whose scheduler is at this address.")
@click.option("--canvas", type=PATH, help="Canvas's gradebook export: write canvas.csv, to import there.")
@click.option("--column", help="With --canvas: the column of the assignment, or how it begins.")
@click.option("--moodle", type=PATH, help="Moodle's grading worksheet: write moodle.csv, to upload there.")
@click.option(
    "--written",
    type=PATH,
    multiple=True,
    help="Points for written answers, as written.html saves them; can be repeated.",
)
@click.option("--pdf", is_flag=True, help="Print each student's written answers into pdf/, with Chromium.")
@UNCONFINED
@DEBUG
def classroom(
    folder: Path,
    out: Path,
    archive: Path | None,
    canvas: Path | None,
    column: str | None,
    moodle: Path | None,
    **settings: Any,
) -> int:
    """Grade all submissions in FOLDER: files, a folder a student, or a download from Canvas, Moodle or Gradescope."""
    from autograder.classroom.canvas import CanvasExport
    from autograder.classroom.exports import GradeExport
    from autograder.classroom.moodle import MoodleWorksheet
    from autograder.classroom.run import Settings, grade_class
    from autograder.grading.assignment import Assignment

    if bool(canvas) != bool(column):
        raise CallError("--canvas and --column go together")
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise CallError(f"--out {out} is inside {folder}, where it would be taken for a submission")
    archive = only_zip(archive)
    if archive.is_dir():
        raise CallError(f"{archive} is a folder; a class is graded with the zip itself")
    sweep(TEMPORARY)
    exports: list[GradeExport] = [CanvasExport(canvas, column)] if canvas and column else []
    exports += [MoodleWorksheet(moodle)] if moodle else []
    with Assignment(archive) as assignment:
        return grade_class(folder, out, assignment, exports, Settings(**settings, closed=OURS))


def stdout_kept() -> int:
    """A number for standard output that nobody else has: what the zip's code prints from here on, until this process
    has ended, goes to standard error.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


def only_zip(archive: Path | None) -> Path:
    """The zip to grade with: the one that was named, or the only one that was built."""
    if archive:
        if not archive.exists():
            raise CallError(f"{archive} does not exist: name the zip, or the folder it was unpacked to")
        return archive
    found = sorted(Path("autograder/dist").glob("*-autograder.zip"))
    if len(found) != 1:
        raise CallError(f"autograder/dist holds {len(found)} zips to grade with: build one, or name it with --zip")
    return found[0]


def only_master() -> Path:
    found = [file for file in sorted(Path("assignment").glob("*.py")) if b"# ASSIGNMENT CONFIG" in file.read_bytes()]
    if len(found) != 1:
        raise CallError(f"name the master: assignment/ holds {len(found)} with an ASSIGNMENT CONFIG")
    return found[0]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code. `kill` ends it as an error does, with all that it started."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    debug = Debug()
    run: Callable[..., Any] = cli.main
    try:
        return run(arguments, prog_name="autograder", standalone_mode=False, obj=debug) or 0
    except click.ClickException as problem:
        click.echo(f"autograder: {one_line(problem.format_message())} (--help tells more)", err=True)
        return CallError.exit_code
    except click.Abort:
        return ABORTED
    except AutograderError as problem:
        if debug.on:
            traceback.print_exception(problem)
        click.echo(f"autograder: {one_line(problem)}", err=True)
        return problem.exit_code
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
