"""Known answers, right and wrong, put to the cases: what each gives there, and whether a draw tells them apart.

`conditioning` and `separation` are the predicates of a draw that need answers; `draws.py` holds the one that does not.
The search tries the hand-written mistakes; the tests try thousands of generated ones on the draws that it found.
"""

import copy
import functools

import numpy as np

from advice import CheckFailed
from answers import call
from cell_checks import cell_runner, unroller
from checks import EXACT, Case
from experiments import signature
from further import further, mixture
from given import RunningAverage, run_cell
from gradcheck import relative_error
from private import mistakes, precision, probes, rules
from private.draws import generator

TO_SPARE = 5  # a right answer's rounding stays so many times below the tolerance
APART = 1000  # and a wrong answer is so many times above it
# In a real LSTM some of the eight Jacobians are diagonal, so their order says nothing; other numbers tell of that.
# Nothing further is asked of what is right there: with another order of products it would be.
ONE_SIDED = {"q6a_derivation/a real LSTM"}
SAME = 1e-5  # relative: two answers whose signatures are nearer show a student the same numbers


def predicates(make, pose, solutions, hidden=False):
    """`separation`, `conditioning` and `fairness` of a draw.

    make: from a generator to a draw. pose: from a draw to its cases.

    hidden: whether the cases are hidden. These find nothing that the public ones do not, so what is limited somewhere
    inside is not tried on them.
    """

    def conditioning(draw):
        return all(rounding(name, entry, solutions) * TO_SPARE <= entry["tolerance"] for name, entry in posed(draw))

    def separation(draw):
        told = {name: entry for name, entry in pose(draw).items() if name not in ONE_SIDED}
        for question, cases in by_question(told).items():
            functions = numeric(question, solutions)
            inside = [] if hidden else limited(question, solutions[question])
            if not all(is_off(cases, wrong, APART) for wrong in inside + functions):
                return False
            seen = [prints(cases, wrong) for wrong in functions]
            alike = [(i, j) for j in range(len(seen)) for i in range(j) if same(seen[i], seen[j])]
            if any(differ(question, functions[i], functions[j]) for i, j in alike):
                return False
        return True

    def fairness(draw):
        return all(is_fair(name, entry, solutions, hidden) for name, entry in posed(draw))

    def posed(draw):
        return pose(draw).items()

    @functools.cache
    def elsewhere(question):
        """The cases of a question at three other draws, whatever these are."""
        draws = [pose(make(generator("elsewhere", question, attempt))) for attempt in range(3)]
        return {f"{name} {number}": entry for number, cases in enumerate(draws) for name, entry in own(cases, question)}

    def differ(question, one, other):
        return not same(prints(elsewhere(question), one), prints(elsewhere(question), other))

    return separation, conditioning, fairness


def further_of(name, entry):
    """{key: the case at the inputs that `further` makes of its own}, with the oracle's numbers."""
    question, found = name.split("/")[0], {}
    for key, ask in further(question, entry["inputs"]).items():
        inputs = ask.of(entry["inputs"])
        want = probes.ORACLE[question](**inputs)
        names = want if question == "q2_vanilla_rnn" else entry["want"]  # there, the names speak of steps
        found[key] = entry | {"inputs": inputs, "want": {array: want[array] for array in names}}
    return found


def expected_further(name, entry):
    """What `checks.Elsewhere` is told of the numbers that are expected there: {key: {array: [mixture, *shape]}}."""
    return {
        key: {array: [mixture(want), *np.shape(want)] for array, want in other["want"].items()}
        for key, other in further_of(name, entry).items()
    }


def own(cases, question):
    return [(name, entry) for name, entry in cases.items() if name.split("/")[0] == question]


def by_question(cases):
    """{question: {name: case}}."""
    return {question: dict(own(cases, question)) for question in dict.fromkeys(name.split("/")[0] for name in cases)}


def numeric(question, solutions):
    """The functions of the hand-written mistakes to a question that give numbers of their own."""
    return [compiled(mistake, solutions[question]) for mistake in named(question)]


@functools.cache
def limited(question, solution):
    """The functions that clip a value somewhere, whether or not `reach` knows of it, or cut short what comes back."""
    names = ("truncated", "clipped", "scaled")
    return [wrong.function() for wrong in rules.generated({question: solution}, [question], names)]


@functools.cache
def compiled(mistake, solution):
    return mistakes.function(mistake, {mistake.question: solution})


def answer(name, entry, function):
    """The numbers of a function for a case, {name: array}; None where they are not numbers of the shapes expected."""
    try:
        asked = asked_of(name.split("/")[0], function)
        with np.errstate(all="ignore"):
            return Case(name, **entry).numbers(call(asked, copy.deepcopy(entry["inputs"])))
    except CheckFailed:
        return None


