"""The checks: each kind of bad answer gets its own plain sentence, and right answers in any dress pass."""

import contextlib
import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from advice import ADVICE, CheckFailed
from cell_checks import cell_runner, check_separate_cells, of_step
from checks import (
    FIXTURES,
    TOLERANCE,
    Case,
    choice,
    digest,
    public,
)
from derivation import ENDS, PARTIALS, check_paths, terms
from experiments import signature
from given import RunningAverage, run_cell


def hidden(concept, inputs, want, tolerance=TOLERANCE):
    return Case(f"q/{concept}", inputs, {"it": want}, "array", tolerance, reveal=False)


WANT = {"hs": np.array([[0.5, -0.25, 0.125], [0.3, 0.2, 0.1]]), "ys": np.array([[1.0, 2.0], [3.0, 4.0]])}
MISTAKE = {"says": "the bias is left out", "hint": 2, "signature": signature(WANT | {"hs": WANT["hs"] * 2})}


def case(**changes):
    inputs = {"xs": np.ones((2, 4)), "p": {"W": np.ones(3)}}
    settings = {"steps": ["hs", "ys"], "mistakes": [MISTAKE], "advice": "See hint 1."}
    return Case("q/case", inputs, WANT, "dict", **settings | changes)


def right(xs, p):
    return {name: value.copy() for name, value in WANT.items()}


def answering(**changes):
    return lambda xs, p: right(xs, p) | changes


def message(function, **changes):
    with pytest.raises(CheckFailed) as failure:
        case(**changes).check(function, "unroll")
    assert str(failure.value).startswith("unroll: ")
    return str(failure.value)


def test_a_right_answer_passes():
    case().check(right)


@pytest.mark.parametrize(
    "dress",
    [np.float32, list, tuple, lambda a: np.asfortranarray(a), lambda a: a.astype(object).tolist()],
)
def test_a_right_answer_passes_in_any_dress(dress):
    case().check(lambda xs, p: {name: dress(value) for name, value in WANT.items()})


def test_extra_keys_are_no_mistake():
    case().check(answering(cache=[1, 2]))


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (None, "is not defined. Run the cell that defines it"),
        (lambda xs, p: None, "returned None. Is there a `return`"),
        (lambda xs, p: ..., "returned Ellipsis. Is there a `return`"),
        (lambda xs, p: 3.0, "expected a dictionary, of which this case reads hs, ys; returned 3.0"),
        (lambda xs, p: {"hs": WANT["hs"]}, "no key ys"),
        (answering(ys=None), "ys is None"),
        (answering(ys="four"), "ys should be an array of real numbers of shape (2, 2), it is 'four'"),
        (answering(ys=WANT["ys"] * 1j), "ys should be an array of real numbers"),
        (answering(hs=WANT["hs"].T), "hs has shape (3, 2), expected (2, 3). Is it transposed?"),
        (answering(hs=WANT["hs"][0]), "hs has shape (3,), expected (2, 3)."),
        (answering(ys=[[1, 2], [3]]), "ys should be an array of real numbers of shape (2, 2)"),
        (answering(ys=np.array([[1, np.nan], [3, 4]])), "ys[0, 1] is nan (1 of 4 entries are not finite)"),
        (answering(ys=np.array([[1, 2], [np.inf, 4]])), "ys[1, 0] is inf"),
        (answering(ys=WANT["ys"] + [[0, 0], [0, 1]]), "ys[1, 1] is 5, expected 4 (step t = 2, the first that is off)"),
    ],
)
def test_each_kind_of_bad_answer_has_its_sentence(function, sentence):
    assert sentence in message(function)


@pytest.mark.parametrize(
    ("name", "cause"), [("print", "an exception"), ("KeyError", "KeyError"), ("Mine", "an exception")]
)
def test_the_cause_of_an_exception_names_only_pythons_own(name, cause):
    def answer(xs, p):
        raise type(name, (Exception,), {})("no")

    with pytest.raises(CheckFailed) as failure:
        case().check(answer, "unroll")
    assert failure.value.causes == (f"stops with {cause}",)


