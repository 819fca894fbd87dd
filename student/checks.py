"""Compare an answer with the expected numbers, and say in plain words what is wrong.

The test cells call `public` and `hidden`; students receive this file. It must never hold a formula of the
assignment: what is expected stands as numbers in `fixtures.json` and, in the grader alone, in `hidden.json`.
"""

import functools
import json
import time
from pathlib import Path

import numpy as np

from advice import NOT_DEFINED, WHY_NONE, CheckFailed, is_rounded, shown
from answers import arrays, as_numbers, call, carried, is_copy, plain, require_unchanged, same, unpack
from diagnosis import diagnose, what_is_off
from experiments import ASKS, PATIENCE, digest
from findings import Findings, rendered
from gradcheck import relative_error

FIXTURES = Path(__file__).with_name("fixtures.json")
HIDDEN = FIXTURES.parent / "private" / "hidden.json"
# The relative error allowed where an answer uses single precision: five times what that costs at most. The numbers of
# the cases are chosen so that every known mistake is 1,000 times as far off.
TOLERANCE = 5e-6
EXACT = 1e-9  # the relative error allowed in double precision
SMALL, LARGER = 2.0**-30, 2.0**-14  # relative changes of all inputs: single precision does not see the first one
AGAIN = "called a second time with the same inputs, "


class Case:
    """Inputs, expected arrays and what to say when an answer differs.

    name: `question/case`. inputs: dict of arguments. want: dict of expected arrays; `form` says how a function
    returns them: "array" (the one), "tuple" (in this order) or "dict". steps: the names whose first axis is time.
    mistakes: [{"says", "hint", "signature"}], where the signature stands for the numbers that a known mistake gives. A
    case with `reveal=False` (hidden) names its concept and nothing else.
    """

    def __init__(self, name, inputs, want, form, tolerance=TOLERANCE, steps=(), mistakes=(), advice="", reveal=True):
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
                raise CheckFailed(NOT_DEFINED)
            start = time.perf_counter()
            try:
                right = self.answer(function)
            except CheckFailed as failure:
                self.refer_above(function, failure, time.perf_counter() - start)
                raise
            took = time.perf_counter() - start
            if wrong := self.wrong(right, function):
                raise self.failure(diagnose(self, function, right, wrong, took) if self.reveal else Findings())
            self.ask_again(function, right)
        except CheckFailed as failure:
            if not self.reveal:
                raise CheckFailed(f"{title}: not right for the hidden case: {self.name.split('/')[-1]}.") from None
            raise failure.within(f"{title}: ") from None

    def ask_again(self, function, right):
        """Whether a second call with the same inputs is right, too."""
        try:
            again = self.answer(function)
            if not all(is_copy(again[name], right[name]) for name in right) and (wrong := self.wrong(again, function)):
                raise self.failure(what_is_off(self, again, wrong))
        except CheckFailed as failure:
            raise failure.within(AGAIN, " Does something stay behind from the first call?") from None

    @property
    def probes(self):
        """The second problem of the question and what the smaller questions should give; None where there is none."""
        return contents(FIXTURES).get("probes", {}).get(self.question)

    def above(self):
        """The public cases of the same question that come before this one."""
        names = [name for name in contents(FIXTURES)["cases"] if name.split("/")[0] == self.question]
        return [public(name) for name in names[: names.index(self.name)]] if self.reveal and self.name in names else []

    def refer_above(self, function, failure, took):
        """Refer to a case above that stops in the same words, rather than repeat them."""
        if failure.not_done or took > PATIENCE:
            return
        for case in self.above():
            try:
                case.answer(function)
            except CheckFailed as other:
                if str(other) == str(failure):
                    raise CheckFailed("fails as in the case above: repair that first.", failure.causes) from None

    def answer(self, function, factor=1.0):
        """The numbers of one call with fresh inputs, times a factor, which must be as they were afterwards."""
        given = scaled(self.inputs, factor)
        inputs = arrays(given)
        answer = call(function, inputs, self.question)
        require_unchanged(inputs, given)
        return self.numbers(answer)

    def numbers(self, answer):
        """A returned value as {name: float array of the expected shape}."""
        got = unpack(answer, self.want, self.form)
        return {name: as_numbers(name, got[name], want, name in self.steps) for name, want in self.want.items()}

    def wrong(self, got, function):
        """{name: (limit, error)} of the arrays that differ from `want`."""
        found, near = {}, {}
        for name, want in self.want.items():
            error = relative_error(got[name], want)
            # NaN is wrong, too; so is what was rounded to a few decimals, however large the numbers are.
            if not error <= self.tolerance or (error > EXACT and is_rounded(got[name].astype(np.float64), want)):
                found[name] = self.tolerance, error
            elif error > EXACT and got[name].dtype == np.float64:
                near[name] = EXACT, error
        return near if near and not found and not self.in_single(function, near) else found

    def in_single(self, function, names):
        """Whether single precision is used on the way to these arrays: then they do not follow a very small change."""
        slopes = []
        for change in (SMALL, LARGER):
            more, less = (self.answer(function, 1 + sign * change) for sign in (1, -1))
            slopes.append({name: (more[name] - less[name]) / (2 * change) for name in names})
        return any(not relative_error(slopes[0][name], slopes[1][name]) <= 1e-3 for name in names)

    def failure(self, found):
        return CheckFailed(rendered(found, self.question_words()), found.causes, findings=found)

    def question_words(self):
        return {key: ask.says for key, ask in ASKS.get(self.question, {}).items()}

    @property
    def question(self):
        return self.name.split("/")[0]


def scaled(values, factor):
    """The arrays in a dict of any depth, times a factor."""
    if isinstance(values, dict):
        return {name: scaled(value, factor) for name, value in values.items()}
    return values * factor if isinstance(values, np.ndarray) else values


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
    if answers is None or (isinstance(answers, dict) and answers.get("", ...) is None):
        raise CheckFailed(f"{variable} {NOT_DEFINED}")
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
    """A function that unrolls a fresh cell, `make(start)` or `make(start, keep)`, over `xs`."""
    if make is None:
        raise CheckFailed("RunningAverage is not defined. Run the cell below the legend, which imports it.")
    if unroll is None:
        return None
    return lambda start, xs, **keep: call(unroll, {"rnn": make(start, **keep), "xs": xs})


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


def check_sizes(make):
    """A network of given sizes has arrays of these sizes, and runs with the weights that it was made with."""
    k, n, m = 5, 4, 2  # none of them the default
    made, sizes = f"VanillaRNN({k}, {n}, {m})", f"{k} inputs, {n} hidden units and {m} outputs"
    due = {"W_hh": (n, n), "W_xh": (n, k), "W_hy": (m, n), "Bh": (n,), "By": (m,), "hidden_state": (n,)}
    try:
        cell = call(lambda: make(k, n, m))
        for name, shape in due.items():
            array = plain(call(lambda name=name: getattr(cell, name)))
            if array is None or array.shape != shape:
                has = "no array of numbers" if array is None else f"shape {array.shape}"
                text = f"{made} makes a network with {sizes}: its {name} should have shape {shape}, it has {has}."
                raise CheckFailed(text, ["a new network has other sizes than those given"])
        as_numbers(f"the output of {made}", call(lambda: cell.forward(np.ones(k))), np.zeros(m))
    except CheckFailed as failure:
        raise failure.within("VanillaRNN: ") from None


def state_of(cell):
    return call(lambda: cell.hidden_state)
