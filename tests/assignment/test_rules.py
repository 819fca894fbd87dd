"""Wrong answers by rule: thousands of them, and every one that is not right after all costs a public point."""

import functools
import json

import numpy as np
import pytest

from advice import CheckFailed
from answers import arrays
from cell_checks import check_separate_cells, check_sizes
from checks import FIXTURES, TOLERANCE
from private import rules, trials
from private.cases import OTHER_SIZES
from private.draws import first, reach
from private.mistakes import CODED
from tools.answers import SOLUTIONS

LEAST = {  # how many distinct wrong answers the rules make of a solution, stopping with an error not counted
    "q2_vanilla_rnn": 50,
    "q3_unroll": 40,
    "q4a_state_jacobian": 15,
    "q4b_jacobian_through_time": 80,
    "q4c_rnn_backward": 300,
    "q5a_lstm_step": 300,
    "q5b_lstm_unroll": 350,
    "q6a_derivation": 140,
    "q6b_lstm_dWg": 900,
    "q6d_lstm_backward": 1000,
    "q7b_cell_carry": 8,
}
CLEAR, SLIGHT = 100, 5  # how many times the tolerance a wrong answer is off by; where it is nearly right by its nature


@functools.cache
def public(question):
    """The public cases of a question, as they stand in fixtures.json."""
    entries = json.loads(FIXTURES.read_text(encoding="utf-8"))["cases"]
    return {
        name: entry | {"inputs": arrays(entry["inputs"]), "want": arrays(entry["want"])}
        for name, entry in trials.own(entries, question)
    }


@functools.cache
def elsewhere(question):
    """Cases of a question that no check looks at, with numbers and sizes of their own."""
    for problem, (make, pose) in OTHER_SIZES.items():
        cases = dict(trials.own(pose(make(np.random.default_rng(0))), question))
        if cases:
            return dict(trials.own(pose(first("elsewhere", problem, make, [reach])), question))
    raise AssertionError(question)


def sorted_out(question):
    """(the distinct wrong answers to a question, those that are right after all, what the wrong ones show)."""
    names = [name for name in rules.RULES if name != "constructor"]  # which no case looks at
    return trials.sort_out(rules.generated(SOLUTIONS, [question], names), elsewhere(question))


def test_the_rules_make_more_than_three_thousand():
    assert sum(LEAST.values()) > 3000
    assert set(LEAST) == set(CODED)


@pytest.mark.parametrize("question", LEAST)
def test_every_wrong_answer_made_by_rule_costs_a_public_point(question):
    """They are many functions, none of them a hand-written mistake; those that are right after all cost none."""
    wrong, right, functions = sorted_out(question)
    cases = public(question)
    due = {answer: SLIGHT if answer.rule in rules.SLIGHT else CLEAR for answer in wrong}
    kept = [answer for answer in wrong if not trials.is_off(cases, answer.function(), due[answer])]
    assert not [(answer.rule, answer.where, answer.says) for answer in kept]
    assert not [answer.says for answer in right if trials.is_off(cases, answer.function(), 1)]
    listed = {trials.fivefold(trials.prints(elsewhere(question), f)) for f in trials.numeric(question, SOLUTIONS)}
    assert len(functions - listed) >= LEAST[question]


@pytest.mark.parametrize("name", rules.RULES | rules.FITS)
def test_every_rule_says_what_it_does_and_does_it(name):
    made = rules.generated(SOLUTIONS, names=[name])
    assert made and (rules.RULES | rules.FITS)[name].__doc__.count("\n") == 0
    for answer in made:
        assert answer.rule == name and answer.says and answer.where
        assert answer.source != SOLUTIONS[answer.question]


def test_an_answer_that_the_rules_make_right_is_told_from_the_wrong_ones():
    _, right, _ = sorted_out("q4b_jacobian_through_time")
    assert "slope loses its sign" in {answer.says for answer in right}  # it has none


@pytest.mark.parametrize("answer", rules.generated(SOLUTIONS, names=["constructor"]), ids=lambda answer: answer.says)
def test_a_constructor_that_exchanges_or_ignores_its_sizes_costs_a_point(answer):
    with pytest.raises(CheckFailed, match="VanillaRNN"):
        check_separate_cells(answer.function())
        check_sizes(answer.function())


def test_the_tolerance_is_that_of_every_case():
    assert {entry["tolerance"] for question in LEAST for entry in public(question).values()} == {TOLERANCE}
