"""How fast one submission is graded, and in how much memory: this grader beside Otter's, in turn, in one run.

`make bench` grades the reference solution and the untouched copy in each of these ways:

    floor       a fork of the warm server that runs the notebook's cells and nothing else
    ours        the isolated grader
    otter run   Otter's command line
    otter pool  Otter's `grade_submission` in a pool of two processes

Each way runs in a process of its own. Seconds are per submission: of the floor and ours the median, which leaves the
one-time start out (it is printed beside); of Otter's ways the whole time by the number of submissions. Memory is the
proportional set size of that process and all that it started, at its highest, where the system tells it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
from otter.api import grade_submission
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.grade import Assignment, grade
from autograder.handed_in import read_submission
from autograder.submission import Submission, close_server

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "autograder" / "dist" / "rnn_lstm-autograder.zip"
NOTEBOOKS = {"reference": ROOT / "solutions" / "rnn_lstm.ipynb", "blank": ROOT / "student" / "rnn_lstm.ipynb"}
OTTER_ROUNDS, OUR_ROUNDS, WORKERS = 4, 40, 2


def floor(notebook):
    """Seconds of each run of the cells alone."""
    with Assignment(ARCHIVE) as assignment:
        cells, _ = read_submission(notebook)

        def once():
            with Submission(cells, assignment.student_files) as run:
                run.ensure()

        return timed(once)


def ours(notebook):
    """Seconds of each grading."""
    with Assignment(ARCHIVE) as assignment:
        return timed(lambda: grade(notebook, assignment))


def timed(once):
    seconds = []
    for _ in range(OUR_ROUNDS):
        start = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - start)
    close_server()
    return seconds


def otter_run(notebook):
    """Seconds of each call of `otter run`."""
    seconds = []
    for _ in range(OTTER_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            command = [sys.executable, "-m", "otter", "run", "-a", ARCHIVE, "-o", folder, "--no-logo", notebook]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            seconds.append(time.perf_counter() - start)
    return seconds


def otter_pool(notebook):
    """Seconds a submission of `grade_submission` in two processes, told once for each submission."""
    count = OTTER_ROUNDS * WORKERS
    start = time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(grade_quietly, [str(notebook)] * count))
    return [(time.perf_counter() - start) / count] * count


def grade_quietly(notebook):
    grade_submission(notebook, str(ARCHIVE), quiet=True)


WAYS = {"floor": floor, "ours": ours, "otter run": otter_run, "otter pool": otter_pool}


def measure(way, name):
    """(seconds of each submission, peak bytes) of one way, run in a process of its own."""
    with tempfile.NamedTemporaryFile("r") as answer:
        command = [
            sys.executable,
            "-m",
            "benchmarks.grading",
            "--way",
            way,
            "--notebook",
            name,
            "--answer",
            answer.name,
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max(peak, held(process.pid))
            time.sleep(0.05)
        if process.returncode:
            raise SystemExit(f"benchmarks: {way} on {name} ended with exit code {process.returncode}")
        return json.load(answer), peak


def held(pid):
    """The proportional set size of a process and all its descendants, in bytes."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += getattr(process.memory_full_info(), "pss", 0)
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return total


def main():
    parser = argparse.ArgumentParser(description="Time this grader beside Otter's.")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--notebook", choices=NOTEBOOKS, help=argparse.SUPPRESS)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        Path(chosen.answer).write_text(json.dumps(WAYS[chosen.way](NOTEBOOKS[chosen.notebook])))
        return
    table = Table(
        "notebook", "way", "ms a submission", "a second", "ours is", "start, s", "peak MB", box=box.SIMPLE_HEAD
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for name in NOTEBOOKS:
        found = {way: measure(way, name) for way in WAYS}
        typical = {way: statistics.median(seconds) for way, (seconds, _) in found.items()}
        for way, (seconds, peak) in found.items():
            ratio = typical[way] / typical["ours"]
            first = f"{seconds[0] - typical[way]:.2f}" if way in ("floor", "ours") else ""
            row = f"{typical[way] * 1e3:.0f}", f"{1 / typical[way]:.1f}", f"{ratio:.2f} x faster", first
            table.add_row(name, way, *row, f"{peak / 2**20:.0f}" if peak else "?")
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