def test_an_exception_says_what_and_a_stub_says_what_to_do():
    assert "stopped with ZeroDivisionError: division by zero" in message(lambda xs, p: 1 / 0)

    def stub(xs, p):
        raise NotImplementedError("q3_unroll")

    assert "still to do (q3_unroll). In the cell of that question, write your answer and delete the line" in message(
        stub
    )


def test_known_numbers_name_the_mistake_and_others_do_not():
    assert message(answering(hs=WANT["hs"] * 2)).endswith(
        "hs[0, 0] is 1, expected 0.5 (step t = 1, the first that is off). "
        "These are the numbers you get when the bias is left out: see hint 2."
    )
    other = message(answering(hs=WANT["hs"] * 2.001))
    assert other.endswith("Right: ys. hs is 2.001 times the expected numbers.")
    assert message(answering(hs=WANT["hs"] ** 2)).endswith("Right: ys. See hint 1.")


def test_two_mistakes_with_the_same_numbers_are_both_named():
    twin = MISTAKE | {"says": "the bias is minus itself", "hint": 3}
    text = message(answering(hs=WANT["hs"] * 2), mistakes=[MISTAKE, twin])
    assert "when the bias is left out or the bias is minus itself: see hint 2 or 3." in text


def test_a_changed_input_is_a_mistake_also_in_a_dictionary():
    def vandal(xs, p):
        xs += 1
        return right(xs, p)

    assert "the input xs was changed" in message(vandal)

    def hidden_vandal(xs, p):
        p["W"][0] = 7
        return right(xs, p)

    assert 'the input p["W"] was changed' in message(hidden_vandal)


def test_state_left_from_an_earlier_call_is_a_mistake():
    calls = []

    def remembers(xs, p):
        calls.append(1)
        return {name: value * len(calls) for name, value in WANT.items()}

    assert "called a second time" in message(remembers)


@pytest.mark.parametrize("off, passes", [(1e-3, False), (1e-4, False), (1e-6, False), (1e-8, False), (1e-10, True)])
def test_the_tolerance_separates_wrong_from_rounding(off, passes):
    x = np.arange(1.0, 13).reshape(3, 4) / 7
    checked = hidden("a gradient", {"x": x}, np.tanh(x))

    def nearly(x):
        wrong = np.tanh(x)
        wrong[1, 2] *= 1 + off
        return wrong

    if passes:
        checked.check(nearly)
    else:
        with pytest.raises(CheckFailed):
            checked.check(nearly)


@pytest.mark.parametrize("epsilon", [1e-8, 1e-7])
def test_a_little_added_is_told_as_that(epsilon):
    wrong = {
        "q4a_state_jacobian/one step": lambda h, W_hh: (1 - h**2 + epsilon)[:, None] * W_hh,
        "q7b_cell_carry/seven steps": lambda fs: np.diag(np.prod(fs + epsilon, axis=0)),
    }
    for name, answer in wrong.items():
        with pytest.raises(CheckFailed, match="or a little added") as failure:
            public(name).check(answer)
        assert "clipped" not in str(failure.value) and "negative" not in str(failure.value)


@pytest.mark.parametrize("epsilon", [1e-6, 1e-8])
def test_an_epsilon_in_double_precision_is_told_from_single_precision(epsilon):
    x = np.arange(1.0, 13).reshape(3, 4) / 7
    checked = hidden("a quotient", {"x": x}, np.tanh(x) / x)
    checked.check(lambda x: np.tanh(x).astype(np.float32) / x)  # float64 again, and exact to float32
    checked.check(lambda x: np.tanh(x.astype(np.float32)).astype(np.float64) / x)
    with pytest.raises(CheckFailed):
        checked.check(lambda x: np.tanh(x) / (x + epsilon))


def test_three_decimals_are_too_few():
    text = message(lambda xs, p: {"hs": WANT["hs"] * 1.00002, "ys": WANT["ys"]})
    assert "is something rounded, cut off, in float32, or a little added?" in text
    with pytest.raises(CheckFailed):
        hidden("x", {}, np.array([0.12345, 0.5])).check(lambda: np.array([0.123, 0.5], dtype=np.float32))


def test_a_vanishing_value_has_no_absolute_escape():
    with pytest.raises(CheckFailed):
        hidden("tiny", {}, np.array([1e-20, 2e-20])).check(lambda: np.zeros(2))


