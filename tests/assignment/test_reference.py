"""The oracle against HIPS autograd, on RNNs and LSTMs written a second time in another form."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck import relative_error
from private import reference

sizes = st.integers(1, 4)
lengths = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
GATES = "fiog"
few = settings(max_examples=25)


def close(got, want, tolerance):
    assert relative_error(got, want) <= tolerance


def all_close(got, want, tolerance):
    assert got.keys() == want.keys()
    for name in want:
        assert relative_error(got[name], want[name]) <= tolerance, name


# The second form: rows for the RNN, inputs multiplied at once; one fused matrix and tanh for the LSTM.


def rnn(v):
    inputs = anp.dot(v["xs"], v["W_xh"].T) + v["Bh"]
    hs = [v["h0"]]
    for row in inputs:
        hs.append(anp.tanh(row + anp.dot(hs[-1], v["W_hh"].T)))
    hs = anp.array(hs[1:])
    return hs, anp.dot(hs, v["W_hy"].T) + v["By"]


def fuse(p):
    U = anp.concatenate([p["U" + gate] for gate in GATES], axis=1)
    W = anp.concatenate([p["W" + gate] for gate in GATES], axis=1)
    return anp.concatenate([U, W])


def cell(x, h, C, p):
    z = anp.dot(anp.concatenate([x, h]), fuse(p)).reshape((4, -1))
    f, i, o = 0.5 + 0.5 * anp.tanh(0.5 * z[:3])
    g = anp.tanh(z[3])
    C = C * f + g * i
    return {"f": f, "i": i, "o": o, "g": g, "C": C, "h": o * anp.tanh(C)}


def lstm(xs, h, C, p):
    steps = []
    for x in xs:
        steps.append(cell(x, h, C, p))
        h, C = steps[-1]["h"], steps[-1]["C"]
    return {name: anp.array([step[name] for step in steps]) for name in "fiogCh"}


# The vanilla RNN


@few
@given(seeds, lengths, sizes, sizes, sizes)
def test_rnn_forward_agrees_at_any_size(seed, T, k, n, m):
    v = reference.random_rnn(seed, T, k, n, m)
    dys = v.pop("dys")
    hs, ys = reference.rnn_forward(**v)
    assert hs.shape == (T, n) and ys.shape == dys.shape == (T, m)
    want_hs, want_ys = rnn(v)
    close(hs, want_hs, 1e-12)
    close(ys, want_ys, 1e-12)


@few
@given(seeds, lengths, sizes, sizes, sizes)
def test_rnn_gradients_agree_at_any_size(seed, T, k, n, m):
    v = reference.random_rnn(seed, T, k, n, m)
    got = reference.rnn_gradients(**v)
    dys = v.pop("dys")
    want = grad(lambda v: anp.sum(dys * rnn(v)[1]))(v)
    all_close(got, want, 1e-10)


@few
@given(seeds, lengths, sizes, sizes)
def test_rnn_jacobians_agree_at_any_size(seed, T, k, n):
    v = reference.random_rnn(seed, T, k, n, 1)
    hs, _ = rnn(v)
    through_time = jacobian(lambda h0: rnn({**v, "h0": h0})[0][-1])(v["h0"])
    last_step = jacobian(lambda h: rnn({**v, "h0": h, "xs": v["xs"][-1:]})[0][0])
    close(reference.jacobian_through_time(hs, v["W_hh"]), through_time, 1e-10)
    close(reference.state_jacobian(hs[-1], v["W_hh"]), last_step(hs[-2] if T > 1 else v["h0"]), 1e-10)


def test_jacobian_through_time_stays_exact_when_it_vanishes():
    v = reference.random_rnn(0, 60, 2, 3, 1)
    v["W_hh"] *= 0.3
    want = jacobian(lambda h0: rnn({**v, "h0": h0})[0][-1])(v["h0"])
    assert np.linalg.norm(want) < 1e-20
    close(reference.jacobian_through_time(rnn(v)[0], v["W_hh"]), want, 1e-10)


def test_jacobian_through_time_stays_exact_when_it_explodes():
    v = reference.random_rnn(0, 30, 2, 3, 1)
    hs = 0.1 * rnn(v)[0]  # small states, so that tanh does not hold the growth back
    W_hh = 4 * v["W_hh"]
    want = np.eye(3)
    for h in hs:
        want = np.diag(1 - h**2) @ W_hh @ want
    assert 1e12 < np.linalg.norm(want) < 1e20
    close(reference.jacobian_through_time(hs, W_hh), want, 1e-10)


def test_saturated_unit_passes_nothing_on():
    got = reference.state_jacobian(np.array([1.0, 0.0, -1.0]), np.ones((3, 3)))
    assert np.array_equal(got, [[0, 0, 0], [1, 1, 1], [0, 0, 0]])


def test_states_beyond_one_are_refused():
    with pytest.raises(ValueError, match="between -1 and 1"):
        reference.state_jacobian(np.array([1.5, 0.0]), np.eye(2))


# The LSTM


@few
@given(seeds, lengths, sizes, sizes)
def test_lstm_forward_agrees_at_any_size(seed, T, k, n):
    v = reference.random_lstm(seed, T, k, n)
    dJ_dh = v.pop("dJ_dh")
    got = reference.lstm_forward(**v)
    assert all(array.shape == dJ_dh.shape == (T, n) for array in got.values())
    all_close(got, lstm(xs=v["xs"], h=v["h0"], C=v["C0"], p=v["p"]), 1e-12)


def test_lstm_step_is_one_step_of_the_forward():
    v = reference.random_lstm(0, 1, 2, 3)
    inputs = v["xs"][0], v["h0"], v["C0"], v["p"]
    all_close(reference.lstm_step(*inputs), cell(*inputs), 1e-12)


@few
@given(seeds, lengths, sizes, sizes)
def test_lstm_gradients_agree_at_any_size(seed, T, k, n):
    v = reference.random_lstm(seed, T, k, n)
    got = reference.lstm_gradients(**v)
    dJ_dh = v.pop("dJ_dh")
    want = grad(lambda v: anp.sum(dJ_dh * lstm(v["xs"], v["h0"], v["C0"], v["p"])["h"]))(v)
    all_close(got, {**want.pop("p"), **want}, 1e-10)


@settings(few, max_examples=8)
@given(seeds, st.integers(1, 4), sizes, st.integers(1, 3))
def test_lstm_partials_agree_at_any_size(seed, T, k, n):
    v = reference.random_lstm(seed, T, k, n)
    xs, h0, C0, p = v["xs"], v["h0"], v["C0"], v["p"]
    values = lstm(xs, h0, C0, p)
    h_prevs, C_prevs = np.vstack([h0, values["h"][:-1]]), np.vstack([C0, values["C"][:-1]])
    steps = list(zip(xs, h_prevs, C_prevs, strict=True))

    def by_Wg(x, h, C, name):
        return jacobian(lambda Wg: cell(x, h, C, {**p, "Wg": Wg})[name])(p["Wg"])

    def total(name):
        """d(name)_t-1/dWg, through all steps before t; what is there at the start does not depend on Wg."""
        through = jacobian(lambda Wg: lstm(xs, h0, C0, {**p, "Wg": Wg})[name])(p["Wg"]).reshape(T, n, n * n)
        return np.concatenate([np.zeros((1, n, n * n)), through[:-1]])

    want = {
        "dJ_dh": v["dJ_dh"],
        "dh_dhprev": [jacobian(lambda h, x=x, C=C: cell(x, h, C, p)["h"])(h) for x, h, C in steps],
        "dhprev_dWg": total("h"),
        "dh_dC": [np.diag(o * (1 - np.tanh(C) ** 2)) for o, C in zip(values["o"], values["C"], strict=True)],
        "dC_dWg": np.array([by_Wg(x, h, C, "C") for x, h, C in steps]).reshape(T, n, n * n),
        "dC_dCprev": [jacobian(lambda C, x=x, h=h: cell(x, h, C, p)["C"])(C) for x, h, C in steps],
        "dCprev_dWg": total("C"),
        "dh_do": [np.diag(np.tanh(C)) for C in values["C"]],
    }
    all_close(reference.lstm_partials(**v), want, 1e-10)


@few
@given(seeds, lengths, sizes)
def test_cell_carry_is_the_cell_path_at_any_size(seed, T, n):
    fs = np.random.default_rng(seed).uniform(0, 1, (T, n))
    close(reference.cell_carry(fs), np.diag(np.prod(fs, axis=0)), 1e-12)


# The formula of q6, and what its misreadings cost

LSTM = reference.random_lstm(0, T=5, k=2, n=3)
PARTIALS = reference.lstm_partials(**LSTM)
Wg_GRADIENT = reference.lstm_gradients(**LSTM)["Wg"]


def total_dJ_dh():
    """dJ/dh_t with all that h_t does later, where the formula wants what the loss itself takes from h_t."""

    def J_after(t, h):
        C = reference.lstm_forward(LSTM["xs"], LSTM["h0"], LSTM["C0"], LSTM["p"])["C"][t]
        later = lstm(LSTM["xs"][t + 1 :], h, C, LSTM["p"])["h"]
        return anp.sum(LSTM["dJ_dh"][t] * h) + (anp.sum(LSTM["dJ_dh"][t + 1 :] * later) if t < 4 else 0)

    hs = lstm(LSTM["xs"], LSTM["h0"], LSTM["C0"], LSTM["p"])["h"]
    return np.array([grad(lambda h, t=t: J_after(t, h))(hs[t]) for t in range(5)])


def total_dC_dWg():
    """dC_t/dWg with the past's share, where the formula wants the share of step t alone."""
    through = jacobian(lambda Wg: lstm(LSTM["xs"], LSTM["h0"], LSTM["C0"], {**LSTM["p"], "Wg": Wg})["C"])
    return through(LSTM["p"]["Wg"]).reshape(5, 3, 9)


