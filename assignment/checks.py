"""Compare an answer with the expected numbers, and say in plain words what is wrong.

The test cells call `public` and `hidden`; students receive this file. It must never hold a formula of the
assignment: what is expected stands as numbers in `fixtures.json` and, in the grader alone, in `hidden.json`.
"""

import builtins
import functools
import hashlib
import json
import math
import re
import traceback
from pathlib import Path

import numpy as np

from gradcheck import relative_error

FIXTURES = Path(__file__).with_name("fixtures.json")
HIDDEN = FIXTURES.with_name("hidden.json")
FORWARD, GRADIENT = 1e-9, 1e-7  # relative errors allowed in float64
MOST = 1_000_000  # numbers in one answer; the largest that is asked for has a few hundred
FLOAT32 = {FORWARD: 2e-5, GRADIENT: 1e-4}  # and where the answer is float32


class CheckFailed(AssertionError):
    """What a failing check tells the student. `causes` name the mistakes in a few words, to count them in a class."""

    def __init__(self, text, causes=()):
        super().__init__(text)
        self.causes = tuple(causes)


class Case:
    """Inputs, expected arrays and what to say when an answer differs.

    name: `question/case`. inputs: dict of arguments. want: dict of expected arrays; `form` says how a function
    returns them: "array" (the one), "tuple" (in this order) or "dict". steps: the names whose first axis is time.
    mistakes: [{"says", "hint", "signature"}], where the signature stands for the numbers that a known mistake
    gives; with "fails_earlier" where another of the same numbers is told from it by the checks before. A case with
    `reveal=False` (hidden) names its concept and nothing else.
    """

    def __init__(self, name, inputs, want, form, tolerance=FORWARD, steps=(), mistakes=(), advice="", reveal=True):
        self.name, self.inputs, self.want, self.form = name, inputs, want, form
        self.tolerance, self.steps, self.reveal = tolerance, steps, reveal
        self.mistakes, self.advice = mistakes, advice

    def grade(self, function, title=None):
        """Call `function(**inputs)` twice, with fresh inputs each time, and compare both answers.

        Raises CheckFailed with a message for the student. `title` names the answer where `function` is a wrapper.
        """
        title = title or getattr(function, "__name__", "your function")
        try:
            if function is None:
                raise CheckFailed("is not defined. Run the cell that defines it, from the top of the notebook.")
            right = None
            for attempt in ("", "called a second time with the same inputs, "):
                inputs = arrays(self.inputs)
                answer = call(function, inputs)
                require_unchanged(inputs, self.inputs)
                try:
                    got = self.numbers(answer)
                    if right is None or not all(is_copy(got[name], right[name]) for name in right):
                        self.compare(got)
                    right = got
                except CheckFailed as failure:
                    again = " Does something stay behind from the first call?" if attempt else ""
                    raise CheckFailed(f"{attempt}{failure}{again}", failure.causes) from None
        except CheckFailed as failure:
            if not self.reveal:
                raise CheckFailed(f"{title}: not right for the hidden case: {self.name.split('/')[-1]}.") from None
            raise CheckFailed(f"{title}: {failure}", failure.causes) from None

    def compare(self, got):
        """Compare an answer's numbers with `want`; of several wrong arrays, tell of the one that is wrong first."""
        wrong = []
        for name, want in self.want.items():
            limit = FLOAT32[self.tolerance] if got[name].dtype == np.float32 else self.tolerance
            error = relative_error(got[name], want)
            if error > limit:
                step = first_step(got[name], want, limit) if name in self.steps else None
                wrong.append((step or 0, name, step, limit, error))
        if wrong:
            _, name, step, limit, error = min(wrong, key=lambda item: item[0])  # the earliest step of all arrays
            sentence, causes = self.explain(got, limit)
            if error < 1e-5 and not causes:
                sentence = f" The relative error is only {error:.0e}: is something rounded, or float32?"
            raise CheckFailed(describe(name, got[name], self.want[name], step) + sentence, causes)

    def numbers(self, answer):
        """A returned value as {name: float array of the expected shape}."""
        got = unpack(answer, self.want, self.form)
        return {name: as_numbers(name, got[name], want, name in self.steps) for name, want in self.want.items()}

    def explain(self, got, limit):
        """(sentence, causes): the mistakes whose numbers `got` shows; else the case's own advice."""
        if all(relative_error(got[k], want) <= limit or is_rounded(got[k], want) for k, want in self.want.items()):
            sentence = " Your numbers are the right ones, rounded: return them with all their digits."
            return sentence, ["the numbers are rounded"]
        found, limit = signature(got), max(limit, 1e-6)
        finite = np.isfinite(found).all()
        known = [
            m for m in self.mistakes if finite and np.allclose(found, m["signature"], rtol=0, atol=limit * found[0])
        ]
        if not known:
            factor = common_factor(got, self.want)
            if factor is None:
                return f" {self.advice}", []
            times = f"all numbers are {factor:.4g} times the expected ones"
            return f" {times.capitalize()}. {self.advice}", [times]
        causes = " or ".join(m["says"] for m in known)
        which = " or ".join(m["says"] + m.get("fails_earlier", False) * FAILS_EARLIER for m in known)
        hints = " or ".join(sorted({str(m["hint"]) for m in known}))
        return f" These are the numbers you get when {which}: see hint {hints}.", [causes]


