"""Answers that fit some inputs only are made by rule; whatever is wrong for some inputs loses a public point.

Which of them are wrong is found by the oracle on problems of every size, length and scale, that no check poses.
"""

import functools
import hashlib
import time

import numpy as np
import pytest

from advice import CheckFailed
from edits import scaled, unit
from experiments import answer_to
from gradcheck import relative_error
from private import cases, probes, rules
from private.mistakes.base import ANSWER
from private.rules import fits
from private.rules.base import fresh
from tools import truth
from tools.answers import SOLUTIONS

EVERY = 5  # of so many answers of a rule to a question, one is tried
SEEN = 1e-6  # a relative error: what is off by less, and only there, is right for every purpose
WEIGHTS = ("W_xh", "W_hh", "W_hy", "Uf", "Ui", "Uo", "Ug", "Wf", "Wi", "Wo", "Wg")
STATES = ("C0", "C_prev", "start", "Bh", "By")
UPSTREAM = ("dys", "dJ_dh")


def problems(question):
    """Inputs of many kinds: small and large, short and long, with one unit that is at its limits, and each twice."""
    for seed, (steps, k, n, m) in enumerate([(1, 4, 3, 2), (7, 2, 3, 4), (7, 2, 3, 4), (30, 3, 5, 2), (13, 5, 4, 3)]):
        for factor in (1, 30, 3000):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(probes, "T", steps)
                inputs = probes.problems((seed, 90 + seed), k, n, m)[question]
            for names, by in ((UPSTREAM, factor), (STATES, factor), (WEIGHTS, min(factor, 30) ** 0.5)):
                scaled(by, *names)(inputs)
            if factor > 1:
                unit(0, lambda column: 8 * column, *WEIGHTS)(inputs)
                unit(0, lambda h: np.sign(h) * (1 - 1e-7), "h", "hs")(inputs)
                unit(0, lambda f: 1e-5 * f, "fs")(inputs)
            yield inputs


@functools.cache
def posed(question):
    """[(inputs, what the oracle gives)] of the problems in which rounding does not matter to the right answer."""
    right = truth.runner(question, truth.solution_of(question))
    with np.errstate(all="ignore"):
        asked = [(inputs, probes.ORACLE[question](**inputs)) for inputs in problems(question)]
        return [(inputs, want) for inputs, want in asked if not is_off(question, right, inputs, want, SEEN / 100)]


def is_wrong(question, function):
    """Whether an answer is off in some array of some problem."""
    return any(is_off(question, function, inputs, want, SEEN) for inputs, want in posed(question))


def is_off(question, function, inputs, want, limit):
    got = answer_to(function, inputs, want, probes.FORMS.get(question, "array"))
    return any(
        name not in got or got[name].shape != array.shape or not relative_error(got[name], array) < limit
        for name, array in want.items()
        if np.any(array)
    )


def costs_a_point(question, source):
    answer = truth.runner(question, fresh(question, source))
    for case in truth.cases(question):
        try:
            with np.errstate(all="ignore"):
                case.check(answer, ANSWER[question])
        except CheckFailed:
            return True
    return False


def is_tried(source):
    return int(hashlib.sha256(source.encode()).hexdigest(), 16) % EVERY == 0


@pytest.mark.parametrize("question", fits.SIZES)
def test_an_answer_that_fits_some_inputs_only_costs_a_public_point(question):
    kept, wrong = [], 0
    for answer in rules.generated(SOLUTIONS, [question], rules.FITS):
        if is_tried(answer.source) and is_wrong(question, truth.runner(question, fresh(question, answer.source))):
            wrong += 1
            if not costs_a_point(question, answer.source):
                kept.append((answer.rule, answer.says))
    assert not kept
    assert wrong


@pytest.mark.parametrize("question", fits.SIZES)
def test_most_of_these_problems_can_be_solved(question):
    assert len(posed(question)) >= 10


