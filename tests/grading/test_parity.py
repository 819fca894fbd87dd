"""Honest work scores the same on three routes: this grader, `otter run`, and the checks in the student's notebook."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from otter.api import grade_submission

from autograder.grading.grade import Assignment, grade
from misconceptions import MISTAKES
from tools.alternatives import FUSED, RECURSION
from tools.answers import SOLUTIONS

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / "autograder/dist/rnn_lstm-autograder.zip"
TELL = """
import json
print("TOLD", json.dumps({name: file.score for name, file in grader.check_all().results.items()}))
"""


def mistakes(*chosen):
    """{question: source}: the wrong answers of `question/tag`."""
    known = {f"{mistake.question}/{mistake.tag}": mistake for mistake in MISTAKES}
    return {known[name].question: known[name].code for name in chosen}


# What differs from the solved notebook; None for the copy as students receive it.
SUBMISSIONS = {
    "the reference": {},
    "the untouched copy": None,
    "another style": FUSED | RECURSION,
    "one task sorted wrongly": mistakes("q1_kinds/caption_as_one"),
    "no tanh": mistakes("q2_vanilla_rnn/no_tanh"),
    "a cell for three units only": mistakes("q2_vanilla_rnn/three_units_only"),
    "the last state repeated": mistakes("q3_unroll/last_state_repeated"),
    "a transposed Jacobian": mistakes("q4a_state_jacobian/transposed"),
    "no carry": mistakes("q4c_rnn_backward/no_carry"),
    "exchanged gates": mistakes("q5a_lstm_step/i_and_f_exchanged"),
    "a table of the public cases": mistakes("q5b_lstm_unroll/table"),
    "a missing path": mistakes("q6a_derivation/no_h_path"),
    "a doubled cell gradient": mistakes("q6d_lstm_backward/dC_doubled"),
    "the wrong factor": mistakes("q7a_factor/dh_dhprev", "q7b_cell_carry/vector"),
    "an error in a cell": {"q5a_lstm_step": "def lstm_step(x, h_prev, C_prev, p):\n    return x +"},
    "much that is wrong": mistakes(
        "q1_kinds/film_as_one",
        "q2_vanilla_rnn/bias_twice",
        "q4b_jacobian_through_time/wrong_order",
        "q5a_lstm_step/g_linear",
        "q6a_derivation/spurious_dh_do",
        "q7a_factor/the_gate",
    ),
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


def points(results, public=False):
    return {
        name: sum(r.test_case.points * r.passed for r in file.test_case_results if not (public and r.test_case.hidden))
        for name, file in results.results.items()
    }


@pytest.mark.parametrize("submission", SUBMISSIONS)
def test_three_routes_give_the_same_points(submission, tmp_path):
    folder = shutil.copytree(ROOT / "student", tmp_path / "student")
    path = write(SUBMISSIONS[submission], folder / "rnn_lstm.ipynb")
    with Assignment(ARCHIVE) as assignment:
        ours = grade(path, assignment)
    assert points(ours) == points(grade_submission(str(path), str(ARCHIVE), quiet=True))
    assert points(ours, public=True) == by_the_checks(path)
    assert (ours.total == ours.possible) == (submission in ("the reference", "another style"))
    assert (ours.total == 0) == (submission == "the untouched copy")


def test_the_command_line_of_otter_prints_the_same_total(tmp_path):
    path = write(SUBMISSIONS["much that is wrong"], tmp_path / "a.ipynb")
    run = [sys.executable, "-m", "otter", "run", "-a", ARCHIVE, "-o", tmp_path, "--no-logo", path]
    subprocess.run(run, check=True, capture_output=True, cwd=tmp_path)
    report = json.loads((tmp_path / "results.json").read_text())
    with Assignment(ARCHIVE) as assignment:
        assert sum(test.get("score", 0) for test in report["tests"]) == grade(path, assignment).total
