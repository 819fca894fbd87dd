"""Compare an answer with the expected numbers, and say in plain words what is wrong.

The test cells call `public` and `hidden`; students receive this file. It must never hold a formula of the
assignment: what is expected stands as numbers in `fixtures.json` and, in the grader alone, in `hidden.json`.
"""

import functools
import hashlib
import json
from pathlib import Path

import numpy as np

from advice import WHY_NONE, CheckFailed, common_factor, describe, first_step, is_rounded, shown
from answers import arrays, as_numbers, call, carried, is_copy, plain, require_unchanged, same, unpack
from gradcheck import relative_error

FIXTURES = Path(__file__).with_name("fixtures.json")
HIDDEN = FIXTURES.parent / "private" / "hidden.json"
FORWARD, GRADIENT = 1e-9, 1e-7  # relative errors allowed in float64
FLOAT32 = {FORWARD: 2e-5, GRADIENT: 1e-4}  # and where the answer is float32
FAILS_EARLIER = " (then a check above fails too)"


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

    def check(self, function, title=None):
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
                    raise failure.within(attempt, again) from None
        except CheckFailed as failure:
            if not self.reveal:
                raise CheckFailed(f"{title}: not right for the hidden case: {self.name.split('/')[-1]}.") from None
            raise failure.within(f"{title}: ") from None

    def compare(self, got):
        """Compare an answer's numbers with `want`; of several wrong arrays, tell of the one that is wrong first."""
        wrong = []
        for name, want in self.want.items():
            limit = FLOAT32[self.tolerance] if got[name].dtype == np.float32 else self.tolerance
            error = relative_error(got[name], want)
            if not error <= limit:  # NaN is wrong, too
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
    answers = carried(answers)
    if not isinstance(answers, dict):
        raise CheckFailed(f"{variable}: expected a dictionary, it is {shown(answers)}. Run the answer's cell again.")
    for question, right in case["answers"].items():
        answer, place = answers.get(question), f"{variable}[{question!r}]" if question else variable
        if answer is None or answer is ...:
            raise CheckFailed(f"{place} has no answer yet. {options}", not_done=True)
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
            steps = carried(run_cell(make, attributes, h0, xs))
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
    return (lambda start, xs: call(unroll, {"rnn": make(start), "xs": xs})) if unroll is not None else None


def check_separate_cells(make):
    """Two cells made alike start at zero state, and running one leaves the other as it was."""
    if make is None:
        raise CheckFailed("VanillaRNN: is not defined. Run the cell that defines it.")
    try:
        first, second = call(make, {}), call(make, {})
        start = as_numbers("self.hidden_state of a new VanillaRNN()", state_of(first), np.zeros(3))
        if np.any(start):
            raise CheckFailed("the hidden state of a new VanillaRNN() should be 3 zeros.")
        call(lambda: first.forward(np.array([0.5, -1.0, 2.0])))
        state = as_numbers("after one step, self.hidden_state", state_of(first), np.zeros(3))
        if not np.any(state):
            raise CheckFailed("after one step, self.hidden_state of VanillaRNN() is still 0: forward has to set it.")
        other = plain(state_of(second))
        if other is None or other.shape != (3,) or np.any(other):
            raise CheckFailed(
                "a second network changed although only the first one ran. Keep the state on `self`, made anew in "
                "__init__.",
                ["the state is shared by all networks"],
            )
    except CheckFailed as failure:
        raise failure.within("VanillaRNN: ") from None


def state_of(cell):
    return call(lambda: cell.hidden_state)


def signature(answer):
    """Three numbers that stand for all numbers of an answer, {name: array}: their norm and two mixtures of them.

    Two answers that agree in all three to six digits are the same for every purpose but cryptography.
    """
    values = np.concatenate([np.ravel(array) for array in answer.values()]).astype(np.float64)
    places = np.arange(1, len(values) + 1)
    with np.errstate(all="ignore"):  # the squares of very large numbers
        return np.array([np.linalg.norm(values), values @ np.cos(places), values @ np.cos(places**2)])


def digest(*words):
    """A short fingerprint, so that an answer does not stand in clear in fixtures.json."""
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()[:16]
