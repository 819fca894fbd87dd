"""Wrong answers to q6: the derivation, and backpropagation through the LSTM."""

from private.mistakes.base import Mistake, numeric, plain, sized

NO_H, NO_C, NO_NOW = (
    "the path through the previous hidden state h_{t-1} is missing",
    "the path through the previous cell state C_{t-1} is missing",
    "the path straight through the candidate of step t is missing",
)


def path(tag, shows, *changes):
    """A wrong sum of paths, which the check reads off the function."""
    return Mistake("q6a_derivation", tag, changes, shows=shows)


DERIVATION = [
    path("no_h_path", NO_H, "by_h + ", ""),
    path("no_C_path", NO_C, "by_C + ", ""),
    path("immediate_missing", NO_NOW, " + now", ""),
    path("immediate_taken_as_total", f"{NO_H}; {NO_C}", "by_h + by_C + ", ""),
    path("only_h_path", f"{NO_C}; {NO_NOW}", "by_h + by_C + now", "by_h"),
    path("only_C_path", f"{NO_H}; {NO_NOW}", "by_h + by_C + now", "by_C"),
    path("spurious_dh_do", "the product dJ_dh * dhprev_dWg * dh_do is no path", " + now", " + now + dh_do[t] @ dhprev_dWg[t]"),
    path("dh_do_for_dh_dhprev", "the product dJ_dh * dhprev_dWg * dh_do is no path", "dh_dhprev[t] @", "dh_do[t] @"),
    path("dh_do_for_dh_dC", "the product dJ_dh * dC_dWg * dh_do is no path", "now = dh_dC", "now = dh_do"),
    path("dh_do_on_all", "dh_do is no path from W^g to J", "(by_h + by_C + now)", "dh_do[t] @ (by_h + by_C + now)"),
    path("dh_dC_forgotten_by_C", "the product dJ_dh * dC_dCprev * dCprev_dWg is no path", "by_C = dh_dC[t] @ ", "by_C = "),
    path("dh_dC_forgotten_now", "the product dJ_dh * dC_dWg is no path", "now = dh_dC[t] @ ", "now = "),
    path("dC_dCprev_forgotten", "the product dJ_dh * dh_dC * dCprev_dWg is no path", "@ dC_dCprev[t] @", "@"),
    path("dh_dhprev_forgotten", "the product dJ_dh * dhprev_dWg is no path", "by_h = dh_dhprev[t] @ ", "by_h = "),
    path("dJ_dh_forgotten", "the product dC_dWg * dh_dC * 1 is no path".replace(" * 1", "").replace("dC_dWg * dh_dC", "dh_dC * dC_dWg"), "dJ_dh[t] @ (by_h + by_C + now)", "np.ones(n) @ (by_h + by_C + now)"),
    path("h_path_doubled", "the path through the previous hidden state h_{t-1} is counted 2 times", "by_h +", "2 * by_h +"),
    path("C_path_doubled", "the path through the previous cell state C_{t-1} is counted 2 times", "by_C +", "2 * by_C +"),
    path("immediate_doubled", "the path straight through the candidate of step t is counted 2 times", "+ now", "+ 2 * now"),
    path("h_path_subtracted", "h_{t-1} is counted -1 times", "by_h +", "-by_h +"),
    path("h_path_by_C_as_well", "the product dJ_dh * dh_dhprev * dhprev_dWg * dh_dC is no path", "by_h = ", "by_h = dh_dC[t] @ "),
    path("paths_multiplied", "is not a sum of products of these arguments", "by_h + by_C + now", "by_h * by_C * now"),
    path("zero", "your formula for a step is 0.", "total += dJ_dh[t] @ (by_h + by_C + now)", "pass"),
    *numeric(
        "q6a_derivation",
        ("last_step_only", 1, "only the last step is used", "total += ", "total = "),
        ("first_step_only", 1, "only the first step is used", "range(T)", "range(1)"),
        ("first_step_left_out", 1, "the first step is left out, although W^g acts there too (dC_dWg)", "range(T)", "range(1, T)"),
        ("averaged", 1, "the sum over the steps is divided by T", "total.reshape(n, n)", "total.reshape(n, n) / T"),
        ("total_deltas", 1, "dJ_dh is carried back through the later steps, although the other factors hold these already", "for t in range(T):", "dJ_dh = dJ_dh.copy()\n    for t in reversed(range(T - 1)):\n        dJ_dh[t] += dJ_dh[t + 1] @ dh_dhprev[t + 1]\n    for t in range(T):"),
        ("last_upstream_everywhere", 1, "every step uses the last step's dJ_dh", "dJ_dh[t] @", "dJ_dh[-1] @"),
        ("one_step_late", 1, "the total derivatives are taken one step late, although row t is that of the previous state already", "dhprev_dWg[t]", "dhprev_dWg[max(t - 1, 0)]", "dCprev_dWg[t]", "dCprev_dWg[max(t - 1, 0)]"),
        ("one_step_late_wrapping", 1, "the total derivatives are taken one step late, and index t - 1, which is -1 at the first step, picks the last row", "dhprev_dWg[t]", "dhprev_dWg[t - 1]", "dCprev_dWg[t]", "dCprev_dWg[t - 1]"),
        ("one_step_early", 1, "the total derivatives are taken one step early, although row t is that of the previous state already", "dhprev_dWg[t]", "dhprev_dWg[min(t + 1, T - 1)]", "dCprev_dWg[t]", "dCprev_dWg[min(t + 1, T - 1)]"),
        ("order_of_products", 3, "the Jacobians of the cell path stand in the wrong order", "dh_dC[t] @ dC_dCprev[t]", "dC_dCprev[t] @ dh_dC[t]"),
        ("h_jacobian_transposed", 3, "dh_dhprev is transposed", "dh_dhprev[t]", "dh_dhprev[t].T"),
        ("C_jacobian_transposed", 3, "dh_dC is transposed", "by_C = dh_dC[t]", "by_C = dh_dC[t].T", "now = dh_dC[t]", "now = dh_dC[t].T"),
        ("all_transposed", 3, "dJ_dh stands right of the Jacobians, not left", "dh_dhprev[t]", "dh_dhprev[t].T", "by_C = dh_dC[t] @ dC_dCprev[t]", "by_C = dh_dC[t].T @ dC_dCprev[t].T", "now = dh_dC[t]", "now = dh_dC[t].T"),
        ("diagonals_only", 3, "dh_dC and dC_dCprev are multiplied entry by entry", "dh_dC[t] @ dC_dCprev[t]", "(dh_dC[t] * dC_dCprev[t])"),
        ("diagonal_of_dh_dC", 3, "only the diagonal of dh_dC is used", "by_C = dh_dC[t]", "dh_dC = [np.diag(np.diag(a)) for a in dh_dC]\n        by_C = dh_dC[t]"),
        ("diagonal_of_dC_dCprev", 3, "only the diagonal of dC_dCprev is used", "dC_dCprev[t]", "np.diag(np.diag(dC_dCprev[t]))"),
        ("cell_jacobian_transposed", 3, "dC_dCprev is transposed", "dC_dCprev[t]", "dC_dCprev[t].T"),
        ("diagonal_of_dh_dhprev", 3, "only the diagonal of dh_dhprev is used", "dh_dhprev[t]", "np.diag(np.diag(dh_dhprev[t]))"),
        ("reshaped_transposed", 3, "the gradient is reshaped column by column", "total.reshape(n, n)", "total.reshape(n, n).T"),
    ),
    *plain(
        "q6a_derivation",
        ("not_reshaped", "result has shape (9,), expected (3, 3).", "    return total.reshape(n, n)", "    return total if n > 1 else total.reshape(1, 1)"),
        ("never_reshaped", "with T = 2 and n = 1: result has shape (1,), expected (1, 1).", "total.reshape(n, n)", "total"),
        ("not_summed", "result has shape (2, 1, 1), expected (1, 1).", "total = np.zeros(n * n)", "total = np.zeros((T, n * n))", "total +=", "total[t] =", "reshape(n, n)", "reshape(T, n, n)"),
        ("upstream_changed", "the input dJ_dh was changed", "T, n = dJ_dh.shape", "T, n = dJ_dh.shape\n    dJ = dJ_dh.copy()\n    dJ_dh *= 0", "dJ_dh[t] @", "dJ[t] @"),
    ),
    Mistake("q6a_derivation", "sizes_of_the_checks", ("    return", "    total *= n in (1, 3, 5)\n    return"), hidden=True),
    *sized("q6a_derivation", ("seven_steps_only", "range(T)", "range(min(T, 7))"), ("three_units_only", "    return", "    total[9:] = 0\n    return")),
]  # fmt: skip

