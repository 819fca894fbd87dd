"""How the checks of q2 and q3 run a cell: what it holds after each step, and what a new one is like.

Students receive this file. It must never hold a formula of the assignment.
"""

import numpy as np

from advice import WHY_NONE, CheckFailed, shown
from answers import as_numbers, call, carried, plain, same


def cell_runner(make, run_cell):
    """A function that has `run_cell` of given.py run a cell, made with `make()`, over `xs`.

    It returns a dict with the names of `of_step`: the state that the cell holds after each step, and its output.
    """
    if run_cell is None:
        raise CheckFailed("run_cell is not defined. Run the cell below the legend, which imports it.")

    def run(attributes, h0, xs):
        try:
            steps = carried(run_cell(make, attributes, h0, xs))
        except Exception:
            if len(xs) > 1:
                run(attributes, h0, xs[:-1])  # what was wrong before it stopped tells more
            raise
        kept = {}
        for step, found in enumerate(steps, start=1):
            if "self.output" not in found:
                raise CheckFailed("forward(x) must also keep its result, in self.output.", ["no self.output"])
            for name, value in found.items():
                if value is None or value is ...:
                    raise CheckFailed(f"after step {step}, {name} is {shown(value)}. {WHY_NONE}", [f"{name} is None"])
            y, h, output = (found[name] for name in ("forward(x)", "self.hidden_state", "self.output"))
            if not same(plain(y), plain(output)):
                raise CheckFailed(f"at step {step}, forward(x) returned something other than self.output.")
            state, output = of_step(step)
            kept[state], kept[output] = as_numbers(state, h, h0), plain(y)
            if kept[output] is None:
                raise CheckFailed(f"{output} should be an array of real numbers, it is {shown(y)}.")
        return kept

    return run if make is not None else None


def of_step(step):
    """What the state and the output after a step are called in messages."""
    return f"step {step}: self.hidden_state", f"step {step}: self.output"


def unroller(unroll, make):
    """A function that unrolls a fresh cell, `make(start)` or `make(start, keep)`, over `xs`."""
    if make is None:
        raise CheckFailed("RunningAverage is not defined. Run the cell below the legend, which imports it.")
    if unroll is None:
        return None
    return lambda start, xs, **keep: call(unroll, {"rnn": make(start, **keep), "xs": xs}, "q3_unroll")


def check_separate_cells(make):
    """Two cells made alike start at zero state, and running one leaves the other as it was."""
    if make is None:
        raise CheckFailed("VanillaRNN: is not defined. Run the cell that defines it.")
    try:
        first, second = call(make, {}), call(make, {})
        start = as_numbers("self.hidden_state of a new VanillaRNN()", state_of(first), np.zeros(3))
        if np.any(start):
            raise CheckFailed("the hidden state of a new VanillaRNN() should be 3 zeros.")
        call(lambda: first.forward(np.array([0.5, -1.0, 2.0])))
        state = as_numbers("after one step, self.hidden_state", state_of(first), np.zeros(3))
        if not np.any(state):
            raise CheckFailed("after one step, self.hidden_state of VanillaRNN() is still 0: forward has to set it.")
        other = plain(state_of(second))
        if other is None or other.shape != (3,) or np.any(other):
            raise CheckFailed(
                "a second network changed although only the first one ran. Keep the state on `self`, made anew in "
                "__init__.",
                ["the state is shared by all networks"],
            )
    except CheckFailed as failure:
        raise failure.within("VanillaRNN: ") from None


def check_sizes(make):
    """A network of given sizes has arrays of these sizes, and runs with the weights that it was made with."""
    k, n, m = 5, 4, 2  # none of them the default
    made, sizes = f"VanillaRNN({k}, {n}, {m})", f"{k} inputs, {n} hidden units and {m} outputs"
    due = {"W_hh": (n, n), "W_xh": (n, k), "W_hy": (m, n), "Bh": (n,), "By": (m,), "hidden_state": (n,)}
    try:
        cell = call(lambda: make(k, n, m))
        for name, shape in due.items():
            array = plain(call(lambda name=name: getattr(cell, name)))
            if array is None or array.shape != shape:
                has = "no array of numbers" if array is None else f"shape {array.shape}"
                text = f"{made} makes a network with {sizes}: its {name} should have shape {shape}, it has {has}."
                raise CheckFailed(text, ["a new network has other sizes than those given"])
        as_numbers(f"the output of {made}", call(lambda: cell.forward(np.ones(k))), np.zeros(m))
    except CheckFailed as failure:
        raise failure.within("VanillaRNN: ") from None


def state_of(cell):
    return call(lambda: cell.hidden_state)
