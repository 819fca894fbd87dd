"""Wrong answers to q5: a step of the LSTM, and the LSTM over a sequence."""

from private.mistakes.base import numeric, plain, sized

F = 'f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])'
I = 'i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])'  # noqa: E741
O = 'o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])'  # noqa: E741
G = 'g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])'


def with_weights_of(line, other):
    """The line of one gate with the parameters of another."""
    return line.replace(f'"U{line[0]}"', f'"U{other[0]}"').replace(f'"W{line[0]}"', f'"W{other[0]}"')


def exchanged(one, other):
    return one, with_weights_of(one, other), other, with_weights_of(other, one)


def in_all_gates(old, new, lines=(F, I, O)):
    return [part for line in lines for part in (line, line.replace(old, new))]


STEP = [
    ("i_and_f_exchanged", 3, "the weights of i and f are exchanged", *exchanged(F, I)),
    ("i_and_o_exchanged", 3, "the weights of i and o are exchanged", *exchanged(I, O)),
    ("f_and_o_exchanged", 3, "the weights of f and o are exchanged", *exchanged(F, O)),
    ("o_and_g_exchanged", 3, "the weights of o and g are exchanged", *exchanged(O, G)),
    ("i_and_g_exchanged", 3, "the weights of i and g are exchanged", *exchanged(I, G)),
    ("g_with_sigmoid", 1, "the candidate g has a sigmoid", "g = np.tanh(", "g = sigmoid("),
    ("g_linear", 1, "the candidate g has no tanh", "g = np.tanh(", "g = ("),
    ("gates_with_tanh", 1, "the gates have a tanh", *in_all_gates("sigmoid", "np.tanh")),
    ("gates_linear", 1, "the gates have no sigmoid", *in_all_gates("sigmoid", "")),
    ("o_with_tanh", 1, "the output gate has a tanh", O, O.replace("sigmoid", "np.tanh")),
    ("hard_sigmoid", 1, "the gates have a piecewise linear (hard) sigmoid", *in_all_gates("sigmoid", "(lambda z: np.clip(0.5 + 0.2 * z, 0, 1))")),
    ("forget_bias", 1, "1 is added inside the forget gate", '@ p["Wf"])', '@ p["Wf"] + 1)'),
    ("gates_inverted", 1, "the gates are one minus what they should be (is a minus missing in a sigmoid of your own?)", *in_all_gates("= sigmoid", "= 1 - sigmoid")),
    ("forget_inverted", 1, "the forget gate is one minus what it should be", F, F.replace("= sigmoid", "= 1 - sigmoid")),
    ("input_coupled", 1, "the input gate is computed as 1 - f", I, "i = 1 - f"),
    ("weights_of_f_for_all", 3, "all gates share the weights of f", *(part for line in (I, O, G) for part in (line, with_weights_of(line, F)))),
    ("gates_without_h", 1, "the gates do not read the hidden state", *(part for line in (F, I, O) for part in (line, line.split(" + ")[0] + ")"))),
    ("g_without_h", 1, "the candidate g does not read the hidden state", G, G.split(" + ")[0] + ")"),
    ("gates_without_x", 1, "gates and candidate do not read x", *(part for line in (F, I, O, G) for part in (line, f"{line.split('x @')[0]}{line.split(' + ')[1]}"))),
    ("peephole", 1, "the gates read the old cell state as well", *(part for line in (F, I, O) for part in (line, line[:-1] + " + C_prev)"))),
    ("gates_read_C", 1, "gates and candidate read the old cell state in place of the hidden state", *in_all_gates("h_prev", "C_prev", (F, I, O, G))),
    ("W_left_of_h", 1, "W stands left of h_{t-1}, as in the vanilla RNN", *(part for line in (F, I, O, G) for part in (line, line.split("h_prev")[0] + f'p["W{line[0]}"] @ h_prev)'))),
    ("g_reads_f_times_h", 1, "the candidate reads the hidden state after a gate has changed it", G, G.replace("h_prev", "(f * h_prev)")),
    ("product_for_sum", 1, "the two terms inside are multiplied, not added", *(part for line in (F, I, O, G) for part in (line, line.replace(" + ", ") * (").replace("(x @", "((x @") + ")"))),
    ("no_i", 2, "the input gate is left out of C", "i * g", "g"),
    ("no_f", 2, "the forget gate is left out of C", "f * C_prev", "C_prev"),
    ("no_C_prev", 2, "the old cell state is left out of C", "f * C_prev + ", ""),
    ("no_g", 2, "the candidate is left out of C", "i * g", "i"),
    ("gates_exchanged_in_C", 2, "the gates f and i are exchanged in C", "f * C_prev + i * g", "i * C_prev + f * g"),
    ("convex_C", 2, "1 - f stands in C where i belongs", "i * g", "(1 - f) * g"),
    ("minus_in_C", 2, "the new part is subtracted from the old in C", " + i * g", " - i * g"),
    ("h_for_C_prev", 2, "the old hidden state stands in C where the old cell state belongs", "f * C_prev", "f * h_prev"),
    ("tanh_around_C", 2, "the new cell state is squashed by a tanh", "C = f * C_prev + i * g", "C = np.tanh(f * C_prev + i * g)"),
    ("dot_for_star", 2, "f and C_{t-1} are multiplied with @, which makes one number of them", "f * C_prev", "f @ C_prev"),
    ("dot_for_star_in_i", 2, "i and g are multiplied with @, which makes one number of them", "i * g", "i @ g"),
    ("no_tanh_in_h", 2, "the tanh is missing in h", "h = np.tanh(C) * o", "h = C * o"),
    ("sigmoid_in_h", 2, "h has a sigmoid where equation (8) has tanh", "h = np.tanh(C) * o", "h = sigmoid(C) * o"),
    ("old_C_in_h", 2, "h is computed from the old cell state", "np.tanh(C) * o", "np.tanh(C_prev) * o"),
    ("no_o_in_h", 2, "the output gate is left out of h", "h = np.tanh(C) * o", "h = np.tanh(C)"),
    ("o_added_in_h", 2, "the output gate is added in h, not multiplied", "np.tanh(C) * o", "np.tanh(C) + o"),
    ("tanh_of_product", 2, "the tanh in h is taken around the product with o", "np.tanh(C) * o", "np.tanh(C * o)"),
    ("i_for_o_in_h", 2, "h uses another gate in place of o", "np.tanh(C) * o", "np.tanh(C) * i"),
    ("old_C_returned", 3, "the old cell state is returned as C", '"C": C,', '"C": C_prev,'),
    ("C_and_h_exchanged", 3, "C and h are exchanged in the returned dictionary", '"C": C, "h": h', '"C": h, "h": C'),
    ("o_reads_the_new_state", 1, "the output gate reads a hidden state that is already overwritten", O, "pass", "h = np.tanh(C) * o", f"h_prev = np.tanh(C); {O}; h = np.tanh(C) * o"),
]  # fmt: skip
STEP_ONLY = [
    ("f_and_i_returned_exchanged", 3, "f and i are exchanged in the returned dictionary only", '"f": f, "i": i', '"f": i, "i": f'),
    ("pre_activation_of_g_returned", 1, "g is returned from before its tanh", G, G.replace("g = np.tanh", "z ="), "i * g", "i * np.tanh(z)", '"g": g', '"g": z'),
]  # fmt: skip
MISTAKES = [
    *numeric("q5a_lstm_step", *STEP, *STEP_ONLY),
    *plain(
        "q5a_lstm_step",
        ("U_left_of_x", "stopped with ValueError: matmul", 'x @ p["Uf"]', 'p["Uf"] @ x'),
        ("scalar_C", "C has shape (), expected (3,)", "f * C_prev + i * g", "f @ C_prev + i @ g"),
        ("outer_products", "has shape (3, 3), expected (3,)", "f * C_prev", "np.outer(f, C_prev)"),
        ("a_tuple", "expected a dictionary, of which this case reads f, i, o, g; returned a value of type tuple", '{"f": f, "i": i, "o": o, "g": g, "C": C, "h": h}', "f, i, o, g, C, h"),
        ("no_g_key", "the returned dictionary has no key g", ' "g": g,', ""),
        ("row_matrices", "f has shape (1, 3), expected (3,)", f"    {F}\n", f"    x, h_prev = x[None], h_prev[None]\n    {F}\n"),
        ("C_prev_changed", "the input C_prev was changed", "C = f * C_prev + i * g", "C_prev *= f\n    C_prev += i * g\n    C = C_prev.copy()"),
        ("parameters_changed", 'the input p["Uf"] was changed', f"    {F}\n", f"    {F}\n    p['Uf'][:] = 0\n"),
    ),
    *sized("q5a_lstm_step", ("three_units_only", "h = np.tanh(C) * o", "h = np.tanh(C) * o if len(C) == 3 else C")),
    *numeric(
        "q5b_lstm_unroll",
        *(
            (f"step_{tag}", f"{hint} of q5a", says, *changes)
            for tag, hint, says, *changes in STEP
            if tag not in ("C_and_h_exchanged", "old_C_returned", "no_C_prev")  # in a sequence, the last is "C_reset"
        ),
    ),
    *numeric(
        "q5b_lstm_unroll",
        ("C_reset", 1, "the cell state is set to zero before every step", "C = f * C_prev + i * g", "C = f * 0 + i * g"),
        ("C_not_carried", 1, "every step starts from C_0 again", "f * C_prev + i * g", "f * C0 + i * g"),
        ("h_not_carried", 1, "every step reads h_0 again", "for x in xs:", "for x in xs:\n        h_prev = h0"),
        ("h_reset", 1, "the hidden state is set to zero before every step", "for x in xs:", "for x in xs:\n        h_prev = 0 * h0"),
        ("neither_carried", 1, "every step starts from h_0 and C_0 again", "for x in xs:", "for x in xs:\n        h_prev, C_prev = h0, C0"),
        ("C0_is_h0", 1, "the cell state starts from h_0", "= h0, C0, []", "= h0, h0, []"),
        ("h0_is_C0", 1, "the hidden state starts from C_0", "= h0, C0, []", "= C0, C0, []"),
        ("starts_exchanged", 1, "h_0 and C_0 are exchanged", "= h0, C0, []", "= C0, h0, []"),
        ("h0_zeroed", 1, "the hidden state starts from zero", "= h0, C0, []", "= 0 * h0, C0, []"),
        ("C0_zeroed", 1, "the cell state starts from zero", "= h0, C0, []", "= h0, 0 * C0, []"),
        ("both_zeroed", 1, "both states start from zero", "= h0, C0, []", "= 0 * h0, 0 * C0, []"),
        ("arguments_exchanged", 1, "lstm_step gets C in the place of h, and h in that of C", "for x in xs:", "for x in xs:\n        h_prev, C_prev = C_prev, h_prev"),
        ("handed_over_exchanged", 1, "h and C are exchanged when they are handed to the next step", "for x in xs:", "for x in xs:\n        h_prev, C_prev = (C_prev, h_prev) if steps else (h_prev, C_prev)"),
        ("h_for_C", 1, "h is handed to the next step as both h and C", "for x in xs:", "for x in xs:\n        C_prev = h_prev if steps else C_prev"),
        ("C_for_h", 1, "C is handed to the next step as both h and C", "for x in xs:", "for x in xs:\n        h_prev = C_prev if steps else h_prev"),
        ("time_reversed", 3, "the inputs are fed from the last to the first", "in xs:", "in xs[::-1]:"),
        ("result_reversed", 2, "the rows of the result stand in reverse order", "in steps]", "in steps[::-1]]"),
        ("only_the_first_input", 1, "every step is fed the first input", "for x in xs:", "for _ in xs:\n        x = xs[0]"),
        ("last_repeated", 2, "every row is the last step", "[step[key] for step in steps]", "[steps[-1][key] for step in steps]"),
        ("first_repeated", 2, "every row is the first step", "[step[key] for step in steps]", "[steps[0][key] for step in steps]"),
        ("shifted", 3, "the rows are one step late", "in steps]", "in steps[:1] + steps[:-1]]"),
        ("states_before_the_step", 3, "C and h are the states from before each step", '"C": C, "h": h}', '"C": C_prev, "h": h_prev}'),
    ),
    *plain(
        "q5b_lstm_unroll",
        ("a_list_of_steps", "expected a dictionary, of which this case reads f, i, o, g, C, h; returned a value of type list", '{key: np.array([step[key] for step in steps]) for key in ("f", "i", "o", "g", "C", "h")}', "steps"),
        ("last_step_only", "f has shape (3,), expected (7, 3).", "np.array([step[key] for step in steps])", "steps[-1][key]"),
        ("columns", "f has shape (3, 7), expected (7, 3). Is it transposed?", "for step in steps])", "for step in steps]).T"),
        ("with_the_first_state", "C has shape (8, 3), expected (7, 3).", "    return {", "    steps.insert(0, steps[0] | {'C': C0, 'h': h0})\n    return {", "for step in steps])", "for step in steps])[(0 if key in 'Ch' else 1):]"),
        ("one_step_short", "f has shape (6, 3), expected (7, 3).", "in xs:", "in xs[:-1]:"),
        ("states_only", "the returned dictionary has no key f, i, o, g", '("f", "i", "o", "g", "C", "h")', '("C", "h")'),
        ("returns_inside_the_loop", "f has shape (1, 3), expected (7, 3).", "    return", "        return"),
        ("C0_changed", "the input C0 was changed", "C = f * C_prev + i * g", "C_prev *= f\n        C_prev += i * g\n        C = C_prev", '"C": C,', '"C": C.copy(),'),
    ),
    *sized("q5b_lstm_unroll", ("seven_steps_only", "f * C_prev + i * g", "f * C_prev + i * g if len(steps) < 7 else C_prev")),
]  # fmt: skip
