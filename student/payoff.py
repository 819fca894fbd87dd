"""The payoff of q8: your own functions at work, in pictures, sliders and a training run. Nothing of it is graded.

Students receive this file. Every call takes the notebook's names, `globals()`; where an answer is still a stub, it says
which question it waits for. It must never hold an answer: what it knows of a network it learns by calling it.
"""

import contextlib
import io
import sys

import numpy as np

from gradcheck import numerical_jacobian

RNN, LSTM, HIDDEN = "#0072B2", "#D55E00", "#009E73"  # colour-blind safe, as in the figures
T, K, N = 40, 3, 6  # steps, inputs (the last of them is always 1) and units of the gradient pictures
LAGS = (2, 5, 10, 20, 40)  # steps between the symbol and the question, in the memory task
UNITS, UPDATES, BATCH, RATE, MOMENTUM, NOISE, FORGET = 16, 100, 4, 0.3, 0.9, 0.2, 5.0
LONG = LAGS[-1]


# --- how far a gradient reaches ---------------------------------------------------------------------------------------


def decay(answers, scale=0.9, forget=3.0, seed=0):
    """How much of a gradient is left after 1 to T steps back, {curve: (T,) array of largest stretches}.

    answers: the notebook's names. scale: the singular values of every recurrent matrix. forget: what the forget gate
    gets from an input that is always 1, since our LSTM has no biases. Curves: "rnn", and for the LSTM "cell" (the path
    C to C alone), "hidden" (the path h to h alone), "both", and "forget gates", the largest product of forget gates.
    """
    rng = np.random.default_rng(seed)
    xs = np.concatenate([rng.normal(size=(T, K - 1)), np.ones((T, 1))], axis=1)
    turns = [np.linalg.qr(rng.normal(size=(N, N)))[0] for _ in range(5)]
    inputs = [rng.normal(size=(K, N)) / np.sqrt(K) * np.array([[1.0]] * (K - 1) + [[0.0]]) for _ in range(5)]

    rnn = keeping(answers["VanillaRNN"](K, N, 1))
    rnn.W_hh, rnn.W_xh, rnn.Bh = scale * turns[4], inputs[4].T, np.zeros(N)
    hs = np.asarray(answers["unroll"](rnn, xs)[0])
    curves = {"rnn": [stretch(answers["jacobian_through_time"](hs[T - lag :], rnn.W_hh)) for lag in range(1, T + 1)]}

    p = {"W" + gate: scale * turn for gate, turn in zip("fiog", turns[:4], strict=True)}
    p |= {"U" + gate: weights for gate, weights in zip("fiog", inputs[:4], strict=True)}
    p["Uf"][-1] = forget
    zero = np.zeros(N)
    states = {name: np.asarray(values) for name, values in answers["lstm_unroll"](xs, zero, zero, p).items()}
    steps = lstm_jacobians(answers["lstm_step"], xs, states, p)
    both, cell, hidden = np.eye(2 * N), np.eye(N), np.eye(N)
    curves |= {"cell": [], "hidden": [], "both": [], "forget gates": []}
    for lag, step in enumerate(reversed(steps), start=1):
        both, hidden, cell = both @ step, hidden @ step[:N, :N], cell @ step[N:, N:]
        curves["both"].append(stretch(both))
        curves["hidden"].append(stretch(hidden))
        curves["cell"].append(stretch(cell))
        curves["forget gates"].append(stretch(answers["cell_carry"](states["f"][T - lag :])))
    return {name: np.array(values) for name, values in curves.items()}


def lstm_jacobians(lstm_step, xs, states, p):
    """For each step the Jacobian of (h_t, C_t) by (h_{t-1}, C_{t-1}), (2n, 2n), measured on `lstm_step` itself."""
    before = np.concatenate([states["h"], states["C"]], axis=1)
    before = np.concatenate([np.zeros((1, 2 * N)), before[:-1]])

    def step(x):
        def move(state):
            after = lstm_step(x, state[:N], state[N:], p)
            return np.concatenate([after["h"], after["C"]])

        return move

    return [numerical_jacobian(step(x), state) for x, state in zip(xs, before, strict=True)]