ALL = 'grads | {"xs": dxs, "h0": dh0, "C0": dC0}'
# (tag, hint of q6b, says, changes): the same mistakes in q6b and q6d
BACK = [
    ("dC_carry_missing", 2, "what comes back along C is left out", "dC = dC_later + ", "dC = "),
    ("dC_doubled", 2, "the share of h_t in dC is counted twice", "dC = dC_later + dh", "dC = dC_later + 2 * dh"),
    ("dC_carry_doubled", 2, "what comes back along C is counted twice", "dC = dC_later", "dC = 2 * dC_later"),
    ("dC_only_carried", 2, "the share of h_t in dC is used at the last step only", "dC_later + dh * o", "dC_later + (t == T - 1) * dh * o"),
    ("dh_carry_missing", 1, "what comes back along h is left out", "dJ_dh[t] + dh_later", "dJ_dh[t]"),
    ("dh_carry_piles_up", 3, "what came back along h before is kept and added again at every step", "dh_later = dz_f", "dh_later = dh_later + dz_f"),
    ("dC_carry_piles_up", 3, "what came back along C before is kept and added again at every step", "dC_later = dC * f", "dC_later = dC_later + dC * f"),
    ("dh_piles_up", 3, "the step's own dh is carried back as well, beside the shares through the gates", "dh_later = dz_f", "dh_later = dh + dz_f"),
    ("dh_carry_doubled", 1, "what comes back along h is counted twice", "dJ_dh[t] + dh_later", "dJ_dh[t] + 2 * dh_later"),
    ("one_step_only", 1, "only the last step is used (does a `return` stand inside the loop?)", "reversed(range(T))", "[T - 1]"),
    ("no_carry", 1, "nothing is carried back to earlier steps", "dJ_dh[t] + dh_later", "dJ_dh[t]", "dC = dC_later + ", "dC = "),
    ("first_step_skipped", 1, "the loop back stops before the first step", "reversed(range(T))", "reversed(range(1, T))"),
    ("forward_in_time", 1, "the loop runs forward in time", "reversed(range(T))", "range(T)"),
    ("last_upstream_only", 2, "only the last step's dJ_dh is used", "dJ_dh[t] + dh_later", "dJ_dh[t] * (t == T - 1) + dh_later"),
    ("upstream_reversed", 2, "dJ_dh is read in reverse order", "dJ_dh[t] + dh_later", "dJ_dh[T - 1 - t] + dh_later"),
    ("dC_carried_with_i", 2, "C_{t-1} gets its share through i, not f", "dC_later = dC * f", "dC_later = dC * i"),
    ("f_forgotten", 2, "the forget gate is missing on the way back along C", "dC_later = dC * f", "dC_later = dC"),
    ("o_missing", 2, "the output gate is missing in the share that h_t sends to C_t", "dh * o * (1", "dh * (1"),
    ("slope_of_C_missing", 2, "the slope of the tanh around C is missing", "dh * o * (1 - np.tanh(C) ** 2)", "dh * o"),
    ("slope_1_minus_C2", 2, "the slope of the tanh around C is taken as 1 - C^2", "(1 - np.tanh(C) ** 2)", "(1 - C**2)"),
    ("slope_1_minus_h2", 2, "the slope of the tanh around C is taken as 1 - h^2, although h is not that tanh", "(1 - np.tanh(C) ** 2)", "(1 - h**2)"),
    ("tanh_in_dC", 2, "the tanh itself stands in dC, not its slope", "(1 - np.tanh(C) ** 2)", "np.tanh(C)"),
    ("do_with_C", 2, "o_t gets its share with C in place of tanh(C)", "do = dh * np.tanh(C)", "do = dh * C"),
    ("do_with_h", 2, "o_t gets its share with h in place of tanh(C)", "do = dh * np.tanh(C)", "do = dh * h"),
    ("df_with_new_C", 2, "f_t gets its share with the new cell state in place of the old one", "df = dC * C_prev", "df = dC * C"),
    ("di_with_i", 2, "i_t gets its share with i in place of the candidate", "di = dC * g", "di = dC * i"),
    ("dg_with_f", 2, "the candidate gets its share through f, not i", "dg = dC * i", "dg = dC * f"),
    ("dg_without_i", 2, "the candidate gets its share without i", "dg = dC * i", "dg = dC"),
    ("sigmoid_slope_1_minus_s2", 3, "the slope of the sigmoids is taken as 1 - s^2", "f * (1 - f)", "(1 - f**2)", "i * (1 - i)", "(1 - i**2)", "o * (1 - o)", "(1 - o**2)"),
    ("sigmoid_for_its_slope", 3, "the sigmoid itself stands where its slope belongs", " * f * (1 - f)", " * f", " * i * (1 - i)", " * i", " * o * (1 - o)", " * o"),
    ("sigmoid_slope_missing", 3, "the slope of the sigmoids is missing", " * f * (1 - f)", "", " * i * (1 - i)", "", " * o * (1 - o)", ""),
    ("g_slope_of_sigmoid", 3, "the slope of the candidate is taken as that of a sigmoid", "(1 - g**2)", "g * (1 - g)"),
    ("g_slope_missing", 3, "the slope of the candidate is missing", "dg * (1 - g**2)", "dg"),
    ("g_slope_of_tanh_g", 3, "the tanh is taken once more in the candidate's slope", "(1 - g**2)", "(1 - np.tanh(g) ** 2)"),
    ("h_through_g_only", 3, "h_{t-1} gets its share through the candidate only (is it assigned for each gate, not added up?)", 'dz_f @ p["Wf"].T + dz_i @ p["Wi"].T + dz_o @ p["Wo"].T + dz_g', "dz_g"),
    ("h_through_gates_only", 3, "h_{t-1} gets its share through the three gates, and none through the candidate", ' + dz_g @ p["Wg"].T', ""),
    ("h_without_o", 3, "h_{t-1} gets no share through o", 'dz_o @ p["Wo"].T + ', ""),
    ("h_without_f", 3, "h_{t-1} gets no share through f", 'dz_f @ p["Wf"].T + ', ""),
    ("h_without_i", 3, "h_{t-1} gets no share through i", 'dz_i @ p["Wi"].T + ', ""),
    ("W_not_transposed", 3, "W is not transposed on the way back to h_{t-1}", 'dz_f @ p["Wf"].T + dz_i @ p["Wi"].T + dz_o @ p["Wo"].T + dz_g @ p["Wg"].T', 'dz_f @ p["Wf"] + dz_i @ p["Wi"] + dz_o @ p["Wo"] + dz_g @ p["Wg"]'),
    ("assigned", 3, "the gradients with respect to W are assigned at each step, not added up", 'grads["W" + gate] +=', 'grads["W" + gate] ='),
    ("new_state_for_old", 3, "the gradients with respect to W use the new hidden state in place of the old one", "np.outer(h_prev, dz)", "np.outer(h, dz)"),
    ("transposed", 3, "the gradients with respect to W are transposed", "np.outer(h_prev, dz)", "np.outer(dz, h_prev)"),
    ("averaged", 1, "the gradients with respect to W are divided by T", "np.outer(h_prev, dz)", "np.outer(h_prev, dz) / T"),
    ("h0_zeroed", 1, "the forward pass starts with a hidden state of zero, not from h0", "= h0, C0, []", "= 0 * h0, C0, []"),
    ("C0_zeroed", 1, "the forward pass starts with a cell state of zero, not from C0", "= h0, C0, []", "= h0, 0 * C0, []"),
    ("both_zeroed", 1, "the forward pass starts with both states zero, not from h0 and C0", "= h0, C0, []", "= 0 * h0, 0 * C0, []"),
    ("both_wrap_around", 1, "index t - 1, which is -1 at the first step, picks the last h and C in place of h0 and C0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        C_prev, h_prev = steps[t - 1][-2:]"),
    ("o_slope_missing", 3, "the slope of the output gate's sigmoid is missing", " * o * (1 - o)", ""),
    ("h_wraps_around", 1, "index t - 1, which is -1 at the first step, picks the last h in place of h0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        h_prev = steps[t - 1][-1]"),
    ("three_steps_back", 1, "the gradient goes back three steps and no further", "dC_later = dC * f", "dC_later = dC * f * (t != T - 3)\n        dh_later = dh_later * (t != T - 3)"),
    ("spurious_dC_in_h", 2, "what comes back along C is added to dh as well", "dJ_dh[t] + dh_later", "dJ_dh[t] + dh_later + dC_later"),
    ("clipped", 2, "dh is clipped to the range from -1 to 1", "dJ_dh[t] + dh_later", "np.clip(dJ_dh[t] + dh_later, -1, 1)"),
]  # fmt: skip


