"""Rules on the form of a line: one symbol, one term or one factor of a solution is another, missing, or there twice.

Each rule takes a Solution and yields wrong answers. It knows nothing of the question.
"""

import ast
from collections.abc import Iterator

from private.rules.base import Solution, Spot, Wrong, bound_before, is_assignment

FUNCTIONS = {"np.tanh": ("sigmoid", "np.sin", "relu", ""), "sigmoid": ("np.tanh", "hard", "relu", "")}
CODE = {"relu": "(lambda z: np.maximum(z, 0))", "hard": "(lambda z: np.clip(0.5 + 0.2 * z, 0, 1))"}
OTHER_OPERATORS = {ast.Add: ("-", "*"), ast.Sub: ("+", "*"), ast.Mult: ("+", "@", "/"), ast.MatMult: ("*",)}
SYMBOLS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@"}


def arithmetic(solution: Solution) -> Iterator[tuple[Spot, ast.BinOp]]:
    for spot in solution.spots:
        if isinstance(spot.node, ast.BinOp) and type(spot.node.op) in SYMBOLS:
            yield spot, spot.node


def dropped(solution: Solution) -> Iterator[Wrong]:
    """A term of a sum, or a factor of a product, is left out."""
    for spot, node in arithmetic(solution):
        for kept, lost in ((node.left, node.right), (node.right, node.left)):
            minus = "-" if isinstance(node.op, ast.Sub) and kept is node.right else ""
            says = f"{solution.code(lost)} is left out of {solution.code(node)}"
            yield solution.wrong(spot.statement, says, node, f"({minus}{solution.code(kept)})")


def doubled(solution: Solution) -> Iterator[Wrong]:
    """A term of a sum is counted twice, or a factor is there twice."""
    for spot, node in arithmetic(solution):
        for part in (node.left, node.right):
            code = solution.code(part)
            twice = f"2 * ({code})" if isinstance(node.op, ast.Add | ast.Sub) else f"({code}) * ({code})"
            if isinstance(node.op, ast.MatMult):
                continue
            says = f"{code} counts twice in {solution.code(node)}"
            yield solution.wrong(spot.statement, says, part, f"({twice})")


def operator(solution: Solution) -> Iterator[Wrong]:
    """Another operator stands between two parts."""
    for spot, node in arithmetic(solution):
        for other in OTHER_OPERATORS[type(node.op)]:
            left, right = solution.code(node.left), solution.code(node.right)
            says = f"{other} stands for {SYMBOLS[type(node.op)]} in {solution.code(node)}"
            yield solution.wrong(spot.statement, says, node, f"(({left}) {other} ({right}))")


def function(solution: Solution) -> Iterator[Wrong]:
    """Another function is called, or none."""
    for spot in solution.spots:
        if isinstance(spot.node, ast.Call) and (name := solution.code(spot.node.func)) in FUNCTIONS:
            for other in FUNCTIONS[name]:
                says = f"{other or 'nothing'} stands for {name} in {solution.code(spot.node)}"
                yield solution.wrong(spot.statement, says, spot.node.func, CODE.get(other, other))


def twice(solution: Solution) -> Iterator[Wrong]:
    """A function is taken of what it, or its inverse, was taken of already: sigma'(sigma(z)), tanh(tanh(z))."""
    for spot in solution.spots:
        node = spot.node
        if isinstance(node, ast.Call) and (name := solution.code(node.func)) in FUNCTIONS:
            code = f"{name}({solution.code(node)})"
            yield solution.wrong(spot.statement, f"{name} is taken twice", node, code)
        if is_slope(node):
            for name in FUNCTIONS:
                value = solution.code(node)
                says = f"{name} is taken once more of what stands in {value}"
                names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {"np", "sigmoid"}
                for inner in sorted(names):
                    code = f"(lambda {inner}: {value})({name}({inner}))"
                    yield solution.wrong(spot.statement, says, node, code)


def is_slope(node: ast.AST) -> bool:
    """Whether an expression is 1 minus something."""
    minus = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    return minus and isinstance(node.left, ast.Constant) and node.left.value == 1


