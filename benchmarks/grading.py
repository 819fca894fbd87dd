"""How fast a submission is graded, where its time goes, and in how much memory: this grader beside Otter's, in one run.

It grades the reference solution and the untouched copy in each of these ways, one after the other:

    floor        a fork of the warm server that runs the notebook's cells and nothing else; in turn with the next
    ours         this grader, one worker
    ours, 2      this grader, two workers, as a class is graded
    otter run    Otter's command line
    otter, 2     Otter's `grade_submission` in a pool of two processes

Each way, the floor with ours, runs in a process of its own. Seconds are per submission: medians of the floor and ours,
which leaves the one-time start out (it is printed beside); of the pools and Otter the whole time by the number of
submissions. Memory is the proportional set size at its highest: of all processes together, and of one worker with all
that it started.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
from otter.api import grade_submission
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.classroom.pools import LocalPool
from autograder.classroom.worker import Archive, Task
from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.intake import read_submission
from autograder.grading.sandbox.launcher import close_launcher
from autograder.grading.sandbox.limits import DEFAULT_LIMITS
from autograder.grading.sandbox.session import Session

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "autograder" / "dist" / "rnn_lstm-autograder.zip"
NOTEBOOKS = {"reference": ROOT / "solutions" / "rnn_lstm.ipynb", "blank": ROOT / "student" / "rnn_lstm.ipynb"}
OTTER_ROUNDS, OUR_ROUNDS, POOLED, WORKERS = 4, 60, 200, 2


def floor_and_ours(notebook):
    """Seconds of each run of the cells alone, and of each grading, in turn."""
    cells = read_submission(notebook).cells

    def run_the_cells(assignment):
        with Session(cells, assignment.student_files) as session:
            session.ensure()

    on_one_core()
    seconds = {"floor": [], "ours": []}
    with Assignment(ARCHIVE) as assignment:
        for _ in range(OUR_ROUNDS):
            for name, once in (("floor", run_the_cells), ("ours", lambda assignment: grade(notebook, assignment))):
                start = time.perf_counter()
                once(assignment)
                seconds[name].append(time.perf_counter() - start)
    close_launcher()
    return seconds


def on_one_core():
    """As the class's workers are."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def ours_pooled(notebook):
    """Seconds a submission in a pool of two workers that have started."""
    task = Task(notebook, DEFAULT_LIMITS, False)
    pool = LocalPool(WORKERS, Archive.of(ARCHIVE.read_bytes()))
    for future in [pool.submit(task) for _ in range(2 * WORKERS)]:
        future.result()
    start = time.perf_counter()
    for future in [pool.submit(task) for _ in range(POOLED)]:
        future.result()
    seconds = (time.perf_counter() - start) / POOLED
    pool.close()
    return {"ours, 2": [seconds]}


def otter_run(notebook):
    """Seconds of each call of `otter run`."""
    seconds = []
    for _ in range(OTTER_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            command = [sys.executable, "-m", "otter", "run", "-a", ARCHIVE, "-o", folder, "--no-logo", notebook]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            seconds.append(time.perf_counter() - start)
    return {"otter run": seconds}


def otter_pool(notebook):
    """Seconds a submission of `grade_submission` in two processes."""
    count = OTTER_ROUNDS * WORKERS
    start = time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(grade_quietly, [str(notebook)] * count))
    return {"otter, 2": [(time.perf_counter() - start) / count]}


def grade_quietly(notebook):
    grade_submission(notebook, str(ARCHIVE), quiet=True)


WAYS = {"in turn": floor_and_ours, "ours, 2": ours_pooled, "otter run": otter_run, "otter, 2": otter_pool}


