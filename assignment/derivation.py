"""Read a formula off a function: which products of its arguments does it add up?

Students receive this file. It knows how to look, and never what should be found. Whether a formula is right it sees
from its numbers alone; in `fixtures.json` stand digests of products that are *no* paths, those of known mistakes. So
neither that file nor a message tells of a single product that it is right: an answer cannot be put together by trying
one product after the other.
"""

import itertools

import numpy as np

from advice import NOT_DEFINED, CheckFailed
from answers import as_numbers, call, unpack
from checks import FIXTURES, TOLERANCE, contents, digest

PARTIALS = ("dJ_dh", "dh_dhprev", "dhprev_dWg", "dh_dC", "dC_dWg", "dC_dCprev", "dCprev_dWg", "dh_do")
ENDS = {  # how W^g comes in: what ends in this array goes ...
    "dhprev_dWg": "through the previous hidden state h_{t-1}",
    "dCprev_dWg": "through the previous cell state C_{t-1}",
    "dC_dWg": "straight through the candidate of step t",
}
COEFFICIENT, FLOAT32_COEFFICIENT = 1e-9, 1e-4  # how near to a whole number a coefficient counts as one


def terms(function):
    """The products that `function` adds up, as {names of the factors: coefficient}.

    Each argument comes down to one number, and a sum of chain-rule paths is a polynomial with at most one of each
    factor in a product. Its values at all sign patterns of eight fixed sizes give each of the 256
    coefficients: they are a least-squares fit with orthogonal columns. A power or a quotient of an argument shows
    as coefficients that are no whole numbers.
    """
    sizes = np.array([1.1, 0.7, 1.3, 0.9, 1.7, 0.6, 1.9, 0.8])
    signs = np.array(list(itertools.product((1.0, -1.0), repeat=len(PARTIALS))))
    values = [evaluate(function, pattern * sizes) for pattern in signs]
    exact = FLOAT32_COEFFICIENT if any(value.dtype == np.float32 for value in values) else COEFFICIENT
    values = np.array(values, dtype=float)
    if evaluate(function, signs[0] * sizes) != values[0]:
        raise CheckFailed(
            "called a second time with the same inputs, it gives another answer. Does something stay behind?"
        )
    found = {}
    for chosen in itertools.product((False, True), repeat=len(PARTIALS)):
        mask = np.array(chosen)
        coefficient = np.mean(values * signs[:, mask].prod(axis=1)) / sizes[mask].prod()
        nearest = np.round(coefficient)
        coefficient = nearest if abs(coefficient - nearest) < exact else coefficient
        if coefficient:
            found[tuple(np.array(PARTIALS)[mask])] = float(coefficient)
    return found


def evaluate(function, numbers):
    """The answer for eight numbers: the arguments at n = 1 and the second of two steps.

    The first step is all zero. In a real LSTM its total derivatives are, so an answer may leave them out there.
    """
    shapes = {"dJ_dh": (2, 1)}
    arguments = {
        name: np.array([0.0, number]).reshape(shapes.get(name, (2, 1, 1)))
        for name, number in zip(PARTIALS, numbers, strict=True)
    }
    try:
        answer = unpack(call(function, arguments), {"result": None}, "array")["result"]
        return as_numbers("result", answer, np.ones((1, 1)))[0, 0]
    except CheckFailed as failure:
        raise failure if failure.not_done else failure.within("with T = 2 and n = 1: ") from None


def is_right(function, draws):
    """Whether the function gives the stored number at random draws of eight numbers, and again at the first one.

    Two sums of products that differ do not agree at eight random draws. So a right answer takes no more calls than
    that, and only a wrong one has its formula read off.
    """
    for draw in (*draws, draws[0]):
        value = evaluate(function, draw["numbers"])
        if not abs(value - draw["answer"]) <= TOLERANCE * abs(draw["answer"]):
            return False
    return True


