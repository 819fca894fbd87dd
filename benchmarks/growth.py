"""How a class's time and memory grow with its students: 100 to 10,000 of them, and a line through what was measured.

`make growth` grades each class as a course does, with `autograder class`, on two workers, and then runs the same
command once more, when all records are there: what is left is what the command itself does. Every student submits a
notebook with written answers of their own; the code is drawn from a few hundred different ones, some right and some
wrong, none hostile, and each is graded. It then opens the report in Chromium, and writes docs/growth.md.
"""

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from benchmarks.browser import ReportTimes, report_times
from benchmarks.commands import scratch
from benchmarks.grading import ARCHIVE, ROOT, WORKERS, held
from benchmarks.machine import Watch, described, why_busy
from tools.synthetic_class import FIRST, LAST, WRITTEN, Person, answers, canvas_place, notebook

SIZES = (100, 300, 1000, 3000, 10_000)
PAGE = ROOT / "docs" / "growth.md"
DRAWN = 300  # different notebooks
OWN = "@student@"  # in a written answer, in place of the student's number
FAR = 100_000  # what the lines are asked for
LOOK_SECONDS, WORKERS_SECONDS = 0.1, 3  # between looks at the command's memory, and at its workers'
MB = 2**20


class Run(NamedTuple):
    """One run of the command. Memory in bytes, at its highest: of the command alone, and of a worker with its students.

    worker: the median of all looks at all workers; 0 where there was no time to look.
    """

    seconds: float
    memory: int
    worker: float
    worker_peak: int


class Growth(NamedTuple):
    """What a class of some size took. again: the command once more, with all records there. written: bytes on disk."""

    students: int
    graded: Run
    again: Run
    written: int
    report: int
    page: ReportTimes | None


class Line(NamedTuple):
    """start + each * students, with the smallest relative deviations."""

    start: float
    each: float

    @classmethod
    def through(cls, students: Sequence[int], values: Sequence[float]) -> "Line":
        each, start = np.polyfit(students, values, 1, w=1 / np.asarray(values))
        return cls(float(start), float(each))

    def at(self, students: int) -> float:
        return self.start + self.each * students

    def off(self, students: int, value: float) -> float:
        """How far a value lies from the line, as a share of it."""
        return value / self.at(students) - 1


def make_students(folder: Path, count: int, seed: int = 182) -> None:
    """Write a class's submissions, named as Canvas does. Those of a smaller class are the first of a larger one."""
    rng = random.Random(seed)
    folder.mkdir()
    drawn = [notebook(answers(rng), written=own_words(rng)) for _ in range(min(count, DRAWN))]
    for number in range(count):
        name = f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
        place = canvas_place(folder, Person(name, 10_000 + number, late=False))
        place.with_name(f"{place.name}.ipynb").write_text(drawn[number % DRAWN].replace(OWN, str(number)), "utf-8")


def own_words(rng: random.Random) -> tuple[str, ...]:
    """Three written answers that no two students share."""
    return tuple(f"{rng.choice(WRITTEN[1:])}\n\nSo says student {OWN}." for _ in range(3))


def run_class(folder: Path, out: Path) -> Run:
    """Grade a class with the command. Raises SystemExit where it fails."""
    words = ["class", folder, "--out", out, "--zip", ARCHIVE, "-j", WORKERS]
    command = [sys.executable, "-m", "autograder", *map(str, words)]
    start, memory, seen, looked = time.perf_counter(), 0, list[int](), 0.0
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        memory = max(memory, highest_memory(process.pid))
        if time.perf_counter() - looked > WORKERS_SECONDS:  # looking takes time from those who are looked at
            seen += [size for size in held(process.pid)[1] if size]
            looked = time.perf_counter()
        time.sleep(LOOK_SECONDS)
    if process.returncode:
        raise SystemExit(f"benchmarks: the class ended with exit code {process.returncode}")
    seconds = time.perf_counter() - start
    return Run(seconds, memory, statistics.median(seen) if seen else 0, max(seen, default=0))


def highest_memory(pid: int) -> int:
    """The most memory that a process has held so far, in bytes; 0 where the system does not tell, or it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def grown(size: int, folder: Path) -> Growth:
    """Make, grade and grade again a class of `size`, and open its report."""
    make_students(folder / "class", size)
    out = folder / "out"
    graded, again = run_class(folder / "class", out), run_class(folder / "class", out)
    written = sum(file.stat().st_blocks * 512 for file in out.rglob("*") if file.is_file())
    report = out / "report.html"
    return Growth(size, graded, again, written, report.stat().st_size, report_times(report))


# --- what is told -------------------------------------------------------------------------------------------------


TEXT = """\
# How a class grows
{warning}
`make growth` has measured this and written this page, on {machine}, with {workers} workers.
Each student is graded, none is hostile; the code is drawn from {drawn} notebooks, and everybody has written answers of
their own. *Again* is the same command once more, when every record is there. Memory is that of the command at its
highest; beside it that of a worker with the student's process, the median and the highest.

