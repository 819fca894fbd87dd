"""Two Dask workers beside two processes of our own: the same records, byte for byte, and how long each takes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.commands import ARCHIVE, autograder, scratch
from tools.synthetic_class import make_class

STUDENTS, WORKERS = 60, 2


def against_local(count: int = STUDENTS) -> list[float]:
    """How many times as long a class takes on Dask. Raises SystemExit where a record differs."""
    with scratch() as folder, two_workers(folder) as address:
        make_class(folder / "class", count, hostile=0)
        words = ("class", folder / "class", "--zip", ARCHIVE)
        here = autograder(*words, "--out", folder / "here", "-j", WORKERS)
        there = autograder(*words, "--out", folder / "there", "--dask", address)
        if different := different_records(folder / "here" / "results", folder / "there" / "results"):
            raise SystemExit(f"benchmarks: {len(different)} records differ on Dask, the first is {different[0]}")
    return [there / here]


@contextmanager
def two_workers(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers on this machine."""
    try:
        from distributed import LocalCluster
    except ImportError:
        raise SystemExit("benchmarks: Dask is not installed: pip install -e '.[cluster]'") from None
    settings = {"n_workers": WORKERS, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(**settings, local_directory=str(folder / "dask")) as made:
        yield made.scheduler_address


def different_records(one: Path, other: Path) -> list[str]:
    """The names of the records that only one folder has, or that differ in more than the seconds they took."""
    names = sorted({path.name for folder in (one, other) for path in folder.iterdir()})
    return [name for name in names if without_seconds(one / name) != without_seconds(other / name)]


def without_seconds(path: Path) -> str | None:
    """A record's text, its seconds left out; None where there is none."""
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["extra_data"]["seconds"]
    return json.dumps(record)