def public(name):
    """The public case `name`, `question/concept`, of fixtures.json."""
    return stored(FIXTURES, name)


def hidden(name):
    """The hidden case `name` of hidden.json, which students never receive; its failure names the concept only."""
    return stored(HIDDEN, name, reveal=False)


@functools.cache
def stored(path, name, **settings):
    case = contents(path)["cases"][name]
    return Case(name, **case | {"inputs": arrays(case["inputs"]), "want": arrays(case["want"])}, **settings)


@functools.cache
def contents(path):
    return json.loads(path.read_text(encoding="utf-8"))


def choice(name, variable, answers):
    """Check answers chosen from a list, {question: answer}, against the digests in fixtures.json.

    variable: the name of the student's variable, for the message.
    """
    case = contents(FIXTURES)["choices"][name]
    options = f"Choose one of: {', '.join(case['options'])}."
    if not isinstance(answers, dict):
        raise CheckFailed(f"{variable}: expected a dictionary, it is {shown(answers)}. Run the answer's cell again.")
    for question, right in case["answers"].items():
        answer, place = answers.get(question), f"{variable}[{question!r}]" if question else variable
        if answer is None or answer is ...:
            raise CheckFailed(f"{place} has no answer yet. {options}", [NOT_DONE])
        if type(answer) is not str or answer not in case["options"]:
            raise CheckFailed(f"{place} is {shown(answer)}. {options}")
        if digest(question, answer) != right:
            raise CheckFailed(f"{place} is not {answer!r}. {case['advice']}", [f"{place} is taken for {answer!r}"])


def cell_runner(make, run_cell):
    """A function that has `run_cell` of given.py run a cell, made with `make()`, over `xs`.

    It returns a dict with the names of `of_step`: the state that the cell holds after each step, and its output.
    """
    if run_cell is None:
        raise CheckFailed("run_cell is not defined. Run the cell below the legend, which imports it.")

    def run(attributes, h0, xs):
        try:
            steps = run_cell(make, attributes, h0, xs)
        except Exception:
            if len(xs) > 1:
                run(attributes, h0, xs[:-1])  # what was wrong before it stopped tells more
            raise
        kept = {}
        for step, found in enumerate(steps, start=1):
            if "self.output" not in found:
                raise CheckFailed("forward(x) must also keep its result, in self.output.", ["no self.output"])
            for name, value in found.items():
                if value is None or value is ...:
                    raise CheckFailed(f"after step {step}, {name} is {shown(value)}. {WHY_NONE}", [f"{name} is None"])
            y, h, output = (found[name] for name in ("forward(x)", "self.hidden_state", "self.output"))
            if not same(plain(y), plain(output)):
                raise CheckFailed(f"at step {step}, forward(x) returned something other than self.output.")
            state, output = of_step(step)
            kept[state], kept[output] = as_numbers(state, h, h0), plain(y)
            if kept[output] is None:
                raise CheckFailed(f"{output} should be an array of real numbers, it is {shown(y)}.")
        return kept

    return run if make is not None else None


def of_step(step):
    """What the state and the output after a step are called in messages."""
    return f"step {step}: self.hidden_state", f"step {step}: self.output"


