"""How many of our wrong cells pass the checks of another course: homework 6 of EECS182, spring 2025, on RNNs.

    PYTHONPATH=assignment python -m benchmarks.hw06 CHECKOUT

CHECKOUT is a clone of https://github.com/Berkeley-CS182/cs182sp25_public, which has to be had by other means. Its check
cells run as they are, with our answers to q2 and q5a in place of the student's layers and numpy in place of PyTorch.
They print errors, and ask for less than 1e-4; an answer passes where all that they print is.
"""

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from given import sigmoid
from private.mistakes import MISTAKES
from tools.answers import SOLUTIONS

NOTEBOOK = Path("hw06/q_coding_rnn_and_grad/code/q_rnn_and_grad.ipynb")
LIMIT = 1e-4
PRINTED = re.compile(r"error[^:]*: (\S+)")
LSTM_NAMES = [f"{matrix}{gate}" for matrix in "UW" for gate in "fiog"]
RNN, LSTM = "q2_vanilla_rnn", "q5a_lstm_step"
Array = np.ndarray
Answer = Callable[[Any], dict[str, Any]]  # the names that a cell defines, for a nonlinearity


def checks(checkout: Path) -> list[str]:
    """The cells that compare a layer with stored numbers."""
    cells = json.loads((checkout / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [source for source in sources if "load_state_dict" in source and "expected" in source]


def names_of(source: str) -> Answer:
    """What an answer's cell defines, with another function in the place of tanh."""

    def executed(nonlinearity: Any) -> dict[str, Any]:
        numpy = SimpleNamespace(**{**vars(np), "tanh": nonlinearity})
        names: dict[str, Any] = {"np": numpy, "sigmoid": sigmoid}
        exec(source, names)
        return names

    return executed


TORCH = SimpleNamespace(
    ones=np.ones, all=np.all, isclose=np.isclose, max=np.max, abs=np.abs, FloatTensor=lambda data: np.array(data, float)
)


class Layer:
    """What every layer of PyTorch has, with parameters by name."""

    def __init__(self, **shapes: tuple[int, ...]) -> None:
        self.state = {name: np.ones(shape) for name, shape in shapes.items()}

    def state_dict(self) -> dict[str, Array]:
        return dict(self.state)

    def load_state_dict(self, state: dict[str, Array]) -> None:
        self.state = dict(state)

    def parameters(self) -> list[Any]:
        return [SimpleNamespace(numel=lambda value=value: value.size) for value in self.state.values()]


def layers(rnn: Answer, lstm: Answer) -> dict[str, Any]:
    """The classes that the homework's cells use, with these answers inside."""

    class RNNLayer(Layer):
        def __init__(self, input_size: int, hidden_size: int, nonlinearity: Any = np.tanh) -> None:
            n, k = hidden_size, input_size
            super().__init__(W_hh=(n, n), W_xh=(n, k), Bh=(n,))
            self.hidden_size, self.cell = n, rnn(nonlinearity)["VanillaRNN"]

        def run(self, x: Array, W_hy: Array, By: Array) -> tuple[Array, Array]:
            """(hidden states, outputs) of a batch (B, T, k)."""
            hs, ys = [], []
            for xs in x:
                cell = self.cell(x.shape[2], self.hidden_size, len(By))
                for name, value in (self.state | {"W_hy": W_hy, "By": By}).items():
                    setattr(cell, name, value.copy())
                steps = [(cell.forward(step), cell.hidden_state) for step in xs]
                ys.append([y for y, _ in steps])
                hs.append([h for _, h in steps])
            return np.array(hs), np.array(ys)

        def __call__(self, x: Array) -> tuple[Array, Array]:
            hs, _ = self.run(x, np.eye(self.hidden_size), np.zeros(self.hidden_size))
            return hs, hs[:, -1]

    class RecurrentRegressionModel(Layer):
        def __init__(self, recurrent_net: RNNLayer, output_dim: int = 1) -> None:
            self.net, m = recurrent_net, output_dim
            super().__init__(**{name: value.shape for name, value in self.net.state.items()})
            self.state |= {"W_hy": np.ones((m, self.net.hidden_size)), "By": np.ones(m)}

        def __call__(self, x: Array) -> tuple[Array, Array]:
            self.net.state = {name: value for name, value in self.state.items() if name not in ("W_hy", "By")}
            hs, ys = self.net.run(x, self.state["W_hy"], self.state["By"])
            return ys, hs

    class LSTMLayer(Layer):
        def __init__(self, input_size: int, hidden_size: int) -> None:
            n, k = hidden_size, input_size
            super().__init__(**{name: (k if name[0] == "U" else n, n) for name in LSTM_NAMES}, bias=(n,))
            self.step, self.n = lstm(np.tanh)["lstm_step"], n

        def __call__(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
            # Our equations have no bias. All entries of a U are equal here, so a larger input does the same.
            x = x + self.state["bias"][0] / (self.state["Uf"][0, 0] * x.shape[2])
            weights = {name: value for name, value in self.state.items() if name != "bias"}
            runs = []
            for xs in x:
                h, C, run = np.zeros(self.n), np.zeros(self.n), []
                for step in xs:
                    made = self.step(step, h, C, weights)
                    h, C = made["h"], made["C"]
                    run.append((h, C))
                runs.append(run)
            both = np.array(runs)  # (B, T, 2, n)
            return both[:, :, 0], (both[:, -1, 0], both[:, -1, 1])

    class Stack(Layer):
        """Several layers, each on the hidden states of the one below."""

        def __init__(self, kind: Any, input_size: int, hidden_size: int, num_layers: int) -> None:
            self.layers = [kind(hidden_size if n else input_size, hidden_size) for n in range(num_layers)]
            super().__init__()
            self.state = {f"{n} {name}": one.state[name] for n, one in enumerate(self.layers) for name in one.state}

        def __call__(self, x: Array) -> tuple[Array, Any]:
            last = []
            for n, layer in enumerate(self.layers):
                layer.state = {name: self.state[f"{n} {name}"] for name in layer.state}
                x, ends = layer(x)
                last.append(ends)
            whole = isinstance(last[0], tuple)  # an LSTM's hidden states and cell states
            return x, tuple(map(np.array, zip(*last, strict=True))) if whole else np.array(last)

    return {
        "RNNLayer": RNNLayer,
        "LSTMLayer": LSTMLayer,
        "RecurrentRegressionModel": RecurrentRegressionModel,
        "RNN": lambda *sizes: Stack(RNNLayer, *sizes),
        "LSTM": lambda *sizes: Stack(LSTMLayer, *sizes),
    }


def passes(cells: list[str], answers: dict[str, str]) -> bool:
    """Whether all check cells say that two answers, {question: source}, are right."""
    printed: list[str] = []
    names = layers(*(names_of((SOLUTIONS | answers)[name]) for name in (RNN, LSTM)))
    names |= {"th": TORCH, "print": lambda text: printed.append(text)}
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                exec(cell, names)
    except Exception:  # whatever stops a check is seen
        return False
    errors = [float(error) for text in printed for error in PRINTED.findall(text)]
    return all(error < LIMIT for error in errors)


def main(checkout: Path) -> None:
    """Print how many wrong answers pass, and which."""
    cells = checks(checkout)
    assert cells and passes(cells, {}), "the right answers fail: these are not the cells that this was written for"
    for question in (RNN, LSTM):
        np.random.seed(0)  # a wrong answer may draw random numbers
        wrong = [mistake for mistake in MISTAKES if mistake.question == question]
        passed = [mistake.tag for mistake in wrong if passes(cells, {question: mistake.source(SOLUTIONS)})]
        print(f"{question}: {len(passed)} of {len(wrong)} wrong answers pass: {', '.join(passed)}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / NOTEBOOK).is_file():
        sys.exit(f"name a folder with {NOTEBOOK} in it: a clone of Berkeley-CS182/cs182sp25_public")
    main(Path(sys.argv[1]))
