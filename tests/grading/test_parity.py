"""Honest work scores the same on three routes: this grader, `otter run`, and the checks in the student's notebook."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from private.alternatives import FUSED, RECURSION
from private.mistakes import MISTAKES
from tools.answers import ROOT, SOLUTIONS

ARCHIVE = ROOT / "autograder/dist/rnn_lstm-autograder.zip"
TELL = """
import json
print("TOLD", json.dumps({name: file.score for name, file in grader.check_all().results.items()}))
"""


def mistakes(*chosen):
    """{question: source}: the wrong answers of `question/tag`."""
    known = {f"{mistake.question}/{mistake.tag}": mistake for mistake in MISTAKES}
    return {known[name].question: known[name].source(SOLUTIONS) for name in chosen}


# What differs from the solved notebook; None for the copy as students receive it. Wrong answers to different questions
# share a notebook.
SUBMISSIONS = {
    "the reference": {},
    "the untouched copy": None,
    "another style": FUSED | RECURSION,
    "a wrong answer to each question": mistakes(
        "q1_kinds/caption_as_one",
        "q2_vanilla_rnn/no_tanh",
        "q3_unroll/last_state_repeated",
        "q4a_state_jacobian/transposed",
        "q4b_jacobian_through_time/wrong_order",
        "q4c_rnn_backward/no_carry",
        "q5a_lstm_step/i_and_f_exchanged",
        "q5b_lstm_unroll/table",
        "q6a_derivation/no_h_path",
        "q6b_lstm_dWg/dC_carry_missing",
        "q6d_lstm_backward/dC_doubled",
        "q7a_factor/dh_dhprev",
        "q7b_cell_carry/vector",
    ),
    "what is right for some sizes, what is no answer, and a cell that does not compile": mistakes(
        "q1_kinds/a_list",
        "q2_vanilla_rnn/three_units_only",
        "q3_unroll/raises",
        "q4b_jacobian_through_time/returns_none",
        "q4c_rnn_backward/five_steps_only",
        "q6a_derivation/spurious_dh_do",
        "q6b_lstm_dWg/left_over_state",
        "q7a_factor/the_gate",
    )
    | {"q5a_lstm_step": "def lstm_step(x, h_prev, C_prev, p):\n    return x +"},
}


def write(answers, path):
    """The student's notebook with answers in it."""
    book = nbformat.read(ROOT / "student/rnn_lstm.ipynb", as_version=4)
    for cell, check in zip(book.cells, book.cells[1:], strict=False):
        if answers is not None and check.source.startswith('grader.check("'):
            question = check.source.split('"')[1]
            cell.source = answers.get(question, SOLUTIONS[question])
    nbformat.write(book, path)
    return path


def by_the_checks(path):
    """{question: points} of `grader.check_all()` at the end of a notebook, run in its own kernel."""
    book = nbformat.read(path, as_version=4)
    skipped = [cell for cell in book.cells if "otter_ignore" in cell.metadata.get("tags", [])]
    book.cells = [cell for cell in book.cells if cell not in skipped and "grader.export(" not in cell.source]
    book.cells.append(nbformat.v4.new_code_cell(TELL))
    done = NotebookClient(book, allow_errors=True, timeout=120, resources={"metadata": {"path": path.parent}}).execute()
    text = "".join(output.get("text", "") for output in done.cells[-1].outputs)
    return json.loads(next(line for line in text.splitlines() if line.startswith("TOLD "))[5:])


def points(grading, public=False):
    """{question: the points of each case}, or with `public` what the public ones add up to."""
    if public:
        return {name: sum(c.earned for c in q.cases if not c.hidden) for name, q in grading.questions.items()}
    return {name: [case.earned for case in question.cases] for name, question in grading.questions.items()}


@pytest.mark.parametrize("submission", SUBMISSIONS)
def test_three_routes_give_the_same_points(submission, tmp_path, otter):
    folder = shutil.copytree(ROOT / "student", tmp_path / "student")
    path = write(SUBMISSIONS[submission], folder / "rnn_lstm.ipynb")
    with Assignment(ARCHIVE) as assignment:
        ours = grade(path, assignment)
    assert points(ours) == otter(path, ARCHIVE)["points"]
    assert points(ours, public=True) == by_the_checks(path)
    assert (ours.total == ours.possible) == (submission in ("the reference", "another style"))
    assert (ours.total == 0) == (submission == "the untouched copy")


def test_the_command_line_of_otter_prints_the_same_total(tmp_path):
    path = write(SUBMISSIONS["a wrong answer to each question"], tmp_path / "a.ipynb")
    run = [sys.executable, "-m", "otter", "run", "-a", ARCHIVE, "-o", tmp_path, "--no-logo", path]
    subprocess.run(run, check=True, capture_output=True, cwd=tmp_path)
    report = json.loads((tmp_path / "results.json").read_text())
    with Assignment(ARCHIVE) as assignment:
        assert sum(test.get("score", 0) for test in report["tests"]) == grade(path, assignment).total
