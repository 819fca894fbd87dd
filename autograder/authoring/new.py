"""A small assignment to start from: a master, its cases, a test. It builds and grades as it is.

This module must never write over a file that is there.
"""

import shutil
from pathlib import Path

from autograder.errors import CallError

TEMPLATE = Path(__file__).parent / "templates/new"
NAME = "NAME"  # what the template says where the assignment's name goes


def lay_out(name: str, below: Path) -> list[Path]:
    """Write the assignment `name` into a new folder of that name below `below`. Raises CallError."""
    if not name.isidentifier() or not name.isascii():
        raise CallError(f"{name} cannot be an assignment's name: use letters, digits and _, and no digit first")
    folder = below / name
    if folder.exists():
        raise CallError(f"{folder} exists already: choose another name")
    written = []
    for file in sorted(TEMPLATE.rglob("*")):
        if file.is_dir() or "__pycache__" in file.parts:
            continue
        place = folder / file.relative_to(TEMPLATE).as_posix().replace(NAME, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.read_text(encoding="utf-8").replace(NAME, name), encoding="utf-8")
        shutil.copymode(file, place)
        written.append(place)
    return written
