"""What q8 shows, computed with the notebook's own functions: how far a gradient reaches, and what is learned.

Students receive this file. It computes, and draws nothing. It must never hold an answer: what it knows of a network it
learns by calling it. `answers` is always the notebook's names, {name: function}.
"""

import numpy as np

from gradcheck import numerical_jacobian

T, K, N = 40, 3, 6  # steps, inputs (the last of them is always 1) and units of the gradient pictures
LAGS = (2, 5, 10, 20, 40)  # steps between the symbol and the question, in the memory task
UNITS, UPDATES, BATCH, RATE, NOISE, FORGET = 16, 80, 4, 0.02, 0.5, 6.0
RECURRENT = 0.1  # recurrent weights start this much smaller than others: by themselves they hold no symbol
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
    hs = np.reshape(answers["unroll"](rnn, xs)[0], (T, N))
    curves = {"rnn": [stretch(answers["jacobian_through_time"](hs[T - lag :], rnn.W_hh), N) for lag in range(1, T + 1)]}

    p = {"W" + gate: scale * turn for gate, turn in zip("fiog", turns[:4], strict=True)}
    p |= {"U" + gate: weights for gate, weights in zip("fiog", inputs[:4], strict=True)}
    p["Uf"][-1] = forget
    zero = np.zeros(N)
    states = answers["lstm_unroll"](xs, zero, zero, p)
    states = {name: np.reshape(states[name], (T, N)) for name in ("f", "h", "C")}
    steps = lstm_jacobians(answers["lstm_step"], xs, states, p)
    both, cell, hidden = np.eye(2 * N), np.eye(N), np.eye(N)
    curves |= {"cell": [], "hidden": [], "both": [], "forget gates": []}
    for lag, step in enumerate(reversed(steps), start=1):
        both, hidden, cell = both @ step, hidden @ step[:N, :N], cell @ step[N:, N:]
        curves["both"].append(stretch(both, 2 * N))
        curves["hidden"].append(stretch(hidden, N))
        curves["cell"].append(stretch(cell, N))
        curves["forget gates"].append(stretch(answers["cell_carry"](states["f"][T - lag :]), N))
    return {name: np.array(values) for name, values in curves.items()}


def lstm_jacobians(lstm_step, xs, states, p):
    """For each step the Jacobian d(h_t, C_t)/d(h_{t-1}, C_{t-1}), (2n, 2n), measured on `lstm_step` itself."""
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


def stretch(matrix, n):
    """By how much an (n, n) matrix lengthens a vector at most: its spectral norm, the largest singular value."""
    return np.linalg.norm(np.reshape(matrix, (n, n)), 2)


# --- the memory task --------------------------------------------------------------------------------------------------


def sequence(rng, lag):
    """Inputs (lag + 1, 3) and the answer, -1 or 1: it is shown at the first step, and asked for `lag` steps later.

    Noise follows it on the same input; only the second input, 1 at the first step and 0 then, tells them apart: what
    does not learn to shut the noise out ends up with its sum. The third input is always 1.
    """
    symbol = rng.choice((-1.0, 1.0))
    xs = np.zeros((lag + 1, 3))
    xs[0, :2] = symbol, 1
    xs[1:, 0] = NOISE * rng.normal(size=lag)
    xs[:, 2] = 1
    return xs, symbol


class RNNLearner:
    """The notebook's vanilla RNN with its backward pass: score(xs) is y_T, gradients(xs, d) those of d * y_T."""

    name = "vanilla RNN"

    def __init__(self, answers, rng):
        self.answers = answers
        shapes = {"W_xh": (UNITS, 3), "W_hh": (UNITS, UNITS), "W_hy": (1, UNITS)}
        self.p = {name: rng.uniform(-1, 1, shape) / np.sqrt(UNITS) for name, shape in shapes.items()}
        self.p |= {"Bh": np.zeros(UNITS), "By": np.zeros(1)}
        self.p["W_xh"][:, 2] = 0
        self.p["W_hh"] *= RECURRENT

    def score(self, xs):
        rnn = keeping(self.answers["VanillaRNN"](3, UNITS, 1))
        for name, value in self.p.items():
            setattr(rnn, name, value)
        _, ys = self.answers["unroll"](rnn, xs)
        return np.asarray(ys)[-1, 0]

    def gradients(self, xs, d):
        dys = np.zeros((len(xs), 1))
        dys[-1] = d
        grads = self.answers["rnn_backward"](xs, np.zeros(UNITS), dys, *self.p.values())
        return {name: grads[name] for name in self.p}


class LSTMLearner:
    """The notebook's LSTM with its backward pass, and a vector that reads the score off the last hidden state.

    forget: the bias that its forget gates start with.
    """

    name = "LSTM"

    def __init__(self, answers, rng, forget=FORGET):
        self.answers = answers
        shapes = {"U" + gate: (3, UNITS) for gate in "fiog"} | {"W" + gate: (UNITS, UNITS) for gate in "fiog"}
        self.cell = {name: rng.uniform(-1, 1, shape) / np.sqrt(UNITS) for name, shape in shapes.items()}
        for gate in "fiog":
            self.cell["U" + gate][2] = forget if gate == "f" else 0
            self.cell["W" + gate] *= RECURRENT
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


class UntrainedLSTM(LSTMLearner):
    """The control: an LSTM whose gradient never arrives. Only the vector that reads its last hidden state learns."""

    name = "LSTM, its own gradient set to 0"

    def gradients(self, xs, d):
        return {name: np.zeros_like(value) for name, value in self.cell.items()} | {"read": d * self.last}


KINDS = (RNNLearner, LSTMLearner, UntrainedLSTM)


def train(learner, lag, rng, step=lambda: None):
    """The loss of each update, by Adam; a gradient longer than 1 is first shortened to 1."""
    mean, square = ({name: np.zeros_like(value) for name, value in learner.p.items()} for _ in range(2))
    losses = []
    for update in range(1, UPDATES + 1):
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
            grad = total[name] / max(1.0, length)
            mean[name] = 0.9 * mean[name] + 0.1 * grad
            square[name] = 0.99 * square[name] + 0.01 * grad**2
            move = mean[name] / (1 - 0.9**update) / (np.sqrt(square[name] / (1 - 0.99**update)) + 1e-8)
            value -= RATE * move  # in place: the learner's own
        losses.append(loss)
        step()
    return losses


def accuracy(learner, lag, rng, count=60):
    """The share of right answers on new sequences; guessing gives a half."""
    return np.mean([symbol * learner.score(xs) > 0 for xs, symbol in (sequence(rng, lag) for _ in range(count))])


def memory(answers, kinds=KINDS, lags=LAGS, seed=4, step=lambda: None, forget=FORGET):
    """Train a new network of each kind for each lag: {name: {lag: (losses, accuracy)}}.

    forget: the bias that the LSTM's forget gates start with.
    """
    results = {}
    for kind in kinds:
        for lag in lags:
            rng = np.random.default_rng((seed, lag))
            learner = kind(answers, rng) if kind is RNNLearner else kind(answers, rng, forget)
            losses = train(learner, lag, rng, step)
            results.setdefault(kind.name, {})[lag] = losses, accuracy(learner, lag, rng)
    return results