def test_objects_that_claim_to_be_equal_are_compared_as_numbers():
    class Equal:
        def __eq__(self, other):
            return True

        __hash__ = None

    class EqualArray(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, dtype=bool)

        __hash__ = None

        def __sub__(self, other):
            return np.zeros(self.shape)

    assert "it is a value of type Equal" in message(answering(ys=Equal()))
    assert "ys[0, 1] is 0" in message(answering(ys=np.zeros((2, 2)).view(EqualArray)))


def test_a_hidden_failure_names_its_concept_and_no_number():
    with pytest.raises(CheckFailed) as failure:
        hidden("seven steps", {}, np.array([0.625])).check(lambda: np.array([0.5]), "unroll")
    assert str(failure.value) == "unroll: not right for the hidden case: seven steps."


def test_choices_say_what_is_open_misspelled_or_wrong():
    def says(answer):
        with pytest.raises(CheckFailed) as failure:
            choice("q7a_factor", "factor", {"": answer})
        return str(failure.value)

    assert says(...).startswith("factor has no answer yet. Choose one of: dJ_dh,")
    assert says("dC/dC").startswith("factor is 'dC/dC'. Choose one of")
    assert says("dh_do").startswith("factor is not 'dh_do'.")
    choice("q7a_factor", "factor", {"": "dC_dCprev"})


# The derivation


def formula(*products):
    """dJ_dWg for n = 1 as a sum of (coefficient, names), at the last step."""

    def dJ_dWg(**partials):
        total = sum(c * np.prod([partials[name][-1].item() for name in names]) for c, names in products)
        return np.array([[total]])

    return dJ_dWg


H = (1, ("dJ_dh", "dh_dhprev", "dhprev_dWg"))
C = (1, ("dJ_dh", "dh_dC", "dC_dCprev", "dCprev_dWg"))
NOW = (1, ("dJ_dh", "dh_dC", "dC_dWg"))
OUTPUT = (1, ("dJ_dh", "dh_do", "dhprev_dWg"))


def paths_message(*products):
    with pytest.raises(CheckFailed) as failure:
        check_paths(formula(*products))
    return str(failure.value)


def test_the_three_paths_pass():
    check_paths(formula(H, C, NOW))


@pytest.mark.parametrize(
    ("products", "sentence"),
    [
        ((C, NOW), "the path through the previous hidden state h_{t-1} is missing"),
        ((H, NOW), "the path through the previous cell state C_{t-1} is missing"),
        ((H, C), "the path straight through the candidate of step t is missing"),
        ((H, C, NOW, OUTPUT), "the product dJ_dh * dhprev_dWg * dh_do is no path from W^g to J"),
        ((H, C, (2, NOW[1])), "the path straight through the candidate of step t is counted 2 times"),
        ((H, C, (-1, NOW[1])), "is counted -1 times"),
    ],
)
def test_a_missing_extra_or_doubled_path_is_named(products, sentence):
    assert sentence in paths_message(*products)


@pytest.mark.parametrize("right", [H, C, NOW], ids="HC.")
def test_nothing_that_students_have_tells_of_a_single_product_that_it_is_a_path(right):
    """Else the answer could be put together by trying one product after the other."""
    no_paths = json.loads(FIXTURES.read_text())["derivation"]["no paths"]
    assert digest("path", *right[1]) not in FIXTURES.read_text() and digest("no path", *right[1]) not in no_paths
    end = right[1][-1]
    others = [name for name in PARTIALS if name not in ("dJ_dh", *ENDS)]
    choices = itertools.product((False, True), repeat=len(others))
    products = [{"dJ_dh", end, *itertools.compress(others, chosen)} for chosen in choices]
    said = paths_message(right).partition("What is off: ")[2]
    alike = [p for p in products if paths_message((1, sorted(p))).partition("What is off: ")[2] == said]
    assert len(alike) >= 8


@pytest.mark.parametrize(
    ("products", "sentence"),
    [
        ((H, C, (1, (*NOW[1], "dC_dCprev"))), "not each of these products is a path from W^g to J: follow each"),
        ((H, C, NOW, (1, (*NOW[1], "dC_dCprev"))), "one at most is a path from W^g to J"),
    ],
)
def test_of_products_that_no_known_mistake_has_it_is_said_that_not_all_are_paths(products, sentence):
    assert sentence in paths_message(*products)


