"""Otter Assign splits a master; beside it we make: the solved notebook, and the page for those who grade by hand."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from otter.assign import main as otter_assign

from autograder.authoring import page
from autograder.authoring.configuration import for_otter
from autograder.authoring.kernels import first_line
from autograder.authoring.master import CONFIG, Master, without_markers
from autograder.authoring.normalise import write
from autograder.authoring.rules import PRIVATE
from autograder.errors import BuildError

CASES = "cases"  # the module in the private folder that makes the numbers of the cases
FIXTURES = "fixtures.json"


def make_fixtures(master: Master, source: Path) -> list[Path]:
    """Run the private/cases.py of an assignment that has one, with the master's solutions on its standard input.

    source: a copy of the master's folder. All JSON files in it and in private/ count as made by it; their paths are
    returned. Raises BuildError.
    """
    script = source / PRIVATE / f"{CASES}.py"
    if not script.exists():
        return []
    done = subprocess.run(
        [sys.executable, "-m", f"{PRIVATE}.{CASES}"],
        cwd=source,
        capture_output=True,
        text=True,
        input=json.dumps(master.solutions()),
    )
    if done.returncode or not (source / FIXTURES).exists():
        why = exception_in(done.stderr) or f"left no {FIXTURES}"
        file, line = place_in(done.stderr, source) or (f"{PRIVATE}/{CASES}.py", "1")
        raise BuildError(f"{Path(master.shown).parent / file}:{line}: {why}")
    return sorted([*source.glob("*.json"), *(source / PRIVATE).glob("*.json")])


def place_in(text: str, folder: Path) -> tuple[str, str] | None:
    """The last file of a folder that a traceback names, and the line."""
    found = re.findall(r'File "([^"]+)", line (\d+)', text)
    ours = [(Path(file).relative_to(folder).as_posix(), line) for file, line in found if folder in Path(file).parents]
    return ours[-1] if ours else None


def exception_in(text: str) -> str:
    """The first line of the exception that a traceback ends with."""
    lines = text.strip().split("\n")
    starts = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Warning|Exit)\b", line)]
    return (starts or lines)[-1]


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


def solution(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The reference notebook without markers, prompts and the cells for submitting, its pictures inside."""
    kept: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "grader.export(" in cell.source:
            kept.pop()  # the instructions above it
            break
        if cell.cell_type == "code":
            cell.source = without_markers(cell.source)
        elif cell.cell_type == "markdown":
            page.attach_pictures(cell, folder)
        kept.append(cell)
    notebook.cells = kept
    return notebook


def written_answers(master: Master) -> NotebookNode | None:
    """A notebook of the questions that a person grades, each with its model answer and rubric; None without any."""
    questions = [question for question in master.questions.values() if question.manual]
    if not questions:
        return None
    points = sum(question.points for question in questions)
    intro = (
        f"# The written answers\n\nFor graders: {len(questions)} questions, {points:g} points. Students never see this."
    )
    cells = [nbformat.v4.new_markdown_cell(intro)]  # type: ignore[no-untyped-call]
    for question in questions:
        for cell in master.cells:
            if cell.question is question and cell.kind == "markdown":
                made = nbformat.v4.new_markdown_cell(cell.source, metadata={"line": cell.line})  # type: ignore[no-untyped-call]
                cells.append(made)
    return nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call,no-any-return]
