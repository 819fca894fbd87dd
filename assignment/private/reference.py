"""The oracle: what the right answers are, computed in a second way that nobody had to derive.

`cases.py` takes from it every number that an answer is compared with. The forward passes are the worksheet's
equations, one line to an equation and one loop over time. Every derivative is the complex step of a
forward pass, f'(x) = Im f(x + ih) / h with h = 1e-30: there is no difference to cancel, so it is exact to rounding.

It must never reach a student (it holds the answers), never contain a derived gradient (which could share a
mistake with the solutions), and never be made fast.

Conventions, as in the worksheet: the vanilla RNN multiplies a column, `W_hh @ h`; the LSTM multiplies a row,
`h @ Wf`. T steps, k inputs, n hidden units, m outputs. A Jacobian dy_dx has shape (size of y, size of x), and
a matrix is flattened row by row. The forward passes take complex arrays; derivatives are taken at real ones.
"""

import numpy as np

STEP = 1e-30
LSTM_PARAMETERS = ("Uf", "Ui", "Uo", "Ug", "Wf", "Wi", "Wo", "Wg")


# The complex step


def _jacobian(f, x):
    """(size of f(x), size of x): the Jacobian of an analytic `f` at the real array `x`."""
    x = np.asarray(x, dtype=float)
    columns = []
    for index in np.ndindex(x.shape):
        nudged = x.astype(complex)
        nudged[index] += 1j * STEP
        columns.append(np.ravel(f(nudged)).imag / STEP)
    return np.stack(columns, axis=1)


def _gradients(J, arguments):
    """dict: the gradient of the scalar `J(**arguments)` with respect to each argument, in that argument's shape."""
    gradients = {}
    for name, value in arguments.items():
        jacobian = _jacobian(lambda nudged, name=name: J(**{**arguments, name: nudged}), value)
        gradients[name] = jacobian.reshape(np.shape(value))
    return gradients


# The vanilla RNN (worksheet 1.3)


def rnn_step(x, h_prev, W_xh, W_hh, W_hy, Bh, By):
    """One step on x (k,) and h_prev (n,): the state h (n,) and the output y (m,).

    W_xh (n, k), W_hh (n, n), W_hy (m, n), Bh (n,), By (m,).
    """
    h = np.tanh(W_hh @ h_prev + W_xh @ x + Bh)
    y = W_hy @ h + By
    return h, y


def rnn_forward(xs, h0, W_xh, W_hh, W_hy, Bh, By):
    """All steps on xs (T, k) from h0 (n,): the states hs = h_1..h_T (T, n) and the outputs ys (T, m)."""
    hs, ys = [], []
    h = h0
    for x in xs:
        h, y = rnn_step(x, h, W_xh, W_hh, W_hy, Bh, By)
        hs.append(h)
        ys.append(y)
    return np.array(hs), np.array(ys)


def state_jacobian(h, W_hh):
    """(n, n): dh_t/dh_{t-1} where h_t = h (n,).

    The step is h_t = tanh(z + W_hh d), with d the change of h_{t-1}, and z = arctanh(h) recovers the
    pre-activation. Raises ValueError where h is no state of a tanh.
    """
    return jacobian_through_time(np.asarray(h)[np.newaxis], W_hh)


def jacobian_through_time(hs, W_hh):
    """(n, n): dh_T/dh_0 where hs = h_1..h_T (T, n): a change of h_0 carried through all steps.

    Exact while its entries stay below 1e20: beyond, a step of 1e-30 grows too large for the end of the chain.
    Raises ValueError where hs are no states of a tanh.
    """
    hs = np.asarray(hs, dtype=float)
    if not np.all(np.abs(hs) <= 1):
        raise ValueError("a state of a vanilla RNN is a tanh: its entries lie between -1 and 1")
    with np.errstate(divide="ignore"):  # a saturated unit has an infinite pre-activation: nothing moves it
        preactivations = np.arctanh(hs)

    def last_change(d):
        for z in preactivations:
            # The imaginary part is the change. The real part is h_t again: the chain stays at the given hs.
            d = 1j * np.tanh(z + W_hh @ d).imag
        return d

    return _jacobian(last_change, np.zeros(hs.shape[1]))


