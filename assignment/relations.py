"""What numbers alone tell: whether wrong arrays are the expected ones but for one simple change.

Each relation is a fact about the numbers, true whatever the code was. Students receive this file. It must never hold a
formula of the assignment.
"""

from dataclasses import dataclass

import numpy as np

from findings import Relation
from gradcheck import relative_error

CLOSE = 1e-6  # relative: two arrays that agree so far are taken for the same
NAMES = "Look at where each gets its name."
HALF = 2e-3  # what float16 makes of a right answer is nearer than this


def relation_of(got, want, wrong, steps, T):
    """The Relation that holds for all `wrong` arrays; None where there is none. The arguments are those of Seen."""
    seen = Seen(got, want, wrong, steps, T)
    looks = (zeros, exchanged, factor, offset, repeated, clipped, norm_clipped, signless, turned, in_time, half)
    return next(filter(None, (look(seen) for look in looks)), None)


@dataclass(frozen=True)
class Seen:
    """What came and what was expected, {name: array}.

    wrong: the names of the wrong arrays. steps: those whose first axis is time. T: the number of steps, or 0.
    """

    got: dict
    want: dict
    wrong: list
    steps: tuple
    T: int


def has_negative(want, wrong):
    return all(want[name].min() < 0 for name in wrong)


def alike(a, b):
    return a.shape == b.shape and relative_error(a, b) < CLOSE


def told(wrong, words, one="is", many="are"):
    return f"{', '.join(wrong)} {one if len(wrong) == 1 else many} {words}"


