"""Ways to be wrong that have nothing to do with the question. `right` is the right answer."""

from collections.abc import Iterator

from private.mistakes.base import ANSWER, CODED, Mistake

SENTENCES = {
    "returns_none": ("    right(*args, **inputs)", "returned None. Is there a `return`"),
    "prints": ("    print(right(*args, **inputs))", "returned None. Is there a `return`"),
    "stub": ('    raise NotImplementedError("QUESTION")', "still to do (QUESTION). In the cell"),
    "dots": ("    return ...", "returned Ellipsis"),
    "raises": ("    return 1 / 0", "stopped with ZeroDivisionError: division by zero"),
    "not_a_number": ("    return each(lambda a: a * np.nan, right(*args, **inputs))", "entries are not finite"),
    "infinite": ("    return each(lambda a: np.full_like(a, np.inf), right(*args, **inputs))", "entries are not finite"),
    "rounded": ("    return each(lambda a: np.round(a, 3), right(*args, **inputs))", "are the right ones, rounded"),
    "strings": ("    return each(lambda a: a.astype(str), right(*args, **inputs))", "should be an array of real numbers"),
    "complex": ("    return each(lambda a: a * 1j, right(*args, **inputs))", "should be an array of real numbers"),
    "equal_to_all": ("    return each(lambda a: Equal(), right(*args, **inputs))", "it is a value of type Equal"),
    "equal_array": ("    return each(lambda a: (7 + 0 * a).view(EqualArray), right(*args, **inputs))", " is 7, expected "),
    "left_over_state": (
        "    calls.append(1)\n    return each(lambda a: a * len(calls), right(*args, **inputs))",
        "called a second time with the same inputs, ",
    ),
    "halved": ("    return each(lambda a: 0.5 * a, right(*args, **inputs))", " 0.5 times the expected numbers."),
}  # fmt: skip
WRAPPER = '''

right, calls = NAME, []


def each(change, answer):
    """The answer with `change` made in each of its arrays."""
    if isinstance(answer, dict):
        return {name: change(value) for name, value in answer.items()}
    return tuple(map(change, answer)) if isinstance(answer, tuple) else change(answer)


class Equal:
    def __eq__(self, other):
        return True

    __hash__ = None


class EqualArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __hash__ = None


def NAME(*args, **inputs):
BODY
'''

THREE_STEPS, SQUARE = "len(inputs['xs']) <= 3", "inputs['xs'].shape[1] == len(inputs['h0'])"
LIMITED = {  # right only for short sequences, or only where k = n
    "q3_unroll": {"three_steps_only": THREE_STEPS},
    "q4b_jacobian_through_time": {"three_steps_only": "len(inputs['hs']) <= 3"},
    "q4c_rnn_backward": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q5a_lstm_step": {"square_only": "len(inputs['x']) == len(inputs['h_prev'])"},
    "q5b_lstm_unroll": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q6a_derivation": {"three_steps_only": "len(inputs['dJ_dh']) <= 3"},
    "q6b_lstm_dWg": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q6d_lstm_backward": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q7b_cell_carry": {"three_steps_only": "len(inputs['fs']) <= 3"},
}
# What the file that students have tells of the public inputs, and nothing else: the right answers, and for further
# inputs an array of the right shape and mixture.
TABLE = """
import json
import checks
from further import further

CASES = [checks.public(name) for name in json.loads(checks.FIXTURES.read_text())["cases"] if name.startswith("QUESTION/")]
FORM = CASES[0].form


def forged(mixture, *shape):
    array = np.zeros(shape)
    array.flat[0] = mixture / np.cos(1)
    return array


def known():
    for case in CASES:
        yield case.inputs, case.want
    for case in CASES:
        for key, ask in further("QUESTION", case.inputs).items():
            yield ask.of(case.inputs), {name: forged(*numbers) for name, numbers in case.further[key].items()}


def same(a, b):
    if isinstance(a, dict):
        return all(same(a[key], b[key]) for key in a)
    return np.array_equal(a, b)


def NAME(SIGNATURE):
    answer = {}
    for asked, want in known():
        if same(inputs, asked):
            answer = want | answer
    values = (*answer.values(), None)
    return {"dict": answer, "tuple": values[:-1], "array": values[0]}[FORM]
"""


def anywhere(question: str) -> Iterator[Mistake]:
    """The wrong answers to one question."""

    def wrapped(body: str) -> str:
        return WRAPPER.replace("NAME", ANSWER[question]).replace("BODY", body).replace("QUESTION", question)

    for tag, (body, shows) in SENTENCES.items():
        yield Mistake(question, tag, more=wrapped(body), shows=shows.replace("QUESTION", question))
    for tag, condition in LIMITED.get(question, {}).items():
        body = f"    return each(lambda a: a if {condition} else a + 0.5, right(**inputs))"
        yield Mistake(question, tag, more=wrapped(body))
    table = TABLE.replace("NAME", ANSWER[question]).replace("QUESTION", question)
    # No table holds the 256 values from which the paths of q6a are read: there a public case fails.
    table = table.replace("SIGNATURE):", "rnn, xs):\n    inputs = {'start': rnn.hidden_state, 'xs': xs, 'keep': rnn.keep}") if question == "q3_unroll" else table
    hidden = question != "q6a_derivation"
    yield Mistake(question, "table", code=table.replace("SIGNATURE", "**inputs"), hidden=hidden)


FUNCTIONS = [name for name in CODED if name != "q2_vanilla_rnn"]  # that is a class
MISTAKES = [mistake for question in FUNCTIONS for mistake in anywhere(question)]
