"""What was built, put in place whole or not at all, or compared with what is there."""

import difflib
import os
from pathlib import Path

PUBLISHED = {".devcontainer"}  # hidden by its name, which GitHub asks for
MAX_DIFF_LINES, MAX_DIFF_WIDTH = 20, 160


def install(names: list[str], stage: Path, out: Path) -> None:
    """Swap the new outputs in by renaming; where one rename fails, put back what was there. Raises OSError."""
    done = []
    try:
        for number, name in enumerate(names):
            old, new, aside = out / name, stage / "new" / name, stage / f"old-{number}"
            old.parent.mkdir(parents=True, exist_ok=True)
            if old.exists():
                os.replace(old, aside)
            done.append((old, new, aside))
            os.replace(new, old)
    except BaseException:
        for old, new, aside in reversed(done):
            if old.exists():
                os.replace(old, new)
            if aside.exists():
                os.replace(aside, old)
        raise


def compare(old: Path, new: Path, name: str) -> list[str]:
    """Lines that tell how the file or folder `old` differs from `new`, both shown as `name`."""
    if new.is_file():
        pairs = [("", old, new)]
    else:
        parts = {file.relative_to(top) for top in (old, new) for file in files(top)}
        pairs = [(f"/{part}", old / part, new / part) for part in sorted(parts)]
    lines = []
    for suffix, before, after in pairs:
        shown = f"{name}{suffix}"
        if not before.exists() or not after.exists():
            lines.append(f"{shown} {'should not be there' if before.exists() else 'is missing'}")
        elif before.read_bytes() != after.read_bytes():
            lines += [f"{shown} differs", *unified(before, after, shown)]
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
