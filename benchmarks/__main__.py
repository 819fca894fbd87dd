"""`make bench`: how long people wait, beside what it was and what is to be reached.

`python -m benchmarks NAME ...` measures the rows of these names alone; without a name, all but those that need a
network or minutes. A machine that does other work at the time gets a line that says so, and no figure.
"""

import functools
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

import click
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.machine import PATIENCE_SECONDS, Watch, described, why_busy
from benchmarks.rows import ROWS, Row, forget

BUSY, FAILED = "busy machine", "failed"


class Figure(NamedTuple):
    """What became of a row: values in its unit, or none. note: why there are none, or are not to be trusted."""

    row: Row
    values: list[float]
    note: str = ""


def measured(rows: Sequence[Row], anyway: bool, tell: Callable[[str], None], busy: Callable[..., str]) -> list[Figure]:
    """Measure rows, one after the other, each on an idle machine; on a busy one only if `anyway`.

    busy: why the machine is busy, given how many seconds to wait for its end.
    """
    figures, trouble = [], busy(PATIENCE_SECONDS)
    for row in rows:
        if trouble:
            trouble = busy(0)  # we have waited once
        if trouble and not anyway:
            figures.append(Figure(row, [], BUSY))
            continue
        tell(f"{row.name}: {row.command} ...")
        watch = Watch()
        try:
            values = [row.in_unit(figure) for figure in row.measure()]
        except SystemExit as failure:  # of one command; the other rows have theirs
            figures.append(Figure(row, [], f"{FAILED}: {failure}"))
            continue
        disturbed, before, trouble = watch.why_disturbed(), trouble, busy(PATIENCE_SECONDS)
        if (why := disturbed or trouble) and not anyway:
            figures.append(Figure(row, [], f"disturbed: {why}"))
            forget()
        else:
            figures.append(Figure(row, values, BUSY if before or why else ""))
    if trouble:
        tell(f"The machine is busy: {trouble}")
    return figures


def table(figures: Sequence[Figure]) -> Table:
    columns = ("row", "what", "was", "now, median", "lowest to highest", "to reach", "reached")
    made = Table(*columns, box=box.SIMPLE_HEAD, title=described(), pad_edge=False)
    for number in (2, 3, 4, 5):
        made.columns[number].justify = "right"
    for row, values, note in figures:
        aim = "" if row.aim is None else row.told(row.aim)
        if not values:
            made.add_row(row.name, row.what, row.was, "–", note, aim, "")
            continue
        middle = statistics.median(values)
        spread = f"{row.told(min(values))} to {row.told(max(values))}" if len(values) > 1 else ""
        answer = {True: "yes", False: "no", None: ""}[row.reached(middle)]
        told = ", ".join(filter(None, [spread, note]))
        made.add_row(row.name, row.what, row.was, row.told(middle), told, aim, answer)
    return made


def chosen(names: Sequence[str]) -> list[Row]:
    """The rows of these names, in the table's order; `all` is every row. Raises click.BadParameter."""
    known = {row.name: row for row in ROWS}
    if wrong := [name for name in names if name not in known and name != "all"]:
        raise click.BadParameter(f"no row is called {wrong[0]}: name some of {', '.join(known)}, or all")
    return [row for row in ROWS if row.name in names or "all" in names or not (names or row.costs)]


@click.command()
@click.argument("names", nargs=-1, metavar="[ROW]...")
@click.option("--anyway", is_flag=True, help="Measure on a busy machine, too, and say so beside the figure.")
@click.option("--list", "only_list", is_flag=True, help="Say what the rows are and what they run; measure nothing.")
def main(names: tuple[str, ...], anyway: bool, only_list: bool) -> None:
    """Measure how long people wait: the ROWs that are named, else all that need neither a network nor minutes."""
    rows, console = chosen(names), Console(width=120)
    if only_list:
        for row in ROWS:
            console.print(f"{row.name:11} {row.command}{f' (only where named: needs {row.costs})' * bool(row.costs)}")
        return
    figures = measured(rows, anyway, functools.partial(click.echo, err=True), why_busy)
    console.print(table(figures))
    left = [row for row in ROWS if row not in rows and row.costs and not names]
    for row in left:
        console.print(f"not measured: {row.name}, which needs {row.costs}: make bench ROWS={row.name}")
    if any(figure.note.startswith(FAILED) for figure in figures):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
