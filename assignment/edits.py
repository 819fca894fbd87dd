"""Edits of the inputs of a problem: fewer or more steps, other sizes, numbers that are zero, larger or negative.

An edit is a function that changes a dict of inputs, of any depth, in place: its arrays are made anew, none is written
into. Students receive this file. It must never hold a formula of the assignment.
"""

import numpy as np

from answers import arrays

AXES = {  # what each axis of an input counts: steps T, inputs k, hidden units n, outputs m, entries of a matrix N
    "xs": "Tk",
    "dys": "Tm",
    "hs": "Tn",
    "fs": "Tn",
    "dJ_dh": "Tn",
    "x": "k",
    "By": "m",
    "W_xh": "nk",
    "W_hh": "nn",
    "W_hy": "mn",
    **dict.fromkeys(("h", "h0", "C0", "h_prev", "C_prev", "Bh", "start"), "n"),
    **dict.fromkeys(("Uf", "Ui", "Uo", "Ug"), "kn"),
    **dict.fromkeys(("Wf", "Wi", "Wo", "Wg"), "nn"),
    **dict.fromkeys(("dh_dhprev", "dh_dC", "dC_dCprev", "dh_do"), "Tnn"),
    **dict.fromkeys(("dhprev_dWg", "dC_dWg", "dCprev_dWg"), "TnN"),
}
TIMED = frozenset(name for name, axes in AXES.items() if axes[0] == "T")
FADING = 0.9  # what is there once more, where an axis becomes longer, is so many times as large


def steps_of(inputs):
    """The number of steps; 0 where the inputs have none."""
    return next((len(inputs[name]) for name in inputs if name in TIMED), 0)


def edited(problem, edits):
    inputs = arrays(problem)
    for edit in edits:
        edit(inputs)
    return inputs


def changed(inputs, change):
    """Put `change(name, array)` in place of every array, in a dict of any depth."""
    for name, value in inputs.items():
        if isinstance(value, dict):
            changed(value, change)
        else:
            inputs[name] = change(name, value)


def resized(**sizes):
    """Other sizes, by the letters of AXES: an axis is cut, or goes on with what it starts with, a little smaller."""
    if "n" in sizes:
        sizes["N"] = sizes["n"] ** 2

    def fitted(name, a):
        for axis, letter in enumerate(AXES.get(name, "")):
            if letter in sizes:
                places, length = np.arange(sizes[letter]), a.shape[axis]
                faded = np.expand_dims(FADING ** (places // length), tuple(range(1, a.ndim - axis)))
                a = a.take(places % length, axis) * faded
        return a

    return lambda inputs: changed(inputs, fitted)


def steps(T):
    """The first T steps, or all of them and then from the first one again."""
    return resized(T=T)


one_unit = resized(n=1)


def zero(*names):
    return lambda inputs: changed(inputs, lambda name, a: 0 * a if name in names else a)


def scaled(factor, *names):
    return lambda inputs: changed(inputs, lambda name, a: factor * a if name in names else a)


SIGNED = ["xs", "dys", "dJ_dh", "h0", "C0", "h_prev", "C_prev", "x", "h", "hs", "Bh", "By", "start", "W_hh", "dC_dWg"]


def turned(inputs):
    """Inputs, states, biases and upstream gradients with the other sign, and W_hh."""
    scaled(-1, *SIGNED)(inputs)


def upstream(step):
    """Upstream gradients at one step only, counted from 0."""

    def only(name, a):
        if name not in ("dys", "dJ_dh"):
            return a
        kept = np.zeros_like(a)
        kept[step] = a[step]
        return kept

    return lambda inputs: changed(inputs, only)


def diagonal(*names):
    return lambda inputs: changed(inputs, lambda name, a: a * np.eye(a.shape[-1]) if name in names else a)


def same_rows(*names):
    return lambda inputs: changed(inputs, lambda name, a: np.broadcast_to(a[0], a.shape).copy() if name in names else a)


def mirrored(*names):
    """Other numbers in arrays of the same sizes: the last entry of each row comes first, a little smaller."""
    return lambda inputs: changed(inputs, lambda name, a: FADING * np.atleast_1d(a)[..., ::-1] if name in names else a)


def unit(number, change, *names):
    """The entries of one hidden unit, changed in all of these arrays."""

    def one(name, a):
        if name not in names:
            return a
        a = np.array(a)
        a[..., number] = change(a[..., number])
        return a

    return lambda inputs: changed(inputs, one)
