"""Wrong answers to q3, a cell unrolled through time."""

from private.mistakes.base import numeric, plain, sized

MISTAKES = [
    *numeric(
        "q3_unroll",
        ("time_reversed", 2, "the inputs are fed from the last to the first", "in xs", "in xs[::-1]"),
        ("result_reversed", 2, "the rows of the result stand in reverse order", "np.array(hs), np.array(ys)", "np.array(hs[::-1]), np.array(ys[::-1])"),
        ("state_before_the_step", 2, "hs holds the states from before each step", "y = rnn.forward(x)\n        h = rnn.hidden_state", "h = rnn.hidden_state\n        y = rnn.forward(x)"),
        ("outputs_shifted", 2, "the outputs are one step late", "np.array(ys)", "np.array([ys[0], *ys[:-1]])"),
        ("states_shifted", 2, "the states are one step early", "np.array(hs)", "np.array([*hs[1:], hs[-1]])"),
        ("last_state_repeated", 1, "every row of hs is the last state", "np.array(hs)", "np.array([h for x in xs])"),
        ("one_array_stored", 1, "every row of hs and of ys is the last one: one array is stored T times", "hs, ys = [], []", "hs, ys = [], []\n    h, y = np.zeros(len(rnn.hidden_state)), np.zeros(2)", "y = rnn.forward(x)", "y[:] = rnn.forward(x)", "h = rnn.", "h[:] = rnn."),
        ("start_zeroed", 3, "the initial state is set to zero before the first step", "hs, ys = [], []", "hs, ys = [], []\n    rnn.hidden_state = np.zeros(len(rnn.hidden_state))"),
        ("state_reset", 3, "the state is set to zero before every step", "y = rnn.forward(x)", "rnn.hidden_state = 0 * rnn.hidden_state\n        y = rnn.forward(x)"),
        ("state_restored", 3, "every step starts from the initial state again", "hs, ys = [], []", "hs, ys = [], []\n    start = rnn.hidden_state", "y = rnn.forward(x)", "rnn.hidden_state = start\n        y = rnn.forward(x)"),
        ("forward_twice", 3, "forward is called twice for each input", "y = rnn.forward(x)", "rnn.forward(x)\n        y = rnn.forward(x)"),
        ("only_the_first_input", 1, "every step is fed the first input", "rnn.forward(x)", "rnn.forward(xs[0])"),
        ("formula_copied", 3, "the cell's formula stands in unroll, with numbers of its own, in place of a call of forward", "y = rnn.forward(x)\n        h = rnn.hidden_state", "h = 0.75 * (hs[-1] if hs else rnn.hidden_state) + 0.25 * np.diff(x)\n        y = np.array([h.max(), h.min()])"),
        ("state_read_once", 3, "every row of hs is the initial state, which is read before the loop", "h = rnn.hidden_state\n        hs.append(h)", "hs.append(h)", "hs, ys = [], []", "hs, ys = [], []\n    h = rnn.hidden_state"),
    ),
    *plain(
        "q3_unroll",
        ("exchanged", "expected (hs, ys), in this order: they are exchanged.", "np.array(hs), np.array(ys)", "np.array(ys), np.array(hs)"),
        ("inputs_for_states", "hs has shape (7, 5), expected (7, 4).", "hs.append(h)", "hs.append(x)"),
        ("with_the_first_state", "hs has shape (8, 4), expected (7, 4).", "hs, ys = [], []", "hs, ys = [rnn.hidden_state], []"),
        ("one_step_short", "hs has shape (6, 4), expected (7, 4).", "in xs", "in xs[1:]"),
        ("columns", "hs has shape (4, 7), expected (7, 4). Is it transposed?", "np.array(hs), np.array(ys)", "np.array(hs).T, np.array(ys).T"),
        ("states_only", "expected (hs, ys), it returned", "np.array(hs), np.array(ys)", "np.array(hs)"),
        ("returns_inside_the_loop", "hs has shape (1, 4), expected (7, 4).", "    return", "        return"),
        ("W_hh_wanted", "has no attribute 'W_hh'", "hs, ys = [], []", "hs, ys = [], [np.zeros(len(rnn.W_hh))]"),
        ("input_changed", "the input xs was changed", "h = rnn.hidden_state", "h = rnn.hidden_state\n        x -= x"),
    ),
    *sized("q3_unroll", ("seven_steps_only", "in xs", "in xs[:7]")),
]  # fmt: skip
