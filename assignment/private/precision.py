"""Right answers in other arithmetic: single precision throughout or in one place, and sums taken in another order.

They are made by rule from the master's own solutions. What they return differs from the expected numbers by rounding
alone, so every case has to let them pass.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from given import sigmoid
from private.mistakes.base import ANSWER


def single(value: Any) -> Any:
    """A value, or a dict, list or tuple of values, with its arrays of floats in single precision."""
    if isinstance(value, dict):
        return {name: single(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(single, value))
    is_float = isinstance(value, np.ndarray | np.generic) and value.dtype == np.float64
    return value.astype(np.float32) if is_float else value


def reversed_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b, summed from the last term to the first."""
    order = np.argsort(-np.arange(a.shape[-1]))
    return np.einsum("...k->...", 1.0 * a[..., order] * b[order]) if b.ndim == 1 else a[..., order] @ b[order]


class AtPlaces(ast.NodeTransformer):
    """Wraps what is assigned, at the chosen places, in a call of `single`, or every product in `reversed_product`."""

    def __init__(self, place: int | None, products: bool = False):
        self.place, self.products, self.places = place, products, 0

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.generic_visit(node)
        if self.place in (None, self.places) and not self.products:
            node.value = called("single", node.value)
        self.places += 1
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if self.products and isinstance(node.op, ast.MatMult):
            return called("reversed_product", node.left, node.right)
        return node


def called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def answers(question: str, source: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(what is done in another way, the answer) for a question, from the source of its solution."""
    right = run(question, ast.parse(source))
    yield "float64", right
    yield "the sums in another order", changed(question, source, AtPlaces(None, products=True))
    yield "everything assigned in float32", changed(question, source, AtPlaces(None))
    count = AtPlaces(-1)
    count.visit(ast.parse(source))
    for place in range(count.places):
        yield f"assignment {place + 1} in float32", changed(question, source, AtPlaces(place))


def changed(question: str, source: str, change: AtPlaces) -> Callable[..., Any]:
    return run(question, ast.fix_missing_locations(change.visit(ast.parse(source))))


def run(question: str, tree: ast.Module) -> Callable[..., Any]:
    names: dict[str, Any] = {"np": np, "sigmoid": sigmoid, "single": single, "reversed_product": reversed_product}
    exec(compile(tree, question, "exec"), names)
    return names[ANSWER[question]]


def in_single(inputs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(which arguments are in float32, the arguments): none, all of them, and each alone."""
    yield "no argument", inputs
    yield "all arguments", single(inputs)
    for name, value in inputs.items():
        yield name, inputs | {name: single(value)}
