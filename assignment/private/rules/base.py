"""A wrong answer made by rule: an edit of the master's own solution, with the rule that made it."""

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from given import sigmoid
from private.mistakes.base import ANSWER


@dataclass(frozen=True)
class Generated:
    """A wrong answer to a question.

    rule: the name of the rule, as `RULES` explains it. where: the line that was edited, as the solution has it. says:
    the mistake in words, which follow "the numbers you get when". source: the answer's cell.
    """

    question: str
    rule: str
    where: str
    says: str
    source: str

    def function(self) -> Callable[..., Any]:
        """What the student's name stands for after running the cell."""
        return executed(self.question, self.source)


@functools.cache
def executed(question: str, source: str) -> Callable[..., Any]:
    return fresh(question, source)


def fresh(question: str, source: str) -> Callable[..., Any]:
    """The answer, which has kept nothing from earlier calls."""
    names: dict[str, Any] = {"np": np, "sigmoid": sigmoid}
    exec(compile(source, question, "exec"), names)
    return names[ANSWER[question]]


Wrong = tuple[str, str, str]  # what a rule yields: where, says, source


@dataclass(frozen=True)
class Spot:
    """An expression of a solution: its node, the nodes above it (the nearest first), and the statement it is in."""

    node: ast.expr
    above: tuple[ast.AST, ...]
    statement: ast.stmt


class Solution:
    """The source of a solution, and every expression of the function that answers."""

    def __init__(self, question: str, text: str):
        self.question, self.text = question, text
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line.encode()))
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        self.function = next((f for f in functions if f.name == "forward"), functions[0])
        self.spots = list(self.walk(self.function.body, ()))
        self.statements = [node for node in ast.walk(self.function) if isinstance(node, ast.stmt)]

    def walk(self, nodes: list[Any], above: tuple[ast.AST, ...], statement: Any = None) -> Iterator[Spot]:
        for node in nodes:
            if isinstance(node, ast.stmt):
                statement = node
            if isinstance(node, ast.expr) and not is_docstring(statement):
                yield Spot(node, above, statement)
            yield from self.walk(list(ast.iter_child_nodes(node)), (node, *above), statement)

    def code(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text.encode()[start:end].decode()

    def span(self, node: Any) -> tuple[int, int]:
        """(start, end) in bytes, as `ast` counts columns."""
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def edited(self, node: ast.AST, code: str) -> str:
        """The source with other code in place of a node."""
        start, end = self.span(node)
        text = self.text.encode()
        return (text[:start] + code.encode() + text[end:]).decode()

    def wrong(self, statement: ast.AST, says: str, node: ast.AST, code: str) -> Wrong:
        """The answer with other code in place of a node of a statement."""
        return self.code(statement).split("\n")[0].strip(), says, self.edited(node, code)


def is_docstring(statement: Any) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_assignment(statement: ast.stmt) -> bool:
    """Whether a statement computes one array and gives it a name."""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name | ast.Attribute)
        and not isinstance(statement.value, ast.List | ast.Tuple | ast.Dict | ast.DictComp | ast.Constant | ast.Name)
        and not (isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func) in STARTS)
    )


STARTS = ("len", "np.zeros", "np.zeros_like", "np.eye")  # calls that make what a sum or product starts from


def bound_before(solution: Solution, statement: ast.stmt) -> set[str]:
    """The names that were bound above a statement."""
    found = {argument.arg for argument in solution.function.args.args}
    for other in solution.statements:
        if other.lineno < statement.lineno and isinstance(other, ast.Assign):
            found |= {n.id for target in other.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return found
