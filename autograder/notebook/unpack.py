"""Brings back what a notebook needs and does not find beside it. The notebook's first cell runs this file.

It is executed where no package is there yet, so it stands alone, and older Pythons must be able to read it. It must
never overwrite a file.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OLDEST = (3, 11)
DATA = "grader/assignment.json"
PIP = '%pip install -r "{}"'
OTHERS = (
    "{names} in {home}: of another version than this notebook, or changed. Used as it is; for the notebook's own, "
    "delete it, restart the kernel and run this cell again."
)


def unpack(bundle: dict[str, str], start: Path | None = None) -> Path:
    """Make a folder of the files in `bundle`, {path: bytes as Latin-1}, complete, and importable; its path.

    start: the notebook's folder; the current one where none is given.
    """
    here, data = start or Path.cwd(), json.loads(bundle[DATA])
    home = here if lies_in(here, bundle, data["name"]) else here / f"{data['name']}_files"
    try:
        write_missing(home, bundle)
    except OSError:
        home = Path(tempfile.mkdtemp(prefix=home.name))
        write_missing(home, bundle)
    others = [name for name in bundle if differs(home / name, bundle[name])]
    for line in [*complaints(data, home), *([OTHERS.format(names=", ".join(others), home=home)] if others else [])]:
        print(line)
    sys.path.insert(0, str(home))
    importlib.invalidate_caches()
    return home


def lies_in(folder: Path, bundle: dict[str, str], name: str) -> bool:
    """Whether a folder is that of this assignment: it says so, or holds one of its files as it is here."""
    try:
        if json.loads((folder / DATA).read_text(encoding="utf-8"))["name"] == name:
            return True
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return any((folder / path).is_file() and not differs(folder / path, bundle[path]) for path in bundle)


def differs(path: Path, text: str) -> bool:
    """Whether a file is there and is not what is expected, line ends aside."""
    try:
        return path.read_bytes().replace(b"\r\n", b"\n") != text.encode("latin-1")
    except OSError:
        return False


def write_missing(home: Path, bundle: dict[str, str]) -> None:
    for name, text in bundle.items():
        path = home / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("latin-1"))


def complaints(data: dict[str, str], home: Path) -> list[str]:
    """What is wrong with this Python, a line each with what to do."""
    lines, pip = [], PIP.format(home / "requirements.txt")
    if sys.version_info < OLDEST:
        lines.append(
            f"This kernel is Python {sys.version.split()[0]}; the checks need {'.'.join(map(str, OLDEST))} or newer. "
            "Choose another kernel."
        )
    wanted = data.get("numpy")
    if wanted:
        try:
            found = version("numpy")
        except PackageNotFoundError:
            lines.append(f"This kernel has no numpy. Choose the kernel that you made for this, or run: {pip}")
        else:
            if found.split(".")[0] != wanted.split(".")[0]:
                lines.append(
                    f"This kernel has numpy {found}, and the checks were tested with {wanted}. If a check surprises "
                    f"you, run: {pip}"
                )
    return lines
