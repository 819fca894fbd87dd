"""Known mistakes as code: what a wrong answer looks like, and the sentence that names it.

A mistake is a change of a line or two in the master's own solution of its question. `cases` computes from these the
numbers that each mistake gives, which is all that `checks` gets to see. The tests put every mistake into the notebook
and look whether the checks catch and name it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from given import sigmoid

ANSWER = {  # what an answer is called in the notebook
    "q1_kinds": "kinds",
    "q2_vanilla_rnn": "VanillaRNN",
    "q3_unroll": "unroll",
    "q4a_state_jacobian": "state_jacobian",
    "q4b_jacobian_through_time": "jacobian_through_time",
    "q4c_rnn_backward": "rnn_backward",
    "q5a_lstm_step": "lstm_step",
    "q5b_lstm_unroll": "lstm_unroll",
    "q6a_derivation": "dJ_dWg",
    "q6b_lstm_dWg": "lstm_dWg",
    "q6d_lstm_backward": "lstm_backward",
    "q7a_factor": "factor",
    "q7b_cell_carry": "cell_carry",
}
NO_CODE = {"q1_kinds", "q7a_factor"}  # a table and a name: there is no code in which to make a mistake
CODED = [question for question in ANSWER if question not in NO_CODE]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: `code`, or the solution with `changes` (old, new, old, new, ...) made in it and `more` after it.

    says: the mistake in words, which follow "These are the numbers you get when"; empty where its numbers are not
    its own. hint: where to look. shows: what the check says in place of numbers, or beside them. hidden: True where
    only a hidden case can catch it, because it is right for the public inputs.
    """

    question: str
    tag: str
    changes: tuple[str, ...] = ()
    more: str = ""
    code: str = ""
    says: str = ""
    hint: int | str = 0
    shows: str = ""
    hidden: bool = False

    def source(self, solutions: dict[str, str]) -> str:
        """The wrong answer's cell. solutions: {question: source}, the master's."""
        return self.code or patched(solutions[self.question], *self.changes) + self.more


def function(mistake: Mistake, solutions: dict[str, str]) -> Callable[..., Any]:
    """The wrong answer itself: what the student's name stands for after running the cell."""
    namespace: dict[str, Any] = {"np": np, "sigmoid": sigmoid}
    exec(mistake.source(solutions), namespace)
    return namespace[ANSWER[mistake.question]]


def patched(text: str, *changes: str) -> str:
    """`text` with each (old, new, old, new, ...) replaced; every old must stand in it exactly once."""
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        if text.count(old) != 1:
            raise ValueError(f"{old!r} occurs {text.count(old)} times in:\n{text}")
        text = text.replace(old, new)
    return text


Entry = tuple[Any, ...]


def numeric(question: str, *entries: Entry) -> list[Mistake]:
    """Mistakes (tag, hint, says, old, new, ...) that give numbers of their own."""
    return [Mistake(question, tag, tuple(changes), says=says, hint=hint) for tag, hint, says, *changes in entries]


def plain(question: str, *entries: Entry) -> list[Mistake]:
    """Mistakes (tag, shows, old, new, ...) that have their own plain sentence instead of numbers."""
    return [Mistake(question, tag, tuple(changes), shows=shows) for tag, shows, *changes in entries]


def sized(question: str, *entries: Entry) -> list[Mistake]:
    """Mistakes (tag, old, new, ...) that are right at the sizes of the public cases only."""
    shows = "right for the inputs of this check, "
    return [Mistake(question, tag, tuple(changes), shows=shows) for tag, *changes in entries]
