"""What earlier runs made in the folder of the grades and this run has not: pages of people who are gone, an old export.

A file is removed only where a run made it, nobody has changed it since, and it speaks of somebody who is no longer in
the class or would be taken for this run's. Whatever else stands among the made files is named and stays.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from autograder.files import replace

MADE = ".made.json"
MAX_NAMES = 8


class Made(msgspec.Struct, frozen=True):
    """files: the SHA-256 of each file that runs have made, by its path below the folder of the grades."""

    files: dict[str, str]


def settle(out: Path, made: Iterable[str], kept: Iterable[str], folders: Iterable[str], whole: bool) -> list[str]:
    """Deal with what is left of earlier runs, and note what this one made; lines to tell.

    made: the files of this run. kept: those that an earlier run may have made and that still hold. folders: where
    students' files lie. whole: whether all students are done; else nothing is removed.
    """
    before, ours, held = read_made(out), set(made), set(kept)
    files = dict(before) if not whole else {name: value for name, value in before.items() if name in held}
    removed: list[str] = []
    if whole:
        for name in sorted(before.keys() - ours - held):
            if (out / name).is_file() and digest(out / name) == before[name]:
                (out / name).unlink()
                removed.append(name)
    files |= {name: digest(out / name) for name in sorted(ours) if (out / name).is_file()}
    replace(out / MADE, msgspec.json.format(msgspec.json.encode(Made(files), order="deterministic"), indent=1) + b"\n")
    if not whole:
        return []
    there = [path.relative_to(out).as_posix() for folder in folders for path in (out / folder).glob("*")]
    foreign = sorted({*there, *(before.keys() - ours)} - files.keys() - set(removed) - ours - held)
    foreign = [name for name in foreign if (out / name).exists()]
    return [
        *[f"removed, since an earlier run made it and this one does not: {told(removed)}"] * bool(removed),
        *[f"not of this run, and left as it is: {told(foreign)}"] * bool(foreign),
    ]


def read_made(out: Path) -> dict[str, str]:
    """{file: digest} of what runs have made; nothing where it cannot be read, so that nothing is removed."""
    try:
        files = msgspec.json.decode((out / MADE).read_bytes(), type=Made).files
    except (OSError, msgspec.MsgspecError, ValueError):
        return {}
    return {name: value for name, value in files.items() if is_plain(name)}


def is_plain(name: str) -> bool:
    """Whether a path leads to the folder itself, or to one of its folders, by no way around."""
    parts = Path(name).parts
    return 0 < len(parts) <= 2 and ".." not in parts and not Path(name).is_absolute()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def told(names: list[str]) -> str:
    """The first of some names, and how many there are."""
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