def keeping(rnn):
    """The cell, whose states stay as they were collected, also where it writes each into the one before."""
    forward = rnn.forward

    def step(x):
        rnn.hidden_state = np.array(rnn.hidden_state)
        return forward(x)

    rnn.forward = step
    return rnn


def stretch(matrix):
    """By how much a matrix lengthens a vector at most: its spectral norm, which is its largest singular value."""
    return np.linalg.norm(matrix, 2)


def decay_axes(axes):
    """Two labelled axes with empty lines: {curve: its lines}."""
    left, right = axes
    rnn = left.plot([], [], color=RNN, label="vanilla RNN")
    lstm = left.plot([], [], color=LSTM, linestyle="--", label="LSTM")
    both = right.plot([], [], color="#333333", linestyle="--", label="both paths")
    cell = right.plot([], [], color=LSTM, label="cell path alone")
    hidden = right.plot([], [], color=HIDDEN, linestyle="-.", label="hidden path alone")
    gates = right.plot([], [], "o", color=LSTM, fillstyle="none", markevery=(2, 4), label="product of forget gates")
    left.set(title="What is left of a gradient", ylabel="largest stretch")
    right.set_title("The LSTM's two paths")
    for axis in axes:
        axis.set(xlabel="steps back", xlim=(0, T + 1), ylim=(1e-12, 1e4), yscale="log")
        axis.grid(alpha=0.3)
        axis.legend(loc="upper right", ncols=2, fontsize=8)  # where no curve comes
    return {"rnn": rnn, "both": lstm + both, "cell": cell, "hidden": hidden, "forget gates": gates}


def draw_decay(lines, curves):
    for name, curve in curves.items():
        for line in lines[name]:
            line.set_data(np.arange(1, T + 1), floored(curve))


def floored(values):
    """Values for a logarithmic axis: what is 0, or too small for it, lies below."""
    return np.maximum(values, 1e-30)


def show_gradients(answers):
    """Draw how much of a gradient is left, for the vanilla RNN and for the LSTM's two paths."""
    with patience("the picture"):
        curves = decay(Names(answers))
        figure, axes = canvas()
        draw_decay(decay_axes(axes), curves)
        left = " and ".join(
            f"{curves[name][-1]:.0e} in the {what}" for name, what in (("rnn", "RNN"), ("both", "LSTM"))
        )
        show(figure, f"Stretch of a gradient against steps back. After {T} steps {left} is left.")


def show_sliders(answers):
    """The same picture with two sliders: how large the recurrent weights are, and how open the forget gate is."""
    with patience("the picture with sliders"):
        answers = Names(answers)
        decay(answers)
        import ipywidgets as widgets
        from IPython.display import display

        frames = Frames()
        picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        wide = {"style": {"description_width": "9rem"}, "layout": widgets.Layout(width="30rem")}
        scale = widgets.FloatSlider(0.9, min=0.1, max=2.0, step=0.05, description="size of the weights", **wide)
        forget = widgets.FloatSlider(3.0, min=-2.0, max=6.0, step=0.25, description="forget bias", **wide)

        def redraw(_=None):
            picture.value = frames.png(decay(answers, scale.value, forget.value))

        for slider in (scale, forget):
            slider.observe(redraw, "value")
        redraw()
        display(widgets.VBox([scale, forget, picture]))


class Frames:
    """The picture for one set of curves after another: the axes are drawn once, and only the lines anew."""

    def __init__(self):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3.6), dpi=80, layout="constrained")
        self.canvas, axes = FigureCanvasAgg(figure), figure.subplots(1, 2)
        self.lines = decay_axes(axes)
        self.canvas.draw()
        self.empty = self.canvas.copy_from_bbox(figure.bbox)

    def png(self, curves):
        from PIL import Image

        draw_decay(self.lines, curves)
        self.canvas.restore_region(self.empty)
        for line in (line for lines in self.lines.values() for line in lines):
            line.axes.draw_artist(line)
        image = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())).save(image, "png", compress_level=1)
        return image.getvalue()


# --- the memory task --------------------------------------------------------------------------------------------------