def test_how_often_a_path_is_counted_stands_in_the_message_and_not_in_its_cause():
    with pytest.raises(CheckFailed, match="is counted 4.71 times") as failure:
        check_paths(formula(H, C, (4.711, NOW[1])))
    assert failure.value.causes == ("the path straight through the candidate of step t is not counted once",)


def test_the_first_steps_total_derivatives_may_be_left_out():
    def from_the_second(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
        total = 0.0
        for t in range(len(dJ_dh)):
            total += dJ_dh[t] @ dh_dC[t] @ dC_dWg[t]
            if t > 0:
                total += dJ_dh[t] @ (dh_dhprev[t] @ dhprev_dWg[t] + dh_dC[t] @ dC_dCprev[t] @ dCprev_dWg[t])
        return total.reshape(dh_dC.shape[1:])

    check_paths(from_the_second)
    for name in ("four steps of matrices", "a real LSTM"):
        public(f"q6a_derivation/{name}").check(from_the_second)


def test_the_fit_finds_every_coefficient():
    rng = np.random.default_rng(0)
    products = [(rng.normal(), tuple(n for n in PARTIALS if rng.random() < 0.5)) for _ in range(20)]
    expected = {}
    for coefficient, names in products:
        expected[names] = expected.get(names, 0) + coefficient
    found = terms(formula(*products))
    assert found.keys() == expected.keys()
    assert all(found[names] == pytest.approx(expected[names]) for names in expected)


def test_a_right_formula_is_known_by_a_few_draws_and_only_a_wrong_one_is_read_off():
    calls = []

    def counted(*products):
        return lambda **partials: calls.append(1) or formula(*products)(**partials)

    check_paths(counted(H, C, NOW))
    assert len(calls) == 9
    with pytest.raises(CheckFailed):
        check_paths(counted(H, C))
    assert len(calls) > 256


@pytest.mark.parametrize("change", [np.abs, np.positive], ids=["sizes without signs", "signs kept"])
def test_the_draws_have_both_signs_and_no_number_near_zero(change):
    from checks import contents

    draws = list(contents(FIXTURES)["draws"].values())
    numbers = np.array([draw["numbers"] for draw in draws])
    assert np.abs(numbers).min() >= 0.5 and all((column < 0).any() and (column > 0).any() for column in numbers.T)
    assert min(abs(draw["answer"]) for draw in draws) > 0.1
    for partial in PARTIALS[:-1]:

        def changed(partial=partial, **partials):
            return formula(H, C, NOW)(**partials | {partial: change(partials[partial])})

        if change is np.positive:
            check_paths(changed)
        else:
            with pytest.raises(CheckFailed):
                check_paths(changed)


def test_a_formula_that_is_right_for_the_known_sizes_only_is_refused():
    def by_size(**partials):
        known = any(np.isclose(abs(partials["dJ_dh"][-1].item()), size) for size in (1.1,))
        return formula(H, C, NOW if known else OUTPUT)(**partials)

    with pytest.raises(CheckFailed, match="for some inputs and not for others"):
        check_paths(by_size)


def test_a_square_or_a_quotient_is_no_path():
    def squared(dJ_dh, **rest):
        return formula(H, C, NOW)(dJ_dh=dJ_dh**3, **rest)

    with pytest.raises(CheckFailed):
        check_paths(squared)


def test_no_public_case_expects_a_zero():
    for name in json.loads(FIXTURES.read_text())["cases"]:
        assert all(np.linalg.norm(value) > 0 for value in public(name).want.values()), name


# At any size

answers = arrays(np.float64, array_shapes(max_dims=3, max_side=5), elements=st.floats(0.5, 2))


@given(answers)
def test_any_right_answer_passes_whatever_its_array_type(want):
    for got in (want.copy(), want.tolist(), np.asfortranarray(want), want.astype(np.float32), want * (1 + 1e-10)):
        hidden("x", {}, want).check(lambda got=got: got)


@given(answers, st.data())
def test_one_entry_off_by_a_thousandth_fails_at_any_size(want, data):
    index = tuple(data.draw(st.integers(0, side - 1)) for side in want.shape)
    got = want.copy()
    got[index] *= 1.001
    with pytest.raises(CheckFailed) as failure:
        Case("q/x", {}, {"dW": want}, "array").check(lambda: got, "f")
    assert f"dW[{', '.join(map(str, index))}] is " in str(failure.value)


@given(answers, st.data())
def test_one_entry_off_by_1e_10_passes_at_any_size_and_by_1e_6_fails(want, data):
    got = want.copy()
    index = tuple(data.draw(st.integers(0, side - 1)) for side in want.shape)
    got[index] *= 1 + 1e-10
    hidden("x", {}, want).check(lambda: got)
    got[index] *= 1 + 1e-6
    with pytest.raises(CheckFailed):
        hidden("x", {}, want).check(lambda: got)


@given(
    answers.filter(lambda want: want.size > 1), st.floats(-1e3, 1e3).filter(lambda c: min(abs(c), abs(c - 1)) > 0.01)
)
def test_a_constant_factor_is_named(want, factor):
    with pytest.raises(CheckFailed) as failure:
        Case("q/x", {}, {"dW": want}, "array").check(lambda: factor * want * (1 + 1e-12), "f")
    relation = failure.value.findings.relation
    assert relation.kind == "norm" or (relation.kind == "factor" and relation.value == pytest.approx(factor))


@given(answers, st.integers(0, 99))
def test_a_signature_is_not_shared_by_another_answer(want, seed):
    other = want + np.random.default_rng(seed).normal(size=want.shape)
    own = signature({"dW": want})
    assert np.allclose(own, signature({"dW": want * (1 + 1e-9)}), rtol=0, atol=1e-6 * own[0])
    assert not np.allclose(own, signature({"dW": other}), rtol=0, atol=1e-6 * own[0])


def test_rounded_numbers_are_called_rounded():
    want = np.array([0.123456, 0.654321])
    with pytest.raises(CheckFailed, match="are the right ones, rounded"):
        Case("q/x", {}, {"y": want}, "array").check(lambda: want.round(3), "f")


def test_a_derivation_in_float32_passes_and_one_that_changes_its_mind_does_not():
    check_paths(lambda **partials: formula(H, C, NOW)(**partials).astype(np.float32))
    calls = []

    def remembers(**partials):
        calls.append(1)
        return formula(H, C, NOW)(**partials) * len(calls)

    with pytest.raises(CheckFailed, match="called a second time"):
        check_paths(remembers)


@pytest.mark.parametrize(
    ("answer", "words"), [(np.array([[np.nan]]), "is nan"), (np.array([["1.0"]]), "holds other things")]
)
def test_a_derivation_that_gives_no_numbers_says_so(answer, words):
    with pytest.raises(CheckFailed, match=words):
        check_paths(lambda **partials: answer)


@pytest.mark.parametrize("change", ["pop('Wf')", "update(more=1)", "__setitem__('Wf', 3)"])
def test_a_changed_dictionary_of_inputs_is_said(change):
    def function(p):
        eval(f"p.{change}")
        return np.ones(3)

    with pytest.raises(CheckFailed, match=r'the input (p|p\["Wf"\]) was changed'):
        Case("q/x", {"p": {"Wf": np.eye(2)}}, {"y": np.ones(3)}, "array").check(function, "f")


@pytest.mark.parametrize("answer", ["x" * 10**5, ["x" * 10**4] + [""] * 10**4, [[b"y"]], ("1.0", 2.0)])
def test_text_is_no_number_and_takes_no_room(answer):
    with pytest.raises(CheckFailed, match="should be an array of real numbers"):
        Case("q/x", {}, {"y": np.ones(3)}, "array").check(lambda: answer, "f")


def refusal(question, answer):
    with pytest.raises(CheckFailed) as failure:
        public(question).check(answer, "f")
    return str(failure.value)


def test_other_names_for_the_arguments_are_as_good_and_another_number_of_them_is_not():
    public("q4a_state_jacobian/one step").check(lambda state, W: np.diag(1 - state**2) @ W, "f")
    text = refusal("q4a_state_jacobian/one step", lambda h: h)
    assert text.endswith("Are all arguments there, in the docstring's order?")


SLIPS = {  # what stands in an answer's body: what the advice says
    "np.dot(h)": "a comma between",
    "np.outer(h @ W_hh)": "a comma between",
    "np.sigmoid(h)": "numpy has no sigmoid",
    "sigmoid(h)": "imports np and sigmoid",
    "W_xh @ h": "self.W_hh",
    "h @ Uf": 'in a dictionary, p["Uf"]',
    "{}.Uf": 'in a dictionary, p["Uf"]',
    "RunningAverage([1.0]).W_hh": "forward(x) and hidden_state",
    "type('Cell', (), {'forward': lambda x: x})().forward(h)": "Are all arguments there",
    "math.tanh(h)": "np.tanh takes arrays",
    "tanh(h)": "np. stands before",
    "RunningAverage([1.0])(h)": "rnn.forward(x)",
    "RunningAverage([1.0]).forward()": "rnn.forward(x)",
    "{}['Wc']": "the candidate's letter is g",
    "{}['Uc']": "the candidate's letter is g",
    "np.prod(h, axis=1)": "fewer axes",
    "[h]['f']": "np.array(...) makes an array of it",
    "[1.0] * 0.5": "np.array(...) makes an array of it",
    "[].append(h)[0]": "Something is None there",
    "W_hh(0)": "Round brackets call",
    "h[7]": "Rows are counted from 0",
    "[h][1]": "a list that starts with h_0 has T + 1",
    "h.reshape(2, 2)": "another number of entries than that shape",
    "max(h, 0 * h)": "np.where and np.maximum",
    "Cell().forward(h)": "The first argument of a method is self.",
}


@pytest.mark.parametrize("body", SLIPS)
def test_a_common_slip_comes_with_advice_that_fits_it(body):
    names = {"np": np, "math": math, "RunningAverage": RunningAverage}
    exec(f"class Cell:\n    def forward(x): return x\ndef answer(h, W_hh): return {body}", names)
    text = refusal("q4a_state_jacobian/one step", names["answer"])
    assert SLIPS[body] in text
    assert sum(advice in text for advice in ADVICE.values()) == 1


SHAPES = [
    ((3,), (3, 3), "a vector, where a matrix is expected"),
    ((9,), (3, 3), "is the reshape missing"),
    ((1,), (1, 1), "is the reshape missing"),
    ((5, 3, 3), (3, 3), "is a sum missing"),
    ((2, 1, 1), (1, 1), "is a sum missing"),
    ((4, 3), (3, 4), "Is it transposed"),
]


@pytest.mark.parametrize(("got", "want", "words"), SHAPES)
def test_a_wrong_shape_comes_with_a_question(got, want, words):
    with pytest.raises(CheckFailed, match=words):
        Case("q/x", {}, {"y": np.ones(want)}, "array").check(lambda: np.ones(got), "f")


def test_keys_of_another_name_are_shown():
    text = refusal("q4c_rnn_backward/output weights", lambda *inputs: {"dW_hy": 1, "dBy": 2, 3: 4})
    assert "has no key W_hy, By. It has dBy, dW_hy: use the names of the docstring." in text


def test_texts_and_crowds_of_numbers_are_refused_before_numpy_makes_room_for_them():
    large, real = "the answer cannot be sent: it is too large", "array of real numbers"
    crowd, text, short = [[0.0] * 1001] * 1000, ["", "x" * 300_000] * 50, ["", "x" * 500] * 50

    class Cell:
        def forward(self, x):
            self.output = self.value
            return self.output

    for value, words in ((text, large), (crowd, large), ([np.zeros(1001)] * 1000, large), (short, real)):
        Cell.value = value
        inputs = {"attributes": {}, "h0": np.ones(3), "xs": np.ones((2, 3))}
        with pytest.raises(CheckFailed, match=words):
            Case("q/x", inputs, {}, "dict").check(cell_runner(Cell, run_cell))
        with pytest.raises(CheckFailed, match=words):
            public("q4a_state_jacobian/one step").check(lambda h, W_hh, value=value: value)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, h, /: x - h,
        lambda x, /, h: x - h,
        lambda first, second, /: first - second,
        lambda x, second: x - second,
        lambda h, *, x: x - h,
    ],
)
def test_arguments_are_given_by_name_where_the_function_takes_names_and_in_order_where_it_does_not(function):
    case = Case("q/x", {"x": np.array([3.0]), "h": np.array([1.0])}, {"it": np.array([2.0])}, "array")
    case.check(function)


