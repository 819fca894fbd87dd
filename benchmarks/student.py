"""How long a student waits: to install, and for each cell of the solved notebook in a Jupyter kernel.

The kernel is that of `.venv-student` (`make browser` makes it), or else this one. No page is open beside it, so an
export waits for a save as long as it ever does.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from benchmarks.commands import ROOT, scratch, seconds_of
from tools.answers import SOLUTIONS
from tools.synthetic_class import notebook

STUDENTS_PYTHON = ROOT / ".venv-student" / "bin" / "python"
REQUIREMENTS = ROOT / "student" / "requirements.txt"
NAME = "rnn_lstm.ipynb"
CELL_SECONDS = 120  # a cell that takes longer has failed


class Waits(NamedTuple):
    """Seconds of one run of the notebook. first: of the cells above the first question. check: of a typical check."""

    first: float
    check: float
    training: float
    export: float


def install() -> list[float]:
    """Seconds to make an environment of what students install, all of it downloaded."""
    with scratch() as folder:
        base = getattr(sys, "_base_executable", sys.executable)
        quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir"]
        made = seconds_of([base, "-m", "venv", folder / "venv"])
        python = folder / "venv" / "bin" / "python"
        return [made + seconds_of([python, "-m", "pip", "install", *quiet, "-r", REQUIREMENTS])]


def run_notebook(training: bool = True) -> Waits:
    """Run the solved notebook once, in a folder that holds nothing else. Raises SystemExit where a cell fails."""
    with scratch() as folder:
        text = notebook(SOLUTIONS)
        (folder / NAME).write_text(text, encoding="utf-8")
        cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        with kernel(folder) as client:
            taken = [(cell, run_cell(client, cell)) for cell in cells if training or "show_memory" not in cell]
    question = next(index for index, (cell, _) in enumerate(taken) if cell.startswith("kinds"))
    return Waits(
        first=sum(seconds for _, seconds in taken[:question]),
        check=statistics.median(seconds for cell, seconds in taken if cell.startswith("grader.check(")),
        training=sum(seconds for cell, seconds in taken if "show_memory" in cell),
        export=sum(seconds for cell, seconds in taken if "grader.export" in cell),
    )


@contextlib.contextmanager
def kernel(folder: Path) -> Iterator[BlockingKernelClient]:
    """A client of a kernel in `folder` that is ready for its first cell."""
    python = STUDENTS_PYTHON if STUDENTS_PYTHON.exists() else Path(sys.executable)
    manager = KernelManager()
    manager.kernel_spec.argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        own = {"IPYTHONDIR": home, "JPY_SESSION_NAME": str(folder / NAME)}
        manager.start_kernel(cwd=str(folder), env=os.environ | own, stderr=subprocess.DEVNULL)
        client = manager.client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=CELL_SECONDS)
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def run_cell(client: BlockingKernelClient, source: str) -> float:
    """Seconds from the request to the kernel's being idle again."""
    errors: list[str] = []

    def listen(message: dict) -> None:
        if message["msg_type"] == "error":
            errors.append(f"{message['content']['ename']}: {message['content']['evalue']}")

    start = time.perf_counter()
    client.execute_interactive(source, timeout=CELL_SECONDS, output_hook=listen, allow_stdin=False)
    seconds = time.perf_counter() - start
    if errors:
        raise SystemExit(f"benchmarks: a cell of the student's notebook failed: {errors[0]}")
    return seconds