def unroller(unroll, make):
    """A function that unrolls a fresh cell, `make(start)`, over `xs`."""
    if make is None:
        raise CheckFailed("RunningAverage is not defined. Run the cell below the legend, which imports it.")
    return (lambda start, xs: unroll(make(start), xs)) if unroll is not None else None


def check_separate_cells(make):
    """Two cells made alike start at zero state, and running one leaves the other as it was."""
    if make is None:
        raise CheckFailed("VanillaRNN: is not defined. Run the cell that defines it.")
    try:
        first, second = call(make, {}), call(make, {})
        start = call(lambda: as_numbers("self.hidden_state of a new VanillaRNN()", first.hidden_state, np.zeros(3)))
        if np.any(start):
            raise CheckFailed("the hidden state of a new VanillaRNN() should be 3 zeros.")
        call(lambda: first.forward(np.array([0.5, -1.0, 2.0])))
        state = as_numbers("after one step, self.hidden_state", first.hidden_state, np.zeros(3))
        if not np.any(state):
            raise CheckFailed("after one step, self.hidden_state of VanillaRNN() is still 0: forward has to set it.")
        other = plain(second.hidden_state)
        if other is None or other.shape != (3,) or np.any(other):
            raise CheckFailed(
                "a second network changed although only the first one ran. Keep the state on `self`, made anew in "
                "__init__.",
                ["the state is shared by all networks"],
            )
    except CheckFailed as failure:
        raise CheckFailed(f"VanillaRNN: {failure}", failure.causes) from None


def call(function, inputs=None):
    """Call the student's function; an exception becomes a sentence. Its arguments may have other names, in order."""
    inputs = inputs or {}
    try:
        try:
            return function(**inputs)
        except TypeError as error:
            if "unexpected keyword argument" not in str(error):
                raise
            return function(*inputs.values())
    except CheckFailed:
        raise
    except NotImplementedError as todo:
        raise CheckFailed(
            f"still to do ({todo}). In the cell of that question, write your answer and delete the line "
            "`raise NotImplementedError(...)`, run it, then run this check again.",
            [NOT_DONE],
        ) from None
    except Exception as error:
        text = f"stopped with {type(error).__name__}: {str(error)[:300].rstrip('.')}{line_of(error)}"
        advice = [f" {sentence}" for pattern, sentence in ADVICE.items() if re.search(pattern, text)]
        name = type(error).__name__ if hasattr(builtins, type(error).__name__) else "an exception"
        raise CheckFailed(text + "".join(advice), [f"stops with {name}"]) from None


