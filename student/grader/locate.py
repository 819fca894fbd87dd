"""Which file is this notebook? By the front end's own word, by what it has just saved, or by what stands in it."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .data import DATA, AssignmentData
from .errors import NotebookError
from .source import NotebookFile, parse, sources_run, tidy

MARK = b"grader."  # stands in every notebook of this kind
VS_CODE = "__vsc_ipynb_file__"  # a name that VS Code puts into the notebook
SESSION = "JPY_SESSION_NAME"  # set by Jupyter's server: where the notebook lay when its kernel was started


def candidates(data: AssignmentData, names: Mapping[str, Any]) -> list[Path]:
    """The files that may be this notebook, the likeliest first; one alone where the front end tells."""
    told = names.get(VS_CODE)
    if isinstance(told, str) and Path(told).is_file():
        return [Path(told)]
    return ranked(data, Path.cwd()) or ranked(data, beside_the_checks(data))


def ranked(data: AssignmentData, folder: Path) -> list[Path]:
    """The notebooks of an assignment in a folder, the likeliest first."""
    session = os.environ.get(SESSION, "").rpartition("/")[2]
    ran = {tidy(source) for source in sources_run()}
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        with contextlib.suppress(NotebookError, OSError):
            raw = path.read_bytes()
            notebook = parse(path.name, raw) if MARK in raw else None  # a folder may hold many of other courses
            if notebook and notebook.is_of(data):
                same = sum(tidy(cell.source) in ran for cell in notebook.cells if cell.graded)
                found.append((same, path.name == session, path.stat().st_mtime_ns, path))
    return [path for *_, path in sorted(found, reverse=True)]


def beside_the_checks(data: AssignmentData, home: Path = DATA.parents[1]) -> Path:
    """The folder in which the notebook stood when its checks were put there; after a chdir, it still does."""
    return home.parent if home.name == f"{data.name}_files" else home


def find(data: AssignmentData, names: Mapping[str, Any], named: str | None = None) -> list[Path]:
    """The same, or the one that a person has named. Raises NotebookError where there is none."""
    if named is not None:
        if not Path(named).is_file():
            raise NotebookError(f"There is no file {named} here. Name the notebook as it is called on disk.")
        return [Path(named)]
    found = candidates(data, names)
    if not found:
        raise NotebookError(
            f"No saved notebook of {data.name} was found in {Path.cwd()}. Save it there, or name it: "
            'grader.export("my_notebook.ipynb").'
        )
    return found


def read(path: Path) -> NotebookFile:
    return parse(path.name, path.read_bytes())