def immediate_dprev_dWg(name):
    """d(name)_{t-1}/dWg of step t - 1 alone, where the formula wants all steps before t."""
    immediate = PARTIALS["dC_dWg"] if name == "C" else PARTIALS["dh_dC"] @ PARTIALS["dC_dWg"]
    return np.concatenate([np.zeros((1, 3, 9)), immediate[:-1]])


def nothing(name):
    return np.zeros_like(PARTIALS[name])


def dh_dhprev_through_o():
    """dh_t/dh_{t-1} with C_t held, where the formula wants C_{t-1} held and all four gates."""
    o = lstm(LSTM["xs"], LSTM["h0"], LSTM["C0"], LSTM["p"])["o"]
    return PARTIALS["dh_do"] @ ((o * (1 - o))[:, :, np.newaxis] * LSTM["p"]["Wo"].T)


def test_formula_on_the_partials_of_an_lstm_is_its_gradient():
    close(reference.dJ_dWg(**PARTIALS), Wg_GRADIENT, 1e-12)


@pytest.mark.parametrize(
    "misreading",
    [
        pytest.param(lambda: {"dJ_dh": total_dJ_dh()}, id="total deltas for dJ_dh"),
        pytest.param(lambda: {"dC_dWg": total_dC_dWg()}, id="immediate taken as total"),
        pytest.param(
            lambda: {"dC_dWg": total_dC_dWg(), "dC_dCprev": nothing("dC_dCprev")}, id="total in place of the bracket"
        ),
        pytest.param(lambda: {"dhprev_dWg": immediate_dprev_dWg("h")}, id="dhprev_dWg of one step"),
        pytest.param(lambda: {"dCprev_dWg": immediate_dprev_dWg("C")}, id="dCprev_dWg of one step"),
        pytest.param(lambda: {"dh_dhprev": dh_dhprev_through_o()}, id="dh_dhprev through o only"),
        pytest.param(lambda: {"dh_dhprev": nothing("dh_dhprev")}, id="no h path"),
        pytest.param(lambda: {"dC_dCprev": nothing("dC_dCprev")}, id="no C path"),
    ],
)
def test_every_misreading_of_a_partial_changes_the_gradient(misreading):
    assert relative_error(reference.dJ_dWg(**{**PARTIALS, **misreading()}), Wg_GRADIENT) > 0.01


