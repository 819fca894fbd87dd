"""How far a class is: a live bar at a terminal, a line now and then elsewhere."""

import sys
import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LINE_SECONDS = 10


class ClassProgress:
    """A context manager; `step` counts a submission. Writes to standard error."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.failures, self.kept = total, 0, 0, 0
        self.start = self.last = time.monotonic()
        self.console = Console(stderr=True)
        self.bar: Progress | None = None
        if self.console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
            self.bar = Progress(*columns, TextColumn("{task.fields[failures]}"), console=self.console)
            self.task = self.bar.add_task("", total=total, rate="", failures="")

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def step(self, failed: bool = False, kept: bool = False) -> None:
        """Count a submission. kept: whether an earlier run has graded it."""
        self.done, self.failures, self.kept = self.done + 1, self.failures + failed, self.kept + kept
        rate = (self.done - self.kept) / max(time.monotonic() - self.start, 1e-3)
        failures = f"{self.failures} not graded" if self.failures else ""
        if self.bar:
            self.bar.update(self.task, advance=1, rate=f"{rate:.1f} a second", failures=failures)
        elif time.monotonic() - self.last > LINE_SECONDS or self.done == self.total:
            self.last = time.monotonic()
            left = f", {(self.total - self.done) / rate:.0f} s left" if rate and self.done < self.total else ""
            failures = f", {failures}" if failures else ""
            print(f"{self.done} of {self.total}, {rate:.1f} a second{left}{failures}", file=sys.stderr, flush=True)
