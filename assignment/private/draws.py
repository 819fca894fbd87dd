"""The numbers of the problems that the cases pose: the first draw in which no wrong answer can hide.

A draw depends on nothing but the term, the name of its problem and how many were rejected before. Each class below is
one kind of problem. It gives `arrays()`, the oracle's arrays in the order in which they are cheap to compute: each with
a bound that it has to pass, because people clip such arrays there, and with whether it is expected of an answer.
`first` takes a draw by predicates: `reach` here, `separation` and `conditioning` in `trials.py`.
"""

import hashlib
from functools import cached_property

import numpy as np

from given import RunningAverage
from private import reference as ref

MAX_DRAWS = 20_000
MARGIN = 1.15  # how far beyond a bound, so that clipping there changes an answer visibly
# What people clip, and the largest of the bounds in use for it that these problems pass. A tanh or a sigmoid beyond
# its bound is so flat that the mistakes behind it disappear.
GRADIENT, OUTPUT, STATE, ARGUMENT = 10, 10, 5, 3
LARGEST = 2000  # what is larger hides that something was rounded, or added
NEAR_ZERO = 1e-4  # of an array's largest entry: what is smaller may as well have been left out
ALIKE = 1e-5  # likewise: two entries that are nearer than that may as well have been exchanged


class NoDrawError(Exception):
    """No draw satisfies the predicates: the term cannot be used."""


def first(term, problem, make, predicates):
    """The first draw of a problem that satisfies all predicates.

    make(rng) makes a draw; predicates is a list of functions of one. Raises NoDrawError, which names the predicate that
    rejected the draw that came furthest.
    """
    furthest = 0
    for attempt in range(MAX_DRAWS):
        draw = make(generator(term, problem, attempt))
        failed = next((number for number, holds in enumerate(predicates) if not holds(draw)), None)
        if failed is None:
            return draw
        furthest = max(furthest, failed)
    raise NoDrawError(
        f"TERM = {term!r}: none of {MAX_DRAWS} draws of {problem} has {predicates[furthest].__name__}; "
        "take another text in private/term.py"
    )


def generator(term, problem, attempt=0):
    digest = hashlib.sha256(f"{term}/{problem}/{attempt}".encode()).digest()
    return np.random.default_rng(list(digest))


def reach(draw):
    """What people clip passes every bound in use; no expected entry is nearly zero, none is nearly another."""
    with np.errstate(divide="ignore"):  # of a unit that is so flat that its argument is infinite
        return all(
            passes(array, bound) and (not expected or is_legible(array)) for array, bound, expected in draw.arrays()
        )


def passes(array, bound):
    return np.max(np.abs(array)) > MARGIN * bound


def is_legible(array):
    """Whether its entries can be told apart, and from the wrong sign, from nothing, and from what was rounded.

    Exact zeros aside, which a shape dictates, as outside a diagonal.
    """
    sizes = np.sort(np.abs(array[array != 0]))
    both_signs = np.min(array) < 0 < np.max(array) or np.all((array >= 0) & (array < 1))  # all positive: a gate
    apart = sizes[0] > NEAR_ZERO * sizes[-1] and np.all(np.diff(sizes) > ALIKE * sizes[-1])
    return both_signs and apart and sizes[-1] < LARGEST


def three_decimals(values):
    """The same inputs, rounded so that they can be read, in a dict of any depth."""
    if isinstance(values, dict):
        return {name: three_decimals(value) for name, value in values.items()}
    return np.round(values, 3)


def logit(s):
    return np.log(s / (1 - s))


def loud(rng, T):
    """(T, 1): how large the inputs of each step are; one step drives what it reaches far beyond what is usual."""
    return 1 + 3 * np.eye(T)[rng.integers(T)][:, np.newaxis]


def late(T):
    """(T, 1): how large the upstream gradients of each step are; the last, which have the longest way, are larger."""
    return np.linspace(0.5, 2, T)[:, np.newaxis]


class RNN:
    """A vanilla RNN over T steps, with upstream gradients so large that what comes back is clipped at any bound."""

    def __init__(self, rng, T, k, n, m):
        self.inputs = three_decimals(
            {
                "xs": rng.standard_normal((T, k)) * loud(rng, T),
                "h0": rng.uniform(-1, 1, n),
                "dys": 15 * rng.standard_normal((T, m)) * late(T),
                "W_xh": rng.standard_normal((n, k)) / np.sqrt(k),
                "W_hh": 1.5 * np.linalg.qr(rng.standard_normal((n, n)))[0],
                "W_hy": 4 * rng.standard_normal((m, n)),
                "Bh": 0.7 * rng.standard_normal(n),
                "By": 4 * rng.standard_normal(m),
            }
        )

    @cached_property
    def weights(self):
        return {name: self.inputs[name] for name in ("W_xh", "W_hh", "W_hy", "Bh", "By")}

    @cached_property
    def states(self):
        """(hs, ys)."""
        return ref.rnn_forward(self.inputs["xs"], self.inputs["h0"], **self.weights)

    @cached_property
    def gradients(self):
        return ref.rnn_gradients(**self.inputs)

    def arrays(self):
        hs, ys = self.states
        yield np.arctanh(hs), ARGUMENT, False
        yield hs, 0, True
        yield ys, OUTPUT, True
        yield ref.rnn_carries(**self.inputs), GRADIENT, False
        for name in ("W_xh", "W_hh", "W_hy", "Bh", "By", "h0"):
            yield self.gradients[name], GRADIENT, True


