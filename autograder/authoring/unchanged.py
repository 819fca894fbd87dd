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

from autograder.authoring.manifest import STAMP, Known, Manifest, digest
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
            and last.sources == combined(snapshot(path), known.last, out)
            and all(known.made(name, out / name) for name in known.last.files)
        )
    except (OSError, msgspec.DecodeError, BuildError):
        return False


def stamp(sources: dict[str, str], manifest: Manifest, out: Path) -> None:
    """Note what a build was made from. sources: the snapshot from before it read the first of them."""
    replace(out / STAMP, msgspec.json.encode(Stamp(combined(sources, manifest, out))))


def snapshot(path: Path) -> dict[str, str]:
    """The digest of each file in the master's folder and in the engine, and the version of each package."""
    found = {str(path.resolve()): "the master", "python": f"{sys.version} {platform.platform()}"}
    found |= {f"package {package.name}": package.version for package in distributions()}
    for top in (path.resolve().parent, PACKAGE):
        found |= {str(file): digest(file) for file in read_files(top)}
    return found


def combined(sources: dict[str, str], manifest: Manifest, out: Path) -> str:
    """One digest of a snapshot, without what the build itself has made among the sources."""
    made = {str(out / name) for name in manifest.files}
    kept = sorted((name, value) for name, value in sources.items() if name not in made)
    return hashlib.sha256(msgspec.json.encode(kept)).hexdigest()


def read_files(top: Path) -> Iterator[Path]:
    """The files that a build can read, sorted: no caches, and of the engine nothing that was built."""
    for entry in sorted(top.iterdir()):
        if entry.name in ("__pycache__", ".ipynb_checkpoints") or entry == PACKAGE / DIST:
            continue
        if entry.is_dir():
            yield from read_files(entry)
        elif entry.is_file():
            yield entry
