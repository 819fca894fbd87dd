"""Answers that fit some inputs only are made by rule; whatever is wrong for some inputs loses a public point.

Which of them are wrong is found by the oracle on problems of every size, length and scale, that no check poses.
"""

import functools
import hashlib

import numpy as np
import pytest

from advice import CheckFailed
from edits import scaled, unit
from experiments import answer_to
from gradcheck import relative_error
from private import cases, probes
from private.mistakes.base import ANSWER
from private.rules import fits
from private.rules.base import Solution, fresh
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


def made(question, rule):
    return [(says, source) for _, says, source in rule(Solution(question, SOLUTIONS[question])) if source]


def is_tried(source):
    return int(hashlib.sha256(source.encode()).hexdigest(), 16) % EVERY == 0


@pytest.mark.parametrize("question", fits.SIZES)
def test_an_answer_that_fits_some_inputs_only_costs_a_public_point(question):
    kept, wrong = [], 0
    for rule in fits.RULES:
        for says, source in filter(lambda answer: is_tried(answer[1]), made(question, rule)):
            if is_wrong(question, truth.runner(question, fresh(question, source))):
                wrong += 1
                if not costs_a_point(question, source):
                    kept.append((rule.__name__, says))
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