def test_an_input_that_became_another_kind_of_thing_was_changed():
    def function(p):
        p["W"] = p["W"].tolist()
        return np.ones(3)

    with pytest.raises(CheckFailed, match=r'the input p\["W"\] was changed'):
        Case("q/x", {"p": {"W": np.eye(2)}}, {"y": np.ones(3)}, "array").check(function, "f")


@pytest.mark.parametrize("huge", [1e300, 1e154, np.float32(3e38)])
def test_a_very_large_answer_is_none_of_the_known_mistakes(huge):
    for question in ("q4a_state_jacobian/one step", "q6b_lstm_dWg/seven steps"):
        text = refusal(question, lambda huge=huge, **_: np.full((3, 3), huge))
        assert "These are the numbers" not in text and "times" not in text


def returned_early(xs, h0, C0, p):
    return {name: np.ones((1, 3)) for name in "fiogCh"}


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("q4a_state_jacobian/one step", lambda h, W_hh: np.diag(1 - h ^ 2) @ W_hh, "A power is written **."),
        ("q4a_state_jacobian/one step", lambda h, W_hh: h[:2] * W_hh, "with @ and not *?"),
        ("q4a_state_jacobian/one step", lambda h, W_hh: W_hh.__setitem__(0, np.ones(2)), "has a different shape."),
        ("q4a_state_jacobian/one step", lambda h, W_hh: (W_hh * 9).astype(int), "result holds integers"),
        (
            "q4a_state_jacobian/one step",
            lambda h, W_hh: h @ h,
            "It is a single number: does np.sum or np.prod need an axis",
        ),
        ("q4a_state_jacobian/one step", lambda h, W_hh: sum(W_hh[3:]).reshape(3, 3), "does the loop run?"),
        ("q4a_state_jacobian/one step", lambda h, W_hh: np.zeros(3, int).__iadd__(h), "start from 0.0."),
        ("q4a_state_jacobian/one step", lambda h, W_hh: W_hh + ..., "Is a `...` still to be filled in there?"),
        ("q4a_state_jacobian/one step", lambda h, W_hh: W_hh.__iadd__([None] * 3), "Is a `...` still to be"),
        ("q7b_cell_carry/seven steps", lambda fs: np.diag(np.prod(fs)), "is an axis missing in the line before?"),
        ("q5b_lstm_unroll/seven steps", returned_early, "f has shape (1, 3), expected (7, 3). Does the loop leave"),
        (
            "q3_unroll/seven steps",
            lambda start, xs, keep: (np.ones((8, len(start))), xs),
            "Is the initial state in it?",
        ),
    ],
)
def test_common_slips_get_a_sentence_beside_numpys(question, answer, words):
    assert words in refusal(question, answer)


