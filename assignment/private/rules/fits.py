"""Rules that make answers which fit some inputs only: kept from a call, of one size, of few steps, within a bound.

What they make may well be right for the inputs of a case. `tests/assignment/test_fits.py` finds by inputs of every size
and scale which of them are wrong somewhere; each of these has to lose a public point.
"""

import ast
from collections.abc import Iterator

from edits import AXES
from private.mistakes.base import ANSWER
from private.rules.base import Solution, Wrong
from private.rules.habits import LSTM, WINDOW, made
from private.rules.limits import arguments, results, values

SIZES = {  # of the public cases
    "q2_vanilla_rnn": {"T": 7, "k": 4, "n": 3, "m": 2},
    "q3_unroll": {"T": 7, "k": 5, "n": 4},
    "q4a_state_jacobian": {"n": 3},
    "q4b_jacobian_through_time": {"T": 7, "n": 3},
    "q4c_rnn_backward": {"T": 7, "k": 4, "n": 3, "m": 2},
    "q5a_lstm_step": {"k": 2, "n": 3},
    "q5b_lstm_unroll": {"T": 7, "k": 2, "n": 3},
    "q6a_derivation": {"T": 4, "n": 3},
    "q6b_lstm_dWg": {"T": 7, "k": 2, "n": 3},
    "q6d_lstm_backward": {"T": 7, "k": 2, "n": 3},
    "q7b_cell_carry": {"T": 7, "n": 3},
}
LONGEST = 11  # steps of a window
BOUNDS = (20, 50, 100, 1000)  # that people clip at, beside those of `limits`
MARGINS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6)  # by which people keep something away from 0 or 1
FLAT = (3, 4, 5, 6, 8, 10)  # where people cut what a sigmoid or a tanh is taken of
FRACTIONS = ("f", "i", "o", "slope", "fs")  # lie between 0 and 1
STEPS = ("xs", "hs", "fs")  # what a loop over time goes over


def arguments_of(solution: Solution) -> list[str]:
    return [argument.arg for argument in solution.function.args.args if argument.arg not in ("self", "rnn")]


def kept(solution: Solution) -> Iterator[Wrong]:
    """The result of an earlier call is returned where an argument has the same shape, or the same numbers."""
    if solution.question == "q2_vanilla_rnn":
        return
    name, given = ANSWER[solution.question], [argument.arg for argument in solution.function.args.args]
    keys = {"()": "whatever is asked"}
    for argument in arguments_of(solution):
        array = f'{argument}["Wf"]' if argument == "p" else argument
        keys |= {f"{array}.shape": f"{array} has that shape", f"{array}.tobytes()": f"{array} is the same"}
    for key, when in keys.items():
        source = f"""{solution.text}

import copy

right, kept = {name}, {{}}


def {name}({", ".join(given)}):
    key = {key}
    if key not in kept:
        kept[key] = right({", ".join(given)})
    return copy.deepcopy(kept[key])
"""
        yield "def", f"the first result is kept, and returned again when {when}", source


def weights_kept(solution: Solution) -> Iterator[Wrong]:
    """A matrix is put together once, and used for whatever has its shape."""
    start = solution.text.index("def ")
    for spot in solution.spots:
        parent = spot.above[0]
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
            code = solution.code(spot.node)
            if isinstance(spot.node, ast.Subscript | ast.Attribute) or code == "W_hh":
                source = solution.edited(spot.node, f"KEPT.setdefault(({code}).shape, ({code}).copy())")
                if solution.question == "q2_vanilla_rnn":
                    start = 0
                says = f"{code} is kept from the first call with its shape"
                yield code, says, f"{source[:start]}KEPT = {{}}\n\n\n{source[start:]}"


def windows(solution: Solution) -> Iterator[Wrong]:
    """Only the first or the last steps count, or what comes back goes a few steps only."""
    for n in range(7, LONGEST + 1):
        for spot in solution.spots:
            node, parent = spot.node, spot.above[0]
            looped = isinstance(parent, ast.For) and node is parent.iter or solution.question == "q7b_cell_carry"
            if looped and (code := solution.code(node)) in (*STEPS, "range(T)", "reversed(range(T))"):
                for cut, which in ((f"[:{n}]", "first"), (f"[-{n}:]", "last")):
                    says = f"of {code}, the {which} {n} steps count"
                    start = f"list({code})" if "range" in code else code
                    yield solution.wrong(spot.statement, says, node, f"{start}{cut}")
        if solution.question in WINDOW:
            source = solution.text + WINDOW[solution.question].replace("K", str(n))
            yield "the loop back", f"every gradient goes back {n} steps only", source


def lone(solution: Solution) -> Iterator[Wrong]:
    """A single step is too few, as for a product that needs two factors."""
    given = [argument.arg for argument in solution.function.args.args]
    name = ANSWER[solution.question]
    for argument in given:
        if argument in STEPS or argument == "dJ_dh":
            source = f"""{solution.text}

right = {name}


def {name}({", ".join(given)}):
    if len({argument}) < 2:
        raise ValueError("Expecting at least two arrays.")
    return right({", ".join(given)})
"""
            yield "def", f"{argument} must have two rows", source


