"""Right answers pass however their arguments may be given: by position, by keyword, or some each way."""

import ast
import itertools

import pytest

from private.mistakes import ANSWER
from tools.answers import SOLUTIONS, TESTS, failures, run_cases


def functions():
    """Every question that asks for one function, with each split of its arguments."""
    for question in TESTS:
        defined = [node for node in ast.parse(SOLUTIONS[question]).body if isinstance(node, ast.FunctionDef)]
        answer = next((node for node in defined if node.name == ANSWER[question]), None)
        if answer:
            count = len(answer.args.args)
            for first, last in itertools.combinations_with_replacement(sorted({0, 1, count - 1, count}), 2):
                yield pytest.param(question, first, last, id=f"{question}-{first}-{last}")


@pytest.mark.parametrize(("question", "positional", "named"), functions())
def test_arguments_may_be_positional_only_and_keyword_only(question, positional, named):
    """The first `positional` arguments take no keyword; those from `named` on take nothing else."""
    tree = ast.parse(SOLUTIONS[question])
    answer = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == ANSWER[question])
    given = answer.args.args
    answer.args.posonlyargs, answer.args.args = given[:positional], given[positional:named]
    answer.args.kwonlyargs, answer.args.kw_defaults = given[named:], [None] * len(given[named:])
    assert failures(run_cases({question: ast.unparse(tree)}, [question])) == []
