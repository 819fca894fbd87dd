"""Where a mistake is, as far as the answers to smaller questions prove it.

For each question a function takes the `Verdicts` on the arrays that are wrong and returns a `Place`, or None where
nothing is certain. A place says what is proven and where to look, and never more than a hint does. Students receive
this file. It must never hold a formula of the assignment.
"""

import lstm_places as lstm
import rnn_places as rnn
from experiments import ALL
from verdicts import Verdicts

PLACES = {
    "q2_vanilla_rnn": rnn.vanilla_rnn,
    "q3_unroll": rnn.unroll,
    "q4a_state_jacobian": rnn.state_jacobian,
    "q4b_jacobian_through_time": rnn.jacobian_through_time,
    "q4c_rnn_backward": rnn.rnn_backward,
    "q5a_lstm_step": lstm.lstm_step,
    "q5b_lstm_unroll": lstm.lstm_unroll,
    "q6a_derivation": lstm.derivation,
    "q6b_lstm_dWg": lstm.lstm_dWg,
    "q6d_lstm_backward": lstm.lstm_backward,
    "q7b_cell_carry": rnn.cell_carry,
}


def place_of(question, asked, wrong):
    """The Place that is proven for the `wrong` arrays of an answer; None where nothing is.

    asked: {key: {array: right}} of the smaller questions.
    """
    if question not in PLACES or ALL not in asked:
        return None
    verdicts = on(asked, wrong)
    return verdicts.by_size() or verdicts.by_one_length() or PLACES[question](verdicts)


def on(asked, wrong):
    return Verdicts(asked, [name for name in wrong if name in asked[ALL]] or list(asked[ALL]))
