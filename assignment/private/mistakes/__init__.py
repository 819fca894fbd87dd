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
from private.mistakes.base import ANSWER, Mistake, function, patched

QUESTIONS = (q1_kinds, q2_vanilla_rnn, q3_unroll, q4_rnn_gradients, q5_lstm, q6_backprop, q7_vanishing, anywhere)
MISTAKES: list[Mistake] = [mistake for module in QUESTIONS for mistake in module.MISTAKES]

__all__ = ["ANSWER", "MISTAKES", "Mistake", "function", "patched"]
