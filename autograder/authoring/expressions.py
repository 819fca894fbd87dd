"""The expressions that solve a question, and where students could read one: in prose, a docstring or a comment.

Spaces do not count. This module must never run the master's code.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from autograder.authoring.leaks import Secret, marked_lines
from autograder.authoring.master import Cell, Master
from autograder.authoring.names import code_of

VALUE, PART = 12, 20  # characters from which what is assigned or returned gives an answer away, and from which a part
Telling = ast.BinOp | ast.BoolOp | ast.Call | ast.Compare | ast.DictComp | ast.IfExp | ast.ListComp | ast.UnaryOp


def expressions(master: Master) -> dict[str, Secret]:
    """What the solutions compute, without spaces."""
    found: dict[str, Secret] = {}
    for cell in master.cells:
        if cell.is_solution:
            inside = {line for line, _, is_secret in marked_lines(cell, None) if is_secret}
            for line, text in values(cell):
                if line in inside:
                    found.setdefault(text, Secret(cell, line, "a solution"))
    return found


def values(cell: Cell) -> Iterator[tuple[int, str]]:
    """(line, expression) for each value in a cell's code that is long enough to tell something."""
    for node in ast.walk(ast.parse(code_of(cell.source))):
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return) or node.value is None:
            continue
        for part in ast.walk(node.value):
            text = squeezed(ast.unparse(part)) if isinstance(part, Telling) else ""
            if len(text) >= (VALUE if part is node.value else PART):
                yield cell.line + node.lineno - 1, text


def told(cell: Cell) -> Iterator[tuple[int, str]]:
    """(line, text) for what students read in a cell beside its code: prose, comments, strings, the stub."""
    if cell.kind == "markdown":
        yield from enumerate(cell.source.split("\n"), cell.line)
        return
    secret = {line for line, _, is_secret in marked_lines(cell, None) if is_secret}
    for token in tokenize.generate_tokens(io.StringIO(code_of(cell.source)).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for line, text in enumerate(token.string.split("\n"), cell.line + token.start[0] - 1):
                if line not in secret:
                    yield line, text


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