def where_the_time_goes(notebook):
    """{part of a grading: seconds}, medians of some gradings on one core."""
    on_one_core()
    rounds, parts = [], Counter()

    def clocked(name):
        inner = getattr(Session, name)

        def outer(self, *args, **kwargs):
            start = time.perf_counter()
            try:
                return inner(self, *args, **kwargs)
            finally:
                parts[name] += time.perf_counter() - start

        return outer

    for name in ("_start", "_run_cells", "_value", "stop"):
        setattr(Session, name, clocked(name))
    with Assignment(ARCHIVE) as assignment:
        for _ in range(OUR_ROUNDS):
            parts.clear()
            start = time.perf_counter()
            grade(notebook, assignment)
            whole = time.perf_counter() - start
            named = {
                "start the process": parts["_start"],
                "run the cells": parts["_run_cells"],
                "ask the student's process": parts["_value"],
                "end it, remove its folder": parts["stop"],
            }
            rounds.append(named | {"read, compare, word messages": whole - sum(named.values())})
    close_launcher()
    return {name: statistics.median(r[name] for r in rounds[1:]) for name in rounds[0]}


def measure(way, name):
    """(what a way answers, peak bytes), run in a process of its own."""
    with tempfile.NamedTemporaryFile("r") as answer:
        words = ["--way", way, "--notebook", name, "--answer", answer.name]
        command = [sys.executable, "-m", "benchmarks.grading", *words]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = worker = 0
        while process.poll() is None:
            everything, workers = held(process.pid)
            peak, worker = max(peak, everything), max(worker, *workers)
            time.sleep(0.5)  # looking takes time from those who are looked at
        if process.returncode:
            raise SystemExit(f"benchmarks: {way} on {name} ended with exit code {process.returncode}")
        return json.load(answer), (peak, worker)


def held(pid):
    """(bytes of a process and all its descendants, [bytes of each worker and its descendants]); 0 where none are told.

    A worker is a child of a pool's process; where there is no pool, the process itself.
    """
    sizes, children = {}, {}
    with contextlib.suppress(psutil.Error):
        for process in (parent := psutil.Process(pid), *parent.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                sizes[process.pid] = getattr(process.memory_full_info(), "pss", 0)
                if process.pid != pid:
                    children.setdefault(process.ppid(), []).append(process.pid)

    def tree(top):
        return sizes.get(top, 0) + sum(map(tree, children.get(top, [])))

    forked = [child for child in children.get(pid, []) if len(children.get(child, [])) == WORKERS]
    workers = (
        children[forked[0]] if forked else children.get(pid, []) if len(children.get(pid, [])) == WORKERS else [pid]
    )
    return sum(sizes.values()), [tree(worker) for worker in workers]


def main():
    parser = argparse.ArgumentParser(description="Time this grader beside Otter's.")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--notebook", choices=NOTEBOOKS, help=argparse.SUPPRESS)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        answer = (WAYS | {"where": where_the_time_goes})[chosen.way](NOTEBOOKS[chosen.notebook])
        Path(chosen.answer).write_text(json.dumps(answer))
        return
    console = Console(width=100)
    columns = (
        "notebook",
        "way",
        "ms each",
        "a second",
        "otter run is",
        "of the floor",
        "start, s",
        "MB",
        "MB a worker",
    )
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for column in table.columns[2:]:
        column.justify = "right"
    for name in NOTEBOOKS:
        measured = [measure(way, name) for way in WAYS]
        found = {row: (seconds, memory) for rows, memory in measured for row, seconds in rows.items()}
        typical = {way: statistics.median(seconds) for way, (seconds, _) in found.items()}
        for way, (seconds, (peak, worker)) in found.items():
            slower = f"{typical['otter run'] / typical[way]:.1f} x" if way != "otter run" else ""
            floors = f"{typical[way] / typical['floor']:.2f} x" if way == "ours" else ""
            first = f"{seconds[0] - typical[way]:.2f}" if way == "floor" else ""
            memory = [f"{size / 2**20:.0f}" if size else "?" for size in (peak, worker)]
            row = f"{typical[way] * 1e3:.0f}", f"{1 / typical[way]:.1f}", slower, floors, first
            table.add_row(name, way, *row, *memory)
        table.add_section()
    console.print(table)
    parts = Table("ours, ms each", *NOTEBOOKS, box=box.SIMPLE_HEAD)
    spent = [measure("where", name)[0] for name in NOTEBOOKS]
    for part in spent[0]:
        parts.add_row(part, *(f"{times[part] * 1e3:.1f}" for times in spent))
    console.print(parts)


if __name__ == "__main__":
    main()
