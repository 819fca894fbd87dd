"""What `make bench` measures: for each row what is timed, what it was in autumn 2026, and what is to be reached."""

import functools
import statistics
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import cluster, commands, student
from benchmarks.grading import measure

COPIES, MIXED, NOTEBOOKS_RUN = 200, 1000, 3


class Row(NamedTuple):
    """was, aim: in `unit`, one of s, ms and x (times as fast, or of the floor). costs: why it runs only where named.

    command: what is timed, as a person would type it. measure: seconds, or times, of some runs.
    """

    name: str
    what: str
    command: str
    was: str
    aim: float | None
    unit: str
    measure: Callable[[], list[float]]
    costs: str = ""
    more_is_better: bool = False

    def reached(self, value: float) -> bool | None:
        """Whether a value in this row's unit is as good as it is to be; None where nothing is to be reached."""
        if self.aim is None:
            return None
        return value >= self.aim if self.more_is_better else value <= self.aim

    def in_unit(self, figure: float) -> float:
        return figure * 1e3 if self.unit == "ms" else figure

    def told(self, value: float) -> str:
        """A value in this row's unit: three digits where there are as many."""
        return f"{value:.0f} {self.unit}" if value >= 100 else f"{value:.3g} {self.unit}"


@functools.cache
def builds() -> tuple[list[float], list[float]]:
    return commands.builds()


@functools.cache
def one_worker() -> list[float]:
    return commands.copies(COPIES, 1)


@functools.cache
def notebooks() -> list[student.Waits]:
    return [student.run_notebook() for _ in range(NOTEBOOKS_RUN)]


def forget() -> None:
    """Measure anew what several rows share: it was disturbed."""
    for shared in (builds, one_worker, notebooks):
        shared.cache_clear()


def of_the_floor() -> list[float]:
    """How many times as long a grading takes as the cells alone, medians of some in turn."""
    seconds, _ = measure("in turn", "reference")
    return [statistics.median(seconds["ours"]) / statistics.median(seconds["floor"])]


def beside_otter() -> list[float]:
    """How many times as long `otter run` takes as a submission of a class on one worker."""
    ours = statistics.median(one_worker())
    return [seconds / ours for seconds in commands.otter_run()]


def waits(name: str) -> Callable[[], list[float]]:
    return lambda: [getattr(run, name) for run in notebooks()]


def class_command(jobs: int) -> str:
    return f"autograder class COPIES --out OUT -j {jobs}"


CELL = "in a Jupyter kernel"
NETWORK, MINUTES = "a network", "minutes"
ROWS = [
    Row("make", "set up, build, grade two", "make, in a clone", "106 s", 65, "s", commands.fresh_make, NETWORK),
    Row("build", "build, other prose", "autograder build", "32 s", 12, "s", lambda: builds()[0]),
    Row("unchanged", "build, nothing new", "autograder build", "32 s", 1, "s", lambda: builds()[1]),
    Row("test", "lint and all tests", "make test", "250 s", 130, "s", commands.whole_test, MINUTES),
    Row("grade", "one notebook", "autograder grade NOTEBOOK", "3.5 s", 1.2, "s", commands.one_grading),
    Row("floor", "against its cells alone", "python -m benchmarks.grading", "2.05 x", 1.6, "x", of_the_floor),
    Row("otter", "otter run against a worker", "otter run, class-1", "26–35 x", 90, "x", beside_otter, "", True),
    Row("class-1", f"each of {COPIES}, one worker", class_command(1), "168 ms", 60, "ms", one_worker),
    Row("class-2", "the same, two", class_command(2), "86 ms", 32, "ms", lambda: commands.copies(COPIES, 2)),
    Row("dask", "two Dask workers / two", "class-2, --dask", "", None, "x", cluster.against_local),
    Row(
        "mixed",
        f"{MIXED:,}, some hostile",
        "autograder class CLASS --out OUT -j 2",
        "79 s",
        55,
        "s",
        lambda: commands.mixed_class(MIXED),
        MINUTES,
    ),
    Row(
        "install",
        "what students install",
        "pip install -r requirements.txt",
        "83 s",
        55,
        "s",
        student.install,
        NETWORK,
    ),
    Row("first-cell", "the cells above q1", CELL, "5 s", 0.5, "s", waits("first")),
    Row("check", "a check", CELL, "80 ms", 50, "ms", waits("check")),
    Row("training", "the training in q8", CELL, "19 s", 6, "s", waits("training")),
    Row("export", "the export", CELL, "14 s", 2, "s", waits("export")),
]
