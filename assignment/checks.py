"""Compare an answer with the expected numbers, and say in plain words what is wrong.

The test cells call `public` and `hidden`; students receive this file. It must never hold a formula of the
assignment: what is expected stands as numbers in `fixtures.json` and, in the grader alone, in `hidden.json`.
"""

import contextlib
import functools
import json
import os
import time
from pathlib import Path

import numpy as np

from advice import NOT_DEFINED, CheckFailed, is_rounded, shown
from answers import arrays, as_numbers, call, carried, is_copy, require_unchanged, unpack
from diagnosis import NEARLY, diagnose, what_is_off
from experiments import ASKS, PATIENCE, digest
from findings import Findings, imprecise, rendered
from further import error_of, further
from gradcheck import relative_error

FIXTURES = Path(__file__).with_name("fixtures.json")
HIDDEN = FIXTURES.parent / "private" / "hidden.json"
# The relative error allowed where an answer uses single precision: five times what that costs at most. The numbers of
# the cases are chosen so that every known mistake is 1,000 times as far off.
TOLERANCE = 5e-6
EXACT = 1e-9  # the relative error allowed in double precision
SMALL, LARGER = 2.0**-30, 2.0**-14  # relative changes of all inputs: single precision does not see the first one
PAIRS = {"q3_unroll": " forward(x) returns the output alone; after it, rnn.hidden_state is the state."}
AGAIN = "called a second time with the same inputs, "


