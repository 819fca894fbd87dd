"""What the notebook gives: the logistic sigmoid, a small recurrent cell to unroll, and how the check of q2 runs a cell.

Students receive this file. It must never hold a formula of the assignment.
"""

import copy

import numpy as np


def sigmoid(z):
    """The logistic function 1 / (1 + exp(-z)), elementwise, without overflow. z: any shape, or a number."""
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


class RunningAverage:
    """A recurrent cell with no weights to learn: its hidden state is a running average of how its inputs change.

    The state forgets a little at each step and takes in a little of the differences between neighbouring entries of x;
    the output is the state's largest and smallest value. It has the interface that every cell of this notebook has:
    `hidden_state` (n,), `output` (2,) and `forward(x)`, which moves one step on and returns the output. x has one
    entry more than the state.
    """

    def __init__(self, start, keep=0.75):
        self.hidden_state = np.array(start, dtype=float)
        self.keep = keep

    def forward(self, x):
        self.hidden_state = self.keep * self.hidden_state + (1 - self.keep) * np.diff(x)
        self.output = np.array([self.hidden_state.max(), self.hidden_state.min()])
        return self.output


def run_cell(make, attributes, h0, xs):
    """Make a cell with `make()`, set its attributes and its hidden state, and call `forward(x)` for each x of `xs`.

    Returns a list of dicts, one for each call: its result and what the cell then held, by the names "forward(x)",
    "self.hidden_state" and "self.output"; the last is left out where the cell has no output. They are kept as `unroll`
    keeps them: a cell that goes on in the same array changes what was kept before.
    """
    cell = make()
    for name, value in attributes.items():
        setattr(cell, name, value)
    cell.hidden_state = np.array(h0)
    steps = []
    for x in xs:
        found = {"forward(x)": cell.forward(x), "self.hidden_state": cell.hidden_state}
        if hasattr(cell, "output"):
            found["self.output"] = cell.output
        steps.append(found)
    return [copy.deepcopy(found) for found in steps]
