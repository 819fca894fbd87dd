"""Notebooks run in Jupyter kernels, and graded by Otter itself, apart from the terminal and the user's settings."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from otter.api import grade_submission
from otter.test_files import GradingResults

from autograder.authoring.master import Master

CELL_SECONDS = 600
HOMES = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
T = TypeVar("T")


@contextlib.contextmanager
def quiet(folder: Path) -> Iterator[Path]:
    """Keep kernels and Otter from the terminal and from the user's configuration; what they write goes to the log.

    folder: a temporary one. Gives the log's path.
    """
    changed = {name: str(folder / name.lower()) for name in HOMES}
    changed |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "JUPYTER_PREFER_ENV_PATH": "1"}
    old = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    sys.stdout.flush()
    sys.stderr.flush()
    streams = [os.dup(1), os.dup(2)]
    path = folder / "log"
    try:
        with open(path, "w", encoding="utf-8") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
                yield path
    finally:
        for number, stream in enumerate(streams, 1):
            os.dup2(stream, number)
            os.close(stream)
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def execute(master: Master, notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in `folder`, errors included, and return the notebook with its outputs. Raises BuildError."""

    def run() -> None:
        NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            allow_errors=True,
            coalesce_streams=True,
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        ).execute()

    try:
        with_second_chance(run)
    except (CellTimeoutError, DeadKernelError) as problem:
        raise master.file_error(f"running the notebook: {first_line(problem)}") from problem
    return notebook


def otter_grade(notebook: Path, archive: Path) -> GradingResults:
    """Otter's own grading of a notebook with the zip, as `otter run` does it."""
    return with_second_chance(lambda: grade_submission(str(notebook), str(archive), quiet=True))


def with_second_chance(run: Callable[[], T]) -> T:
    """Run once more where a kernel did not start: another process may have taken the port it had chosen."""
    try:
        return run()
    except Exception as problem:
        if "Kernel died before replying" not in str(problem):
            raise
        return run()


def first_line(problem: BaseException) -> str:
    """An exception's type and the first line of its text."""
    return f"{type(problem).__name__}: {str(problem).strip()}".split("\n")[0]


def errors_of(notebook: NotebookNode) -> Iterator[tuple[int, Any]]:
    """(index of the cell, output) for each error in an executed notebook."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield index, output
