"""What q8 shows is so: the RNN's gradient vanishes and it does not learn to wait; the LSTM's does not, and it does."""

import json

import numpy as np
import pytest

import payoff
from tools.answers import ROOT, SOLUTIONS, solved

REFERENCE = solved()
SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rnns_gradient_vanishes_and_the_lstms_does_not(seed):
    curves = payoff.decay(REFERENCE, seed=seed)
    assert curves["rnn"][-1] < 1e-4 < 1e-1 < curves["both"][-1]
    assert np.all(np.diff(np.log(curves["rnn"])) < 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cell_path_is_the_product_of_the_forget_gates(seed):
    curves = payoff.decay(REFERENCE, seed=seed)
    np.testing.assert_allclose(curves["cell"], curves["forget gates"], rtol=1e-6)
    assert np.all(curves["hidden"][3:] < curves["cell"][3:])


def test_the_knobs_do_what_the_text_asks_about():
    assert payoff.decay(REFERENCE, forget=-2.0)["cell"][-1] < 1e-12  # a closed gate forgets
    assert payoff.decay(REFERENCE, forget=6.0)["cell"][-1] > 0.5
    small, large = (payoff.decay(REFERENCE, scale=scale)["rnn"] for scale in (0.5, 2.0))
    assert np.all(large > small)
    assert 3 < large[:10].max() == large.max() < 5 and large[-1] < 0.1  # it grows, and the tanh stops it


def test_cells_that_write_into_their_state_and_lists_for_arrays_give_the_same_picture():
    class InPlace(REFERENCE["VanillaRNN"]):
        def forward(self, x):
            self.hidden_state[:] = np.tanh(self.W_hh @ self.hidden_state + self.W_xh @ x + self.Bh)
            self.output = self.W_hy @ self.hidden_state + self.By
            return self.output

    def lists(rnn, xs):
        return tuple(array.tolist() for array in REFERENCE["unroll"](rnn, xs))

    others = REFERENCE | {"VanillaRNN": InPlace, "unroll": lists}
    for name, curve in payoff.decay(REFERENCE).items():
        np.testing.assert_allclose(payoff.decay(others)[name], curve)
    learners = [payoff.RNNLearner(answers, np.random.default_rng(0)) for answers in (REFERENCE, others)]
    assert len({round(learner.score(np.ones((4, 3))), 12) for learner in learners}) == 1


def test_the_jacobians_of_the_picture_are_those_of_the_reference():
    from private import reference as ref

    d = ref.random_lstm(seed=4, T=payoff.T, k=payoff.K, n=payoff.N)
    states = REFERENCE["lstm_unroll"](d["xs"], np.zeros(payoff.N), np.zeros(payoff.N), d["p"])
    measured = payoff.lstm_jacobians(REFERENCE["lstm_step"], d["xs"], states, d["p"])
    n, product = payoff.N, np.eye(2 * payoff.N)
    for step in measured[:5]:
        product = step @ product
    upstream = np.zeros((5, n))
    upstream[-1, 2] = 1
    grads = REFERENCE["lstm_backward"](d["xs"][:5], np.zeros(n), np.zeros(n), d["p"], upstream)
    np.testing.assert_allclose(product[2], np.concatenate([grads["h0"], grads["C0"]]), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_learn_a_short_wait_and_the_lstm_alone_a_long_one(seed):
    results = payoff.memory(REFERENCE, lags=(2, payoff.LONG), seed=seed)
    assert all(found[2][1] > 0.95 for found in results.values())
    losses, right = results["LSTM"][payoff.LONG]
    assert right > 0.95 and np.mean(losses[-10:]) < 0.1
    losses, right = results["vanilla RNN"][payoff.LONG]
    assert 0.3 < right < 0.7 and np.mean(losses[-10:]) > 0.6


def test_the_lstm_does_not_learn_to_wait_where_its_gates_start_half_open():
    results = payoff.memory(REFERENCE, (payoff.LSTMLearner,), (2, 5, payoff.LONG), forget=0.0)["LSTM"]
    assert (
        results[2][1] > 0.95
        and 0.3 < results[5][1] < 0.7
        and 0.3 < results[payoff.LONG][1] < 0.7
        and np.mean(results[payoff.LONG][0][-10:]) > 0.6
    )


def test_training_uses_the_notebooks_own_backward_functions():
    called = []

    def count(name):
        def counted(*args, **kwargs):
            called.append(name)
            return REFERENCE[name](*args, **kwargs)

        return counted

    payoff.memory(REFERENCE | {name: count(name) for name in ("rnn_backward", "lstm_backward")}, lags=(1,))
    assert set(called) == {"rnn_backward", "lstm_backward"}
    assert len(called) == 2 * payoff.UPDATES * payoff.BATCH


SHOWN = {
    "show_gradients": ["q2_vanilla_rnn", "q3_unroll", "q4b_jacobian_through_time", "q5a_lstm_step", "q7b_cell_carry"],
    "show_sliders": ["q5b_lstm_unroll"],
    "show_memory": ["q2_vanilla_rnn", "q4c_rnn_backward", "q5b_lstm_unroll", "q6d_lstm_backward"],
}


@pytest.mark.parametrize(("shown", "question"), [(f, q) for f, questions in SHOWN.items() for q in questions])
def test_a_stub_is_named_in_one_sentence(shown, question, capsys, monkeypatch):
    monkeypatch.setattr(payoff, "UPDATES", 1)
    monkeypatch.setattr(payoff, "LAGS", (payoff.LONG,))
    name = SOLUTIONS[question].split("def ")[1].split("(")[0] if "class " not in SOLUTIONS[question] else "VanillaRNN"
    stub = f"def {name}(*args, **kwargs):\n    raise NotImplementedError({question!r})"
    getattr(payoff, shown)(solved({question: stub}))
    out = capsys.readouterr().out
    assert f"appears when {question} is done" in out and "Traceback" not in out


@pytest.mark.parametrize("shown", SHOWN)
def test_a_cell_that_was_not_run_or_an_answer_that_fails_is_said(shown, capsys, monkeypatch):
    monkeypatch.setattr(payoff, "UPDATES", 1)
    getattr(payoff, shown)({})
    assert "Run the cells above" in capsys.readouterr().out
    getattr(payoff, shown)(REFERENCE | {"lstm_unroll": lambda *a: {"h": 3}})
    assert "could not be made" in capsys.readouterr().out


def test_an_answer_that_fails_at_a_long_wait_only_is_said_and_nothing_is_drawn(capsys, monkeypatch):
    def short(xs, *rest):
        return REFERENCE["lstm_backward"](xs, *rest) if len(xs) < 10 else 1 / 0

    monkeypatch.setattr(payoff, "UPDATES", 1)
    payoff.show_memory(REFERENCE | {"lstm_backward": short})
    out = capsys.readouterr().out  # with a progress bar before it where another test has loaded Jupyter's kernel
    assert "The training could not be made: ZeroDivisionError" in out and "Figure" not in out


def test_the_sliders_draw_a_picture_anew(monkeypatch):
    import ipywidgets

    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    payoff.show_sliders(REFERENCE)
    scale, forget, picture = shown[0].children
    assert isinstance(picture, ipywidgets.Image)
    before = bytes(picture.value)
    scale.value = 1.5
    middle = bytes(picture.value)
    forget.value = -1.0
    after = bytes(picture.value)
    assert len({before, middle, after}) == 3
    assert all(value.startswith(b"\x89PNG") for value in (before, middle, after))


def test_the_cells_of_the_payoff_are_not_graded():
    book = json.loads((ROOT / "student/rnn_lstm.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if "payoff." in "".join(cell["source"]) and cell["cell_type"] == "code"]
    assert len(cells) == 3 and all(cell["metadata"]["tags"] == ["otter_ignore"] for cell in cells)