class LSTM:
    """An LSTM over T steps, in the same way."""

    def __init__(self, rng, T, k, n):
        large = np.eye(n)[rng.integers(n)] * rng.choice((-10, 10))  # one unit whose cell state is clipped at any bound
        self.inputs = three_decimals(
            {
                "xs": rng.standard_normal((T, k)) * loud(rng, T),
                "h0": rng.uniform(-1, 1, n),
                "C0": 1.5 * rng.standard_normal(n) + large,
                "p": {name: rng.standard_normal((k if name[0] == "U" else n, n)) for name in ref.LSTM_PARAMETERS},
                "dJ_dh": 100 * rng.standard_normal((T, n)) * late(T),
            }
        )

    @cached_property
    def sequence(self):
        return {name: self.inputs[name] for name in ("xs", "h0", "C0", "p")}

    @cached_property
    def states(self):
        return ref.lstm_forward(**self.sequence)

    @cached_property
    def gradients(self):
        return ref.lstm_gradients(**self.inputs)

    def arrays(self):
        for gate in "fio":
            yield logit(self.states[gate]), ARGUMENT, False
        yield np.arctanh(self.states["g"]), ARGUMENT, False
        for name in "fiogh":
            yield self.states[name], 0, True
        yield self.states["C"], STATE, True
        for carry in ref.lstm_carries(**self.inputs).values():
            yield carry, GRADIENT, False
        for gradient in self.gradients.values():
            yield gradient, GRADIENT, True


class LSTMStep:
    """One step of an LSTM, whose gates and cell state are clipped at any bound."""

    def __init__(self, rng, k, n):
        large = np.eye(n)[rng.integers(n)] * rng.choice((-10, 10))
        self.inputs = three_decimals(
            {
                "x": rng.standard_normal(k),
                "h_prev": rng.uniform(-1, 1, n),
                "C_prev": 1.5 * rng.standard_normal(n) + large,
                "p": {name: 2.5 * rng.standard_normal((k if name[0] == "U" else n, n)) for name in ref.LSTM_PARAMETERS},
            }
        )

    @cached_property
    def want(self):
        return ref.lstm_step(**self.inputs)

    def arrays(self):
        for gate in "fio":
            yield logit(self.want[gate]), ARGUMENT, False
        yield np.arctanh(self.want["g"]), ARGUMENT, False
        for name in "fiogh":
            yield self.want[name], 0, True
        yield self.want["C"], STATE, True


class Averages:
    """The small cell of q3, with k = n + 1 inputs and two outputs, over T steps."""

    def __init__(self, rng, T, n):
        self.inputs = three_decimals(
            {
                "start": 12 * rng.standard_normal(n),
                "xs": 15 * rng.standard_normal((T, n + 1)),
            }
        )
        # Not the default: whoever copies the cell's formula has another number there.
        self.inputs["keep"] = round(rng.uniform(0.5, 0.65), 3)

    @cached_property
    def want(self):
        cell, hs, ys = RunningAverage(self.inputs["start"], self.inputs["keep"]), [], []
        for x in self.inputs["xs"]:
            ys.append(cell.forward(x))
            hs.append(cell.hidden_state)
        return {"hs": np.array(hs), "ys": np.array(ys)}

    def arrays(self):
        yield self.want["hs"], OUTPUT, True
        yield self.want["ys"], OUTPUT, True


class Step:
    """A state and a matrix W_hh, for the Jacobian of one step."""

    def __init__(self, rng, n):
        self.inputs = three_decimals({"h": rng.uniform(-0.9, 0.9, n), "W_hh": 8 * rng.standard_normal((n, n))})

    @cached_property
    def want(self):
        return ref.state_jacobian(**self.inputs)

    def arrays(self):
        yield self.want, GRADIENT, True


class Chain:
    """T states and a matrix W_hh, for the product of the steps' Jacobians."""

    def __init__(self, rng, T, n):
        self.inputs = three_decimals({"hs": rng.uniform(-0.95, 0.95, (T, n)), "W_hh": 3 * rng.standard_normal((n, n))})

    @cached_property
    def want(self):
        return ref.jacobian_through_time(**self.inputs)

    def arrays(self):
        W_hh = self.inputs["W_hh"]
        yield np.array([ref.state_jacobian(h, W_hh) for h in self.inputs["hs"]]), STATE, False
        yield self.want, GRADIENT, True


class Partials:
    """The eight arrays of q6a, filled with numbers that no LSTM would give."""

    def __init__(self, rng, T, n):
        self.inputs = three_decimals({name: 2 * value for name, value in ref.random_partials(rng, T, n).items()})

    @cached_property
    def want(self):
        return ref.dJ_dWg(**self.inputs)

    def arrays(self):
        d = self.inputs
        yield d["dh_dhprev"] @ d["dhprev_dWg"], GRADIENT, False
        yield d["dh_dC"] @ d["dC_dWg"], GRADIENT, False
        yield d["dh_dC"] @ d["dC_dCprev"] @ d["dCprev_dWg"], GRADIENT, False
        yield self.want, GRADIENT, True


class Gates:
    """The forget gates of T steps."""

    def __init__(self, rng, T, n):
        self.inputs = three_decimals({"fs": rng.uniform(0.3, 0.98, (T, n))})

    @cached_property
    def want(self):
        return ref.cell_carry(**self.inputs)

    def arrays(self):
        yield self.want, 0, True


class Numbers:
    """Eight numbers for the eight partials, all of them away from 0."""

    def __init__(self, rng, count):
        self.inputs = three_decimals({"sizes": rng.uniform(0.5, 2, count) * rng.choice((-1, 1), count)})

    def arrays(self):
        yield self.inputs["sizes"], 0, True
