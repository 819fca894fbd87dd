"""Whether there is nothing to build: sources, engine, packages and made files are those of the last build.

This module must not import Otter, which takes longer than all that it asks.
"""

import hashlib
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import msgspec

from autograder.authoring.manifest import STAMP, Known, digest
from autograder.errors import BuildError
from autograder.files import replace

PACKAGE = Path(__file__).resolve().parents[1]
DIST = "dist"  # in the engine's own folder, what was built


class Stamp(msgspec.Struct, frozen=True):
    """sources: one digest of all that the last build was made from."""

    sources: str


def unchanged(path: Path, out: Path) -> bool:
    """Whether a build of the master at `path` would change nothing below `out`."""
    out = out.resolve()
    try:
        last = msgspec.json.decode((out / STAMP).read_bytes(), type=Stamp)
        known = Known(out)
        return (
            bool(known.last.files)
            and last.sources == sources(path)
            and all(known.made(name, out / name) for name in known.last.files)
        )
    except (OSError, msgspec.DecodeError, BuildError):
        return False


def stamp(path: Path, out: Path) -> None:
    replace(out / STAMP, msgspec.json.encode(Stamp(sources(path))))


def sources(path: Path) -> str:
    """One digest of the master and its folder, the engine, and the packages that are installed."""
    folder = path.resolve().parent
    whole = hashlib.sha256(f"{path.name}\n{sys.version}\n{platform.platform()}\n".encode())
    for line in sorted({f"{found.name}=={found.version}" for found in distributions()}):
        whole.update(f"{line}\n".encode())
    for top in (folder, PACKAGE):
        for file in read_files(top):
            whole.update(f"{file.relative_to(top)} {digest(file)}\n".encode())
    return whole.hexdigest()


def read_files(top: Path) -> Iterator[Path]:
    """The files that a build reads, sorted: no caches, no hidden ones, and of the engine nothing that was built."""
    for entry in sorted(top.iterdir()):
        if entry.name.startswith(".") or entry.name == "__pycache__" or entry == PACKAGE / DIST:
            continue
        if entry.is_dir():
            yield from read_files(entry)
        elif entry.is_file():
            yield entry
