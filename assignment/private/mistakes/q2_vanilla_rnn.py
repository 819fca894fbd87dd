"""Wrong answers to q2, the vanilla RNN cell."""

from private.mistakes.base import Mistake, numeric, plain, sized

IN_PLACE = "the new state is written into the array of the old one, so that the states kept before change with it"
TABLE = """

import json
import checks
from further import further

CASES = [checks.public(name) for name in json.loads(checks.FIXTURES.read_text())["cases"] if name.startswith("q2_")]
ASKED = [inputs for case in CASES for inputs in [
    case.inputs, *(ask.of(case.inputs) for ask in further("q2_vanilla_rnn", case.inputs).values())
]]


class VanillaRNN(VanillaRNN):
    def forward(self, x):
        super().forward(x)
        if not any(np.array_equal(self.W_xh, inputs["attributes"]["W_xh"]) for inputs in ASKED):
            self.hidden_state = 0.5 * self.hidden_state
        return self.output
"""
MISTAKES = [
    *numeric(
        "q2_vanilla_rnn",
        ("no_tanh", 1, "the tanh is missing", "np.tanh(z)", "z"),
        ("sigmoid", 1, "the state has a sigmoid where equation (1) has tanh", "np.tanh(z)", "sigmoid(z)"),
        ("relu", 1, "the state has a ReLU where equation (1) has tanh", "np.tanh(z)", "np.maximum(z, 0)"),
        ("bias_dropped", 1, "the bias Bh is left out", " + self.Bh", ""),
        ("bias_outside", 2, "the bias Bh is added outside the tanh", " + self.Bh", "", "np.tanh(z)", "np.tanh(z) + self.Bh"),
        ("bias_twice", 1, "the bias Bh is added twice", " + self.Bh", " + 2 * self.Bh"),
        ("bias_subtracted", 1, "the bias Bh is subtracted", " + self.Bh", " - self.Bh"),
        ("W_hh_transposed", 2, "W_hh is transposed, or stands right of the vector", "self.W_hh @ h_prev", "h_prev @ self.W_hh"),
        ("diagonal_of_W_hh", 2, "only the diagonal of W_hh is used", "self.W_hh @ h_prev", "np.diag(self.W_hh) * h_prev"),
        ("recurrent_term_dropped", 1, "the previous hidden state is left out or reset to zero", "self.W_hh @ h_prev + ", ""),
        ("W_hh_dropped", 1, "h_{t-1} is added without its weights W_hh", "self.W_hh @ h_prev", "h_prev"),
        ("input_dropped", 1, "the input x is left out", "self.W_xh @ x + ", ""),
        ("state_not_stored", 3, "the new hidden state is not kept in self.hidden_state", "        self.hidden_state = h\n", ""),
        ("pre_activation_stored", 3, "self.hidden_state keeps the value from before the tanh", "self.hidden_state = h", "self.hidden_state = z"),
        ("recurrent_term_outside", 2, "the recurrent term stands outside the tanh", "self.W_hh @ h_prev + ", "", "np.tanh(z)", "np.tanh(z) + self.W_hh @ h_prev"),
        ("input_outside", 2, "the input term stands outside the tanh", "self.W_xh @ x + ", "", "np.tanh(z)", "np.tanh(z) + self.W_xh @ x"),
        ("tanh_of_each_term", 2, "each term has a tanh of its own", "self.W_hh @ h_prev + self.W_xh @ x + self.Bh", "np.tanh(self.W_hh @ h_prev) + np.tanh(self.W_xh @ x) + np.tanh(self.Bh)", "np.tanh(z)", "z"),
        ("residual", 1, "the old state is added to the new one", "np.tanh(z)", "h_prev + np.tanh(z)"),
        ("tanh_twice", 1, "the tanh is taken twice", "np.tanh(z)", "np.tanh(np.tanh(z))"),
        ("y_from_old_state", 3, "the output reads the old hidden state", "self.W_hy @ h", "self.W_hy @ h_prev"),
        ("y_from_pre_activation", 3, "the output reads the value from before the tanh", "self.W_hy @ h", "self.W_hy @ z"),
        ("tanh_on_y", 1, "the output has a tanh", "self.W_hy @ h + self.By", "np.tanh(self.W_hy @ h + self.By)"),
        ("sigmoid_on_y", 1, "the output has a sigmoid", "self.W_hy @ h + self.By", "sigmoid(self.W_hy @ h + self.By)"),
        ("output_bias_dropped", 1, "the bias By is left out", " + self.By", ""),
        ("output_bias_twice", 1, "the bias By is added twice", " + self.By", " + 2 * self.By"),
        ("always_from_first_state", 3, "every step starts from the first hidden state again", "h_prev = self.hidden_state", "h_prev = self.start = getattr(self, 'start', self.hidden_state)"),
        ("states_added_up", 3, "the hidden states are added up from step to step", "self.hidden_state = h", "self.total = h + getattr(self, 'total', 0)\n        self.hidden_state = self.total"),
        ("state_in_place", 3, IN_PLACE, "self.hidden_state = h", "self.hidden_state[:] = h"),
        ("output_in_place", 3, "the new output is written into the array of the old one, so that the outputs kept before change with it", "self.output = self.W_hy @ h + self.By", "self.output = np.copyto(self.out, self.W_hy @ h + self.By) or self.out", "np.zeros(n)", "np.zeros(n)\n        self.out = np.zeros(m)", "h_prev = self.hidden_state", "h_prev = self.hidden_state\n        self.out = self.out if len(self.out) == len(self.By) else np.zeros(len(self.By))"),
        ("weights_drawn_anew", 3, "", "z = self.W_hh", "self.W_hh = np.random.randn(*self.W_hh.shape)\n        z = self.W_hh"),
    ),
    *plain(
        "q2_vanilla_rnn",
        ("W_xh_transposed", "stopped with ValueError: matmul", "self.W_xh @ x", "x @ self.W_xh"),
        ("weights_swapped", "stopped with ValueError: matmul", "self.W_hh @ h_prev + self.W_xh @ x", "self.W_xh @ h_prev + self.W_hh @ x"),
        ("star_for_at", "stopped with ValueError: operands could not be broadcast", "self.W_hh @ h_prev", "self.W_hh * h_prev", "self.W_xh @ x", "self.W_xh * x"),
        ("W_hy_transposed", "stopped with ValueError: matmul", "self.W_hy @ h", "h @ self.W_hy"),
        ("returns_none", "after step 1, forward(x) is None.", "        return self.output", ""),
        ("prints", "after step 1, forward(x) is None.", "return self.output", "print(self.output)"),
        ("stub", "still to do (q2_vanilla_rnn). In the cell", "h_prev = self.hidden_state", 'raise NotImplementedError("q2_vanilla_rnn")'),
        ("dots", "after step 1, self.output is Ellipsis", "        self.output = self.W_hy @ h + self.By\n        return self.output", "        self.output = ...\n        return self.W_hy @ h + self.By"),
        ("stored_under_another_name", "no attribute 'output'", "self.output = self.W_hy", "self.out = self.W_hy"),
        ("returns_the_state", "forward(x) returned something other than self.output", "return self.output", "return self.hidden_state"),
        ("not_a_number", "step 1: self.hidden_state[1] is nan (1 of 3 entries are not finite)", "np.tanh(z)", "np.tanh(z) * np.where(np.arange(len(z)) == 1, np.nan, 1)"),
        ("rounded", "are the right ones, rounded", "h\n        self.output = self.W_hy @ h + self.By", "np.round(h, 3)\n        self.output = np.round(self.W_hy @ h + self.By, 3)", "h_prev = self.hidden_state", "h_prev = getattr(self, 'exact', self.hidden_state)", "np.tanh(z)", "self.exact = np.tanh(z)"),
        ("left_over_state", "called a second time", "    def __init__", "    made = 0\n\n    def __init__", "np.zeros(n)", "np.zeros(n)\n        VanillaRNN.made += 1\n        self.bonus = VanillaRNN.made > 1", "np.tanh(z)", "np.tanh(z) * (2 if self.bonus else 1)"),
        ("input_changed", "the input xs was changed", "h_prev = self.hidden_state", "h_prev = self.hidden_state\n        xh = self.W_xh @ x\n        x *= 0", "self.W_xh @ x + ", "xh + "),
        ("column_vectors", "step 1: self.hidden_state has shape", "np.tanh(z)", "np.tanh(z)[:, None]", "h_prev = self.hidden_state", "h_prev = np.ravel(self.hidden_state)"),
        ("equal_to_all", " is 0, expected", "class VanillaRNN", "class Equal(np.ndarray):\n    def __eq__(self, other): return np.True_\n    def __sub__(self, other): return np.zeros(self.shape)\n\n\nclass VanillaRNN", "self.hidden_state = h\n", "self.hidden_state = np.zeros(len(h)).view(Equal)\n"),
        ("sizes_exchanged", "VanillaRNN(5, 4, 2)", "k=3, n=3, m=3", "n=3, k=3, m=3"),
        ("sizes_ignored", "VanillaRNN(5, 4, 2)", "m=3):", "m=3):\n        k, n, m = 3, 3, 3"),
        ("starts_from_random_state", "the hidden state of a new VanillaRNN() should be 3 zeros", "np.zeros(n)", "np.random.randn(n)"),
    ),
    Mistake(
        "q2_vanilla_rnn",
        "state_on_the_class",
        ("    def __init__", "    hidden_state = np.zeros(3)\n\n    def __init__", "        self.hidden_state = np.zeros(n)\n", "", "self.hidden_state = h\n", "self.hidden_state[:] = h\n"),
        says=IN_PLACE,
        hint=3,
        shows="a second network changed although only the first one ran",
    ),
    Mistake("q2_vanilla_rnn", "table", more=TABLE, hidden=True),
    *sized(
        "q2_vanilla_rnn",
        ("three_units_only", "h = np.tanh(z)", "h = np.tanh(z) if len(z) == 3 else 0 * z"),
    ),
]  # fmt: skip
