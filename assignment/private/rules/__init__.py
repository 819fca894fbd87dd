"""Wrong answers by rule: thousands of edits of the master's own solutions, which nobody had to think of one by one.

Each rule is a function of a `Solution` that yields wrong answers; its name and its docstring say what it does. Some of
what the rules make is right after all: `tests/assignment/test_rules.py` finds these by the oracle, and merges answers
that are the same function.
"""

from collections.abc import Iterable

from private.mistakes.base import CODED
from private.rules import fits, habits, limits, naming, symbols
from private.rules.base import Generated, Solution
from private.rules.limits import SLIGHT

RULES = {rule.__name__: rule for module in (symbols, naming, limits, habits) for rule in module.RULES}
FITS = {rule.__name__: rule for rule in fits.RULES}  # which may be right for the inputs of a case

__all__ = ["FITS", "RULES", "SLIGHT", "Generated", "generated"]


def generated(
    solutions: dict[str, str], questions: Iterable[str] = CODED, names: Iterable[str] = RULES
) -> list[Generated]:
    """The wrong answers that rules make, each source once. solutions: {question: source}, the master's."""
    found: dict[tuple[str, str], Generated] = {}
    for question in questions:
        solution = Solution(question, solutions[question])
        for name in names:
            for where, says, source in (RULES | FITS)[name](solution):
                if source != solution.text:
                    found.setdefault((question, source), Generated(question, name, where, says, source))
    return list(found.values())