def line_of(error):
    """Where in a notebook cell the exception was raised, as far as it is known."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "ipykernel_" in f.filename or "<ipython-" in f.filename
    ]
    return f" (in {frames[-1].name}, line {frames[-1].lineno} of its cell: {frames[-1].line})." if frames else "."


ADVICE = {  # what Python and numpy say: what it may come from
    "core dimension|not aligned|operands could not be broadcast": "Two shapes do not fit. In a product, is it the "
    "right matrix, on the right side of the vector, with @ and not *? np.outer(a, b) has a row for each entry of a.",
    "could not broadcast input|non-broadcastable": "The array that you write into has another shape.",
    r"ellipsis|\.\.\.|dtype\('O'\)": "Is a `...` still to be filled in there?",
    r"bitwise_xor|for \^": "A power is written **.",
    r"dtype\('int64'\) with casting": "Sums that start from integers cannot take fractions: start from 0.0.",
    "'(int|float)' object has no attribute": "A sum over nothing is the plain number 0: does the loop run?",
    "Input must be 1- or 2-d": "np.diag takes a vector or a matrix: is an axis missing in the line before?",
    r"(dot|outer|matmul)\(\) missing": "It takes two things with a comma between, as in np.dot(A, v).",
    r"forward\(\) takes": "The first argument of a method is self.",
    r"^(?!.*(dot|outer|matmul|forward)\(\)).*positional argument": "Keep the arguments as they were given.",
    "name '(np|sigmoid)' is not defined|no attribute 'sigmoid'": "The cell below the legend imports np and sigmoid: "
    "run it.",
    "name '[UW][fiog]' is not defined|'dict' object has no attribute": 'The parameters stand in a dictionary, p["Uf"].',
    "name '(W_[xh][hy]|Bh|By|hidden_state)' is not defined": "In a method, what belongs to the network is written with "
    "self, as in self.W_hh.",
    "'RunningAverage' object has no attribute": "All that unroll may use of a cell is forward(x) and hidden_state.",
    "no attribute 'forward'": "Is `def forward` indented, so that it belongs to the class?",
    "no attribute 'hidden_state'": "The state has to be kept as self.hidden_state.",
}
NOT_DONE = "not done yet"
FAILS_EARLIER = " (then a check above fails too)"
WHY_NONE = "Is there a `return` at the end of every path, and a value in place of every `...`?"


def unpack(answer, want, form):
    """The returned value as {name: array-like}, in the form that the question asks for."""
    if answer is None or answer is ...:
        raise CheckFailed(f"returned {shown(answer)}. {WHY_NONE}", ["returns None"])
    if form == "array":
        return {name: answer for name in want}
    if form == "tuple":
        if not isinstance(answer, (tuple, list)) or len(answer) != len(want):
            raise CheckFailed(f"expected ({', '.join(map(str, want))}), it returned {shown(answer)}.")
        shapes, due = [getattr(plain(part), "shape", None) for part in answer], [part.shape for part in want.values()]
        if shapes != due and shapes[::-1] == due:
            raise CheckFailed(f"expected ({', '.join(want)}), in this order: they are exchanged.", ["exchanged"])
        return dict(zip(want, answer, strict=True))
    if not isinstance(answer, dict):
        raise CheckFailed(
            f"expected a dictionary, of which this check reads {', '.join(want)}; returned {shown(answer)}."
        )
    missing = [name for name in want if name not in answer]
    if missing:
        keys = ", ".join(sorted(key for key in answer if type(key) is str))[:200]
        has = f" It has {keys}: use the names of the docstring." if keys else ""
        raise CheckFailed(f"the returned dictionary has no key {', '.join(missing)}.{has}")
    return {name: answer[name] for name in want}


def plain(value):
    """A copy as a base numpy array, whatever class came; None where it holds no real numbers."""
    if holds_text(value) or count(value) > MOST:
        return None  # numpy would give every entry the room of the longest, or of the widest
    try:
        array = np.array(value, subok=False)
    except Exception:
        return None
    return array if array.dtype.kind in "fiu" else None


def holds_text(value):
    return isinstance(value, str | bytes) or (isinstance(value, list | tuple) and any(map(holds_text, value)))


def count(value):
    """How many numbers an array or nested lists hold."""
    if isinstance(value, list | tuple):
        return sum(map(count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def as_numbers(name, value, want, by_step=False):
    """The value as float array of the expected shape, or a sentence on what it is instead.

    by_step: whether it has a row for each time step.
    """
    if value is None or value is ...:
        raise CheckFailed(f"{name} is {shown(value)}. {WHY_NONE}")
    array = plain(value)
    if array is None:
        raise CheckFailed(f"{name} should be an array of real numbers of shape {want.shape}, it is {shown(value)}.")
    if array.shape != want.shape:
        guess = shape_guess(array.shape, want.shape, by_step)
        raise CheckFailed(f"{name} has shape {array.shape}, expected {want.shape}.{guess}", ["another shape"])
    if array.dtype.kind in "iu" and np.any(want % 1):
        text = f"{name} holds integers: what stands behind the point was cut off. Make the array with floats."
        raise CheckFailed(text, ["integers"])
    array = array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        raise CheckFailed(
            f"{entry(name, bad[0])} is {array[tuple(bad[0])]} ({len(bad)} of {array.size} entries are not finite). "
            "Look for a division by zero or an overflow.",
            ["nan or infinity"],
        )
    return array


def shape_guess(got, want, by_step):
    """A question that a wrong shape suggests, or nothing."""
    if got == want[::-1]:
        return " Is it transposed?"
    if len(got) == 1 < len(want):
        flat = got[0] == math.prod(want)
        return " It is flat: is the reshape missing?" if flat else " It is a vector, where a matrix is expected."
    if got[1:] == want:
        return " It has an axis more: is the sum over the steps missing?"
    if got == ():
        return " It is a single number: is an axis missing, or is it @ where * belongs?"
    if by_step and got[1:] == want[1:]:
        if got[0] == want[0] + 1:
            return " Is the initial state in it?"
        return " Does the loop leave out a step, or does a `return` stand inside it?" if got[0] < want[0] else ""
    return ""


def same(a, b):
    """True where two arrays, or two None, agree in every entry."""
    return a is b is None or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))


def signature(answer):
    """Three numbers that stand for all numbers of an answer, {name: array}: their norm and two mixtures of them.

    Two answers that agree in all three to six digits are the same for every purpose but cryptography.
    """
    values = np.concatenate([np.ravel(array) for array in answer.values()]).astype(np.float64)
    places = np.arange(1, len(values) + 1)
    with np.errstate(all="ignore"):  # the squares of very large numbers
        return np.array([np.linalg.norm(values), values @ np.cos(places), values @ np.cos(places**2)])


def common_factor(got, want):
    """The number c where `got` is c times `want` throughout; None where there is none."""
    got, want = (np.concatenate([np.ravel(array[name]) for name in want]) for array in (got, want))
    with np.errstate(all="ignore"):  # the product of very large numbers
        factor = got @ want / (want @ want)
    if not np.isfinite(factor) or abs(factor) < 1e-3 or abs(factor - 1) < 1e-5:
        return None
    return factor if relative_error(got, factor * want) < 1e-6 else None


def is_rounded(got, want):
    """True where `got` is `want` with fewer decimals, and is off by that alone."""
    off = np.abs(got - want).max()
    return any(off <= 0.51 / 10**places and np.array_equal(got, np.round(got, places)) for places in range(2, 8))


def first_step(got, want, limit):
    """The index of the first step, along the first axis, that is off."""
    off = np.abs(got - want).reshape(len(want), -1).max(axis=1)
    wrong = np.flatnonzero(off > limit * np.abs(want).max())
    return int(wrong[0]) if len(wrong) else int(off.argmax())


def describe(name, got, want, step):
    """The entry that is furthest off, within `step` where there is one: what came and what was expected."""
    off = np.abs(got - want)
    if step is None:
        index, when = np.unravel_index(off.argmax(), off.shape), ""
    else:
        index = (step, *np.unravel_index(off[step].argmax(), off[step].shape))
        when = f" (step t = {step + 1}, the first that is off)"
    digits = 6 if f"{got[index]:.6g}" != f"{want[index]:.6g}" else 12
    return f"{entry(name, index)} is {got[index]:.{digits}g}, expected {want[index]:.{digits}g}{when}."


def entry(name, index):
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else str(name)


def require_unchanged(after, before, inside=""):
    """The inputs belong to the caller; whoever changes one computes with something else from there on."""
    for key, value in before.items():
        name = f"self.{key}" if inside == "attributes" else f'{inside}["{key}"]' if inside else key
        if key not in after or (isinstance(value, dict) and after[key].keys() != value.keys()):
            text = f"the input {name} was changed: entries were added or removed. Work on a copy: dict({name})."
            raise CheckFailed(text, ["changes its inputs"])
        if isinstance(value, dict):
            require_unchanged(after[key], value, name)
        elif isinstance(value, np.ndarray) and not is_copy(after[key], value):
            text = (
                f"the input {name} was changed, and all that follows with it. Work on a copy, {name}.copy(), and start "
            )
            raise CheckFailed(f"{text}a sum from np.zeros_like({name}).", ["changes its inputs"])


def is_copy(value, array):
    """True where a value is an array of the same shape and the same bytes as another."""
    return type(value) is np.ndarray and value.shape == array.shape and value.tobytes() == array.tobytes()


def shown(value):
    """A short description of any value, which never calls code of its class."""
    if value is None or value is ... or type(value) in (bool, int, float, str):
        return repr(value)[:80]
    return f"an array of {value.dtype}" if type(value) is np.ndarray else f"a value of type {type(value).__name__}"


def digest(*words):
    """A short fingerprint, so that an answer does not stand in clear in fixtures.json."""
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()[:16]


def arrays(values):
    """New arrays from arrays or JSON's nested lists, in a dict of any depth."""
    if isinstance(values, dict):
        return {name: arrays(value) for name, value in values.items()}
    return np.array(values, dtype=np.float64) if isinstance(values, list | np.ndarray) else values