@few
@given(seeds, lengths, sizes)
def test_formula_is_the_sum_of_three_paths_and_dh_do_has_no_part(seed, T, n):
    partials = reference.random_partials(seed, T, n)
    assert {name: array.shape for name, array in partials.items()} == {
        "dJ_dh": (T, n),
        **dict.fromkeys(["dh_dhprev", "dh_dC", "dC_dCprev", "dh_do"], (T, n, n)),
        **dict.fromkeys(["dhprev_dWg", "dC_dWg", "dCprev_dWg"], (T, n, n * n)),
    }
    paths = [
        ("ti,tij,tjp->p", "dJ_dh dh_dhprev dhprev_dWg"),
        ("ti,tij,tjp->p", "dJ_dh dh_dC dC_dWg"),
        ("ti,tij,tjk,tkp->p", "dJ_dh dh_dC dC_dCprev dCprev_dWg"),
    ]
    want = sum(np.einsum(path, *(partials[name] for name in names.split())) for path, names in paths)
    close(reference.dJ_dWg(**partials), want.reshape(n, n), 1e-10)


# What every function must hold to


def test_forward_passes_take_complex_arrays():
    v = reference.random_rnn(0, 2, 2, 3, 1)
    v.pop("dys")
    hs, _ = reference.rnn_forward(**{**v, "h0": v["h0"] + 0.1j})
    assert np.all(hs.imag != 0)
    C = {**LSTM, "C0": LSTM["C0"] + 0.1j}
    assert np.all(reference.lstm_forward(C["xs"], C["h0"], C["C0"], C["p"])["h"].imag != 0)


def test_inputs_are_not_modified():
    rnn_inputs, lstm_inputs = reference.random_rnn(1, 4, 2, 3, 2), reference.random_lstm(1, 4, 2, 3)
    reference.rnn_gradients(**rnn_inputs)
    reference.lstm_gradients(**lstm_inputs)
    reference.lstm_partials(**lstm_inputs)
    np.testing.assert_equal(rnn_inputs, reference.random_rnn(1, 4, 2, 3, 2))
    np.testing.assert_equal(lstm_inputs, reference.random_lstm(1, 4, 2, 3))