@pytest.mark.parametrize("off", [6e-6, 2e-5, 9e-5])
def test_an_answer_that_is_nearly_right_hears_of_its_precision_and_of_nothing_else(off):
    case = public("q5b_lstm_unroll/seven steps")
    text = refusal(case.name, lambda **_: {name: value * (1 + off) for name, value in case.want.items()})
    assert f"The relative error is only {off:.0e}" in text and "See hint" not in text and "times" not in text
    left, right = text.split(" is ")[1].split(" (step")[0].split(", expected ")
    assert left != right


def test_a_network_without_its_parts_is_told_which():
    class Outside:
        hidden_state = np.zeros(3)

    class Elsewhere:
        def forward(self, x):
            return x

    for network, words in ((Outside, "Is `def forward` indented"), (Elsewhere, "kept as self.hidden_state")):
        with pytest.raises(CheckFailed, match=words):
            check_separate_cells(network)


def test_a_cell_that_goes_on_in_the_same_array_is_told_so():
    class InPlace:
        hidden_state = output = None

        def forward(self, x):
            self.hidden_state[:] = self.hidden_state + x
            self.output = self.hidden_state[:1].copy()
            return self.output

    want = {}
    for step, number in ((1, 2.0), (2, 3.0)):
        state, output = of_step(step)
        want |= {state: np.full(3, number), output: np.full(1, number)}
    inputs = {"attributes": {}, "h0": np.ones(3), "xs": np.ones((2, 3))}
    with pytest.raises(CheckFailed, match="holds the numbers of step 2: self.hidden_state. Is one array written into"):
        Case("q/x", inputs, want, "dict").check(cell_runner(InPlace, run_cell))