def sequence(rng, lag):
    """Inputs (lag + 1, 3) and the answer, -1 or 1: it is shown at the first step, and asked for `lag` steps later.

    In between comes noise, on another input. The third input is always 1.
    """
    symbol = rng.choice((-1.0, 1.0))
    xs = np.zeros((lag + 1, 3))
    xs[0, 0] = symbol
    xs[1:, 1] = NOISE * rng.normal(size=lag)
    xs[:, 2] = 1
    return xs, symbol


class RNNLearner:
    """The notebook's vanilla RNN with its backward pass: score(xs) is y_T, gradients(xs, d) those of d * y_T."""

    colour, name = RNN, "vanilla RNN"

    def __init__(self, answers, rng):
        self.answers = answers
        shapes = {"W_xh": (UNITS, 3), "W_hh": (UNITS, UNITS), "W_hy": (1, UNITS)}
        self.p = {name: rng.uniform(-1, 1, shape) / np.sqrt(UNITS) for name, shape in shapes.items()}
        self.p |= {"Bh": np.zeros(UNITS), "By": np.zeros(1)}
        self.p["W_xh"][:, 2] = 0

    def score(self, xs):
        rnn = keeping(self.answers["VanillaRNN"](3, UNITS, 1))
        for name, value in self.p.items():
            setattr(rnn, name, value)
        _, ys = self.answers["unroll"](rnn, xs)
        return np.asarray(ys)[-1, 0]

    def gradients(self, xs, d):
        dys = np.zeros((len(xs), 1))
        dys[-1] = d
        grads = self.answers["rnn_backward"](xs, np.zeros(UNITS), dys, **self.p)
        return {name: grads[name] for name in self.p}


class LSTMLearner:
    """The notebook's LSTM with its backward pass, and a vector that reads the score off the last hidden state.

    forget: the bias that its forget gates start with.
    """

    colour, name = LSTM, "LSTM"

    def __init__(self, answers, rng, forget=FORGET):
        self.answers = answers
        shapes = {"U" + gate: (3, UNITS) for gate in "fiog"} | {"W" + gate: (UNITS, UNITS) for gate in "fiog"}
        self.cell = {name: rng.uniform(-1, 1, shape) / np.sqrt(UNITS) for name, shape in shapes.items()}
        for gate in "fiog":
            self.cell["U" + gate][2] = forget if gate == "f" else 0
        self.p = self.cell | {"read": rng.uniform(-1, 1, UNITS) / np.sqrt(UNITS)}

    def score(self, xs):
        zero = np.zeros(UNITS)
        self.last = np.asarray(self.answers["lstm_unroll"](xs, zero, zero, self.cell)["h"])[-1]
        return self.last @ self.p["read"]

    def gradients(self, xs, d):
        """Of d times the score of `xs`, which has just been asked for."""
        zero, direct = np.zeros(UNITS), np.zeros((len(xs), UNITS))
        direct[-1] = d * self.p["read"]
        grads = self.answers["lstm_backward"](xs, zero, zero, self.cell, direct)
        return {name: grads[name] for name in self.cell} | {"read": d * self.last}


def train(learner, lag, rng, step=lambda: None):
    """The loss of each update. Plain gradient descent with momentum; a gradient longer than 1 is shortened to 1."""
    velocity, losses = {name: np.zeros_like(value) for name, value in learner.p.items()}, []
    for _ in range(UPDATES):
        total, loss = {name: np.zeros_like(value) for name, value in learner.p.items()}, 0.0
        for _ in range(BATCH):
            xs, symbol = sequence(rng, lag)
            margin = symbol * learner.score(xs)
            loss += np.logaddexp(0, -margin) / BATCH
            d = -symbol * (1 - np.tanh(margin / 2)) / 2 / BATCH
            for name, grad in learner.gradients(xs, d).items():
                total[name] += grad
        length = np.sqrt(sum(np.sum(grad**2) for grad in total.values()))
        for name, value in learner.p.items():
            velocity[name] = MOMENTUM * velocity[name] + (1 - MOMENTUM) * total[name] / max(1.0, length)
            value -= RATE * velocity[name]  # in place: the learner's own
        losses.append(loss)
        step()
    return losses


def accuracy(learner, lag, rng, count=60):
    """The share of right answers on new sequences; guessing gives a half."""
    return np.mean([symbol * learner.score(xs) > 0 for xs, symbol in (sequence(rng, lag) for _ in range(count))])