{classes}

**Lines** through these, with the smallest relative deviations, and how far each class lies from them:

{lines}

**The report** of each class in Chromium: opened, until it can be used; sorted by name; searched.

{pages}
"""


def told(found: Sequence[Growth], machine: str, trouble: str = "") -> str:
    """The page, as Markdown. machine: in a few words. trouble: why the figures are not to be trusted."""
    sizes = [f"{one.students:,}" for one in found]
    taken = ("students", "seconds", "each, ms", "again, s", "command, MB", "worker, MB", "written, MB")
    shown = ("students", "report, MB", "open, ms", "sort, ms", "search, ms")
    return TEXT.format(
        warning=f"\n**Measured on a busy machine ({trouble}): the figures are too high.**\n" if trouble else "",
        machine=machine,
        workers=WORKERS,
        drawn=DRAWN,
        classes=markdown(taken, [time_and_memory(one) for one in found]),
        lines=markdown(("what", "line, for n students", *sizes, f"at {FAR:,}"), lines(found)),
        pages=markdown(shown, [page_times(one) for one in found]),
    )


def time_and_memory(one: Growth) -> list[str]:
    run = one.graded
    return [
        f"{one.students:,}",
        f"{run.seconds:.1f}",
        f"{1e3 * run.seconds / one.students:.0f}",
        f"{one.again.seconds:.1f}",
        f"{max(run.memory, one.again.memory) / MB:.0f}",
        f"{run.worker / MB:.0f}, {run.worker_peak / MB:.0f}",
        f"{one.written / MB:.1f}",
    ]


def lines(found: Sequence[Growth]) -> list[list[str]]:
    """A row for each quantity that grows: its line, the deviations, and what the line says of a very large class."""
    sizes = [one.students for one in found]
    quantities: list[tuple[str, Callable[[Growth], float], str]] = [
        ("seconds", lambda one: one.graded.seconds, "s"),
        ("again", lambda one: one.again.seconds, "s"),
        ("memory of the command", lambda one: max(one.graded.memory, one.again.memory) / MB, "MB"),
        ("written", lambda one: one.written / MB, "MB"),
        ("report", lambda one: one.report / MB, "MB"),
    ]
    rows = []
    for name, value, unit in quantities:
        values = [value(one) for one in found]
        line = Line.through(sizes, values)
        off = [f"{line.off(size, value):+.0%}" for size, value in zip(sizes, values, strict=True)]
        formula = f"{line.start:.3g} {unit} + {line.each * 1e3:.3g} {unit} × n / 1,000"
        rows.append([name, formula, *off, f"{line.at(FAR):,.0f} {unit}"])
    return rows


def page_times(one: Growth) -> list[str]:
    times = ["–"] * 3 if one.page is None else [f"{value:.0f}" for value in one.page]
    return [f"{one.students:,}", f"{one.report / MB:.1f}", *times]


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))


@click.command()
@click.option(
    "--size", "sizes", type=click.IntRange(1), multiple=True, help=f"Students; can be repeated. {SIZES} otherwise."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=PAGE, help="The page to write.")
@click.option("--anyway", is_flag=True, help="Measure on a busy machine, too; the page says so.")
def main(sizes: tuple[int, ...], out: Path, anyway: bool) -> None:
    """Grade classes of growing size, and write how their time and memory grow."""
    sizes = sizes or SIZES
    if len(set(sizes)) < 2:
        raise click.BadParameter("a line needs two different sizes")
    trouble = why_busy()
    if trouble and not anyway:
        raise click.ClickException(f"the machine is busy, so nothing was measured: {trouble}")
    found = []
    for size in sorted(set(sizes)):
        click.echo(f"a class of {size:,} ...", err=True)
        watch = Watch()
        with scratch() as folder:
            found.append(grown(size, folder))
        trouble = trouble or watch.why_disturbed() or why_busy()
        if trouble and not anyway:
            raise click.ClickException(f"the machine became busy, so nothing was written: {trouble}")
    out.write_text(told(found, described(), trouble), "utf-8")
    click.echo(f"wrote {out}")


if __name__ == "__main__":
    main()