@contextlib.contextmanager
def quiet():
    """What an answer prints in its first call is enough."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


class Case:
    """Inputs, expected arrays and what to say when an answer differs.

    name: `question/case`. inputs: dict of arguments. want: dict of expected arrays; `form` says how a function
    returns them: "array" (the one), "tuple" (in this order) or "dict". steps: the names whose first axis is time.
    mistakes: [{"says", "hint", "signature"}], where the signature stands for the numbers that a known mistake gives.
    further: {key: {name: [mixture, *shape]}}, what is expected for the inputs that `further.py` makes of these. A case
    with `reveal=False` (hidden) names its concept and nothing else.
    """

    def __init__(
        self,
        name,
        inputs,
        want,
        form,
        tolerance=TOLERANCE,
        steps=(),
        mistakes=(),
        advice="",
        further=(),
        reveal=True,
    ):
        self.name, self.inputs, self.want, self.form = name, inputs, want, form
        self.tolerance, self.steps, self.reveal = tolerance, steps, reveal
        self.mistakes, self.advice, self.further = mistakes, advice, dict(further)

    def check(self, function, title=None):
        """Call `function(**inputs)` twice, with fresh inputs each time, and compare both answers; then with others.

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
                with quiet():
                    self.refer_above(failure, time.perf_counter() - start, lambda case: case.answer(function))
                raise
            with quiet():
                self.judge(function, right, time.perf_counter() - start)
        except CheckFailed as failure:
            if not self.reveal:
                raise CheckFailed(f"{title}: not right for the hidden case: {self.name.split('/')[-1]}.") from None
            raise failure.within(f"{title}: ") from None

    def judge(self, function, right, took):
        """Whether the first answer is the expected one, and whether more calls are right. Raises CheckFailed."""
        if wrong := self.wrong(right, function):
            raise self.failure(diagnose(self, function, right, wrong, took) if self.reveal else Findings())
        self.ask_again(function, right)
        try:
            self.ask_further(function, took)
        except CheckFailed as failure:
            self.refer_above(failure, took, lambda case: case.ask_further(function, took))
            raise

    def ask_again(self, function, right):
        """Whether a second call with the same inputs is right, too."""
        try:
            again = self.answer(function)
            if not all(is_copy(again[name], right[name]) for name in right) and (wrong := self.wrong(again, function)):
                raise self.failure(what_is_off(self, again, wrong))
        except CheckFailed as failure:
            raise failure.within(AGAIN, " Does something stay behind from the first call?") from None

    def ask_further(self, function, took):
        """Whether an answer that is right here is right for other inputs. A slow one is not asked."""
        start = time.perf_counter() - took
        for key, ask in further(self.question, self.inputs).items() if self.further else ():
            if time.perf_counter() - start > PATIENCE:
                return
            case = Elsewhere(self, ask.of(self.inputs), self.further[key])
            try:
                got = case.answer(function)
                wrong = case.wrong(got, function)
            except CheckFailed as failure:
                raise failure.within(f"right for the inputs of this check, but {ask.says}: ", f" {ask.look}") from None
            if wrong and not (ask.slight and self.is_single(function, got)):
                error = max(error for _, error in wrong.values())
                look = ask.look if error > NEARLY or ask.slight else imprecise(error, self.question)
                raise CheckFailed(
                    f"right for the inputs of this check, wrong {ask.says}. {look}", [f"wrong {ask.says}"]
                )

    @property
    def probes(self):
        """The second problem of the question and what the smaller questions should give; None where there is none."""
        return contents(FIXTURES).get("probes", {}).get(self.question)

    def above(self):
        """The public cases of the same question that come before this one."""
        names = [name for name in contents(FIXTURES)["cases"] if name.split("/")[0] == self.question]
        return [public(name) for name in names[: names.index(self.name)]] if self.reveal and self.name in names else []

    def refer_above(self, failure, took, ask):
        """Refer to a case above that stops in the same words when it is asked, rather than repeat them."""
        if failure.not_done or took > PATIENCE:
            return
        for case in self.above():
            try:
                ask(case)
            except CheckFailed as other:
                if str(other) == str(failure):
                    raise CheckFailed("fails as in the case above: repair that first.", failure.causes) from None

    def answer(self, function, factor=1.0):
        """The numbers of one call with fresh inputs, times a factor, which must be as they were afterwards."""
        given = scaled(self.inputs, factor)
        inputs = arrays(given)
        answer = call(function, inputs, self.convention)
        require_unchanged(inputs, given)
        try:
            return self.numbers(answer)
        except CheckFailed as failure:
            pair = any(words in str(failure) for words in ("It is a vector", "should be an array of real"))
            raise failure.within(after=PAIRS.get(self.question, "") * pair) from None

    def numbers(self, answer):
        """A returned value as {name: float array of the expected shape}."""
        got = unpack(answer, self.want, self.form)
        return {name: as_numbers(name, got[name], want, name in self.steps) for name, want in self.want.items()}

    def wrong(self, got, function):
        """{name: (limit, error)} of the arrays that differ from `want`."""
        found, near = {}, {}
        for name in self.want:
            error = self.error(name, got[name])
            # NaN is wrong, too; so is what was rounded to a few decimals, however large the numbers are.
            if not error <= self.tolerance or (error > EXACT and self.is_rounded(name, got[name])):
                found[name] = self.tolerance, error
            elif error > EXACT and got[name].dtype == np.float64:
                near[name] = EXACT, error
        return near if near and not found and not self.in_single(function, near) else found

    def error(self, name, array):
        return relative_error(array, self.want[name])

    def is_rounded(self, name, array):
        return is_rounded(array.astype(np.float64), self.want[name])

    def is_single(self, function, got):
        """Whether an answer, which came to `got`, uses single precision anywhere."""
        return any(array.dtype == np.float32 for array in got.values()) or self.in_single(function, list(self.want))

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

    @property
    def convention(self):
        """The question, of whose conventions the sentence on an exception may speak."""
        return self.question


class Elsewhere(Case):
    """A case at other inputs, of whose expected numbers no more is known than a mixture and the shapes."""

    def __init__(self, case, inputs, mixed):
        want = {name: np.full([int(size) for size in shape], 0.5) for name, (_, *shape) in mixed.items()}
        super().__init__(case.name, inputs, want, case.form, case.tolerance, case.steps)
        self.case, self.mixed = case, {name: number for name, (number, *_) in mixed.items()}

    def error(self, name, array):
        return error_of(array, self.mixed[name])

    def is_rounded(self, name, array):
        return False

    def in_single(self, function, names):
        """As at the case's own inputs, which no small change takes to where a tanh or a sigmoid is flat."""
        return self.case.in_single(function, list(self.case.want))

    @property
    def convention(self):
        return None  # what is right in the case follows it


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
    known = contents(path).get("mistakes", {}).get(name.split("/")[0], [])
    mistakes = [known[int(number)] | {"signature": found} for number, found in case["mistakes"].items()]
    changes = {"inputs": arrays(case["inputs"]), "want": arrays(case["want"]), "mistakes": mistakes}
    return Case(name, **case | changes, **settings)


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