def test_the_sizes_that_are_written_in_are_those_of_the_public_cases():
    for make, pose in cases.PUBLIC.values():
        posed_cases = pose(make(np.random.default_rng(0)))
        for question in {name.split("/")[0] for name in posed_cases} & set(fits.SIZES):
            known = {letter: size for letter, size in make.keywords.items() if letter in "Tknm"}
            assert fits.SIZES[question].items() >= known.items() or question in ("q6a_derivation", "q5b_lstm_unroll")


def refusals(question, source):
    """{case: message} of the public cases that an answer fails; `right` is the master's."""
    names = {"np": np, "right": truth.solution_of(question)}
    exec(source, names)
    found = {}
    for case in truth.cases(question):
        try:
            case.check(truth.runner(question, names["f"]), "f")
        except CheckFailed as failure:
            found[case.name.split("/")[1]] = str(failure)
    return found


TOLD = [
    (
        "q4b_jacobian_through_time",
        "kept = {}\ndef f(hs, W_hh): return kept.setdefault(hs.shape, right(hs, W_hh)).copy()",
        "wrong for other weights of the same sizes. Is something kept from an earlier call, or a number written in "
        "that fits the inputs of this check alone?",
    ),
    (
        "q4b_jacobian_through_time",
        "def f(hs, W_hh): return np.linalg.multi_dot([np.diag(1 - h**2) @ W_hh for h in hs[::-1]])",
        "but for T = 1: stopped with ValueError: Expecting at least two arrays. What becomes of a sequence of a single "
        "step?",
    ),
    (
        "q4b_jacobian_through_time",
        "def f(hs, W_hh): return right(hs[-10:], W_hh)",
        "wrong for T = 12. Is a number of steps written in?",
    ),
    (
        "q4a_state_jacobian",
        "def f(h, W_hh): return np.eye(3) @ right(h, W_hh)",
        "but at other sizes (n = 5): stopped with ValueError: matmul: Input operand 1 has a mismatch in its core "
        "dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 5 is different from 3). Is a size written in?",
    ),
    (
        "q4a_state_jacobian",
        "def f(h, W_hh): return np.diag(np.maximum(1 - h**2, 1e-2)) @ W_hh",
        "wrong where the slope is nearly 0 or 1. Is something clipped, kept away from 0 or from 1, or a little added?",
    ),
    (
        "q4a_state_jacobian",
        "def f(h, W_hh): return np.clip(right(h, W_hh), -1000, 1000)",
        "wrong where W_hh is large. Is something clipped?",
    ),
]


@pytest.mark.parametrize(("question", "source", "words"), TOLD)
def test_what_is_right_for_these_inputs_alone_is_told_so(question, source, words):
    (text,) = refusals(question, source).values()
    assert text.startswith("f: right for the inputs of this check, ") and text.endswith(words)


def test_a_second_check_that_fails_for_the_same_further_inputs_does_not_repeat_it():
    kept = "kept = {}\ndef f(**inputs): return kept.setdefault(0, right(**inputs))"
    first, second = refusals("q5a_lstm_step", kept).values()
    assert "wrong for other weights" in first and second == "f: fails as in the case above: repair that first."


def test_a_slow_answer_is_not_asked_for_further_inputs(monkeypatch):
    monkeypatch.setattr("checks.PATIENCE", 0.0)
    assert not refusals(*TOLD[0][:2])


def test_a_case_of_one_step_is_asked_for_one_step_only():
    one, seven = truth.cases("q6b_lstm_dWg")
    assert set(seven.further) - set(one.further) == {"one", "many"}


@pytest.mark.parametrize("question", fits.SIZES)
def test_a_passing_check_takes_less_than_50_milliseconds(question):
    """Of processor time, since other work on the machine is not its own."""
    answer = truth.runner(question, truth.solution_of(question))
    for case in truth.cases(question):
        start = time.process_time()
        case.check(answer)
        assert time.process_time() - start < 0.05


def test_single_precision_is_not_held_to_where_slopes_vanish():
    single = "def f(h, W_hh): return right(h.astype(np.float32), W_hh.astype(np.float32))"
    assert not refusals("q4a_state_jacobian", single)
