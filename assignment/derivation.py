"""Read a formula off a function: which products of its arguments does it add up?

Students receive this file. It knows how to look, and never what should be found: the right paths stand in
`fixtures.json` as digests.
"""

import itertools

import numpy as np

from advice import CheckFailed
from answers import as_numbers, call, unpack
from checks import FIXTURES, FLOAT32, FORWARD, contents, digest

PARTIALS = ("dJ_dh", "dh_dhprev", "dhprev_dWg", "dh_dC", "dC_dWg", "dC_dCprev", "dCprev_dWg", "dh_do")
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
        raise failure.within("with T = 2 and n = 1: ") from None


def is_right(function, draws):
    """Whether the function gives the stored number at random draws of eight numbers, and again at the first one.

    Two sums of products that differ do not agree at eight random draws. So a right answer takes no more calls than
    that, and only a wrong one has its formula read off.
    """
    for draw in (*draws, draws[0]):
        value = evaluate(function, draw["numbers"])
        limit = FLOAT32[FORWARD] if value.dtype == np.float32 else FORWARD
        if not abs(value - draw["answer"]) <= limit * abs(draw["answer"]):
            return False
    return True


def check_paths(function):
    """Say which path is missing, extra or counted otherwise than once."""
    if function is None:
        raise CheckFailed("dJ_dWg: is not defined. Run the cell that defines it.")
    stored = contents(FIXTURES)
    try:
        if is_right(function, list(stored["draws"].values())):
            return
        found = terms(function)
    except CheckFailed as failure:
        raise failure.within("dJ_dWg: ") from None
    paths = stored["paths"]
    complaints, met = [], set()
    for factors, coefficient in found.items():
        name = digest("path", *factors)
        met.add(name)
        if name not in paths:
            complaints.append(f"the product {' * '.join(factors) or '1'} is no path from W^g to J")
        elif coefficient != 1:
            complaints.append(f"the path {paths[name]} is counted {coefficient:.3g} times")
    missing = [words for name, words in paths.items() if name not in met]
    complaints += [f"the path {words} is missing" for words in (missing if met else ())]
    if not met:
        complaints = ["it adds up to 0: does the sum reach the last row, or does a `return` stand inside the loop"]
    if not complaints:
        raise CheckFailed(
            "dJ_dWg: with T = 2 and n = 1, it follows the right formula for some inputs and "
            "not for others. Does it look at the size of a number, or does something stay behind from a call?"
        )
    shifted = " (Or is a row shifted or skipped? Row t of the total derivatives is the step before.)"
    products = [(f if c == 1 and f else (f"{c:.3g}", *f)) for f, c in found.items()]
    formula = " + ".join(map(" * ".join, products))
    formula = formula if len(formula) < 400 else f"a sum of {len(found)} products"
    raise CheckFailed(
        f"dJ_dWg: with one number in place of each matrix (n = 1), your formula for a step is {formula or '0'}. "
        + f"What is off: {'; '.join(complaints[:4])}. List the ways in which W^g can have changed h_t: see hint 2."
        + (shifted if met and len(complaints) == len(missing) else ""),
        complaints[:4],
    )