def parenthesis(solution: Solution) -> Iterator[Wrong]:
    """One parenthesis stands in the wrong place."""
    for spot, node in arithmetic(solution):
        left, right, symbol = node.left, node.right, SYMBOLS[type(node.op)]
        if isinstance(node.op, ast.Mult | ast.MatMult):
            for outer, inner, before in ((left, right, True), (right, left, False)):
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub):
                    a, b, o = solution.code(inner.left), solution.code(inner.right), solution.code(outer)
                    sign = SYMBOLS[type(inner.op)]
                    code = f"(({o}) {symbol} ({a}) {sign} ({b}))" if before else f"(({a}) {sign} ({b}) {symbol} ({o}))"
                    says = f"the parenthesis around {a} {sign} {b} is missing in {solution.code(node)}"
                    yield solution.wrong(spot.statement, says, node, code)
        for call, other, first in ((left, right, True), (right, left, False)):
            if isinstance(call, ast.Call) and len(call.args) == 1 and solution.code(call.func) in FUNCTIONS:
                name, argument, o = solution.code(call.func), solution.code(call.args[0]), solution.code(other)
                code = f"{name}(({argument}) {symbol} ({o}))" if first else f"{name}(({o}) {symbol} ({argument}))"
                says = f"the parenthesis of {name} closes too late in {solution.code(node)}"
                yield solution.wrong(spot.statement, says, node, code)
    for spot in solution.spots:
        node = spot.node
        if isinstance(node, ast.Call) and solution.code(node.func) in FUNCTIONS and isinstance(node.args[0], ast.BinOp):
            inner = node.args[0]
            if type(inner.op) in SYMBOLS:
                name, a, b = solution.code(node.func), solution.code(inner.left), solution.code(inner.right)
                says = f"the parenthesis of {name} closes too early in {solution.code(node)}"
                code = f"({name}({a}) {SYMBOLS[type(inner.op)]} ({b}))"
                yield solution.wrong(spot.statement, says, node, code)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Call):
            name, argument = solution.code(node.left.func), solution.code(node.left.args[0])
            says = f"the square stands inside {name} in {solution.code(node)}"
            yield solution.wrong(spot.statement, says, node, f"{name}(({argument}) ** 2)")


def number(solution: Solution) -> Iterator[Wrong]:
    """Another number stands in a formula."""
    for spot in solution.spots:
        if isinstance(spot.node, ast.Constant) and isinstance(spot.node.value, int) and not in_call(spot):
            for other in {0, 1, 2, 3} - {spot.node.value}:
                says = f"{other} stands for {spot.node.value} in {solution.code(spot.above[0])}"
                yield solution.wrong(spot.statement, says, spot.node, str(other))


def in_call(spot: Spot) -> bool:
    return isinstance(spot.above[0], ast.keyword | ast.Tuple | ast.Slice | ast.Subscript)


def transposed(solution: Solution) -> Iterator[Wrong]:
    """A matrix, or one side of a product, is transposed, or is not where it should be."""
    for spot in solution.spots:
        node, parent = spot.node, spot.above[0]
        if isinstance(node, ast.Attribute) and node.attr == "T":
            says = f"{solution.code(node.value)} is not transposed"
            yield solution.wrong(spot.statement, says, node, solution.code(node.value))
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
            says = f"{solution.code(node)} is transposed in {solution.code(parent)}"
            yield solution.wrong(spot.statement, says, node, f"({solution.code(node)}).T")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            a, b = solution.code(node.left), solution.code(node.right)
            yield solution.wrong(spot.statement, f"{b} stands left of {a}", node, f"(({b}) @ ({a}))")
        if isinstance(node, ast.Call) and solution.code(node.func) == "np.outer":
            a, b = map(solution.code, node.args)
            says = f"the sides of {solution.code(node)} are exchanged"
            yield solution.wrong(spot.statement, says, node, f"np.outer({b}, {a})")


def sums(solution: Solution) -> Iterator[Wrong]:
    """What should be added up is assigned, subtracted, or added to nothing; what should be assigned is added up."""
    for statement in solution.statements:
        code = solution.code(statement)
        if isinstance(statement, ast.AugAssign):
            target = solution.code(statement.target)
            for other, says in (
                ("=", f"{target} is assigned at each step, not added up"),
                ("-=", f"{target} is subtracted, not added"),
                ("+", f"{target} stays as it is, as after `a + b` with no assignment"),
                ("*=", f"{target} is multiplied up, not added up"),
            ):
                yield solution.wrong(statement, says, statement, code.replace("+=", other, 1))
        if is_assignment(statement):
            target = solution.code(statement.targets[0])
            if target in bound_before(solution, statement):
                new = f"{target} = {target} + ({solution.code(statement.value)})"
                yield solution.wrong(statement, f"{target} is added to what it was before", statement, new)


RULES = (dropped, doubled, operator, function, twice, parenthesis, number, transposed, sums)
