"""Otter Assign splits a master, whose settings and cells it gets as this build has read them."""

from pathlib import Path

import jupytext
from otter.assign import main as otter_assign

from autograder.authoring.configuration import for_otter
from autograder.authoring.kernels import first_line
from autograder.authoring.master import CONFIG, Master
from autograder.authoring.normalise import write


def assign(master: Master, source: Path, split: Path) -> None:
    """Run Otter Assign; its two folders are `split`/autograder and `split`/student. Raises BuildError."""
    notebook = jupytext.read(source / master.path.name, fmt="py:percent")
    for cell, origin in zip(notebook.cells, master.cells, strict=True):
        cell.metadata["line"] = origin.line
        cell.source = origin.source  # with the points filled in
        if origin is master.config.cell:
            cell.source = f"{CONFIG}\n{for_otter(master.config.settings)}"
    path = source / f"{master.path.stem}.ipynb"
    write(notebook, path)
    try:
        otter_assign(str(path), str(split), no_pdfs=True, no_run_tests=True)
    except Exception as problem:
        raise master.file_error(f"Otter Assign: {first_line(problem)}") from problem