def is_polynomial(function, found, numbers):
    """Whether the products that `terms` read off also give the answer for other numbers than those it was read off."""
    value = evaluate(function, numbers)
    size = sum(abs(value_of({factors: coefficient}, numbers)) for factors, coefficient in found.items())
    return abs(value - value_of(found, numbers)) <= TOLERANCE * max(size, abs(value))


def value_of(found, numbers):
    """What the sum of products that `terms` found gives for eight numbers."""
    given = dict(zip(PARTIALS, numbers, strict=True))
    return sum(coefficient * np.prod([given[name] for name in factors]) for factors, coefficient in found.items())


def ends_of(factors):
    """In which of the arrays by W^g a product ends; [] where it cannot be a path, or is known to be none."""
    ends = [name for name in factors if name in ENDS]
    known = digest("no path", *factors) in contents(FIXTURES)["derivation"]["no paths"]
    return ends if "dJ_dh" in factors and len(ends) == 1 and not known else []


def complaints_on(found):
    """(sentences, causes, whether all is about paths that are missing) on the products that `terms` found."""
    sentences, causes, met = [], [], {name: [] for name in ENDS}
    for factors, coefficient in found.items():
        product = " * ".join(factors) or "1"
        if not (ends := ends_of(factors)):
            sentences.append(f"the product {product} is no path from W^g to J")
            causes.append(sentences[-1])
            continue
        met[ends[0]].append(product)
        if coefficient != 1:
            sentences.append(f"the path {ENDS[ends[0]]} is counted {coefficient:.3g} times")
            causes.append(f"the path {ENDS[ends[0]]} is not counted once")
    for end, products in met.items():
        if len(products) > 1:
            sentences.append(f"of the products {', '.join(products)} one at most is a path from W^g to J")
            causes.append(f"more than one product ends in {end}")
    missing = [f"the path {ENDS[end]} is missing" for end, products in met.items() if not products and found]
    return sentences + missing, causes + missing, bool(missing) and not sentences


def check_paths(function):
    """Say which path is missing, extra or counted otherwise than once."""
    if function is None:
        raise CheckFailed(f"dJ_dWg: {NOT_DEFINED}")
    draws = list(contents(FIXTURES)["draws"].values())
    try:
        if is_right(function, draws):
            return
        found = terms(function)
    except CheckFailed as failure:
        raise failure.within("dJ_dWg: ") from None
    if all(np.isclose(value_of(found, draw["numbers"]), draw["answer"], rtol=TOLERANCE) for draw in draws):
        raise CheckFailed(
            "dJ_dWg: with T = 2 and n = 1, it follows the right formula for some inputs and "
            "not for others. Does it look at the size of a number, or does something stay behind from a call?"
        )
    if not is_polynomial(function, found, draws[0]["numbers"]):
        raise CheckFailed(
            "dJ_dWg: with T = 2 and n = 1, the answer is not a sum of products of these arguments: is there a power, a "
            "quotient, a bound, or a function such as tanh in it?",
            ["no sum of products"],
        )
    complaints, causes, only_missing = complaints_on(found)
    if not found:
        complaints = ["it adds up to 0: does the sum reach the last row, or does a `return` stand inside the loop"]
        causes = complaints
    if not complaints:
        complaints = ["not each of these products is a path from W^g to J: follow each of them, factor by factor"]
        causes = ["one of three products is no path from W^g to J"]
    shifted = " (Or is a row shifted or skipped? Row t of the total derivatives is the step before.)"
    products = [(f if c == 1 and f else (f"{c:.3g}", *f)) for f, c in found.items()]
    formula = " + ".join(map(" * ".join, products))
    formula = formula if len(formula) < 400 else f"a sum of {len(found)} products"
    raise CheckFailed(
        f"dJ_dWg: with one number in place of each matrix (n = 1), your formula for a step is {formula or '0'}. "
        + f"What is off: {'; '.join(complaints[:4])}. List the ways in which W^g can have changed h_t: see hint 2."
        + shifted * only_missing,
        causes[:4],
    )
