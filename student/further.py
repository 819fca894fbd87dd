"""Further inputs for an answer that is right in a case: other weights and sizes, one step and many, large numbers.

Each is an edit of the inputs of a case. `fixtures.json` holds a mixture of the numbers that are expected there, so that
an answer can be told right or wrong, and nothing else. Students receive this file. It must never hold a formula of the
assignment.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edits import changed, edited, mirrored, resized, scaled, steps, steps_of, unit

LONGEST = 12  # steps: more than any case has, public or hidden
W, U = ("Wf", "Wi", "Wo", "Wg"), ("Uf", "Ui", "Uo", "Ug")
CLIPPED = "Is something clipped?"
FITS = "Is something kept from an earlier call, or a number written in that fits the inputs of this check alone?"


@dataclass(frozen=True)
class Further:
    """Other inputs.

    says: they in words, which follow "wrong". look: what they suggest. edit: what makes them. slight: whether an error
    there may be small and yet be one of what `look` says; single precision is too coarse to be held to it.
    """

    says: str
    look: str
    edit: Callable
    slight: bool = False

    def of(self, inputs):
        return edited(inputs, [self.edit])


def other(*names):
    """Other weights of the same sizes: what was kept of the first ones does not fit."""
    return Further("for other weights of the same sizes", FITS, mirrored(*names))


def sizes(says, **letters):
    return Further(f"at other sizes ({says})", "Is a size written in?", resized(**letters))


def large(says, factor, *names):
    return Further(f"where {says}", CLIPPED, scaled(factor, *names))


def flat(says, edit):
    return Further(f"where {says}", "Is something clipped, kept away from 0 or from 1, or a little added?", edit, True)


ONE = Further("for T = 1", "What becomes of a sequence of a single step?", steps(1))
MANY = Further(f"for T = {LONGEST}", "Is a number of steps written in?", steps(LONGEST))


def limits(*names):
    """States with a unit that is all but 1 or -1, where the slope of tanh is nearly 0, and one where the slope is 1."""

    def edit(inputs):
        unit(0, lambda h: np.sign(h) * (1 - 1e-9), *names)(inputs)
        unit(1, lambda h: 0 * h, *names)(inputs)

    return edit


def bias(inputs):
    """A bias so large that the first unit is at 1 or -1, and its slope is 0."""
    unit(0, lambda b: 40 * np.sign(b), "Bh")(inputs)


def gates(inputs):
    """Gates of which one unit's are all but 1 and another's all but 0, or the reverse, and a candidate near 0."""

    def at_limits(name, a):
        if name in (*U, *W):
            a = np.array(a)
            a[:, 0] *= 60
            a[:, 1] = -a[:, 0]
            a[:, 2] *= 0.003 if name.endswith("g") else 1
        return a

    changed(inputs, at_limits)


def extremes(fs):
    """Forget gates that are nearly 0 at every other step, and nearly 1 in between."""
    fs = np.array(fs)
    fs[::2] *= 1e-7
    fs[1::2] = 1 - 1e-5 * fs[1::2]
    return fs


def forget(inputs):
    inputs["fs"] = extremes(inputs["fs"])


def upstream_and_cell(inputs):
    """One cell alone, so that a gradient comes back through the others; each step halves it, until it is small."""
    steps(LONGEST if steps_of(inputs) > 1 else 1)(inputs)
    scaled(1e4, "dJ_dh")(inputs)
    unit(0, lambda c: 3000 * np.sign(c), "C0")(inputs)
    unit(0, lambda column: 0 * column, "Uf", "Wf")(inputs)


LSTM = {
    "weights": other(*U, *W),
    "sizes": sizes("k = 4, n = 5", k=4, n=5),
    "flat": flat("gates are nearly 0 or 1", gates),
}
LSTM_FORWARD = LSTM | {"large": large("C_{t-1} is large", 1000, "C0", "C_prev")}
LSTM_BACK = LSTM | {"large": Further("where dJ_dh and one C_0 are large", CLIPPED, upstream_and_cell)}
FURTHER = {  # {question of the notebook: {key: Further}}; ONE and MANY are added where a case has many steps
    "q2_vanilla_rnn": {
        "weights": other("W_xh", "W_hh", "W_hy", "Bh", "By"),
        "sizes": sizes("k = 6, n = 5, m = 4", k=6, n=5, m=4),
        "large": large("the outputs are large", 1000, "W_hy", "By"),
        "flat": flat("the states are nearly 1 or -1", scaled(100, "Bh")),
    },
    "q3_unroll": {
        "weights": Further("for another cell", FITS, scaled(0.9, "start", "keep")),
        "sizes": sizes("k = 7, n = 6", k=7, n=6),
        "large": large("all numbers are large", 1000, "start", "xs"),
    },
    "q4a_state_jacobian": {
        "weights": other("W_hh"),
        "sizes": sizes("n = 5", n=5),
        "large": large("W_hh is large", 1000, "W_hh"),
        "flat": flat("the slope is nearly 0 or 1", limits("h")),
    },
    "q4b_jacobian_through_time": {
        "weights": other("W_hh"),
        "sizes": sizes("n = 5", n=5),
        "large": large("W_hh is large", 100, "W_hh"),
        "flat": flat("slopes are nearly 0 or 1", limits("hs")),
    },
    "q4c_rnn_backward": {
        "weights": other("W_xh", "W_hh", "W_hy", "Bh", "By"),
        "sizes": sizes("k = 6, n = 5, m = 4", k=6, n=5, m=4),
        "large": large("dys is large", 1e4, "dys"),
        "flat": flat("one unit's states are nearly 1 or -1", bias),
    },
    "q5a_lstm_step": LSTM_FORWARD,
    "q5b_lstm_unroll": LSTM_FORWARD,
    "q6a_derivation": {
        "weights": Further("for other gradients", FITS, mirrored("dC_dWg", "dhprev_dWg", "dCprev_dWg")),
        "sizes": sizes("n = 5", n=5),
        "large": large("dJ_dh is large", 1e4, "dJ_dh"),
    },
    "q6b_lstm_dWg": LSTM_BACK,
    "q6d_lstm_backward": LSTM_BACK,
    "q7b_cell_carry": {
        "weights": Further("for other gates", FITS, mirrored("fs")),
        "sizes": sizes("n = 5", n=5),
        "flat": flat("gates are nearly 0 or 1", forget),
    },
}


def further(question, inputs):
    """{key: Further} for a case of a question with these inputs."""
    found = FURTHER.get(question, {})
    lengths = {"one": ONE, "many": MANY} if found and steps_of(inputs) > 1 else {}
    return {key: found[key] for key in found if key == "weights"} | lengths | found


def mixture(array):
    """One number that stands for all numbers of an array: two arrays that agree in it differ by chance only."""
    values = np.ravel(array).astype(np.float64)
    return float(values @ np.cos(np.arange(1, len(values) + 1)))


def error_of(array, mixed):
    """How far an array is from one of that mixture, relative to its size."""
    with np.errstate(all="ignore"):
        size = max(np.linalg.norm(array.astype(np.float64)), abs(mixed) / array.size)
        return abs(mixture(array) - mixed) / size if size else 0.0