def rnn_gradients(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    """dict of W_xh W_hh W_hy Bh By h0 xs: the gradients of J = sum_t dys[t] . y_t, with dys (T, m)."""

    def J(**arguments):
        _, ys = rnn_forward(**arguments)
        return np.sum(dys * ys)

    return _gradients(J, {"W_xh": W_xh, "W_hh": W_hh, "W_hy": W_hy, "Bh": Bh, "By": By, "h0": h0, "xs": xs})


def rnn_carries(xs, h0, dys, **weights):
    """(T - 1, n): what the steps after t send back to h_t, for t = 1..T-1; arguments as for `rnn_gradients`."""
    hs, _ = rnn_forward(xs, h0, **weights)

    def J_after(t, h):
        return np.sum(dys[t:] * rnn_forward(xs[t:], h, **weights)[1])

    return np.concatenate([_jacobian(lambda h, t=t: J_after(t, h), hs[t - 1]) for t in range(1, len(xs))])


# The LSTM (worksheet 2)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_step(x, h_prev, C_prev, p):
    """One step on x (k,), h_prev (n,), C_prev (n,): dict of f i o g C h, each (n,).

    p = dict of Uf Ui Uo Ug (k, n) and Wf Wi Wo Wg (n, n); g is the worksheet's C tilde.
    """
    f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
    i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
    o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
    g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
    C = f * C_prev + i * g
    h = np.tanh(C) * o
    return {"f": f, "i": i, "o": o, "g": g, "C": C, "h": h}


def lstm_forward(xs, h0, C0, p):
    """All steps on xs (T, k) from h0 (n,) and C0 (n,): dict of f i o g C h, each (T, n), for t = 1..T."""
    steps = []
    h, C = h0, C0
    for x in xs:
        step = lstm_step(x, h, C, p)
        h, C = step["h"], step["C"]
        steps.append(step)
    return {name: np.array([step[name] for step in steps]) for name in "fiogCh"}


def lstm_gradients(xs, h0, C0, p, dJ_dh):
    """dict of the eight parameters, xs, h0, C0: gradients of J = sum_t dJ_dh[t] . h_t, with dJ_dh (T, n)."""

    def J(xs, h0, C0, **p):
        return np.sum(dJ_dh * lstm_forward(xs, h0, C0, p)["h"])

    return _gradients(J, {**{name: p[name] for name in LSTM_PARAMETERS}, "xs": xs, "h0": h0, "C0": C0})


def lstm_carries(xs, h0, C0, p, dJ_dh):
    """dict of h and C, each (T - 1, n): what the steps after t send back to h_t (C_t held) and to C_t (h_t held)."""
    states = lstm_forward(xs, h0, C0, p)
    carries = {"h": [], "C": []}
    for t in range(1, len(xs)):

        def J_after(h, C, t=t):
            return np.sum(dJ_dh[t:] * lstm_forward(xs[t:], h, C, p)["h"])

        for name, gradient in _gradients(J_after, {"h": states["h"][t - 1], "C": states["C"][t - 1]}).items():
            carries[name].append(gradient)
    return {name: np.array(gradients) for name, gradients in carries.items()}


def lstm_partials(xs, h0, C0, p, dJ_dh):
    """dict of the worksheet's eight gradients, stacked over t = 1..T, as question q6 reads them.

    dJ_dh       (T, n)       given: the direct derivative of the loss with respect to h_t
    dh_dhprev   (T, n, n)    C_{t-1} is held; through all four gates
    dhprev_dWg  (T, n, n*n)  total: through all steps before t; zero at t = 1
    dh_dC       (T, n, n)    o_t is held
    dC_dWg      (T, n, n*n)  immediate: h_{t-1} and C_{t-1} are held
    dC_dCprev   (T, n, n)    h_{t-1} is held
    dCprev_dWg  (T, n, n*n)  total: through all steps before t; zero at t = 1
    dh_do       (T, n, n)    C_t is held
    """
    T, n = np.shape(dJ_dh)

    def previous(name, start, Wg):
        """(T, n): h_0..h_{T-1} or C_0..C_{T-1}, the whole past recomputed with Wg."""
        return np.array([start, *lstm_forward(xs, h0, C0, {**p, "Wg": Wg})[name][:-1]])

    h_prevs, C_prevs = previous("h", h0, p["Wg"]), previous("C", C0, p["Wg"])
    steps = [_step_partials(xs[t], h_prevs[t], C_prevs[t], p) for t in range(T)]
    return {
        "dJ_dh": np.array(dJ_dh, dtype=float),
        "dhprev_dWg": _jacobian(lambda Wg: previous("h", h0, Wg), p["Wg"]).reshape(T, n, n * n),
        "dCprev_dWg": _jacobian(lambda Wg: previous("C", C0, Wg), p["Wg"]).reshape(T, n, n * n),
        **{name: np.array([step[name] for step in steps]) for name in steps[0]},
    }


def _step_partials(x, h_prev, C_prev, p):
    """dict of the five of the eight gradients that see one step only: whatever is not varied is held."""
    C, o = (lstm_step(x, h_prev, C_prev, p)[name] for name in "Co")
    return {
        "dh_dhprev": _jacobian(lambda h_prev: lstm_step(x, h_prev, C_prev, p)["h"], h_prev),
        "dh_dC": _jacobian(lambda C: np.tanh(C) * o, C),
        "dC_dWg": _jacobian(lambda Wg: lstm_step(x, h_prev, C_prev, {**p, "Wg": Wg})["C"], p["Wg"]),
        "dC_dCprev": _jacobian(lambda C_prev: lstm_step(x, h_prev, C_prev, p)["C"], C_prev),
        "dh_do": _jacobian(lambda o: np.tanh(C) * o, o),
    }


def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    """(n, n): the formula of q6, on arrays of the shapes that `lstm_partials` gives; `dh_do` has no part."""
    T, n = dJ_dh.shape
    total = np.zeros(n * n)
    for t in range(T):
        total = total + dJ_dh[t] @ (
            dh_dhprev[t] @ dhprev_dWg[t] + dh_dC[t] @ (dC_dCprev[t] @ dCprev_dWg[t] + dC_dWg[t])
        )
    return total.reshape(n, n)


def cell_carry(fs):
    """(n, n): dC_T/dC_0 along the cell path alone; the gates fs = f_1..f_T are (T, n)."""

    def last_cell(C):
        for f in fs:
            C = f * C
        return C

    return _jacobian(last_cell, np.zeros(np.shape(fs)[1]))


# Problems to pose: no zero state, no zero upstream, no saturated unit


def _weights(rng, fan_in_axis, shape):
    """Normal draws of the given shape, so scaled that inputs of order 1 give pre-activations of order 1."""
    return rng.standard_normal(shape) / np.sqrt(shape[fan_in_axis])


def random_rnn(seed, T, k, n, m):
    """dict of xs (T, k), h0 (n,), dys (T, m), W_xh (n, k), W_hh (n, n), W_hy (m, n), Bh (n,), By (m,)."""
    rng = np.random.default_rng(seed)
    return {
        "xs": rng.standard_normal((T, k)),
        "h0": rng.uniform(-1, 1, n),
        "dys": rng.standard_normal((T, m)),
        "W_xh": _weights(rng, 1, (n, k)),
        "W_hh": _weights(rng, 1, (n, n)),
        "W_hy": _weights(rng, 1, (m, n)),
        "Bh": 0.5 * rng.standard_normal(n),
        "By": rng.standard_normal(m),
    }


def random_lstm(seed, T, k, n):
    """dict of xs (T, k), h0 (n,), C0 (n,), p (dict of U* (k, n), W* (n, n)), dJ_dh (T, n)."""
    rng = np.random.default_rng(seed)
    return {
        "xs": rng.standard_normal((T, k)),
        "h0": rng.uniform(-1, 1, n),
        "C0": rng.standard_normal(n),
        "p": {name: _weights(rng, 0, (k if name[0] == "U" else n, n)) for name in LSTM_PARAMETERS},
        "dJ_dh": rng.standard_normal((T, n)),
    }


def random_partials(seed, T, n):
    """dict of the eight arrays of `lstm_partials`, drawn independently: for the formula without an LSTM.

    As there, the total derivatives of the first step are 0: the first states do not depend on Wg. seed: what
    `numpy.random.default_rng` takes, a generator too.
    """
    rng = np.random.default_rng(seed)
    partials = {
        "dJ_dh": rng.standard_normal((T, n)),
        "dh_dhprev": rng.standard_normal((T, n, n)),
        "dhprev_dWg": rng.standard_normal((T, n, n * n)),
        "dh_dC": rng.standard_normal((T, n, n)),
        "dC_dWg": rng.standard_normal((T, n, n * n)),
        "dC_dCprev": rng.standard_normal((T, n, n)),
        "dCprev_dWg": rng.standard_normal((T, n, n * n)),
        "dh_do": rng.standard_normal((T, n, n)),
    }
    partials["dhprev_dWg"][0] = partials["dCprev_dWg"][0] = 0
    return partials
