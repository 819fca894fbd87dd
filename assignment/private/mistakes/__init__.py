"""The catalogue of wrong answers, a module for each question. Students must never receive it: it holds the answers."""

from private.mistakes import (
    anywhere,
    q1_kinds,
    q2_vanilla_rnn,
    q3_unroll,
    q4_rnn_gradients,
    q5_lstm,
    q6_backprop,
    q7_vanishing,
)
from private.mistakes.base import ANSWER, CODED, NO_CODE, Mistake, function, patched

MODULES = (q1_kinds, q2_vanilla_rnn, q3_unroll, q4_rnn_gradients, q5_lstm, q6_backprop, q7_vanishing, anywhere)
MISTAKES: list[Mistake] = [mistake for module in MODULES for mistake in module.MISTAKES]

__all__ = ["ANSWER", "CODED", "MISTAKES", "NO_CODE", "Mistake", "function", "patched"]