def asked_of(question, function):
    """What a case calls: an answer, or what runs the answer for it."""
    if question == "q2_vanilla_rnn":
        return cell_runner(function, run_cell)
    return unroller(function, RunningAverage) if question == "q3_unroll" else function


def error(got, want):
    """The largest relative error of all arrays; infinite where one is not a number."""
    with np.errstate(all="ignore"):  # the squares of very large numbers
        errors = [relative_error(got[name], want[name]) for name in want]
    return np.inf if np.isnan(errors).any() else max(errors)


def prints(cases, function):
    """What a student sees of an answer, as one vector: its signature in every case; -1 where it gives no numbers."""
    return vector(answered(cases, function))


def vector(got):
    return np.concatenate([np.full(3, -1.0) if found is None else signature(found) for found in got.values()])


def same(one, other):
    """Whether two such vectors show the same numbers in every case."""
    sizes = np.maximum(np.repeat(np.abs(one[::3]), 3), 1e-300)
    return bool(np.all(np.abs(one - other) <= SAME * sizes))


def sort_out(answers, cases):
    """(wrong, right, functions) of generated answers to one question.

    Of the wrong ones that are the same function, the first. cases: {name: case} with the oracle's numbers, which no
    check looks at. functions: the vectors of `prints`, to five digits, of those that give numbers.
    """
    wrong, right, functions = [], [], set()
    for generated in answers:
        got = answered(cases, generated.function())
        if all(found is not None and error(found, cases[name]["want"]) < EXACT for name, found in got.items()):
            right.append(generated)
        elif all(found is None for found in got.values()):
            wrong.append(generated)
        elif (seen := fivefold(vector(got))) not in functions:
            functions.add(seen)
            wrong.append(generated)
    return wrong, right, functions


def answered(cases, function):
    return {name: answer(name, entry, function) for name, entry in cases.items()}


def fivefold(seen):
    """A vector with five digits of each number, to look up answers that are the same."""
    return tuple(float(f"{number:.4e}") for number in seen)


def is_off(cases, function, factor):
    """Whether an answer is off by more than so many times the tolerance in one of the cases, or gives no numbers."""
    for name, entry in cases.items():
        got = answer(name, entry, function)
        if got is None or error(got, entry["want"]) > factor * entry["tolerance"]:
            return True
    return False


def is_fair(name, entry, solutions, hidden):
    """Whether a check passes right answers in other arithmetic; a public one for further inputs, too."""
    question = name.split("/")[0]
    known = {} if hidden or name in ONE_SIDED else expected_further(name, entry)
    case, whole = (Case(name, **entry | {"further": more}, reveal=False) for more in ({}, known))
    answers = dict(precision.answers(question, solutions[question]))
    asked = {how: asked_of(question, function) for how, function in answers.items()}
    if any(case.wrong(case.answer(function), function) for function in asked.values()):
        return False
    right, single = asked["float64"], asked["everything assigned in float32"]
    try:
        for function in (right, single, lambda **inputs: right(**precision.single(inputs))):
            whole.ask_further(function, 0.0)
    except CheckFailed:
        return False
    return True


def rounding(name, entry, solutions):
    """The largest error of right answers in other arithmetic."""
    return max(error(got, entry["want"]) for _, got in in_other_arithmetic(name, entry, solutions))


def in_other_arithmetic(name, entry, solutions):
    """(what is done in another way, the answer's arrays) of right answers to a case."""
    question = name.split("/")[0]
    (_, right), *others = precision.answers(question, solutions[question])
    for which, inputs in precision.in_single(entry["inputs"]):
        yield f"{which} in float32", answer(name, entry | {"inputs": inputs}, right)
    for how, function in others:
        yield how, answer(name, entry, function)


def with_mistakes(cases, solutions):
    """Each case with the signatures of the mistakes that it can recognise, by their number in `known`."""
    for question, entries in by_question(cases).items():
        for number, mistake in enumerate(named(question)):
            for name, entry in entries.items():
                if (found := fingerprint(mistake, solutions, name, entry)) is not None:
                    entry["mistakes"][number] = found
    return cases


def known():
    """{question: [the sentence and the hint of each mistake that has numbers of its own]}."""
    questions = dict.fromkeys(mistake.question for mistake in mistakes.MISTAKES)
    found = {question: [{"says": m.says, "hint": m.hint} for m in named(question)] for question in questions}
    return {question: sentences for question, sentences in found.items() if sentences}


def named(question):
    """The hand-written mistakes to a question that give numbers of their own."""
    return [mistake for mistake in mistakes.MISTAKES if mistake.question == question and mistake.says]


def fingerprint(mistake, solutions, name, entry):
    """The signature of what the mistake gives for a case; None where that is right, or not an array of numbers."""
    got = answer(name, entry, compiled(mistake, solutions[mistake.question]))
    if got is None or error(got, entry["want"]) <= entry["tolerance"]:
        return None
    return [float(f"{number:.7e}") for number in signature(got)[1:]]  # the second problem has another two
