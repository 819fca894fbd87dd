"""The numbers of the cases: what each predicate of a draw keeps out, and that they hold for any term."""

import functools
import random
import secrets

import numpy as np
import pytest

from advice import CheckFailed
from checks import FIXTURES, HIDDEN, TOLERANCE, contents, hidden, public
from private import cases, draws, precision, rules, trials
from private.draws import NoDrawError, first, generator, reach
from tools.answers import SOLUTIONS


def made_by_rule(question, says):
    return next(answer for answer in rules.generated(SOLUTIONS, [question]) if answer.says == says).function()


def in_float32(question):
    """The right answer, all of whose arguments are in float32."""
    _, right = next(precision.answers(question, SOLUTIONS[question]))
    return lambda **inputs: right(**precision.single(inputs))


# What passes for right, or fails for wrong, in a draw that all predicates but one would take: the draw of that number.
SHOWN = [
    ("reach", "the RNN", 13, "q4c_rnn_backward", "the returned h0 is clipped to the range from -10 to 10"),
    ("reach", "the RNN", 79, "q2_vanilla_rnn", "self.output loses its sign"),
    ("separation", "the RNN", 889, "q4c_rnn_backward", "every gradient goes back 6 steps only"),
    ("separation", "the LSTM", 585, "q6b_lstm_dWg", "dz_i is clipped to the range from -10 to 10"),
]


@pytest.mark.parametrize(("predicate", "problem", "number", "question", "says"), SHOWN, ids=lambda value: str(value))
def test_without_a_predicate_a_wrong_answer_passes(predicate, problem, number, question, says):
    make, pose = cases.PUBLIC[problem]
    draw = make(generator("shown", problem, number))
    own = dict(trials.own(pose(draw), question))
    assert not trials.is_off(own, made_by_rule(question, says), 1)
    separation, *_ = trials.predicates(make, pose, SOLUTIONS)
    holds = {"reach": reach, "separation": separation}
    assert not holds[predicate](draw)
    assert predicate == "reach" or reach(draw)


def test_without_conditioning_a_right_answer_in_float32_fails():
    make, pose = cases.PUBLIC["the RNN"]
    draw = make(generator("shown", "the RNN", 14))
    own = dict(trials.own(pose(draw), "q4c_rnn_backward"))
    assert trials.is_off(own, in_float32("q4c_rnn_backward"), 1)
    _, conditioning, _ = trials.predicates(make, pose, SOLUTIONS)
    assert not conditioning(draw)


@pytest.mark.parametrize("array", [np.array([1.0, -2, 1e-6]), np.array([1, -2, 2.00001]), np.array([3000.0, -1, 2])])
def test_entries_that_cannot_be_told_apart_are_refused(array):
    assert draws.is_legible(np.array([1.0, -2, 3]))
    assert not draws.is_legible(array)


def test_a_term_without_a_draw_is_refused_in_one_line_that_names_the_predicate(monkeypatch):
    def separation(draw):
        return False

    monkeypatch.setattr(draws, "MAX_DRAWS", 5)
    make, _ = cases.PUBLIC["the gates"]
    with pytest.raises(NoDrawError) as failure:
        first("fall 1900", "the gates", make, [reach, separation])
    assert str(failure.value) == (
        "TERM = 'fall 1900': none of 5 draws of the gates has separation; take another text in private/term.py"
    )


def test_no_two_sizes_of_a_problem_are_alike():
    for problems in (cases.PUBLIC, cases.OTHER_SIZES):
        for make, _ in problems.values():
            sizes = list(make.keywords.values())
            sizes += [make.keywords["n"] + 1, 2] if make.func is draws.Averages else []
            assert len(set(sizes)) == len(sizes), make
            assert make.keywords.get("T", 9) >= 7 or make.func is draws.Partials


@functools.cache
def of_term(term):
    """{question: its public cases}, the same of hidden ones."""
    public = cases.posed(cases.PUBLIC, term, SOLUTIONS)
    hidden = cases.posed(cases.OTHER_SIZES, term, SOLUTIONS, hidden=True)
    return trials.by_question(public), trials.by_question(hidden)


def terms():
    """A term of every year, one that nobody chose, and the present one."""
    return ["spring 2031", secrets.token_hex(4), cases.TERM]


def test_any_term_will_do():
    """Its numbers are its own; right answers pass in any arithmetic and wrong ones fail, public and hidden."""
    seen = []
    for term in terms():
        print("TERM =", repr(term))  # pytest shows it where the test fails
        public, hidden = of_term(term)
        seen.append(trials.prints(public["q4a_state_jacobian"], lambda h, W_hh: W_hh))
        chance = random.Random(term)
        for question in public:
            for entries in (public[question], hidden[question]):
                name, entry = chance.choice([*entries.items()])
                for how, got in trials.in_other_arithmetic(name, entry, SOLUTIONS):
                    assert trials.error(got, entry["want"]) * trials.TO_SPARE <= TOLERANCE, (term, name, how)
                kept = [f for f in trials.numeric(question, SOLUTIONS) if not trials.is_off(entries, f, trials.APART)]
                assert not kept, (term, question)
        for answer in chance.sample(rules.generated(SOLUTIONS, names=SURE), 300):
            assert trials.is_off(public[answer.question], answer.function(), 100), (term, answer)
    assert not any(np.allclose(one, other) for one, other in zip(seen, seen[1:], strict=False))


@pytest.mark.parametrize("name", [*contents(FIXTURES)["cases"], *contents(HIDDEN)["cases"]])
def test_right_answers_pass_in_any_arithmetic(name):
    case = public(name) if name in contents(FIXTURES)["cases"] else hidden(name)
    for how, function in precision.answers(case.question, SOLUTIONS[case.question]):
        asked = trials.asked_of(case.question, function)
        try:
            assert not case.wrong(case.answer(asked), asked)
            if "assignment" not in how:
                case.ask_further(asked, 0.0)
        except CheckFailed as failure:
            pytest.fail(f"{how}: {failure}")


SURE = ("clipped", "scaled", "truncated", "losses", "stacked", "own_sigmoid")  # rules that make no right answers