def test_a_cell_without_an_output_is_told_so():
    class Silent:
        def forward(self, x):
            return self.hidden_state

    inputs = {"attributes": {}, "h0": np.ones(3), "xs": np.ones((2, 3))}
    with pytest.raises(CheckFailed, match="must also keep its result, in self.output"):
        Case("q/x", inputs, {}, "dict").check(cell_runner(Silent, run_cell))


def test_an_attribute_that_is_changed_in_place_is_called_by_its_name():
    class Piling:
        def forward(self, x):
            self.Bh += x
            self.output = self.Bh
            return self.output

    inputs = {"attributes": {"Bh": np.ones(3)}, "h0": np.ones(3), "xs": np.ones((2, 3))}
    with pytest.raises(CheckFailed, match=r"the input self\.Bh was changed"):
        Case("q/x", inputs, {}, "dict").check(cell_runner(Piling, run_cell))


def test_an_input_that_got_another_shape_was_changed():
    def reshapes(xs):
        xs.shape = 6, 1
        return np.ones(3)

    with pytest.raises(CheckFailed, match="the input xs was changed"):
        Case("q/x", {"xs": np.ones((2, 3))}, {"y": np.ones(3)}, "array").check(reshapes, "f")


def test_a_name_that_the_notebook_should_have_imported_is_told():
    with pytest.raises(CheckFailed, match="run_cell is not defined. Run the cell below the legend"):
        cell_runner(lambda: None, None)


