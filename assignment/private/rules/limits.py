"""Rules on what becomes of a value: it is clipped, scaled, rounded, negated, turned round, or averaged.

`SLIGHT` names those whose answers are nearly right by their nature. A value is clipped only at bounds that it passes in
every case: `draws.py` sees to that.
"""

import ast
from collections.abc import Iterator

from private.rules.base import Solution, Wrong, is_assignment

BOUNDS = (1, 2, 3, 5, 10)  # that people clip at
# How far these arrays go, where not beyond 10; what stands for no bound at all lies between -1 and 1.
AT_MOST = dict.fromkeys(("f", "i", "o", "g", "h", "h_prev", "slope"), 0) | {"z": 2, "C": 5, "C_prev": 5, "step": 5}
ARGUMENTS = 2  # of a tanh or a sigmoid, likewise; at 3 it is flat, and clipping there changes little
RUNNING = ("h", "C", "dh", "dC", "later", "dh_later", "dC_later", "product", "z")  # what travels from step to step


def values(solution: Solution) -> Iterator[tuple[ast.stmt, ast.expr, str]]:
    """Every value that a solution computes and gives a name to: the statement, the value, the name."""
    for statement in solution.statements:
        if is_assignment(statement):
            yield statement, statement.value, solution.code(statement.targets[0])


def arguments(solution: Solution) -> Iterator[tuple[ast.stmt, ast.expr, str]]:
    """What a tanh or a sigmoid is taken of, the cell state aside."""
    for spot in solution.spots:
        node = spot.node
        squashes = isinstance(node, ast.Call) and solution.code(node.func) in ("np.tanh", "sigmoid")
        if squashes and (argument := solution.code(node.args[0])) not in ("C", "z"):
            yield spot.statement, node.args[0], argument


def results(solution: Solution) -> Iterator[tuple[ast.stmt, ast.expr, str]]:
    """Every array that a solution returns."""
    for statement in solution.statements:
        if isinstance(statement, ast.Return):
            value = statement.value
            if isinstance(value, ast.Dict):
                for key, part in zip(value.keys, value.values, strict=True):
                    yield statement, part, f"the returned {ast.literal_eval(key)}"
            elif isinstance(value, ast.Tuple):
                for part in value.elts:
                    yield statement, part, f"the returned {solution.code(part)}"
            elif not isinstance(value, ast.BinOp | ast.DictComp | ast.Attribute):
                yield statement, value, "the result"


def limited(solution: Solution) -> Iterator[tuple[ast.stmt, ast.expr, str, int]]:
    """Every value with every bound that people clip it at."""
    bounded = solution.question in ("q5a_lstm_step", "q5b_lstm_unroll", "q7b_cell_carry")
    found = [(*value, AT_MOST.get(value[2], 10)) for value in values(solution)]
    found += [(*value, ARGUMENTS) for value in arguments(solution)]
    found += [(*value, 10) for value in results(solution) if not bounded]
    for statement, node, name, last in found:
        for bound in BOUNDS:
            if bound <= last:
                yield statement, node, name, bound


def clipped(solution: Solution) -> Iterator[Wrong]:
    """A result, a carry, a state or an argument is clipped, entry by entry."""
    for statement, node, name, bound in limited(solution):
        says = f"{name} is clipped to the range from -{bound} to {bound}"
        yield solution.wrong(statement, says, node, f"np.clip({solution.code(node)}, -{bound}, {bound})")


def scaled(solution: Solution) -> Iterator[Wrong]:
    """A result, a carry, a state or an argument is scaled down to a norm."""
    for statement, node, name, bound in limited(solution):
        says = f"the norm of {name} is clipped to {bound}"
        code = f"(lambda a: a * min(1, {bound} / (np.linalg.norm(a) + 1e-6)))({solution.code(node)})"
        yield solution.wrong(statement, says, node, code)


def flat(solution: Solution) -> Iterator[Wrong]:
    """What a tanh or a sigmoid is taken of is clipped at 3, where they are flat."""
    for statement, node, name in [*arguments(solution), *(v for v in values(solution) if v[2] == "z")]:
        says = f"{name} is clipped to the range from -3 to 3"
        yield solution.wrong(statement, says, node, f"np.clip({solution.code(node)}, -3, 3)")


def coarse(solution: Solution) -> Iterator[Wrong]:
    """What travels from step to step is kept in float16, or with one decimal."""
    for statement, node, name in values(solution):
        if name in RUNNING:
            value = solution.code(node)
            yield solution.wrong(statement, f"{name} is kept in float16", node, f"np.float16({value})")
            yield solution.wrong(statement, f"{name} is rounded to one decimal", node, f"np.round({value}, 1)")


def lost(solution: Solution) -> Iterator[Wrong]:
    """A value loses its sign, its entries or its place, or counts for nothing."""
    for statement, node, name in [*values(solution), *results(solution)]:
        value = solution.code(node)
        for code, says in (
            (f"np.abs({value})", "loses its sign"),
            (f"np.maximum({value}, 0)", "loses what is negative"),
            (f"0 * ({value})", "counts for nothing"),
            (f"-({value})", "has the opposite sign"),
            (f"np.mean({value}) + 0 * ({value})", "is its mean throughout"),
            (f"({value})[::-1]", "stands in reverse order"),
            (f"np.roll({value}, 1, axis=0)", "is off by one row"),
            (f"({value}) / (np.linalg.norm({value}) + 1e-8)", "is scaled to norm 1"),
            (f"({value}).T", "is transposed"),
        ):
            yield solution.wrong(statement, f"{name} {says}", node, code)


def averaged(solution: Solution) -> Iterator[Wrong]:
    """A result is that of a mean where it should be that of a sum, or another multiple."""
    for statement, node, name in results(solution):
        value, steps = solution.code(node), {"xs", "hs", "fs", "dJ_dh"} & bound(solution)
        divisors = [(f"len({array})", "the number of steps") for array in sorted(steps)[-1:]]
        for divisor, what in (*divisors, ("2", "2"), (f"np.size({value})", "its number of entries"), ("0.5", "1/2")):
            yield solution.wrong(statement, f"{name} is divided by {what}", node, f"({value}) / {divisor}")


def bound(solution: Solution) -> set[str]:
    return {argument.arg for argument in solution.function.args.args}


RULES = (clipped, scaled, flat, coarse, lost, averaged)
SLIGHT = {"flat", "coarse"}
