"""What was built, put in place whole or not at all, or compared with what is there.

A file is replaced or removed only where a build made it and nobody has changed it since. Whatever else stands where a
made file goes is moved to kept/, and everything else stays where it is.
"""

import contextlib
import difflib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.manifest import (
    DIST,
    GENERATED,
    MANIFEST,
    PENDING,
    STAMP,
    Known,
    Manifest,
    digest,
    write_pending,
)
from autograder.errors import OutputError

KEPT = "kept"  # where a person's version of a made file goes
STAGE, MARK = ".build-", ".autograder"  # how a build's working folder begins, and the file that tells it from others
PUBLISHED = {".devcontainer", ".gitignore"}  # hidden by their names, which GitHub and Git ask for
MAX_DIFF_LINES, MAX_DIFF_WIDTH, MAX_NAMES = 20, 160, 8


class Placed(NamedTuple):
    """What a build met. kept: (what a person had changed, where it is now). foreign: what no build made."""

    kept: list[tuple[str, str]]
    foreign: list[str]


class Renames:
    """A row of renames, and of the folders made for them, that can be undone."""

    def __init__(self) -> None:
        self.done: list[tuple[Path | None, Path]] = []  # (old, new), and (None, new) for a folder

    def move(self, old: Path, new: Path) -> None:
        self.folder(new.parent)
        self.done.append((old, new))
        os.rename(old, new)

    def folder(self, path: Path) -> None:
        if not path.exists():
            self.folder(path.parent)
            self.done.append((None, path))
            path.mkdir()

    def undo(self) -> None:
        for old, new in reversed(self.done):
            if old is None:
                with contextlib.suppress(OSError):
                    new.rmdir()
            elif not os.path.lexists(old) and os.path.lexists(new):
                old.parent.mkdir(parents=True, exist_ok=True)
                os.rename(new, old)


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep other builds from `out`, and clear what a killed one left there. Raises OutputError."""
    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"another build is at work in {out}: wait for it") from None
        yield
    finally:
        os.close(handle)


def clear(out: Path, known: Known) -> None:
    """Remove the working folders of killed builds."""
    for stage in out.glob(f"{STAGE}*"):
        if (stage / MARK).is_file():
            rescue(stage, out, known)
            shutil.rmtree(stage)


@contextlib.contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A working folder on the disk of the outputs, with a folder `new` for them."""
    with tempfile.TemporaryDirectory(prefix=STAGE, dir=out) as folder:
        stage = Path(folder)
        for name in ("new", "old"):
            (stage / name).mkdir()
        (stage / MARK).touch()
        yield stage


def install(stage: Path, out: Path, manifest: Manifest, known: Known) -> Placed:
    """Put the files of `stage`/new in place, all or, where one rename fails, none. Raises OSError."""
    renames, kept = Renames(), []

    def keep(name: str) -> None:
        place = free_place(out / KEPT / name)
        renames.move(out / name, place)
        kept.append((name, place.relative_to(out).as_posix()))

    resumed = (out / PENDING).exists()
    write_pending(manifest, known, out)
    (stage / "new" / DIST).mkdir(parents=True, exist_ok=True)
    (stage / "new" / MANIFEST).write_bytes(manifest.encode())
    try:
        for name in known.generated():
            if name not in manifest.files and below_no_link(out, name) and known.made(name, out / name):
                renames.move(out / name, stage / "old" / name)
                remove_empty(out, Path(name).parent)
        for name in [*manifest.files, MANIFEST]:
            place, new = out / name, stage / "new" / name
            for parent in reversed(Path(name).parents):
                if os.path.lexists(out / parent) and ((out / parent).is_symlink() or not (out / parent).is_dir()):
                    keep(parent.as_posix())
            if os.path.lexists(place):
                if place.is_file() and not place.is_symlink() and place.read_bytes() == new.read_bytes():
                    continue
                if name == MANIFEST or known.made(name, place):
                    renames.move(place, stage / "old" / name)
                else:
                    keep(name)
            renames.move(new, place)
    except BaseException:
        renames.undo()
        if not resumed:
            (out / PENDING).unlink(missing_ok=True)
        raise
    kept += rescue(stage, out, known)
    (out / PENDING).unlink()
    return Placed(kept, foreign(out, manifest, known))


