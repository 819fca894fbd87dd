"""The command line: `python -m autograder` build, table and grade.

A wrong call ends with one line and exit code 2, a mistake in the assignment with one line and exit code 1.
"""

import sys
import tempfile
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from autograder import build as builder
from autograder import grade as grader
from autograder.master import BuildError, Master

MASTER = click.argument("master", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
OUT = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where student/, solutions/ and autograder/dist/ go; the folder above the master's otherwise.",
)


@click.group(no_args_is_help=False)
def cli():
    """Build an assignment from its master, and grade its two notebooks with the zip that was built."""


@cli.command()
@MASTER
@OUT
@click.option("--check", is_flag=True, help="Write nothing; tell what differs from what is there.")
def build(master, out, check):
    """Build student/, solutions/ and autograder/dist/ from MASTER (the one in assignment/ otherwise)."""
    master = master or only_master()
    out = out or master.resolve().parent.parent
    if check:
        lines = builder.differences(master, out)
        if lines:
            click.echo("\n".join(lines))
            raise BuildError(f"{len(lines)} lines of differences; to rebuild: python -m autograder build")
        click.echo("Everything is as the master builds it.")
        return
    for path in builder.build(master, out):
        click.echo(f"built {path.relative_to(out.resolve())}")


@cli.command()
@MASTER
@OUT
def table(master, out):
    """Grade the reference solution and the untouched student copy with the zip; show the points of both."""
    path = master or only_master()
    master, out = Master(path), out or path.resolve().parent.parent
    archive = out / "autograder/dist" / f"{path.stem}-autograder.zip"
    notebooks = [out / folder / f"{path.stem}.ipynb" for folder in ("solutions", "student")]
    for file in (archive, *notebooks):
        if not file.exists():
            raise BuildError(f"{file} is missing; to build it: python -m autograder build")
    with tempfile.TemporaryDirectory() as temporary, builder.quiet(temporary):
        reference, blank = (builder.grade(file.resolve(), archive.resolve()) for file in notebooks)
    show(master, reference.results, blank.results)
    if reference.total != reference.possible:
        raise BuildError("the reference solution does not get all points")
    if blank.total:
        raise BuildError("the untouched student copy gets points")


@cli.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--zip", "archive", type=click.Path(path_type=Path), help="The zip; that in autograder/dist/ otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print Gradescope's results.json.")
@click.option("--unconfined", is_flag=True, help="Grade although this system cannot confine the student's code.")
def grade(submission, archive, as_json, unconfined):
    """Grade SUBMISSION (a notebook, a zip or a folder) with its code in a confined process of its own."""
    return grader.main(submission, archive, as_json, unconfined)


def show(master, reference, blank):
    rows = Table("question", "points", "reference", "blank", box=box.SIMPLE_HEAD)
    for column in rows.columns[1:]:
        column.justify = "right"
    automatic = [question for question in master.questions.values() if question.cases]
    for q in automatic:
        rows.add_row(q.name, *(f"{n:g}" for n in (q.points, reference[q.name].score, blank[q.name].score)))
    rows.add_section()
    totals = [
        sum(values)
        for values in (
            (q.points for q in automatic),
            (reference[q.name].score for q in automatic),
            (blank[q.name].score for q in automatic),
        )
    ]
    rows.add_row("automatic", *(f"{total:g}" for total in totals))
    written = sum(q.points for q in master.questions.values() if q.manual)
    if written:
        rows.add_row("graded by a person", f"{written:g}", "", "")
    Console().print(rows)


def only_master():
    found = [file for file in sorted(Path("assignment").glob("*.py")) if "# ASSIGNMENT CONFIG" in file.read_text()]
    if len(found) != 1:
        raise click.UsageError(f"name the master: assignment/ holds {len(found)} with an ASSIGNMENT CONFIG")
    return found[0]


def main(arguments=None):
    """Run the command line and return its exit code."""
    try:
        return cli.main(arguments, prog_name="autograder", standalone_mode=False) or 0
    except click.ClickException as problem:
        message = " ".join(problem.format_message().split())
        click.echo(f"autograder: {message} (--help tells more)", err=True)
        return 2
    except BuildError as problem:
        click.echo(str(problem), err=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
