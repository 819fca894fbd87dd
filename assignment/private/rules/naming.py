"""Rules on names: another quantity, another gate's weights, another step's row stands where one belongs."""

import ast
import itertools
import re
from collections.abc import Iterator

from private.rules.base import Solution, Wrong, bound_before

STATES = ("h_prev", "C_prev", "f", "i", "o", "g", "C", "h")
DELTAS = ("dh", "dC", "do", "df", "di", "dg", "dz_f", "dz_i", "dz_o", "dz_g", "dh_later", "dC_later")
FAMILIES = {
    "q2_vanilla_rnn": (("h", "z", "h_prev", "x"),),
    "q3_unroll": (("h", "y", "x"),),
    "q4a_state_jacobian": (("h", "slope", "W_hh"),),
    "q4b_jacobian_through_time": (("h", "slope", "step", "product", "W_hh"),),
    "q4c_rnn_backward": (
        ("h", "h_prev", "dh", "dz", "later", "h0", "Bh", "x", "dy"),
        ("W_hh", "dW_hh"),
        ("xs", "dys", "hs"),
    ),
    "q5a_lstm_step": (("x", *STATES),),
    "q5b_lstm_unroll": (("x", *STATES, "h0", "C0"),),
    "q6a_derivation": (
        ("dh_dhprev", "dh_dC", "dC_dCprev", "dh_do"),
        ("dhprev_dWg", "dC_dWg", "dCprev_dWg"),
        ("by_h", "by_C", "now"),
    ),
    "q6b_lstm_dWg": (STATES, DELTAS),
    "q6d_lstm_backward": (STATES, DELTAS),
    "q7b_cell_carry": (),
}


def another(solution: Solution) -> Iterator[Wrong]:
    """Another quantity stands in a formula: the old state for the new one, one gate for another, dh for dC."""
    for spot in solution.spots:
        if not isinstance(spot.node, ast.Name) or not isinstance(spot.node.ctx, ast.Load):
            continue
        name, known = spot.node.id, bound_before(solution, spot.statement)
        for family in FAMILIES[solution.question]:
            for other in family:
                if name in family and other != name and other in known:
                    says = f"{other} stands for {name} in {solution.code(spot.statement).splitlines()[0]}"
                    yield solution.wrong(spot.statement, says, spot.node, other)


def weights(solution: Solution) -> Iterator[Wrong]:
    """One gate's line has another gate's U or W, or U for W."""
    for spot in solution.spots:
        node = spot.node
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            key = node.slice.value
            if len(key) != 2 or not isinstance(node.value, ast.Name):
                continue
            for other in (a + b for a in "UW" for b in "fiog" if a + b != key):
                says = f"{other} stands for {key} in {solution.code(spot.statement)}"
                yield solution.wrong(spot.statement, says, node.slice, f'"{other}"')


def split(solution: Solution) -> Iterator[Wrong]:
    """The gates stand in the order of another library, or in any other."""
    if 'p["Uf"]' not in solution.text:
        return
    for order in itertools.permutations("fiog"):
        keys = str.maketrans("fiog", "".join(order))
        source = re.sub(r'p\["[UW][fiog]"\]', lambda key, keys=keys: key[0].translate(keys), solution.text)
        yield "f, i, o, g", f"the gates f, i, o, g take the weights of {', '.join(order)}", source


def times(solution: Solution) -> Iterator[Wrong]:
    """A neighbouring step's row is read, or a fixed one."""
    for spot in solution.spots:
        node = spot.node
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Load)
            and "t" in solution.code(node.slice).split()
        ):
            index, array = solution.code(node.slice), solution.code(node.value)
            for other, says in (
                (f"max({index} - 1, 0)", "the row before"),
                (f"min({index} + 1, len({array}) - 1)", "the row after"),
                (f"{index} - 1", "the row before, and at the first step the last one"),
                ("-1", "the last row at every step"),
                ("0", "the first row at every step"),
                (f"len({array}) - 1 - ({index})", "the rows in reverse order"),
            ):
                yield solution.wrong(spot.statement, f"{array}[{index}] is {says}", node.slice, other)


def loops(solution: Solution) -> Iterator[Wrong]:
    """The loop runs the other way, leaves out steps at one end, or goes over some steps only."""
    for statement in solution.statements:
        if not isinstance(statement, ast.For):
            continue
        steps = solution.code(statement.iter)
        for code, says in (
            (f"list({steps})[::-1]", "runs the other way"),
            *((f"list({steps})[:{n}]", f"stops after {n} steps") for n in (1, 2, 3, 4, 5, 6)),
            *((f"list({steps})[-{n}:]", f"leaves out all but the last {n} steps") for n in (1, 2, 3, 4, 5, 6)),
            (f"list({steps})[1:]", "leaves out its first step"),
            (f"list({steps})[:-1]", "leaves out its last step"),
            (f"list({steps})[::2]", "takes every other step"),
            (f"[*{steps}, *{steps}]", "runs twice"),
            (f"[list({steps})[0]] * len(list({steps}))", "takes the first step every time"),
        ):
            yield solution.wrong(statement, f"the loop over {steps} {says}", statement.iter, code)


RULES = (another, weights, split, times, loops)