def rescue(stage: Path, out: Path, known: Known) -> list[tuple[str, str]]:
    """Keep what somebody changed in the moment before it was moved out of the way."""
    kept = []
    for file in files(stage / "old"):
        name = file.relative_to(stage / "old").as_posix()
        if name != MANIFEST and not known.made(name, file):
            place = free_place(out / KEPT / name)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.rename(file, place)
            kept.append((name, place.relative_to(out).as_posix()))
    return kept


def free_place(path: Path) -> Path:
    """A path that nothing stands at, nor any file at a folder of it: `path` itself, or with a number."""
    for parent in reversed(path.parents):
        if parent.is_symlink() or (parent.exists() and not parent.is_dir()):
            return free_place(numbered(parent) / path.relative_to(parent))
    return numbered(path) if os.path.lexists(path) else path


def numbered(path: Path) -> Path:
    number = 2
    while os.path.lexists(place := path.with_name(f"{path.stem}.{number}{path.suffix}")):
        number += 1
    return place


def below_no_link(out: Path, name: str) -> bool:
    """Whether a path lies where it says, and not behind a link that somebody put in."""
    return not any((out / parent).is_symlink() for parent in Path(name).parents)


def remove_empty(out: Path, folder: Path) -> None:
    """Remove the folders of a file that was removed, where nothing else is in them."""
    while folder.as_posix() not in (*GENERATED, "."):
        try:
            (out / folder).rmdir()
        except OSError:
            return
        folder = folder.parent


def foreign(out: Path, manifest: Manifest, known: Known) -> list[str]:
    """What is in the generated folders and no build made: files, and folders without a made file in them."""
    made = [name for name in known.generated() if known.made(name, out / name)]
    ours = {out / name for name in (*manifest.files, *made, MANIFEST, PENDING, STAMP)}
    folders = {folder for file in ours for folder in file.parents}
    found = []

    def walk(folder: Path) -> None:
        for entry in sorted(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink() and entry in folders:
                walk(entry)
            elif entry not in ours and entry.name != "__pycache__":
                found.append(entry.relative_to(out).as_posix() + "/" * entry.is_dir())

    for name in GENERATED:
        if (out / name).is_dir():
            walk(out / name)
    return found


def told(names: list[str]) -> str:
    """The first of some names, and how many there are."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def compare(new: Path, out: Path, manifest: Manifest, known: Known) -> list[str]:
    """Lines that tell how the made files below `out` differ from those below `new`."""
    lines = []
    for name in sorted({*manifest.files, *known.generated()}):
        place = out / name
        if name not in manifest.files:
            lines += [f"{name} should not be there"] * known.made(name, place)
        elif not place.is_file():
            lines.append(f"{name} is missing")
        elif digest(place) != manifest.files[name]:
            lines += [f"{name} differs", *unified(place, new / name, name)]
    if not lines and known.last != manifest:
        lines.append(f"{MANIFEST} {'differs' if (out / MANIFEST).exists() else 'is missing'}")
    return lines


def unified(before: Path, after: Path, shown: str) -> list[str]:
    """The first lines of a diff of two texts; none of other files."""
    try:
        a, b = (file.read_text(encoding="utf-8").split("\n") for file in (before, after))
    except UnicodeDecodeError:
        return []
    diff = list(difflib.unified_diff(a, b, f"{shown} (as it is)", f"{shown} (as built)", "", "", 1, ""))
    return [line[:MAX_DIFF_WIDTH] for line in diff[:MAX_DIFF_LINES]]


def files(folder: Path) -> list[Path]:
    """The files under a folder, sorted, without caches and hidden ones."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(map(is_left_out, file.relative_to(folder).parts))
    )


def is_left_out(name: str) -> bool:
    """Whether a file or folder of a name is a cache, or hidden."""
    return name == "__pycache__" or (name.startswith(".") and name not in PUBLISHED)
