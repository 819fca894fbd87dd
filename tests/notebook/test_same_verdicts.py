"""`grader` and Otter read the same test files and say the same: verdicts, points and every word of a message."""

import contextlib
import io
import itertools
import shutil

import numpy as np
import otter
import pytest
from hypothesis import given
from hypothesis import strategies as st
from otter.test_files import ExceptionTestFile
from otter.test_files.abstract_test import TestCase as OtterCase

from autograder.notebook.casefile import claim_of, load, resolve_points
from private.alternatives import STYLES
from private.mistakes import MISTAKES
from tools.answers import MASTER, ROOT, SOLUTIONS, solved

PUBLIC = sorted((ROOT / "student/tests").glob("*.py"))


def ours(path, names):
    """(points, passed, message) of each case, as `grader` runs them."""
    return [(case.points, case.passed, case.message) for case in load(path).run(names)]


def otters(path, names):
    """The same by Otter, without the line of test code and the exception's name that it puts before a message."""
    file = ExceptionTestFile.from_file(str(path))
    file.run(names)
    ends = [r.message.split("\n", 3)[-1].partition(": ")[2] * (not r.passed) for r in file.test_case_results]
    return [(r.test_case.points, r.passed, end) for r, end in zip(file.test_case_results, ends, strict=True)]


def outcomes(run, answers, path):
    np.random.seed(0)  # a wrong answer may draw random numbers
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        return run(path, solved(answers))


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_every_wrong_answer_gets_the_verdict_and_the_words_that_otter_gives(path):
    wrong = [mistake for mistake in MISTAKES if mistake.question == path.stem]
    assert wrong
    failed = 0
    for mistake in wrong:
        answers = {path.stem: mistake.source(SOLUTIONS)}
        got = outcomes(ours, answers, path)
        assert got == outcomes(otters, answers, path), mistake.tag
        failed += any(not passed for _, passed, _ in got)
    assert failed > len(wrong) / 2


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_right_answers_in_every_style_pass_as_with_otter(path):
    for answers in [{}, *STYLES.values()]:
        got = outcomes(ours, answers, path)
        assert got == outcomes(otters, answers, path)
        assert all(passed for _, passed, _ in got)


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_a_notebook_without_names_gets_the_same_words(path):
    assert ours(path, {}) == otters(path, {})


FORMS = """
from otter.test_files import test_case
import math
OK_FORMAT = False
name = "q1"
points = {points}
{more}

@test_case({first})
def test_q1_is_two(x, env):
    assert env["x"] is x
    if x != 2:
        {fails}

@test_case({second})
def test_other(y):
    assert y is None and math.pi > 3
"""
KEYERROR, BARE = 'raise KeyError("no key")', "assert False"


@pytest.mark.parametrize(
    ("points", "more", "first", "second"),
    [
        ("None", "", "", ""),
        ("3", "", "points=1", ""),
        ("3", "", "", ""),
        ("[2, 1]", "", "", ""),
        ("None", "", "points=2", ""),
        ("None", "", "points=0", "points=0"),
        ("2", "all_or_nothing = True", "", ""),
        ("None", "", "name='its own title', points=1, success_message='well', failure_message='hm'", "hidden=False"),
    ],
)
@pytest.mark.parametrize("fails", [KEYERROR, 'raise ValueError("a\\nb")', 'assert False, "said: so"'])
@pytest.mark.parametrize("x", [2, 3])
def test_every_form_that_otter_reads_is_read_alike(points, more, first, second, fails, x, tmp_path):
    path = tmp_path / "q1.py"
    path.write_text(FORMS.format(points=points, more=more, first=first, second=second, fails=fails))
    got, want = ours(path, {"x": x}), otters(path, {"x": x})
    kind = {KEYERROR: "KeyError: "}.get(fails, "ValueError: " if "ValueError" in fails else "")
    assert [(p, ok, text.removeprefix(kind)) for p, ok, text in got] == want
    assert load(path).all_or_nothing is ("all_or_nothing" in more)


@given(
    total=st.none() | st.integers(0, 9) | st.lists(st.integers(0, 3), min_size=3, max_size=3),
    cases=st.lists(st.none() | st.integers(0, 3), min_size=3, max_size=3),
)
def test_points_are_shared_out_as_otter_does(total, cases):
    def otter():
        made = [OtterCase(str(n), None, False, points, None, None) for n, points in enumerate(cases)]
        return tuple(case.points for case in ExceptionTestFile.resolve_test_file_points(total, made))

    results = []
    for run in (otter, lambda: resolve_points(total, cases)):
        try:
            results.append(run())
        except ValueError:
            results.append("refused")
    assert results[0] == pytest.approx(results[1]) if results[0] != "refused" else results[1] == "refused"


def test_claims_are_words_and_no_two_of_a_question_are_the_same():
    for path in PUBLIC:
        claims = [claim_of(case, path.stem) for case in load(path).cases]
        assert all(claim and "_" not in claim and "test" not in claim for claim in claims)
        assert all(first != second for first, second in itertools.combinations(claims, 2))


def test_otters_own_notebook_still_checks_in_the_same_folder(tmp_path, monkeypatch):
    folder = shutil.copytree(ROOT / "student", tmp_path / "student")
    monkeypatch.chdir(folder)
    checked = otter.Notebook("rnn_lstm.ipynb").check("q2_vanilla_rnn", global_env=solved())
    public = [case.points for case in MASTER.questions["q2_vanilla_rnn"].cases if not case.hidden]
    assert checked.score == checked.possible == sum(public) > 0