def resets(solution: Solution) -> Iterator[Wrong]:
    """The states start anew every few steps."""
    for n in range(1, LONGEST + 1):
        says = f"the state starts anew every {n} steps"
        for old, new in (
            ("for x in xs:", f"for x in xs:\n        if len(steps) % {n} == 0:\n            h_prev, C_prev = h0, C0"),
            ("hs, ys = [], []\n    for x in xs:", f"hs, ys, start = [], [], rnn.hidden_state.copy()\n    for x in xs:\n"
             f"        if len(hs) % {n} == 0:\n            rnn.hidden_state = start.copy()"),
            ("W_hh @ hs[-1]", f"W_hh @ (hs[-1] if len(hs) % {n} else h0)"),
        ):  # fmt: skip
            if "hs, ys" in new or "steps" not in new or "steps" in solution.text:
                yield from made(solution, says, old, new)


def sized(solution: Solution) -> Iterator[Wrong]:
    """A size is written in as a number, or the result holds no more than so many rows."""
    sizes = SIZES[solution.question]
    for spot in solution.spots:
        node, code = spot.node, solution.code(spot.node)
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Name):
            continue
        if (axes := AXES.get(solution.code(node.args[0]))) is None:
            continue
        shape = tuple(sizes[letter] for letter in axes)
        number = {"len": str(shape[0]), "np.zeros_like": f"np.zeros({shape})"}.get(solution.code(node.func))
        if number:
            yield solution.wrong(spot.statement, f"{number} stands for {code}", node, number)
    for number in sizes.values():
        yield from made(solution, f"n is {number}", "T, n = dJ_dh.shape", f"T, n = len(dJ_dh), {number}")
    for statement, node, name in results(solution):
        for number in dict.fromkeys(sizes.values()):
            says = f"no more than {number} rows of {name} are returned"
            yield solution.wrong(statement, says, node, f"({solution.code(node)})[:{number}]")
    if solution.question in LSTM:
        n = sizes["n"]
        for place, gate in enumerate("fiog"):
            stacked = 'np.hstack([p["{kind}" + a] for a in "fiog"])'
            cut = f"[{place * n}:{(place + 1) * n}]"
            new = f"(x @ {stacked.format(kind='U')} + h_prev @ {stacked.format(kind='W')}){cut}"
            old = f'x @ p["U{gate}"] + h_prev @ p["W{gate}"]'
            yield from made(solution, f"of all gates at once, {gate} has the columns {cut}", old, new)


def far_bounds(solution: Solution) -> Iterator[Wrong]:
    """A value is clipped at a bound that ordinary numbers do not reach."""
    for statement, node, name in [*values(solution), *results(solution)]:
        for bound in BOUNDS:
            code = f"np.clip({solution.code(node)}, -{bound}, {bound})"
            yield solution.wrong(statement, f"{name} is clipped to the range from -{bound} to {bound}", node, code)


def flat_bounds(solution: Solution) -> Iterator[Wrong]:
    """What a tanh or a sigmoid is taken of is clipped where it is flat."""
    found = [*arguments(solution), *(value for value in values(solution) if value[2] == "z")]
    for spot in solution.spots:
        if isinstance(spot.node, ast.Call) and solution.code(spot.node) == "np.tanh(C)":
            found.append((spot.statement, spot.node.args[0], "C"))
    for statement, node, name in found:
        for bound in FLAT:
            code = f"np.clip({solution.code(node)}, -{bound}, {bound})"
            yield solution.wrong(statement, f"{name} is clipped to the range from -{bound} to {bound}", node, code)


def margins(solution: Solution) -> Iterator[Wrong]:
    """A gate, a slope or a state is kept away from 0 or from 1, or has a little added."""
    found = [value for value in values(solution) if value[2] in FRACTIONS]
    for spot in solution.spots:
        code = solution.code(spot.node)
        if isinstance(spot.node, ast.BinOp) and isinstance(spot.node.op, ast.Sub) and code.startswith("1 - "):
            found.append((spot.statement, spot.node, code))
        if code == "fs" and isinstance(spot.node, ast.Name):
            found.append((spot.statement, spot.node, code))
    for statement, node, name in found:
        code = solution.code(node)
        for margin in MARGINS:
            for changed, says in (
                (f"np.maximum({code}, {margin})", f"is at least {margin}"),
                (f"np.clip({code}, {margin}, 1 - {margin})", f"stays away from 0 and 1 by {margin}"),
                (f"({code} + {margin})", f"has {margin} added"),
            ):
                yield solution.wrong(statement, f"{name} {says}", node, changed)
        for margin in MARGINS[1:]:
            if "h**2" in code:
                new = code.replace("h**2", f"np.clip(h, {margin} - 1, 1 - {margin})**2")
                yield solution.wrong(statement, f"h stays away from 1 by {margin} in {name}", node, f"({new})")


RULES = (kept, weights_kept, windows, lone, resets, sized, far_bounds, flat_bounds, margins)
