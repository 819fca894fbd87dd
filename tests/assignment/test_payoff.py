"""What q8 shows is so: the RNN's gradient vanishes and it does not learn to wait; the LSTM's does not, and it does."""

import json
import sys
import time

import numpy as np
import pytest
from defusedxml import ElementTree

import demonstrations
import payoff
from tools.answers import ROOT, SOLUTIONS, solved

REFERENCE = solved()
SEEDS = (0, 1, 2)
LEARNERS = (demonstrations.LSTMLearner, demonstrations.RNNLearner, demonstrations.UntrainedLSTM)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rnns_gradient_vanishes_and_the_lstms_does_not(seed):
    curves = demonstrations.decay(REFERENCE, seed=seed)
    assert curves["rnn"][-1] < 1e-4 < 1e-1 < curves["both"][-1]
    assert np.all(np.diff(np.log(curves["rnn"])) < 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cell_path_is_the_product_of_the_forget_gates(seed):
    curves = demonstrations.decay(REFERENCE, seed=seed)
    np.testing.assert_allclose(curves["cell"], curves["forget gates"], rtol=1e-6)
    assert np.all(curves["hidden"][3:] < curves["cell"][3:])


def test_the_knobs_do_what_the_text_asks_about():
    assert demonstrations.decay(REFERENCE, forget=-2.0)["cell"][-1] < 1e-12  # a closed gate forgets
    assert demonstrations.decay(REFERENCE, forget=6.0)["cell"][-1] > 0.5
    small, large = (demonstrations.decay(REFERENCE, scale=scale)["rnn"] for scale in (0.5, 2.0))
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
    for name, curve in demonstrations.decay(REFERENCE).items():
        np.testing.assert_allclose(demonstrations.decay(others)[name], curve)
    learners = [demonstrations.RNNLearner(answers, np.random.default_rng(0)) for answers in (REFERENCE, others)]
    assert len({round(learner.score(np.ones((4, 3))), 12) for learner in learners}) == 1


def test_the_jacobians_of_the_picture_are_those_of_the_reference():
    from private import reference as ref

    d = ref.random_lstm(seed=4, T=demonstrations.T, k=demonstrations.K, n=demonstrations.N)
    states = REFERENCE["lstm_unroll"](d["xs"], np.zeros(demonstrations.N), np.zeros(demonstrations.N), d["p"])
    measured = demonstrations.lstm_jacobians(REFERENCE["lstm_step"], d["xs"], states, d["p"])
    n, product = demonstrations.N, np.eye(2 * demonstrations.N)
    for step in measured[:5]:
        product = step @ product
    upstream = np.zeros((5, n))
    upstream[-1, 2] = 1
    grads = REFERENCE["lstm_backward"](d["xs"][:5], np.zeros(n), np.zeros(n), d["p"], upstream)
    np.testing.assert_allclose(product[2], np.concatenate([grads["h0"], grads["C0"]]), rtol=1e-5, atol=1e-9)


@pytest.fixture(scope="module")
def trained():
    """What `memory` gives for each seed, and the seconds of processor time of the first."""
    start = time.process_time()
    results = {SEEDS[0]: demonstrations.memory(REFERENCE, seed=SEEDS[0])}
    seconds = time.process_time() - start
    return results | {seed: demonstrations.memory(REFERENCE, seed=seed) for seed in SEEDS[1:]}, seconds


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lstm_learns_every_wait_and_neither_the_rnn_nor_the_control_the_longest(trained, seed):
    lstm, rnn, control = (trained[0][seed][kind.name] for kind in LEARNERS)
    for lag in demonstrations.LAGS:
        assert lstm[lag][1] > 0.95
    for lag in (2, 5):
        assert rnn[lag][1] > 0.95
    for other in (rnn, control):
        assert other[demonstrations.LONG][1] < 0.75
    assert np.mean(lstm[demonstrations.LONG][0][-10:]) < 0.2
    assert np.mean(rnn[demonstrations.LONG][0][-10:]) > 0.6
    assert np.mean(control[demonstrations.LONG][0][-10:]) > 0.5


def cut_to_one_step(xs, h0, C0, p, dJ_dh):
    states = REFERENCE["lstm_unroll"](xs, h0, C0, p)
    return REFERENCE["lstm_backward"](xs[-1:], states["h"][-2], states["C"][-2], p, dJ_dh[-1:])


def no_gradient(xs, h0, C0, p, dJ_dh):
    return {name: np.zeros_like(value) for name, value in p.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("backward", [no_gradient, cut_to_one_step])
def test_an_lstm_with_a_wrong_gradient_does_not_learn_the_longest_wait(backward, seed):
    answers, kinds = REFERENCE | {"lstm_backward": backward}, (demonstrations.LSTMLearner,)
    found = demonstrations.memory(answers, kinds, (demonstrations.LONG,), seed=seed)["LSTM"]
    losses, right = found[demonstrations.LONG]
    assert right < 0.8 and np.mean(losses[-10:]) > 0.4


def test_the_training_takes_at_most_six_seconds_of_processor_time(trained):
    assert trained[1] < 6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lstm_does_not_learn_to_wait_where_its_gates_start_half_open(seed):
    lags = (20, demonstrations.LONG)
    results = demonstrations.memory(REFERENCE, (demonstrations.LSTMLearner,), lags, seed=seed, forget=0.0)["LSTM"]
    for lag in lags:
        assert 0.3 < results[lag][1] < 0.7 and np.mean(results[lag][0][-10:]) > 0.6


def test_training_uses_the_notebooks_own_backward_functions():
    called = []

    def count(name):
        def counted(*args, **kwargs):
            called.append(name)
            return REFERENCE[name](*args, **kwargs)

        return counted

    demonstrations.memory(REFERENCE | {name: count(name) for name in ("rnn_backward", "lstm_backward")}, lags=(1,))
    assert set(called) == {"rnn_backward", "lstm_backward"}
    assert len(called) == 2 * demonstrations.UPDATES * demonstrations.BATCH


WRONG = {
    "rnn_backward": ("q4c", "show_memory"),
    "lstm_backward": ("q6d", "show_memory"),
    "jacobian_through_time": ("q4b", "show_gradients"),
    "cell_carry": ("q7b", "show_carry"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_whose_check_does_not_pass_is_named_before_it_is_drawn(name, capsys, monkeypatch):
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    question, shown = WRONG[name]

    def wrong(*args, **named):
        found = REFERENCE[name](*args, **named)
        return {key: value / 2 for key, value in found.items()} if isinstance(found, dict) else found / 2

    getattr(payoff, shown)(REFERENCE | {name: wrong})
    line = f"{question}'s check does not pass: what follows is drawn with it all the same."
    assert capsys.readouterr().out.splitlines().count(line) == 1
    getattr(payoff, shown)(REFERENCE)
    assert "does not pass" not in capsys.readouterr().out


SHOWN = {
    "show_gradients": ["q2_vanilla_rnn", "q3_unroll", "q4b_jacobian_through_time", "q5a_lstm_step", "q7b_cell_carry"],
    "show_sliders": ["q5b_lstm_unroll"],
    "show_memory": ["q2_vanilla_rnn", "q4c_rnn_backward", "q5b_lstm_unroll", "q6d_lstm_backward"],
}


@pytest.mark.parametrize(("shown", "question"), [(f, q) for f, questions in SHOWN.items() for q in questions])
def test_a_stub_is_named_in_one_sentence(shown, question, capsys, monkeypatch):
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    monkeypatch.setattr(demonstrations, "LAGS", (demonstrations.LONG,))
    name = SOLUTIONS[question].split("def ")[1].split("(")[0] if "class " not in SOLUTIONS[question] else "VanillaRNN"
    stub = f"def {name}(*args, **kwargs):\n    raise NotImplementedError({question!r})"
    getattr(payoff, shown)(solved({question: stub}))
    out = capsys.readouterr().out
    assert f"appears when {question} is done" in out and "Traceback" not in out


@pytest.mark.parametrize("shown", SHOWN)
def test_a_cell_that_was_not_run_is_said(shown, capsys, monkeypatch):
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    getattr(payoff, shown)({})
    assert "Run the cells above" in capsys.readouterr().out


FAULTS = [
    ("show_gradients", "jacobian_through_time", "q4b_jacobian_through_time"),
    ("show_gradients", "lstm_step", "q5a_lstm_step"),
    ("show_sliders", "unroll", "q3_unroll"),
    ("show_carry", "cell_carry", "q7b_cell_carry"),
    ("show_memory", "rnn_backward", "q4c_rnn_backward"),
    ("show_memory", "lstm_backward", "q6d_lstm_backward"),
]


@pytest.mark.parametrize(("shown", "name", "question"), FAULTS)
def test_an_error_names_the_answer_that_it_came_from(shown, name, question, capsys, monkeypatch):
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    monkeypatch.setattr(demonstrations, "LAGS", (demonstrations.LONG,))
    text = f"def {name}(*args):\n    def helper():\n        return 1 / 0\n    return helper()"
    getattr(payoff, shown)(solved({question: text}))
    out = capsys.readouterr().out
    assert f"{name} stopped with ZeroDivisionError: division by zero" in out
    assert f"Does the check of {question} pass?" in out


@pytest.mark.parametrize("answer", ["None", "{'h': 3}", "[1.0, 2.0]", "np.ones((3, 3))"])
@pytest.mark.parametrize(("shown", "name", "question"), FAULTS)
def test_what_does_not_fit_names_the_answer_that_returned_it(shown, name, question, answer, capsys, monkeypatch):
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    monkeypatch.setattr(demonstrations, "LAGS", (demonstrations.LONG,))
    getattr(payoff, shown)(solved({question: f"def {name}(*args):\n    return {answer}"}))
    out = capsys.readouterr().out
    assert f"what {name} returned does not fit" in out and f"Does the check of {question} pass?" in out


def test_a_cell_whose_forward_fails_is_named(capsys):
    class Broken(REFERENCE["VanillaRNN"]):
        def forward(self, x):
            return self.W_hx @ x

    Broken.forward.__code__ = Broken.forward.__code__.replace(co_qualname="VanillaRNN.forward")
    payoff.show_gradients(REFERENCE | {"VanillaRNN": Broken})
    assert "VanillaRNN stopped with AttributeError" in capsys.readouterr().out


def test_an_answer_that_fails_at_a_long_wait_only_is_said_and_nothing_is_drawn(capsys, monkeypatch):
    def lstm_backward(xs, *rest):
        return REFERENCE["lstm_backward"](xs, *rest) if len(xs) < 10 else 1 / 0

    lstm_backward.__code__ = lstm_backward.__code__.replace(co_qualname="lstm_backward")
    monkeypatch.setattr(demonstrations, "UPDATES", 1)
    monkeypatch.setattr(payoff, "picture", lambda *_: pytest.fail("drawn"))
    payoff.show_memory(REFERENCE | {"lstm_backward": lstm_backward})
    assert "The training could not be made: lstm_backward stopped with ZeroDivision" in capsys.readouterr().out


@pytest.mark.parametrize("shown", [*SHOWN, "show_carry"])
def test_without_matplotlib_one_line_says_what_is_needed(shown, capsys, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(demonstrations, "memory", lambda *_: pytest.fail("trained in vain"))
    getattr(payoff, shown)(REFERENCE)
    out = capsys.readouterr().out
    assert "needs matplotlib" in out and len(out.splitlines()) == 1


def test_without_ipywidgets_the_sliders_are_still_pictures(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    seen = []
    monkeypatch.setattr(payoff, "picture", lambda figure, alt: seen.append(alt))
    payoff.show_sliders(REFERENCE)
    assert len(seen) == len(set(seen)) == len(payoff.SETTINGS)
    assert "Sliders need ipywidgets" in capsys.readouterr().out


@pytest.fixture
def sliders(monkeypatch):
    """(size of the weights, forget bias, words, picture), as they stand in the notebook."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    payoff.show_sliders(REFERENCE)
    return shown[0].children


def test_the_sliders_draw_a_sharp_picture_anew_and_say_what_it_shows(sliders):
    import ipywidgets

    scale, forget, words, picture = sliders
    assert isinstance(picture, ipywidgets.Image)
    seen = [(bytes(picture.value), words.value)]
    scale.value = 1.5
    seen.append((bytes(picture.value), words.value))
    forget.value = -1.0
    seen.append((bytes(picture.value), words.value))
    assert all(len(set(part)) == 3 for part in zip(*seen, strict=True))
    for value, _ in seen:
        shapes = [element.tag.split("}")[1] for element in ElementTree.fromstring(value).iter()]
        assert (shapes.count("polyline"), shapes.count("circle")) == (5, 10)


def test_a_slider_says_what_went_wrong(sliders, monkeypatch):
    scale, _, words, _ = sliders
    monkeypatch.setattr(payoff, "decay", lambda *_: 1 / 0)
    scale.value = 1.5
    assert "ZeroDivisionError" in words.value


def test_the_training_shows_how_far_it_is(monkeypatch):
    class Handle:
        seen = []

        def update(self, bar):
            self.seen.append(bar.data)

    monkeypatch.setattr(payoff, "in_a_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **settings: Handle())
    with payoff.progress(1000) as step:
        for _ in range(1000):
            step()
    assert 20 < len(Handle.seen) < 100 and " 100 %" in Handle.seen[-1] and " 50 %" in "".join(Handle.seen)


def test_the_cells_of_the_payoff_are_not_graded():
    book = json.loads((ROOT / "student/rnn_lstm.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if "payoff." in "".join(cell["source"]) and cell["cell_type"] == "code"]
    assert len(cells) == 4 and all(cell["metadata"]["tags"] == ["otter_ignore"] for cell in cells)


def test_what_gives_the_result_away_is_folded():
    book = json.loads((ROOT / "student/rnn_lstm.ipynb").read_text(encoding="utf-8"))
    texts = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "markdown"]
    for number in (7, 8):
        (text,) = (text for text in texts if f"Figure {number}:" in text)
        assert text.startswith(f"<details><summary>Figure {number}:") and "<img" in text