def test_a_state_of_another_shape_is_named_before_the_next_step_stumbles():
    class Column:
        hidden_state = output = None

        def forward(self, x):
            self.hidden_state = np.ones((3, 1)) if self.hidden_state.ndim == 1 else 1 / 0
            self.output = np.ones(1)
            return self.output

    inputs = {"attributes": {}, "h0": np.ones(3), "xs": np.ones((2, 3))}
    with pytest.raises(CheckFailed, match=r"step 1: self.hidden_state has shape \(3, 1\), expected \(3,\)"):
        Case("q/x", inputs, {}, "dict").check(cell_runner(Column, run_cell))


def test_a_stub_is_told_from_a_wrong_answer_by_a_field():
    def stub(xs, p):
        raise NotImplementedError("q3_unroll")

    for function, not_done in ((stub, True), (lambda xs, p: None, False)):
        with pytest.raises(CheckFailed) as failure:
            case().check(function, "unroll")
        assert failure.value.not_done is not_done
    with pytest.raises(CheckFailed) as failure:
        choice("q7a_factor", "factor", {"": ...})
    assert failure.value.not_done


def test_a_stub_without_its_questions_name_has_no_empty_brackets():
    def stub(xs, p):
        raise NotImplementedError

    with pytest.raises(CheckFailed, match=r"^unroll: still to do\. In the cell"):
        case().check(stub, "unroll")


@pytest.mark.parametrize(
    ("name", "variable", "answers"), [("q1_kinds/film", "kinds", None), ("q7a_factor", "factor", {"": None})]
)
def test_a_choice_whose_cell_was_not_run_is_said(name, variable, answers):
    with pytest.raises(CheckFailed, match=f"^{variable} is not defined. Run the cell that defines it"):
        choice(name, variable, answers)


@pytest.mark.parametrize("value", [{}, {"": 3}, {"": np.ones(3)}, 5, np.ones(3)])
def test_what_is_no_choice_is_defined_all_the_same(value):
    with pytest.raises(CheckFailed, match=r"^factor(?! is not defined)"):
        choice("q7a_factor", "factor", value)


@pytest.mark.parametrize("factor", [1, 2])
def test_what_an_answer_prints_is_shown_once_whether_it_is_right_or_wrong(factor, capsys):
    def state_jacobian(W_hh, h):
        print("here")
        return factor * (1 - h**2)[:, None] * W_hh

    with contextlib.suppress(CheckFailed):
        public("q4a_state_jacobian/one step").check(state_jacobian)
    assert capsys.readouterr().out == "here\n"
