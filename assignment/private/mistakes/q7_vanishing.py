"""Wrong answers to q7: the factor that carries, and the carry."""

from private.mistakes.base import Mistake, numeric, plain, sized

FACTOR = [
    *(
        Mistake("q7a_factor", name, code=f'factor = "{name}"', shows=f"factor is not '{name}'. Which state")
        for name in ("dJ_dh", "dh_dhprev", "dhprev_dWg", "dh_dC", "dC_dWg", "dCprev_dWg", "dh_do")
    ),
    Mistake("q7a_factor", "stub", code="factor = ...", shows="factor has no answer yet."),
    Mistake("q7a_factor", "the_gate", code='factor = "f"', shows="factor is 'f'. Choose one of"),
    Mistake(
        "q7a_factor",
        "a_tuple",
        code='factor = ("dC_dCprev", "dh_dC")',
        shows="factor is a value of type tuple. Choose one",
    ),
]

CARRY = [
    *numeric(
        "q7b_cell_carry",
        ("sum_for_product", 1, "the gates are added up instead of multiplied", "np.prod", "np.sum"),
        ("mean_for_product", 1, "the gates are averaged instead of multiplied", "np.prod", "np.mean"),
        ("first_gate_missing", 1, "the first step's gate is missing", "fs, axis", "fs[1:], axis"),
        ("last_gate_missing", 1, "the last step's gate is missing", "fs, axis", "fs[:-1], axis"),
        ("last_gate_only", 1, "only the last step's gate is used", "np.prod(fs, axis=0)", "fs[-1]"),
        ("one_minus_f", 1, "one minus the gates is multiplied", "fs, axis", "1 - fs, axis"),
        ("units_mixed", 2, "the gates of all units are multiplied with each other", "np.prod(fs, axis=0)", "np.full(fs.shape[1], np.prod(fs))"),
        ("full_matrix", 2, "every row holds the carry: the entries outside the diagonal are not zero", "np.diag(np.prod(fs, axis=0))", "np.tile(np.prod(fs, axis=0), (fs.shape[1], 1))"),
        ("slope_of_sigmoid", 1, "the slope of the sigmoid stands in place of the gate", "fs, axis", "fs * (1 - fs), axis"),
        ("outer", 2, "the carry is multiplied with itself to a full matrix", "np.diag(np.prod(fs, axis=0))", "np.outer(np.prod(fs, axis=0), np.prod(fs, axis=0))"),
        ("logs_not_undone", 1, "the logarithms of the gates are added up and not undone by exp", "np.prod(fs", "np.sum(np.log(fs)"),
    ),
    *plain(
        "q7b_cell_carry",
        ("vector", "result has shape (3,), expected (3, 3).", "np.diag(np.prod(fs, axis=0))", "np.prod(fs, axis=0)"),
        ("along_units", "result has shape (7, 7), expected (3, 3).", "axis=0", "axis=1"),
        ("all_steps", "result has shape (7, 3), expected (3, 3).", "np.diag(np.prod(fs, axis=0))", "np.cumprod(fs, axis=0)"),
        ("one_number", "result has shape (), expected (3, 3).", "np.diag(np.prod(fs, axis=0))", "np.prod(fs)"),
        ("input_changed", "the input fs was changed", "    return", "    fs[1:] *= np.cumprod(fs, axis=0)[:-1]\n    return", "np.prod(fs, axis=0)", "fs[-1]"),
    ),
    *sized("q7b_cell_carry", ("seven_steps_only", "fs, axis", "fs[:7], axis")),
]  # fmt: skip

MISTAKES = [*FACTOR, *CARRY]
