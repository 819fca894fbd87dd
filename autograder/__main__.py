"""The command line: `python -m autograder` build, table, grade and class.

A wrong call ends with one line and exit code 2, whatever else goes wrong with one line and exit code 1.
"""

import json
import signal
import sys
import tempfile
from pathlib import Path

try:
    import click
    from rich.console import Console
except ModuleNotFoundError as missing:
    sys.exit(f"autograder: {missing.name} is not installed for {sys.executable}: run make, and .venv/bin/python")

PATH = click.Path(path_type=Path)
OUT_FOLDER = click.Path(file_okay=False, path_type=Path)
MASTER = click.argument("master", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
OUT = click.option(
    "--out",
    type=OUT_FOLDER,
    help="Where student/, solutions/ and autograder/dist/ go; the folder above the master's otherwise.",
)
ZIP = click.option("--zip", "archive", type=PATH, help="The zip; that in autograder/dist/ otherwise.")
UNCONFINED = click.option(
    "--unconfined", is_flag=True, help="Grade although this system cannot confine the student's code."
)


class Failure(Exception):
    """What went wrong, in one line."""


@click.group(no_args_is_help=False)
def cli():
    """Build an assignment from its master, and grade submissions with the zip that was built."""


@cli.command()
@MASTER
@OUT
@click.option("--check", is_flag=True, help="Write nothing; tell what differs from what is there.")
def build(master, out, check):
    """Build student/, solutions/ and autograder/dist/ from MASTER (the one in assignment/ otherwise)."""
    from autograder.authoring import build as builder
    from autograder.authoring.master import BuildError

    master = master or only_master()
    out = out or master.resolve().parent.parent
    try:
        if check:
            lines = builder.differences(master, out)
            if lines:
                click.echo("\n".join(lines))
                raise Failure(f"{len(lines)} lines of differences; to rebuild: python -m autograder build")
            click.echo("Everything is as the master builds it.")
            return
        for path in builder.build(master, out):
            click.echo(f"built {path.relative_to(out.resolve())}")
    except BuildError as problem:
        raise Failure(str(problem)) from None
    except OSError as problem:
        raise Failure(f"{problem.filename or out}: {problem.strerror or problem}; nothing was built") from None


@cli.command()
@MASTER
@OUT
def table(master, out):
    """Grade the reference solution and the untouched student copy with the zip; show the points of both."""
    from autograder.authoring import build as builder
    from autograder.authoring.master import BuildError, Master

    path = master or only_master()
    out = out or path.resolve().parent.parent
    archive = out / "autograder/dist" / f"{path.stem}-autograder.zip"
    notebooks = [out / folder / f"{path.stem}.ipynb" for folder in ("solutions", "student")]
    for file in (archive, *notebooks):
        if not file.exists():
            raise Failure(f"{file} is missing; to build it: python -m autograder build")
    try:
        questions = Master(path).questions.values()
    except BuildError as problem:
        raise Failure(str(problem)) from None
    try:
        with tempfile.TemporaryDirectory() as temporary, builder.quiet(temporary):
            reference, blank = (builder.otter_grade(file.resolve(), archive.resolve()) for file in notebooks)
    except Exception as problem:  # Otter's own, of many kinds
        what = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        raise Failure(f"Otter cannot grade with {archive}: {what}; to rebuild: python -m autograder build") from None
    show(questions, reference.results, blank.results)
    if reference.total != reference.possible:
        raise Failure("the reference solution does not get all points")
    if blank.total:
        raise Failure("the untouched student copy gets points")


@cli.command()
@click.argument("submission", type=click.Path(exists=True, path_type=Path))
@ZIP
@click.option("--json", "as_json", is_flag=True, help="Print Gradescope's results.json.")
@UNCONFINED
def grade(submission, archive, as_json, unconfined):
    """Grade SUBMISSION (a notebook, a zip or a folder) with its code in a confined process of its own."""
    from autograder.grading import grade as grader
    from autograder.grading.sandbox.session import Confinement, close_server

    try:
        with opened(only_zip(archive)) as assignment:
            results = grader.grade(submission, assignment, unconfined=unconfined)
            report = grader.gradescope_dict(results, assignment.config)
            extra = sum(file.possible for file in assignment.tests if file.name in assignment.extra)
    except Confinement as error:
        raise unconfined_only(error) from None
    except (OSError, RuntimeError, ImportError, NameError) as problem:
        raise Failure(f"{submission} was not graded: {type(problem).__name__}: {problem}") from None
    finally:
        close_server()
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    for file in results.results.values():
        click.echo(f"{file.name}  {file.score:g}/{file.possible:g}")
        for result in file.test_case_results:
            click.echo(f"  {result.message}")
    click.echo(
        f"\n{results.output}\n\ntotal  {results.total:g}/{results.possible - extra:g}"
        + f" (and {extra:g} extra)" * (extra > 0)
    )


@cli.command("class")
@click.argument("folder", type=PATH)
@click.option("--out", required=True, type=OUT_FOLDER, help="Where the grades, the feedback and the report go.")
@ZIP
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Processes; one for each core otherwise.")
@click.option("--fresh", is_flag=True, help="Grade all again, also what an earlier run has graded.")
@click.option("--dask", metavar="ADDRESS", help="Grade on the Dask cluster whose scheduler is at this address.")
@click.option("--canvas", type=PATH, help="Canvas's gradebook export: write canvas.csv, to import there.")
@click.option("--column", help="With --canvas: the column of the assignment, or how it begins.")
@UNCONFINED
def classroom(folder, out, archive, canvas, column, **settings):
    """Grade all submissions in FOLDER: files, a folder a student, or a download from Canvas, Moodle or Gradescope."""
    from autograder.classroom.gradebook import CanvasExport, NoCanvas
    from autograder.classroom.roster import NoClass
    from autograder.classroom.run import grade_class
    from autograder.classroom.workers import NoCluster
    from autograder.grading.sandbox.session import Confinement

    if bool(canvas) != bool(column):
        raise click.UsageError("--canvas and --column go together")
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise click.UsageError(f"--out {out} lies in {folder}, where it would be taken for a submission")
    archive = only_zip(archive)
    if archive.is_dir():
        raise click.UsageError(f"{archive} is a folder; a class is graded with the zip itself")
    try:
        export = CanvasExport(canvas, column) if canvas else None
        with opened(archive) as assignment:
            return grade_class(folder, out, assignment, archive, export, **settings)
    except (NoClass, NoCanvas, NoCluster) as problem:
        raise click.UsageError(str(problem)) from None
    except Confinement as error:
        raise unconfined_only(error) from None
    except OSError as problem:
        raise Failure(
            f"{problem.filename or out}: {problem.strerror or problem}; what was graded is kept in {out}"
        ) from None


def only_zip(archive):
    """The zip to grade with: the one that was named, or the only one that was built."""
    if archive:
        if not archive.exists():
            raise click.UsageError(f"{archive} does not exist: name the zip, or the folder it was unpacked to")
        return archive
    found = sorted(Path("autograder/dist").glob("*-autograder.zip"))
    if len(found) != 1:
        raise click.UsageError(
            f"autograder/dist holds {len(found)} zips to grade with: build one, or name it with --zip"
        )
    return found[0]


def opened(archive):
    """The Assignment of a zip, open."""
    from autograder.grading.grade import Assignment

    try:
        return Assignment(archive).open()
    except Exception as problem:  # a zip can be wrong in many ways, its tests in any
        message = f"{archive} is no zip that can be graded with: {type(problem).__name__}: {problem}"
        raise click.UsageError(message) from None


def unconfined_only(error):
    return click.UsageError(f"{error}; to run the students' code all the same, add --unconfined")


def show(questions, reference, blank):
    from rich import box
    from rich.table import Table

    rows = Table("question", "points", "reference", "blank", box=box.SIMPLE_HEAD)
    for column in rows.columns[1:]:
        column.justify = "right"
    automatic = [question for question in questions if question.cases]
    for q in automatic:
        rows.add_row(q.name, *(f"{n:g}" for n in (q.points, reference[q.name].score, blank[q.name].score)))
    rows.add_section()
    for title, extra in (("automatic", False), ("extra", True)):
        if some := [q for q in automatic if q.extra == extra]:
            columns = (
                [q.points for q in some],
                [reference[q.name].score for q in some],
                [blank[q.name].score for q in some],
            )
            rows.add_row(title, *(f"{sum(column):g}" for column in columns))
    written = sum(q.points for q in questions if q.manual)
    if written:
        rows.add_row("graded by a person", f"{written:g}", "", "")
    Console().print(rows)


def only_master():
    found = [file for file in sorted(Path("assignment").glob("*.py")) if b"# ASSIGNMENT CONFIG" in file.read_bytes()]
    if len(found) != 1:
        raise click.UsageError(f"name the master: assignment/ holds {len(found)} with an ASSIGNMENT CONFIG")
    return found[0]


def main(arguments=None):
    """Run the command line and return its exit code. `kill` ends it as an error does, with all that it started."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return cli.main(arguments, prog_name="autograder", standalone_mode=False) or 0
    except click.ClickException as problem:
        message = " ".join(problem.format_message().split())
        click.echo(f"autograder: {message} (--help tells more)", err=True)
        return 2
    except click.Abort:
        return 130
    except Failure as problem:
        click.echo(str(problem), err=True)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