def for_Wg(line: str) -> str:
    """A line of q6d's solution as q6b's has it, which makes one gradient only."""
    return line.replace('grads["W" + gate]', "dWg").replace(", dz)", ", dz_g)").replace("(dz,", "(dz_g,")


LSTM_GRADIENTS = [
    *numeric("q6b_lstm_dWg", *((tag, hint, says, *map(for_Wg, changes)) for tag, hint, says, *changes in BACK)),
    *numeric("q6b_lstm_dWg", ("gate_for_candidate", 3, "the gradient is that with respect to W^i, not W^g", "np.outer(h_prev, dz_g)", "np.outer(h_prev, dz_i)")),
    *plain(
        "q6b_lstm_dWg",
        ("returns_dUg", "result has shape (2, 3), expected (3, 3).", 'np.zeros_like(p["Wg"])', 'np.zeros_like(p["Ug"])', "np.outer(h_prev, dz_g)", "np.outer(xs[t], dz_g)"),
        ("returns_all", "result should be an array of real numbers of shape (3, 3), it is a value of type dict", "return dWg", 'return {"Wg": dWg}'),
        ("not_summed", "result has shape (3,), expected (3, 3).", "return dWg", "return dz_g * h_prev"),
        ("upstream_changed", "the input dJ_dh was changed", "dh = dJ_dh[t] + dh_later", "dJ_dh[t] += dh_later\n        dh = dJ_dh[t]"),
    ),
    *sized("q6b_lstm_dWg", ("seven_steps_only", "for t in reversed(range(T))", "for t in range(T - 1, max(T - 8, -1), -1)")),
    *numeric("q6d_lstm_backward", *((tag, f"{hint} of q6b", says, *changes) for tag, hint, says, *changes in BACK)),
    *numeric(
        "q6d_lstm_backward",
        ("U_assigned", 1, "the gradients with respect to U are assigned at each step, not added up", 'grads["U" + gate] +=', 'grads["U" + gate] ='),
        ("f_and_i_exchanged", 1, "the gradients of f and i are exchanged", '{"f": dz_f, "i": dz_i,', '{"f": dz_i, "i": dz_f,'),
        ("U_with_another_x", 1, "the gradients with respect to U use another step's x", "np.outer(xs[t], dz)", "np.outer(xs[t - 1], dz)"),
        ("x_through_g_only", 2, "x_t gets its share through the candidate only (is it assigned for each gate, not added up?)", 'dz_f @ p["Uf"].T + dz_i @ p["Ui"].T + dz_o @ p["Uo"].T + dz_g', "dz_g"),
        ("x_through_gates_only", 2, "x_t gets its share through the three gates, and none through the candidate", ' + dz_g @ p["Ug"].T', ""),
        ("x_without_o", 2, "x_t gets no share through o", 'dz_o @ p["Uo"].T + ', ""),
        ("x_reversed", 2, "the gradients with respect to xs stand in reverse order", '"xs": dxs', '"xs": dxs[::-1]'),
        ("x_shifted", 2, "the gradients with respect to xs are off by one step", "dxs[t] =", "dxs[t - 1] ="),
        ("h0_forgotten", 2, "the gradient with respect to h0 is left at zero", '"h0": dh0', '"h0": 0 * dh0'),
        ("h0_is_dh1", 2, "the gradient with respect to h0 is that with respect to h_1", '"h0": dh0', '"h0": dh'),
        ("C0_forgotten", 2, "the gradient with respect to C0 is left at zero", '"C0": dC0', '"C0": 0 * dC0'),
        ("starts_are_those_of_step_1", 2, "the gradients with respect to h0 and C0 are those with respect to h_1 and C_1", '"h0": dh0, "C0": dC0', '"h0": dh, "C0": dC'),
        ("C0_without_f", 2, "the gradient with respect to C0 is that with respect to C_1", '"C0": dC0', '"C0": dC'),
        ("C_wraps_around", "1 of q6b", "index t - 1, which is -1 at the first step, picks the last C in place of C0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        C_prev = steps[t - 1][-2]"),
        ("starts_exchanged", 2, "the gradients with respect to h0 and C0 are exchanged", '"h0": dh0, "C0": dC0', '"h0": dC0, "C0": dh0'),
        ("dz_for_shares", 1, "the shares of f, i and o enter their weights before the slope of the sigmoid", '{"f": dz_f, "i": dz_i, "o": dz_o,', '{"f": df, "i": di, "o": do,'),
    ),
    *plain(
        "q6d_lstm_backward",
        ("no_h0", "the returned dictionary has no key h0", '"h0": dh0, ', ""),
        ("U_not_transposed", "stopped with ValueError: matmul", 'dz_f @ p["Uf"].T', 'dz_f @ p["Uf"]'),
        ("weights_only", "the returned dictionary has no key xs, h0, C0", ALL, "grads"),
        ("parameters_only_W", "the returned dictionary has no key Uf, Ui, Uo, Ug", ALL, '{k: v for k, v in (' + ALL + ').items() if k[0] != "U"}'),
        ("upstream_changed", "the input dJ_dh was changed", "dh = dJ_dh[t] + dh_later", "dJ_dh[t] += dh_later\n        dh = dJ_dh[t]"),
    ),
    *sized("q6d_lstm_backward", ("seven_steps_only", "for t in reversed(range(T))", "for t in range(T - 1, max(T - 8, -1), -1)")),
]  # fmt: skip

MISTAKES = [*DERIVATION, *LSTM_GRADIENTS]