def memory(answers, kinds=(RNNLearner, LSTMLearner), lags=LAGS, seed=0, step=lambda: None, forget=FORGET):
    """Train a new network of each kind for each lag: {name: {lag: (losses, accuracy)}}.

    forget: the bias that the LSTM's forget gates start with.
    """
    results = {}
    for kind in kinds:
        for lag in lags:
            rng = np.random.default_rng((seed, lag))
            learner = kind(answers, rng, forget) if kind is LSTMLearner else kind(answers, rng)
            losses = train(learner, lag, rng, step)
            results.setdefault(kind.name, {})[lag] = losses, accuracy(learner, lag, rng)
    return results


def draw_memory(results, axes):
    left, right = axes
    for kind in (RNNLearner, LSTMLearner):
        if kind.name in results:
            found = results[kind.name]
            left.plot(found[max(found)][0], color=kind.colour, label=kind.name)
            right.plot(list(found), [100 * share for _, share in found.values()], "o-", color=kind.colour)
    left.axhline(np.log(2), color="#333333", linestyle=":", label="guessing")
    left.set(title=f"Learning to remember for {LONG} steps", xlabel="update", ylabel="loss", ylim=(0, None))
    left.legend(fontsize=8)
    right.axhline(50, color="#333333", linestyle=":")
    right.set(title="After training", xlabel="steps to remember for", ylabel="right answers, %", ylim=(0, 105))
    for axis in axes:
        axis.grid(alpha=0.3)


def show_memory(answers, forget=FORGET):
    """Train both networks, with the notebook's own backward functions, to recall a symbol after a wait.

    forget: the bias that the LSTM's forget gates start with.
    """
    kinds = []
    for kind in (RNNLearner, LSTMLearner):
        with patience(f"the {kind.name}'s training"):
            learner = kind(Names(answers), np.random.default_rng(0))
            xs, _ = sequence(np.random.default_rng(0), 2)
            learner.score(xs)
            learner.gradients(xs, 1.0)
            kinds.append(kind)
    if kinds:
        with patience("the training"), progress(len(kinds) * len(LAGS) * UPDATES) as step:
            results = memory(answers, kinds, LAGS, step=step, forget=forget)
            figure, axes = canvas()
            draw_memory(results, axes)
            right = "; ".join(f"{name} {100 * found[LONG][1]:.0f} %" for name, found in results.items())
            show(figure, f"Loss while learning, and right answers by wait. After a wait of {LONG} steps: {right}.")


# --- what they share --------------------------------------------------------------------------------------------------


def canvas():
    """A figure and its two axes, side by side."""
    import matplotlib.pyplot as plt

    return plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")


def show(figure, alt):
    """Show a figure in the notebook, with words for those who do not see it."""
    import matplotlib.pyplot as plt
    from IPython.display import display

    plt.close(figure)  # else the notebook shows it again
    display(figure, metadata={"image/png": {"alt": alt}})


class Names(dict):
    """The notebook's names; one that is missing is a NameError, as in the notebook."""

    def __missing__(self, name):
        raise NameError(f"name {name!r} is not defined")


@contextlib.contextmanager
def patience(what):
    """Turn a stub, a missing name or an error in an answer into one sentence."""
    try:
        yield
    except NotImplementedError as todo:
        print(f"{what[0].upper()}{what[1:]} appears when {todo} is done.")
    except NameError as missing:
        print(f"{what[0].upper()}{what[1:]} cannot be made yet: {missing}. Run the cells above, from the top.")
    except Exception as error:
        print(f"{what[0].upper()}{what[1:]} could not be made: {type(error).__name__}: {error}")
        print("Do the checks of q2 to q7 pass? The error came from one of those functions.")


@contextlib.contextmanager
def progress(total):
    """A bar in a notebook, nothing elsewhere; yields a function that counts one on."""
    if "ipykernel" not in sys.modules:
        yield lambda: None
        return
    import ipywidgets as widgets
    from IPython.display import display

    bar = widgets.IntProgress(max=total, description="training")
    display(bar)

    def step():
        bar.value += 1

    yield step
    bar.description = "trained"
