"""How long a class takes, on how many processes and in how much memory, beside `otter run` for each of its submissions.

`make bench` grades classes of 500 and 1,000, made from the catalogue (tools/synthetic_class.py) with some hostile and
broken submissions among them. Of these, an endless loop takes its worker's time until the limit, and a leak its memory:
so the memory of a worker is given as the median and as the highest.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.grading import ARCHIVE, NOTEBOOKS, ROOT, WORKERS, held, otter_run
from tools.synthetic_class import make_class

SIZES = (500, 1000)


def measure(folder, out):
    """(seconds, bytes of each worker whenever we looked) of `python -m autograder class`."""
    words = ["class", folder, "--out", out, "--zip", ARCHIVE, "-j", str(WORKERS)]
    start, seen = time.perf_counter(), []
    process = subprocess.Popen([sys.executable, "-m", "autograder", *words], cwd=ROOT, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        seen += held(process.pid)[1]
        time.sleep(1)
    if process.returncode:
        raise SystemExit(f"benchmarks: the class ended with exit code {process.returncode}")
    return time.perf_counter() - start, seen


def main():
    one = min(otter_run(NOTEBOOKS["reference"])["otter run"])
    columns = ("students", "seconds", "a second", "otter run would take", "MB a worker", "highest", "MB written")
    table = Table(*columns, box=box.SIMPLE_HEAD, title=f"{WORKERS} workers")
    for column in table.columns:
        column.justify = "right"
    with tempfile.TemporaryDirectory() as temporary:
        for size in SIZES:
            folder, out = Path(temporary) / f"class-{size}", Path(temporary) / f"out-{size}"
            make_class(folder, size)
            seconds, seen = measure(folder, out)
            written = sum(file.stat().st_blocks * 512 for file in out.rglob("*") if file.is_file())
            memory = [f"{amount / 2**20:.0f}" for amount in (statistics.median(seen), max(seen), written)]
            otter = f"{one * size / 60:.0f} min ({one * size / seconds:.0f} x)"
            table.add_row(f"{size:,}", f"{seconds:.0f}", f"{size / seconds:.1f}", otter, *memory)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
