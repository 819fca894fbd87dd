"""What those who grade read: the notebook with all solutions, and the written questions with their rubrics."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring import page
from autograder.authoring.master import Master, without_markers


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
