"""Seconds of this project's own commands, each run as a person runs it, in a process of its own."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.grading import ARCHIVE, NOTEBOOKS, ROOT

MADE = (
    "assignment",
    "student",
    "solutions",
    "autograder/dist",
)  # what a build reads beside the engine, and what it made
FIRST_HEADING = "\n# Recurrent networks and LSTMs\n"
TOLD = 400  # characters of what a command that failed has said


def seconds_of(command: Sequence[object], folder: Path = ROOT) -> float:
    """How long a command takes. Raises SystemExit with its last words where it fails."""
    words = [str(word) for word in command]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # make's own flags
    start = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=kept, check=False, capture_output=True, text=True, errors="replace")
    seconds = time.perf_counter() - start
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-TOLD:]
        raise SystemExit(f"benchmarks: {' '.join(words)} ended with exit code {done.returncode}: {said}")
    return seconds


def autograder(*words: object) -> float:
    """Seconds of one of the engine's subcommands."""
    return seconds_of([sys.executable, "-m", "autograder", *words])


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Path(folder)


# --- building -----------------------------------------------------------------------------------------------------


def fresh_make() -> list[float]:
    """`make` in a clone of the last commit, with the Python that runs this."""
    with scratch() as folder:
        seconds_of(["git", "clone", "--quiet", ROOT, folder / "clone"])
        base = getattr(sys, "_base_executable", sys.executable)
        return [seconds_of(["make", f"PYTHON={base}"], folder / "clone")]


def builds(master: str = "rnn_lstm.py", rounds: int = 3) -> tuple[list[float], list[float]]:
    """Seconds of builds after a change of the master's prose, and of builds after no change; in turn."""
    changed, unchanged = [], []
    with scratch() as folder:
        for name in MADE:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        path = folder / "assignment" / master
        for number in range(rounds + 1):
            path.write_text(reworded(path.read_text(encoding="utf-8"), number), encoding="utf-8")
            changed.append(autograder("build", path))
            unchanged.append(autograder("build", path))
    return changed[1:], unchanged[1:]  # the first one also meets a new place


def reworded(master: str, number: int) -> str:
    """The master with another sentence below its first heading. Raises SystemExit where it has no such heading."""
    if FIRST_HEADING not in master:
        raise SystemExit(f"benchmarks: the master has no heading {FIRST_HEADING.strip()!r} to put a sentence below")
    return master.replace(FIRST_HEADING, f"{FIRST_HEADING}\nThis is edition {number}.\n", 1)


def whole_test() -> list[float]:
    return [seconds_of(["make", "test"])]


# --- grading ------------------------------------------------------------------------------------------------------


def one_grading(rounds: int = 7) -> list[float]:
    """Seconds of `autograder grade` of the reference solution, start of Python included."""
    return [autograder("grade", NOTEBOOKS["reference"]) for _ in range(rounds)]


def copies(count: int, jobs: int, rounds: int = 3) -> list[float]:
    """Seconds for each of `count` copies of the reference solution that `autograder class` grades."""
    with scratch() as folder:
        (folder / "class").mkdir()
        for number in range(count):
            shutil.copy(NOTEBOOKS["reference"], folder / "class" / f"student{number:04}.ipynb")
        return [graded(folder, jobs, number) / count for number in range(rounds)]


def mixed_class(count: int, jobs: int = 2) -> list[float]:
    """Seconds for a class made from the catalogue, with hostile and broken submissions in it."""
    from tools.synthetic_class import make_class

    with scratch() as folder:
        make_class(folder / "class", count)
        return [graded(folder, jobs)]


def graded(folder: Path, jobs: int, number: int = 0) -> float:
    return autograder("class", folder / "class", "--out", folder / f"out-{number}", "--zip", ARCHIVE, "-j", jobs)


def otter_run(rounds: int = 4) -> list[float]:
    """Seconds of `otter run` of the reference solution."""
    with scratch() as folder:
        words = ["run", "-a", ARCHIVE, "-o", folder, "--no-logo", NOTEBOOKS["reference"]]
        return [seconds_of([sys.executable, "-m", "otter", *words], folder) for _ in range(rounds)]