def zeros(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    zero = tuple(name for name in wrong if np.abs(got[name]).max() <= 1e-12 * np.abs(want[name]).max())
    if not zero:
        return None
    return Relation("zero", zero, told(zero, "zero throughout"), 0.0, "Is a value ever assigned or added there?")


def exchanged(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    for name in wrong:
        for other in want:
            if other == name or not alike(got[name], want[other]):
                continue
            if other in wrong and alike(got[other], want[name]):
                return Relation("exchanged", (name, other), f"{name} and {other} are exchanged", other, NAMES)
            look = "Is one array written into at every step, not a new one assigned?" if "step" in name else ""
            return Relation("another", (name,), f"{name} holds the numbers of {other}", other, look)
    return None


def factor(seen):
    """The same factor in all wrong arrays."""
    got, want, wrong = seen.got, seen.want, seen.wrong
    got, want = (np.concatenate([np.ravel(part[name]) for name in wrong]) for part in (got, want))
    if len(got) < 2:
        return None
    with np.errstate(all="ignore"):  # the product of very large numbers
        c = float(got @ want / (want @ want))
    if not np.isfinite(c) or abs(c) < 1e-6 or abs(c - 1) < 1e-5 or not relative_error(got, c * want) < CLOSE:
        return None
    norm = float(np.linalg.norm(got))
    if c > 0 and is_round(norm):
        says = told(wrong, f"{c:.4g} times the expected numbers, which makes the norm {norm:.4g}")
        return Relation("norm", tuple(wrong), says, norm, "Is something scaled to that norm?")
    times = "minus the expected numbers" if abs(c + 1) < 1e-5 else f"{c:.4g} times the expected numbers"
    divided = seen.T > 1 and abs(c * seen.T - 1) < 1e-5
    look = f"Is something divided by the number of steps, {seen.T}?" if divided else ""
    return Relation("factor", tuple(wrong), told(wrong, times), c, look)


def is_round(number):
    """Whether a number is one that people choose for a bound: two digits at most."""
    return number > 0 and abs(float(f"{number:.1e}") - number) < 1e-6 * number


def offset(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    got, want = (np.concatenate([np.ravel(part[name]) for name in wrong]) for part in (got, want))
    off = got - want
    if len(off) < 3 or not np.ptp(off) <= CLOSE * np.abs(off).max():
        return None
    c = float(np.mean(off))
    more = f"{abs(c):.4g} too {'large' if c > 0 else 'small'}"
    return Relation("offset", tuple(wrong), told(wrong, f"{more}, every entry by the same"), c)


def clipped(seen):
    """The expected numbers, cut off at one bound. The wrong arrays may have been cut together only."""
    got, want, wrong = seen.got, seen.want, seen.wrong
    bound = max(float(np.abs(got[name]).max()) for name in wrong)
    low = min(float(got[name].min()) for name in wrong)
    for a, words in ((-bound, f"from {-bound:.4g} to {bound:.4g}"), (max(low, 0.0), f"from {low:.4g} to {bound:.4g}")):
        cut = [name for name in wrong if alike(got[name], np.clip(want[name], a, bound))]
        if cut == list(wrong) and is_round(bound) and any(np.abs(want[name]).max() > bound for name in wrong):
            says = told(wrong, f"right but clipped to the range {words}")
            return Relation("clip", tuple(wrong), says, (a, bound), "No bound belongs here.")
    if has_negative(want, wrong) and all(alike(got[name], np.maximum(want[name], 0)) for name in wrong):
        return Relation(
            "clip", tuple(wrong), told(wrong, "right but zero wherever it should be negative"), (0.0, np.inf)
        )
    return None


def norm_clipped(seen):
    """Each wrong array scaled by its own factor, to one norm."""
    got, want, wrong = seen.got, seen.want, seen.wrong
    if len(wrong) < 2:
        return None
    norms = [float(np.linalg.norm(got[name])) for name in wrong]
    if not is_round(norms[0]) or np.ptp(norms) > CLOSE * norms[0]:
        return None
    for name, norm in zip(wrong, norms, strict=True):
        if not alike(got[name], want[name] * norm / np.linalg.norm(want[name])):
            return None
    says = told(wrong, f"scaled down until the norm of each is {norms[0]:.4g}")
    return Relation("norm", tuple(wrong), says, norms[0], "Is something scaled to that norm?")


def signless(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    if has_negative(want, wrong) and all(alike(got[name], np.abs(want[name])) for name in wrong):
        return Relation("abs", tuple(wrong), told(wrong, "right but for the signs: all are positive"))
    return None


def turned(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    square = [name for name in wrong if want[name].ndim == 2 and want[name].shape[0] == want[name].shape[1]]
    flipped = tuple(name for name in square if alike(got[name], want[name].T))
    return Relation("transposed", flipped, told(flipped, "right but transposed")) if flipped else None


def in_time(seen):
    """Rows in another order, or of another step."""
    got, want, wrong = seen.got, seen.want, seen.wrong
    rows = [name for name in wrong if name in seen.steps and len(want[name]) > 1]
    for name in rows:
        a, b = got[name], want[name]
        if alike(a, b[::-1]):
            return Relation("reversed", (name,), f"the rows of {name} stand in reverse order")
        if len(b) > 2 and alike(a[1:], b[:-1]):
            return Relation("late", (name,), f"the rows of {name} are one step late: row 1 is what row 0 should be", 1)
        if len(b) > 2 and alike(a[:-1], b[1:]):
            return Relation(
                "early", (name,), f"the rows of {name} are one step early: row 0 is what row 1 should be", 1
            )
        if alike(a, np.broadcast_to(a[0], a.shape)):
            for row in range(len(b)):
                if alike(a[0], b[row]):
                    return Relation("rows", (name,), f"every row of {name} is what row {row} should be", row)
            return Relation("rows", (name,), f"all rows of {name} are the same", -1)
    return None


def repeated(seen):
    got, want, wrong = seen.got, seen.want, seen.wrong
    for name in wrong:
        a, b = got[name], want[name]
        saturated = abs(abs(np.ravel(a)[0]) - 1) < CLOSE
        if (
            not saturated
            and a.size > 1
            and np.any(a)
            and alike(a, np.full(a.shape, np.ravel(a)[0]))
            and np.ptp(b) > CLOSE * np.abs(b).max()
        ):
            look = "Is it one number (a sum, a dot product) where a vector belongs?"
            return Relation(
                "one number", (name,), f"all entries of {name} are the same number", float(np.ravel(a)[0]), look
            )
        if a.ndim == 2 and len(a) > 1 and np.any(a) and name not in seen.steps:
            for lines, axis in ((a, "rows"), (a.T, "columns")):
                if alike(lines, np.broadcast_to(lines[0], lines.shape)):
                    return Relation("lines", (name,), f"all {axis} of {name} are the same", axis)
    return None


def half(seen):
    """Numbers of 16 bits, which have three digits."""
    got, want, wrong = seen.got, seen.want, seen.wrong
    for name in wrong:
        with np.errstate(over="ignore"):
            short = got[name].astype(np.float16).astype(np.float64)
        if not (np.array_equal(short, got[name]) and relative_error(got[name], want[name]) < HALF):
            return None
    return Relation("float16", tuple(wrong), told(wrong, "right to the three digits of float16"), 16, "Keep float64.")
