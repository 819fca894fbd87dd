"""Known mistakes as code: what a wrong answer looks like, and the sentence that names it.

Each question has one right answer, plainly written, and a mistake is a change of a line or two in it. `fixtures.py`
computes from this file the numbers that each mistake gives, which is all that `checks.py` gets to see. The tests put
every mistake into the notebook and look whether the checks catch and name it.

Students must never receive this file: it holds the answers.
"""

from dataclasses import dataclass

import numpy as np

from given import sigmoid

ANSWER = {
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


@dataclass(frozen=True)
class Mistake:
    """A wrong answer.

    says: the mistake in words, which follow "These are the numbers you get when"; empty where its numbers are not
    its own. hint: where to look. shows: what the check says in place of numbers, or beside them. hidden: True where
    only a hidden case can catch it, because it is right for the public inputs.
    """

    question: str
    tag: str
    code: str
    says: str = ""
    hint: int | str = 0
    shows: str = ""
    hidden: bool = False


def function(mistake):
    """The wrong answer itself: what the student's name stands for after running the cell."""
    namespace = {"np": np, "sigmoid": sigmoid}
    exec(mistake.code, namespace)
    return namespace[ANSWER[mistake.question]]


def patched(text, *changes):
    """`text` with each (old, new, old, new, ...) replaced; every old must stand in it exactly once."""
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        if text.count(old) != 1:
            raise ValueError(f"{old!r} occurs {text.count(old)} times in:\n{text}")
        text = text.replace(old, new)
    return text


def numeric(question, *entries, right=None):
    """Mistakes (tag, hint, says, old, new, ...) that give numbers of their own."""
    return [
        Mistake(question, tag, patched(right or RIGHT[question], *changes), says, hint)
        for tag, hint, says, *changes in entries
    ]


def plain(question, *entries):
    """Mistakes (tag, shows, old, new, ...) that have their own plain sentence instead of numbers."""
    return [
        Mistake(question, tag, patched(RIGHT[question], *changes), shows=shows) for tag, shows, *changes in entries
    ]


def sized(question, *entries):
    """Mistakes (tag, old, new, ...) that are right at the public sizes and inputs only."""
    return [Mistake(question, tag, patched(RIGHT[question], *changes), hidden=True) for tag, *changes in entries]


RIGHT = {}

# q1 and q7a: answers to choose

TASKS = {
    "a photograph -> the name of the animal in it": "one-to-one",
    "a photograph -> for the same photograph, a mask that marks the road": "one-to-one",
    "a photograph -> a sentence that describes it": "one-to-many",
    "the name of a composer -> a melody in that style": "one-to-many",
    "an English sentence -> the same sentence in Hindi": "many-to-many",
    "a film -> for every frame, what is happening in it": "many-to-many",
}
LINES = "".join(f'    "{task}": "{kind}",\n' for task, kind in TASKS.items())
RIGHT["q1_kinds"] = f"\nkinds = {{\n{LINES}}}\n"
RIGHT["q7a_factor"] = """
factor = "dC_dCprev"
"""
NOT_RIGHT = "Choose one of: one-to-one, one-to-many, many-to-many."
CHOICES = [
    *plain(
        "q1_kinds",
        ("animal_as_many", "the animal in it'] is not 'one-to-many'", 'animal in it": "one-to-one', 'animal in it": "one-to-many'),
        ("mask_as_many", "marks the road'] is not 'one-to-many'", 'road": "one-to-one', 'road": "one-to-many'),
        ("caption_as_one", "describes it'] is not 'one-to-one'", 'describes it": "one-to-many', 'describes it": "one-to-one'),
        ("melody_as_one", "that style'] is not 'one-to-one'", 'that style": "one-to-many', 'that style": "one-to-one'),
        ("translation_as_one", "in Hindi'] is not 'one-to-one'", 'Hindi": "many-to-many', 'Hindi": "one-to-one'),
        ("film_as_one", "happening in it'] is not 'one-to-many'", 'happening in it": "many-to-many', 'happening in it": "one-to-many'),
        ("misspelled", f"is 'many to many'. {NOT_RIGHT}", 'Hindi": "many-to-many', 'Hindi": "many to many'),
        ("stub", "has no answer yet. Choose one of", '"the name of a composer -> a melody in that style": "one-to-many"', '"the name of a composer -> a melody in that style": ...'),
        ("a_task_deleted", "has no answer yet.", '    "an English sentence -> the same sentence in Hindi": "many-to-many",\n', ""),
    ),
    Mistake("q1_kinds", "a_list", 'kinds = ["one-to-one"]', shows="kinds: expected a dictionary"),
    Mistake("q1_kinds", "none", "kinds = None", shows="kinds: expected a dictionary"),
    Mistake("q1_kinds", "equal_to_all", """
class Equal:
    def __eq__(self, other): return True
    def __hash__(self): return 0
class Kinds(dict):
    def get(self, *key): return Equal()
kinds = Kinds()
""", shows="of type Equal"),
    *(
        Mistake("q7a_factor", name, f'factor = "{name}"', shows=f"factor is not '{name}'. Which state")
        for name in ("dJ_dh", "dh_dhprev", "dhprev_dWg", "dh_dC", "dC_dWg", "dCprev_dWg", "dh_do")
    ),
    Mistake("q7a_factor", "stub", "factor = ...", shows="factor has no answer yet."),
    Mistake("q7a_factor", "the_gate", 'factor = "f"', shows="factor is 'f'. Choose one of"),
    Mistake("q7a_factor", "a_tuple", 'factor = ("dC_dCprev", "dh_dC")', shows="factor is a value of type tuple. Choose one"),
]

# q2

RIGHT["q2_vanilla_rnn"] = """
class VanillaRNN:
    def __init__(self, k=3, n=3, m=3):
        self.W_hh = np.random.randn(n, n)
        self.W_xh = np.random.randn(n, k)
        self.W_hy = np.random.randn(m, n)
        self.Bh = np.random.randn(n)
        self.By = np.random.randn(m)
        self.hidden_state = np.zeros(n)

    def forward(self, x):
        h_prev = self.hidden_state
        z = self.W_hh @ h_prev + self.W_xh @ x + self.Bh
        h = np.tanh(z)
        self.hidden_state = h
        self.output = self.W_hy @ h + self.By
        return self.output
"""
VANILLA = [
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
        ("weights_drawn_anew", 3, "", "z = self.W_hh", "self.W_hh = np.random.randn(*self.W_hh.shape)\n        z = self.W_hh"),
    ),
    *plain(
        "q2_vanilla_rnn",
        ("W_xh_transposed", "stopped with ValueError: matmul", "self.W_xh @ x", "x @ self.W_xh"),
        ("weights_swapped", "stopped with ValueError: matmul", "self.W_hh @ h_prev + self.W_xh @ x", "self.W_xh @ h_prev + self.W_hh @ x"),
        ("star_for_at", "stopped with ValueError: operands could not be broadcast", "self.W_hh @ h_prev", "self.W_hh * h_prev", "self.W_xh @ x", "self.W_xh * x"),
        ("W_hy_transposed", "stopped with ValueError: matmul", "self.W_hy @ h", "h @ self.W_hy"),
        ("state_on_the_class", "a second network changed although only the first one ran", "    def __init__", "    hidden_state = np.zeros(3)\n\n    def __init__", "        self.hidden_state = np.zeros(n)\n", "", "self.hidden_state = h\n", "self.hidden_state[:] = h\n"),
        ("returns_none", "after step 1, forward(x) is None.", "        return self.output\n", ""),
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
        ("equal_to_all", "step 1: self.hidden_state[2] is 0, expected", "class VanillaRNN", "class Equal(np.ndarray):\n    def __eq__(self, other): return np.True_\n    def __sub__(self, other): return np.zeros(self.shape)\n\n\nclass VanillaRNN", "self.hidden_state = h\n", "self.hidden_state = np.zeros(len(h)).view(Equal)\n"),
        ("starts_from_random_state", "the hidden state of a new VanillaRNN() should be 3 zeros", "np.zeros(n)", "np.random.randn(n)"),
    ),
    *sized(
        "q2_vanilla_rnn",
        ("three_units_only", "h = np.tanh(z)", "h = np.tanh(z) if len(z) == 3 else 0 * z"),
    ),
]  # fmt: skip

# q3

RIGHT["q3_unroll"] = """
def unroll(rnn, xs):
    hs, ys = [], []
    for x in xs:
        y = rnn.forward(x)
        h = rnn.hidden_state
        hs.append(h)
        ys.append(y)
    return np.array(hs), np.array(ys)
"""
UNROLL = [
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
        ("state_reset", 3, "the state is set to zero before every step", "y = rnn.forward(x)", "rnn.hidden_state = 0 * x\n        y = rnn.forward(x)"),
        ("state_restored", 3, "every step starts from the initial state again", "hs, ys = [], []", "hs, ys = [], []\n    start = rnn.hidden_state", "y = rnn.forward(x)", "rnn.hidden_state = start\n        y = rnn.forward(x)"),
        ("forward_twice", 3, "forward is called twice for each input", "y = rnn.forward(x)", "rnn.forward(x)\n        y = rnn.forward(x)"),
        ("only_the_first_input", 1, "every step is fed the first input", "rnn.forward(x)", "rnn.forward(xs[0])"),
        ("inputs_for_states", 2, "hs holds the inputs", "hs.append(h)", "hs.append(x)"),
        ("state_read_once", 3, "every row of hs is the initial state, which is read before the loop", "h = rnn.hidden_state\n        hs.append(h)", "hs.append(h)", "hs, ys = [], []", "hs, ys = [], []\n    h = rnn.hidden_state"),
    ),
    *plain(
        "q3_unroll",
        ("exchanged", "expected (hs, ys), in this order: they are exchanged.", "np.array(hs), np.array(ys)", "np.array(ys), np.array(hs)"),
        ("with_the_first_state", "hs has shape (6, 4), expected (5, 4).", "hs, ys = [], []", "hs, ys = [rnn.hidden_state], []"),
        ("one_step_short", "hs has shape (4, 4), expected (5, 4).", "in xs", "in xs[1:]"),
        ("columns", "hs has shape (4, 5), expected (5, 4). Is it transposed?", "np.array(hs), np.array(ys)", "np.array(hs).T, np.array(ys).T"),
        ("states_only", "expected (hs, ys), it returned", "np.array(hs), np.array(ys)", "np.array(hs)"),
        ("returns_inside_the_loop", "hs has shape (1, 4), expected (5, 4).", "    return", "        return"),
        ("W_hh_wanted", "has no attribute 'W_hh'", "hs, ys = [], []", "hs, ys = [], [np.zeros(len(rnn.W_hh))]"),
        ("input_changed", "the input xs was changed", "h = rnn.hidden_state", "h = rnn.hidden_state\n        x -= x"),
    ),
    *sized("q3_unroll", ("five_steps_only", "in xs", "in xs[:5]")),
]  # fmt: skip

# q4

RIGHT["q4a_state_jacobian"] = """
def state_jacobian(h, W_hh):
    slope = 1 - h**2
    return slope[:, None] * W_hh
"""
RIGHT["q4b_jacobian_through_time"] = """
def jacobian_through_time(hs, W_hh):
    product = np.eye(len(W_hh))
    for h in hs:
        slope = 1 - h**2
        step = slope[:, None] * W_hh
        product = step @ product
    return product
"""
RIGHT["q4c_rnn_backward"] = """
def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    T = len(xs)
    hs = [h0]
    for x in xs:
        hs.append(np.tanh(W_hh @ hs[-1] + W_xh @ x + Bh))
    dW_xh, dW_hh, dW_hy = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(W_hy)
    dBh, dBy, later = np.zeros_like(Bh), np.zeros_like(By), np.zeros_like(h0)
    for t in reversed(range(T)):
        x, dy = xs[t], dys[t]
        h = hs[t + 1]
        h_prev = hs[t]
        dW_hy += np.outer(dy, h)
        dBy += dy
        dh = W_hy.T @ dy + later
        dz = dh * (1 - h**2)
        dW_xh += np.outer(dz, x)
        dW_hh += np.outer(dz, h_prev)
        dBh += dz
        later = W_hh.T @ dz
    dh0 = later
    return {"W_xh": dW_xh, "W_hh": dW_hh, "W_hy": dW_hy, "Bh": dBh, "By": dBy, "h0": dh0}
"""
RESULT = '{"W_xh": dW_xh, "W_hh": dW_hh, "W_hy": dW_hy, "Bh": dBh, "By": dBy, "h0": dh0}'
SLOPES = [  # (tag, says, what stands for 1 - h**2)
    ("slope_1_minus_h", "the slope of tanh is taken as 1 - h", "1 - h"),
    ("slope_inverted", "the slope of tanh is inverted, one over the right one", "1 / (1 - h**2)"),
    ("slope_of_h", "the tanh is taken once more in the slope, although h is a tanh already", "1 - np.tanh(h) ** 2"),
    ("slope_of_sigmoid", "the slope of tanh is taken as that of a sigmoid", "h * (1 - h)"),
    ("slope_missing", "the slope of tanh is left out", "1 + 0 * h"),
    ("slope_not_squared_off", "the slope of tanh has a plus for a minus", "1 + h**2"),
]
RNN_GRADIENTS = [
    *numeric(
        "q4a_state_jacobian",
        *((tag, 2, says, "1 - h**2", slope) for tag, says, slope in SLOPES),
        ("transposed", 1, "the Jacobian is transposed", "slope[:, None] * W_hh", "(slope[:, None] * W_hh).T"),
        ("diagonal_on_the_wrong_side", 3, "the slopes scale the columns of W_hh, not its rows", "slope[:, None] * W_hh", "slope * W_hh"),
        ("W_hh_transposed", 1, "W_hh is transposed", "* W_hh", "* W_hh.T"),
        ("W_hh_missing", 2, "the matrix W_hh is left out", "slope[:, None] * W_hh", "np.diag(slope)"),
        ("star_with_diag", 3, "np.diag(...) is multiplied entry by entry, with * for @", "slope[:, None] * W_hh", "np.diag(slope) * W_hh"),
        ("sum_for_product", 2, "slope and W_hh are added instead of multiplied", "slope[:, None] * W_hh", "slope[:, None] + W_hh"),
    ),
    *plain(
        "q4a_state_jacobian",
        ("vector", "result has shape (3,), expected (3, 3).", "slope[:, None] * W_hh", "slope @ W_hh"),
        ("three_axes", "result has shape (3, 3, 3)", "slope[:, None]", "slope[:, None, None]"),
        ("input_changed", "the input h was changed", "slope = 1 - h**2", "h **= 2\n    slope = 1 - h"),
    ),
    *sized("q4a_state_jacobian", ("three_units_only", "slope[:, None] * W_hh", "(slope[:, None] * W_hh)[:3, :3]")),
    *numeric(
        "q4b_jacobian_through_time",
        *((tag, "2 of q4a", says, "1 - h**2", slope) for tag, says, slope in SLOPES),
        ("wrong_order", 1, "the factors stand in the wrong order, the first step leftmost", "in hs", "in hs[::-1]"),
        ("one_factor_too_few", 2, "the last step's factor is missing", "in hs", "in hs[:-1]"),
        ("first_factor_missing", 2, "the first step's factor is missing", "in hs", "in hs[1:]"),
        ("one_factor_too_many", 2, "there is one factor too many", "np.eye(len(W_hh))", "W_hh"),
        ("last_step_only", 1, "only the last step is used", "step @ product", "step"),
        ("transposed", 1, "the Jacobian is transposed", "return product", "return product.T"),
        ("diagonal_on_the_wrong_side", "3 of q4a", "the slopes scale the columns of W_hh, not its rows", "slope[:, None] * W_hh", "slope * W_hh"),
        ("W_hh_transposed", "1 of q4a", "W_hh is transposed", "* W_hh", "* W_hh.T"),
        ("entrywise", 3, "the factors are multiplied entry by entry", "np.eye(len(W_hh))", "np.ones_like(W_hh)", "step @ product", "step * product"),
        ("sum_for_product", 1, "the factors are added up instead of multiplied", "step @ product", "step + product", "np.eye(len(W_hh))", "0"),
        ("averaged", 3, "the product is divided by T", "return product", "return product / len(hs)"),
        ("last_state_in_all", 2, "every factor uses the last hidden state", "1 - h**2", "1 - hs[-1]**2"),
        ("wraps_around", 2, "the loop starts at t = 0, where index t - 1 = -1 picks the last state", "for h in hs:", "for t in range(len(hs)):\n        h = hs[t - 1]"),
        ("starts_from_zeros", 3, "the product starts from zeros", "np.eye(len(W_hh))", "np.zeros_like(W_hh)"),
        ("first_step_only", 1, "only the first step is used (does a `return` stand inside the loop?)", "    return", "        return"),
    ),
    *plain(
        "q4b_jacobian_through_time",
        ("all_products", "result has shape (5, 3, 3), expected (3, 3).", "product = np.eye(len(W_hh))", "products, product = [], np.eye(len(W_hh))", "        product = step @ product\n", "        product = step @ product\n        products.append(product)\n", "return product", "return products"),
        ("vector", "result has shape (3,), expected (3, 3).", "np.eye(len(W_hh))", "np.ones(len(W_hh))"),
        ("input_changed", "the input hs was changed", "slope = 1 - h**2", "h **= 2\n        slope = 1 - h"),
    ),
    *sized(
        "q4b_jacobian_through_time",
        ("five_steps_only", "in hs", "in hs[:5]"),
        ("three_units_only", "np.eye(len(W_hh))", "np.diag([1.0, 1, 1] + [0] * (len(W_hh) - 3))"),
    ),
    *numeric(
        "q4c_rnn_backward",
        *((tag, 3, says, "(1 - h**2)", f"({slope})") for tag, says, slope in SLOPES),
        ("no_carry", 2, "what comes back from the later steps is left out", " + later", ""),
        ("carry_doubled", 2, "what comes back from the later step is counted twice", " + later", " + 2 * later"),
        ("carry_negative", 2, "what comes back from the later step is subtracted", " + later", " - later"),
        ("carry_piles_up", 2, "what came back before is kept and added again at every step", "later = W_hh.T @ dz", "later = later + W_hh.T @ dz"),
        ("dh_piles_up", 2, "the step's own dh is carried back as well, beside what has passed W_hh", "later = W_hh.T @ dz", "later = dh + W_hh.T @ dz"),
        ("output_path_dropped", 2, "only the last output sends anything down to its hidden state", "W_hy.T @ dy + later", "W_hy.T @ dy * (t == T - 1) + later"),
        ("W_xh_assigned", 1, "the gradient by W_xh is assigned at each step, not added up", "dW_xh += ", "dW_xh = "),
        ("W_hh_assigned", 1, "the gradient by W_hh is assigned at each step, not added up", "dW_hh += ", "dW_hh = "),
        ("W_hy_assigned", 1, "the gradient by W_hy is assigned at each step, not added up", "dW_hy += ", "dW_hy = "),
        ("Bh_assigned", 1, "the gradient by Bh is assigned at each step, not added up", "dBh += ", "dBh = "),
        ("By_assigned", 1, "the gradient by By is assigned at each step, not added up", "dBy += ", "dBy = "),
        ("all_assigned", 1, "the gradients are assigned at each step, not added up", "dW_xh += ", "dW_xh = ", "dW_hh += ", "dW_hh = ", "dW_hy += ", "dW_hy = ", "dBh += ", "dBh = ", "dBy += ", "dBy = "),
        ("new_state_for_old", 3, "the gradient by W_hh uses the new state where the old one belongs", "np.outer(dz, h_prev)", "np.outer(dz, h)"),
        ("old_state_for_new", 1, "the gradient by W_hy uses the old state where the new one belongs", "np.outer(dy, h)", "np.outer(dy, h_prev)"),
        ("old_state_in_slope", 3, "the slope of tanh is taken at the old state", "(1 - h**2)", "(1 - h_prev**2)"),
        ("W_hh_not_transposed", 3, "W_hh is not transposed on the way back", "W_hh.T @ dz", "W_hh @ dz"),
        ("W_hh_gradient_transposed", 3, "the gradient by W_hh is transposed", "np.outer(dz, h_prev)", "np.outer(h_prev, dz)"),
        ("last_upstream_only", 2, "only the last step's upstream gradient is used (or a `return` stands inside the loop)", "xs[t], dys[t]", "xs[t], dys[t] * (t == T - 1)"),
        ("last_upstream_everywhere", 1, "every step uses the last step's upstream gradient", "xs[t], dys[t]", "xs[t], dys[-1]"),
        ("upstream_reversed", 1, "the upstream gradients are read in reverse order", "xs[t], dys[t]", "xs[t], dys[T - 1 - t]"),
        ("forward_in_time", 2, "the loop runs forward in time", "reversed(range(T))", "range(T)"),
        ("averaged", 1, "the gradients are divided by T", RESULT, RESULT.replace(", \"", " / T, \"").replace("}", " / T}")),
        ("carried_before_W", 3, "dz is carried back without W_hh", "W_hh.T @ dz", "dz"),
        ("carried_without_slope", 3, "dh is carried back without the slope of tanh", "W_hh.T @ dz", "W_hh.T @ dh"),
        ("h0_forgotten", 3, "the gradient by h0 is left at zero", "dh0 = later", "dh0 = np.zeros_like(h0)"),
        ("h0_before_W", 3, "the gradient by h0 has not passed W_hh", "dh0 = later", "dh0 = dz"),
        ("h0_is_dh1", 3, "the gradient by h0 is that by h_1", "dh0 = later", "dh0 = dh"),
        ("clipped", 3, "dh is clipped to the range from -1 to 1", "W_hy.T @ dy + later", "np.clip(W_hy.T @ dy + later, -1, 1)"),
        ("result_clipped", 1, "the gradients are clipped to the range from -1 to 1", RESULT, RESULT.replace(": ", ": np.clip(").replace(", \"", ", -1, 1), \"").replace("}", ", -1, 1)}")),
        ("Bh_not_assigned", 1, "the gradient by Bh stays zero, as after `db + x` with no assignment", "dBh += dz", "dBh + dz"),
        ("By_not_assigned", 1, "the gradient by By stays zero, as after `db + x` with no assignment", "dBy += dy", "dBy + dy"),
        ("Bh_from_dh", 3, "the gradient by Bh is taken from dh, before the slope of tanh", "dBh += dz", "dBh += dh"),
        ("W_xh_from_dh", 3, "the gradient by W_xh is taken from dh, before the slope of tanh", "np.outer(dz, x)", "np.outer(dh, x)"),
        ("W_hh_from_dh", 3, "the gradient by W_hh is taken from dh, before the slope of tanh", "np.outer(dz, h_prev)", "np.outer(dh, h_prev)"),
        ("all_from_dh", 3, "the gradients by W_xh, W_hh and Bh are taken from dh, before the slope of tanh", "dBh += dz", "dBh += dh", "np.outer(dz, x)", "np.outer(dh, x)", "np.outer(dz, h_prev)", "np.outer(dh, h_prev)"),
        ("states_shifted", 3, "h_0 stands first in the list of states, so that index t finds the state before step t", "h = hs[t + 1]", "h = hs[t]", "h_prev = hs[t]", "h_prev = hs[max(t - 1, 0)]"),
        ("wraps_around", 3, "at the first step, index t - 1 = -1 picks the last state in place of h0", "h_prev = hs[t]", "h_prev = hs[t] if t > 0 else hs[-1]"),
        ("h0_zeroed_in_forward", 3, "the forward pass starts from zero, not from h0", "hs = [h0]", "hs = [0 * h0]"),
        ("h0_zeroed_in_backward", 3, "the first step uses zero in place of h0", "h_prev = hs[t]", "h_prev = hs[t] if t > 0 else 0 * h0"),
        ("bias_missing_in_forward", 3, "the forward pass leaves out Bh", " + Bh", ""),
        ("first_step_skipped", 3, "the loop back stops before the first step", "reversed(range(T))", "reversed(range(1, T))"),
        ("last_step_skipped", 2, "the loop back leaves out the last step", "reversed(range(T))", "reversed(range(T - 1))"),
        ("three_steps_back", 2, "the gradient goes back three steps and no further", "W_hh.T @ dz", "W_hh.T @ dz * (t != T - 3)"),
        ("x_of_the_next_step", 3, "the gradient by W_xh uses another step's x", "np.outer(dz, x)", "np.outer(dz, xs[t - 1])"),
    ),
    *plain(
        "q4c_rnn_backward",
        ("W_hy_not_transposed", "stopped with ValueError: matmul", "W_hy.T @ dy", "W_hy @ dy"),
        ("W_xh_gradient_transposed", "stopped with ValueError", "np.outer(dz, x)", "np.outer(x, dz)"),
        ("W_xh_gradient_turned", "W_xh has shape (4, 3), expected (3, 4). Is it transposed?", '"W_xh": dW_xh', '"W_xh": dW_xh.T'),
        ("no_h0", "the returned dictionary has no key h0", ', "h0": dh0', ""),
        ("a_tuple", "expected a dictionary, of which this check reads W_hy, By; returned a value of type tuple", RESULT, "dW_xh, dW_hh, dW_hy, dBh, dBy, dh0"),
        ("upstream_changed", "the input dys was changed", "xs[t], dys[t]", "xs[t], dys[t].copy()", "dBy += dy", "dBy += dy\n        dys[t] *= 0.5"),
        ("parameter_changed", "the input W_hh was changed", "dh0 = later", "dh0 = later\n    W_hh -= 0.1 * dW_hh"),
    ),
    *sized("q4c_rnn_backward", ("five_steps_only", "range(T)", "range(max(0, T - 5), T)")),
]  # fmt: skip

# q5

RIGHT["q5a_lstm_step"] = """
def lstm_step(x, h_prev, C_prev, p):
    f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
    i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
    o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
    g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
    C = f * C_prev + i * g
    h = np.tanh(C) * o
    return {"f": f, "i": i, "o": o, "g": g, "C": C, "h": h}
"""
F, I, O, G = (line.strip() for line in RIGHT["q5a_lstm_step"].splitlines()[2:6])  # noqa: E741


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
    ("o_reads_the_new_state", 1, "the output gate reads a hidden state that is already overwritten", f"    {O}\n", "", "    h = np.tanh(C) * o", f"    h_prev = np.tanh(C)\n    {O}\n    h = np.tanh(C) * o"),
]  # fmt: skip
STEP_ONLY = [
    ("f_and_i_returned_exchanged", 3, "f and i are exchanged in the returned dictionary only", '"f": f, "i": i', '"f": i, "i": f'),
    ("pre_activation_of_g_returned", 1, "g is returned from before its tanh", G, G.replace("g = np.tanh", "z ="), "i * g", "i * np.tanh(z)", '"g": g', '"g": z'),
]  # fmt: skip
RIGHT["q5b_lstm_unroll"] = """
def lstm_unroll(xs, h0, C0, p):
    h, C = h0, C0
    steps = []
    for x in xs:
        f = sigmoid(x @ p["Uf"] + h @ p["Wf"])
        i = sigmoid(x @ p["Ui"] + h @ p["Wi"])
        o = sigmoid(x @ p["Uo"] + h @ p["Wo"])
        g = np.tanh(x @ p["Ug"] + h @ p["Wg"])
        C = f * C + i * g
        h = np.tanh(C) * o
        steps.append({"f": f, "i": i, "o": o, "g": g, "C": C, "h": h})
    return {key: np.array([step[key] for step in steps]) for key in ("f", "i", "o", "g", "C", "h")}
"""
UNROLL_BY_STEP = """
def lstm_unroll(xs, h0, C0, p):
    h, C, steps = h0, C0, []
    for x in xs:
        steps.append(own_step(x, h, C, p))
        h, C = steps[-1]["h"], steps[-1]["C"]
    return {key: np.array([step[key] for step in steps]) for key in ("f", "i", "o", "g", "C", "h")}
"""
LSTM_FORWARD = [
    *numeric("q5a_lstm_step", *STEP, *STEP_ONLY),
    *plain(
        "q5a_lstm_step",
        ("U_left_of_x", "stopped with ValueError: matmul", 'x @ p["Uf"]', 'p["Uf"] @ x'),
        ("scalar_C", "C has shape (), expected (3,)", "f * C_prev + i * g", "f @ C_prev + i @ g"),
        ("outer_products", "has shape (3, 3), expected (3,)", "f * C_prev", "np.outer(f, C_prev)"),
        ("a_tuple", "expected a dictionary, of which this check reads f, i, o, g; returned a value of type tuple", '{"f": f, "i": i, "o": o, "g": g, "C": C, "h": h}', "f, i, o, g, C, h"),
        ("no_g_key", "the returned dictionary has no key g", ' "g": g,', ""),
        ("row_matrices", "f has shape (1, 3), expected (3,)", f"    {F}\n", f"    x, h_prev = x[None], h_prev[None]\n    {F}\n"),
        ("C_prev_changed", "the input C_prev was changed", "C = f * C_prev + i * g", "C_prev *= f\n    C_prev += i * g\n    C = C_prev.copy()"),
        ("parameters_changed", 'the input p["Uf"] was changed', f"    {F}\n", f"    {F}\n    p['Uf'][:] = 0\n"),
    ),
    *sized("q5a_lstm_step", ("three_units_only", "h = np.tanh(C) * o", "h = np.tanh(C) * o if len(C) == 3 else C")),
    *(
        Mistake("q5b_lstm_unroll", f"step_{tag}", patched(RIGHT["q5a_lstm_step"], *changes).replace("lstm_step", "own_step") + UNROLL_BY_STEP, says, f"{hint} of q5a")
        for tag, hint, says, *changes in STEP
        if tag not in ("C_and_h_exchanged", "old_C_returned", "no_C_prev")  # in a sequence, the last is "C_reset"
    ),
    *numeric(
        "q5b_lstm_unroll",
        ("C_reset", 1, "the cell state is set to zero before every step", "C = f * C + i * g", "C = f * 0 + i * g"),
        ("C_not_carried", 1, "every step starts from C_0 again", "f * C + i * g", "f * C0 + i * g"),
        ("h_not_carried", 1, "every step reads h_0 again", "for x in xs:", "for x in xs:\n        h = h0"),
        ("h_reset", 1, "the hidden state is set to zero before every step", "for x in xs:", "for x in xs:\n        h = 0 * h0"),
        ("neither_carried", 1, "every step starts from h_0 and C_0 again", "for x in xs:", "for x in xs:\n        h, C = h0, C0"),
        ("C0_is_h0", 1, "the cell state starts from h_0", "h, C = h0, C0", "h, C = h0, h0"),
        ("h0_is_C0", 1, "the hidden state starts from C_0", "h, C = h0, C0", "h, C = C0, C0"),
        ("starts_exchanged", 1, "h_0 and C_0 are exchanged", "h, C = h0, C0", "h, C = C0, h0"),
        ("h0_zeroed", 1, "the hidden state starts from zero", "h, C = h0, C0", "h, C = 0 * h0, C0"),
        ("C0_zeroed", 1, "the cell state starts from zero", "h, C = h0, C0", "h, C = h0, 0 * C0"),
        ("both_zeroed", 1, "both states start from zero", "h, C = h0, C0", "h, C = 0 * h0, 0 * C0"),
        ("arguments_exchanged", 1, "lstm_step gets C in the place of h, and h in that of C", "for x in xs:", "for x in xs:\n        h, C = C, h"),
        ("handed_over_exchanged", 1, "h and C are exchanged when they are handed to the next step", "for x in xs:", "for x in xs:\n        h, C = (h, C) if not steps else (C, h)"),
        ("h_for_C", 1, "h is handed to the next step as both h and C", "for x in xs:", "for x in xs:\n        C = h if steps else C"),
        ("C_for_h", 1, "C is handed to the next step as both h and C", "for x in xs:", "for x in xs:\n        h = C if steps else h"),
        ("time_reversed", 3, "the inputs are fed from the last to the first", "in xs:", "in xs[::-1]:"),
        ("result_reversed", 2, "the rows of the result stand in reverse order", "in steps]", "in steps[::-1]]"),
        ("only_the_first_input", 1, "every step is fed the first input", "for x in xs:", "for _ in xs:\n        x = xs[0]"),
        ("last_repeated", 2, "every row is the last step", "[step[key] for step in steps]", "[steps[-1][key] for step in steps]"),
        ("first_repeated", 2, "every row is the first step", "[step[key] for step in steps]", "[steps[0][key] for step in steps]"),
        ("shifted", 3, "the rows are one step late", "in steps]", "in steps[:1] + steps[:-1]]"),
        ("states_before_the_step", 3, "C and h are the states from before each step", "C = f * C + i * g", "old = {'C': C, 'h': h}\n        C = f * C + i * g", '"g": g, "C": C, "h": h}', '"g": g} | old'),
    ),
    *plain(
        "q5b_lstm_unroll",
        ("a_list_of_steps", "expected a dictionary, of which this check reads f, i, o, g, C, h; returned a value of type list", '{key: np.array([step[key] for step in steps]) for key in ("f", "i", "o", "g", "C", "h")}', "steps"),
        ("last_step_only", "f has shape (3,), expected (5, 3).", "np.array([step[key] for step in steps])", "steps[-1][key]"),
        ("columns", "f has shape (3, 5), expected (5, 3). Is it transposed?", "for step in steps])", "for step in steps]).T"),
        ("with_the_first_state", "C has shape (6, 3), expected (5, 3).", "    return {", "    steps.insert(0, steps[0] | {'C': C0, 'h': h0})\n    return {", "for step in steps])", "for step in steps])[(0 if key in 'Ch' else 1):]"),
        ("one_step_short", "f has shape (4, 3), expected (5, 3).", "in xs:", "in xs[:-1]:"),
        ("states_only", "the returned dictionary has no key f, i, o, g", '("f", "i", "o", "g", "C", "h")', '("C", "h")'),
        ("returns_inside_the_loop", "f has shape (1, 3), expected (5, 3).", "    return", "        return"),
        ("C0_changed", "the input C0 was changed", "C = f * C + i * g", "C *= f\n        C += i * g", '"C": C,', '"C": C.copy(),'),
    ),
    *sized("q5b_lstm_unroll", ("five_steps_only", "C = f * C + i * g", "C = f * C + i * g if len(steps) < 5 else C")),
]  # fmt: skip

# q6

RIGHT["q6a_derivation"] = """
def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    T, n = dJ_dh.shape
    total = np.zeros(n * n)
    for t in range(T):
        by_h = dh_dhprev[t] @ dhprev_dWg[t]
        by_C = dh_dC[t] @ dC_dCprev[t] @ dCprev_dWg[t]
        now = dh_dC[t] @ dC_dWg[t]
        total += dJ_dh[t] @ (by_h + by_C + now)
    return total.reshape(n, n)
"""
NO_H, NO_C, NO_NOW = (
    "the path through the previous hidden state h_{t-1} is missing",
    "the path through the previous cell state C_{t-1} is missing",
    "the path straight through the candidate of step t is missing",
)


def path(tag, shows, *changes):
    """A wrong sum of paths, which the check reads off the function."""
    return Mistake("q6a_derivation", tag, patched(RIGHT["q6a_derivation"], *changes), shows=shows)


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
    path("paths_multiplied", "is no path from W^g to J", "by_h + by_C + now", "by_h * by_C * now"),
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
        ("one_step_late_wrapping", 1, "the total derivatives are taken one step late, and at the first step index t - 1 = -1 picks the last row", "dhprev_dWg[t]", "dhprev_dWg[t - 1]", "dCprev_dWg[t]", "dCprev_dWg[t - 1]"),
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
    *sized("q6a_derivation", ("five_steps_only", "range(T)", "range(min(T, 5))"), ("three_units_only", "    return", "    total[9:] = 0\n    return")),
]  # fmt: skip

BACKWARD = """
def NAME(xs, h0, C0, p, dJ_dh):
    T = len(xs)
    h, C, steps = h0, C0, []
    for x in xs:
        f = sigmoid(x @ p["Uf"] + h @ p["Wf"])
        i = sigmoid(x @ p["Ui"] + h @ p["Wi"])
        o = sigmoid(x @ p["Uo"] + h @ p["Wo"])
        g = np.tanh(x @ p["Ug"] + h @ p["Wg"])
        h_prev, C_prev = h, C
        C = f * C_prev + i * g
        h = np.tanh(C) * o
        steps.append((h_prev, C_prev, f, i, o, g, C, h))
    grads = {name: np.zeros_like(value) for name, value in p.items()}
    dxs = np.zeros_like(xs)
    dh_later, dC_later = np.zeros_like(h0), np.zeros_like(C0)
    for t in reversed(range(T)):
        h_prev, C_prev, f, i, o, g, C, h = steps[t]
        dh = dJ_dh[t] + dh_later
        dC = dC_later + dh * o * (1 - np.tanh(C) ** 2)
        do = dh * np.tanh(C)
        df = dC * C_prev
        di = dC * g
        dg = dC * i
        dz_f = df * f * (1 - f)
        dz_i = di * i * (1 - i)
        dz_o = do * o * (1 - o)
        dz_g = dg * (1 - g**2)
        for gate, dz in {"f": dz_f, "i": dz_i, "o": dz_o, "g": dz_g}.items():
            grads["U" + gate] += np.outer(xs[t], dz)
            grads["W" + gate] += np.outer(h_prev, dz)
        dxs[t] = dz_f @ p["Uf"].T + dz_i @ p["Ui"].T + dz_o @ p["Uo"].T + dz_g @ p["Ug"].T
        dh_later = dz_f @ p["Wf"].T + dz_i @ p["Wi"].T + dz_o @ p["Wo"].T + dz_g @ p["Wg"].T
        dC_later = dC * f
    dh0, dC0 = dh_later, dC_later
    return RESULT
"""
ALL = 'grads | {"xs": dxs, "h0": dh0, "C0": dC0}'
RIGHT["q6b_lstm_dWg"] = BACKWARD.replace("NAME", "lstm_dWg").replace("RESULT", 'grads["Wg"]')
RIGHT["q6d_lstm_backward"] = BACKWARD.replace("NAME", "lstm_backward").replace("RESULT", ALL)
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
    ("assigned", 3, "the gradients by W are assigned at each step, not added up", 'grads["W" + gate] +=', 'grads["W" + gate] ='),
    ("new_state_for_old", 3, "the gradients by W use the new hidden state in place of the old one", "np.outer(h_prev, dz)", "np.outer(h, dz)"),
    ("transposed", 3, "the gradients by W are transposed", "np.outer(h_prev, dz)", "np.outer(dz, h_prev)"),
    ("averaged", 1, "the gradients by W are divided by T", "np.outer(h_prev, dz)", "np.outer(h_prev, dz) / T"),
    ("h0_zeroed", 1, "the forward pass starts with a hidden state of zero, not from h0", "h, C, steps = h0, C0, []", "h, C, steps = 0 * h0, C0, []"),
    ("C0_zeroed", 1, "the forward pass starts with a cell state of zero, not from C0", "h, C, steps = h0, C0, []", "h, C, steps = h0, 0 * C0, []"),
    ("both_zeroed", 1, "the forward pass starts with both states zero, not from h0 and C0", "h, C, steps = h0, C0, []", "h, C, steps = 0 * h0, 0 * C0, []"),
    ("both_wrap_around", 1, "at the first step, index t - 1 = -1 picks the last h and C in place of h0 and C0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        C_prev, h_prev = steps[t - 1][-2:]"),
    ("o_slope_missing", 3, "the slope of the output gate's sigmoid is missing", " * o * (1 - o)", ""),
    ("h_wraps_around", 1, "at the first step, index t - 1 = -1 picks the last h in place of h0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        h_prev = steps[t - 1][-1]"),
    ("three_steps_back", 1, "the gradient goes back three steps and no further", "dC_later = dC * f", "dC_later = dC * f * (t != T - 3)\n        dh_later = dh_later * (t != T - 3)"),
    ("spurious_dC_in_h", 2, "what comes back along C is added to dh as well", "dJ_dh[t] + dh_later", "dJ_dh[t] + dh_later + dC_later"),
    ("clipped", 2, "dh is clipped to the range from -1 to 1", "dJ_dh[t] + dh_later", "np.clip(dJ_dh[t] + dh_later, -1, 1)"),
]  # fmt: skip
LSTM_GRADIENTS = [
    *numeric("q6b_lstm_dWg", *BACK),
    *numeric("q6b_lstm_dWg", ("gate_for_candidate", 3, "the gradient is that by W^i, not by W^g", 'grads["Wg"]', 'grads["Wi"]')),
    *plain(
        "q6b_lstm_dWg",
        ("returns_dUg", "result has shape (2, 3), expected (3, 3).", 'grads["Wg"]', 'grads["Ug"]'),
        ("returns_all", "result should be an array of real numbers of shape (3, 3), it is a value of type dict", 'grads["Wg"]', "grads"),
        ("not_summed", "result has shape (3,), expected (3, 3).", 'return grads["Wg"]', "return dz_g * h_prev"),
        ("upstream_changed", "the input dJ_dh was changed", "dh = dJ_dh[t] + dh_later", "dJ_dh[t] += dh_later\n        dh = dJ_dh[t]"),
    ),
    *sized("q6b_lstm_dWg", ("five_steps_only", "for t in reversed(range(T))", "for t in range(T - 1, max(T - 6, -1), -1)")),
    *numeric("q6d_lstm_backward", *((tag, f"{hint} of q6b", says, *changes) for tag, hint, says, *changes in BACK)),
    *numeric(
        "q6d_lstm_backward",
        ("U_assigned", 1, "the gradients by U are assigned at each step, not added up", 'grads["U" + gate] +=', 'grads["U" + gate] ='),
        ("f_and_i_exchanged", 1, "the gradients of f and i are exchanged", '{"f": dz_f, "i": dz_i,', '{"f": dz_i, "i": dz_f,'),
        ("U_with_another_x", 1, "the gradients by U use another step's x", "np.outer(xs[t], dz)", "np.outer(xs[t - 1], dz)"),
        ("x_through_g_only", 2, "x_t gets its share through the candidate only (is it assigned for each gate, not added up?)", 'dz_f @ p["Uf"].T + dz_i @ p["Ui"].T + dz_o @ p["Uo"].T + dz_g', "dz_g"),
        ("x_through_gates_only", 2, "x_t gets its share through the three gates, and none through the candidate", ' + dz_g @ p["Ug"].T', ""),
        ("x_without_o", 2, "x_t gets no share through o", 'dz_o @ p["Uo"].T + ', ""),
        ("x_reversed", 2, "the gradients by xs stand in reverse order", '"xs": dxs', '"xs": dxs[::-1]'),
        ("x_shifted", 2, "the gradients by xs are off by one step", "dxs[t] =", "dxs[t - 1] ="),
        ("h0_forgotten", 2, "the gradient by h0 is left at zero", '"h0": dh0', '"h0": 0 * dh0'),
        ("h0_is_dh1", 2, "the gradient by h0 is that by h_1", '"h0": dh0', '"h0": dh'),
        ("C0_forgotten", 2, "the gradient by C0 is left at zero", '"C0": dC0', '"C0": 0 * dC0'),
        ("starts_are_those_of_step_1", 2, "the gradients by h0 and C0 are those by h_1 and C_1", '"h0": dh0, "C0": dC0', '"h0": dh, "C0": dC'),
        ("C0_without_f", 2, "the gradient by C0 is that by C_1", '"C0": dC0', '"C0": dC'),
        ("C_wraps_around", "1 of q6b", "at the first step, index t - 1 = -1 picks the last C in place of C0", "f, i, o, g, C, h = steps[t]", "f, i, o, g, C, h = steps[t]\n        C_prev = steps[t - 1][-2]"),
        ("starts_exchanged", 2, "the gradients by h0 and C0 are exchanged", '"h0": dh0, "C0": dC0', '"h0": dC0, "C0": dh0'),
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
    *sized("q6d_lstm_backward", ("five_steps_only", "for t in reversed(range(T))", "for t in range(T - 1, max(T - 6, -1), -1)")),
]  # fmt: skip

# q7b

RIGHT["q7b_cell_carry"] = """
def cell_carry(fs):
    return np.diag(np.prod(fs, axis=0))
"""
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
        ("along_units", "result has shape (5, 5), expected (3, 3).", "axis=0", "axis=1"),
        ("all_steps", "result has shape (5, 3), expected (3, 3).", "np.diag(np.prod(fs, axis=0))", "np.cumprod(fs, axis=0)"),
        ("one_number", "result has shape (), expected (3, 3).", "np.diag(np.prod(fs, axis=0))", "np.prod(fs)"),
        ("input_changed", "the input fs was changed", "    return", "    fs[1:] *= np.cumprod(fs, axis=0)[:-1]\n    return", "np.prod(fs, axis=0)", "fs[-1]"),
    ),
    *sized("q7b_cell_carry", ("five_steps_only", "fs, axis", "fs[:5], axis")),
]  # fmt: skip

# Anywhere: ways to be wrong that have nothing to do with the question. `right` is the right answer.

SENTENCES = {
    "returns_none": ("    right(*args, **inputs)", "returned None. Is there a `return`"),
    "prints": ("    print(right(*args, **inputs))", "returned None. Is there a `return`"),
    "stub": ('    raise NotImplementedError("QUESTION")', "still to do (QUESTION). In the cell"),
    "dots": ("    return ...", "returned Ellipsis"),
    "raises": ("    return 1 / 0", "stopped with ZeroDivisionError: division by zero"),
    "not_a_number": ("    return each(lambda a: a * np.nan, right(*args, **inputs))", "entries are not finite"),
    "infinite": ("    return each(lambda a: np.full_like(a, np.inf), right(*args, **inputs))", "entries are not finite"),
    "rounded": ("    return each(lambda a: np.round(a, 3), right(*args, **inputs))", "are the right ones, rounded"),
    "strings": ("    return each(lambda a: a.astype(str), right(*args, **inputs))", "should be an array of real numbers"),
    "complex": ("    return each(lambda a: a * 1j, right(*args, **inputs))", "should be an array of real numbers"),
    "equal_to_all": ("    return each(lambda a: Equal(), right(*args, **inputs))", "it is a value of type Equal"),
    "equal_array": ("    return each(lambda a: (7 + 0 * a).view(EqualArray), right(*args, **inputs))", " is 7, expected "),
    "left_over_state": (
        "    calls.append(1)\n    return each(lambda a: a * len(calls), right(*args, **inputs))",
        "called a second time with the same inputs, ",
    ),
    "halved": ("    return each(lambda a: 0.5 * a, right(*args, **inputs))", "All numbers are 0.5 times the expected ones."),
}  # fmt: skip
WRAPPER = '''

right, calls = NAME, []


def each(change, answer):
    """The answer with `change` made in each of its arrays."""
    if isinstance(answer, dict):
        return {name: change(value) for name, value in answer.items()}
    return tuple(map(change, answer)) if isinstance(answer, tuple) else change(answer)


class Equal:
    def __eq__(self, other):
        return True

    __hash__ = None


class EqualArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __hash__ = None


def NAME(*args, **inputs):
BODY
'''

THREE_STEPS, SQUARE = "len(inputs['xs']) <= 3", "inputs['xs'].shape[1] == len(inputs['h0'])"
LIMITED = {  # right only for short sequences, or only where k = n
    "q3_unroll": {"three_steps_only": THREE_STEPS},
    "q4b_jacobian_through_time": {"three_steps_only": "len(inputs['hs']) <= 3"},
    "q4c_rnn_backward": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q5a_lstm_step": {"square_only": "len(inputs['x']) == len(inputs['h_prev'])"},
    "q5b_lstm_unroll": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q6a_derivation": {"three_steps_only": "len(inputs['dJ_dh']) <= 3"},
    "q6b_lstm_dWg": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q6d_lstm_backward": {"three_steps_only": THREE_STEPS, "square_only": SQUARE},
    "q7b_cell_carry": {"three_steps_only": "len(inputs['fs']) <= 3"},
}
# The right answers for the public inputs, looked up in the file that students have, and nothing else.
TABLE = """
import json
import checks

CASES = [checks.public(name) for name in json.loads(checks.FIXTURES.read_text())["cases"] if name.startswith("QUESTION/")]


def same(a, b):
    if isinstance(a, dict):
        return all(same(a[key], b[key]) for key in a)
    return np.array_equal(a, b)


def NAME(SIGNATURE):
    known = [case for case in CASES if same(inputs, case.inputs)]
    answer = {name: value for case in known for name, value in case.want.items()}
    values = (*answer.values(), None)
    return {"dict": answer, "tuple": values[:-1], "array": values[0]}[CASES[0].form]
"""


def anywhere(question):
    for tag, (body, shows) in SENTENCES.items():
        code = RIGHT[question] + WRAPPER.replace("NAME", ANSWER[question]).replace("BODY", body)
        yield Mistake(question, tag, code.replace("QUESTION", question), shows=shows.replace("QUESTION", question))
    for tag, condition in LIMITED.get(question, {}).items():
        body = f"    return each(lambda a: a if {condition} else a + 0.5, right(**inputs))"
        yield Mistake(question, tag, RIGHT[question] + WRAPPER.replace("NAME", ANSWER[question]).replace("BODY", body))
    table = TABLE.replace("NAME", ANSWER[question]).replace("QUESTION", question)
    # No table holds the 256 values from which the paths of q6a are read: there a public case fails.
    table = table.replace("SIGNATURE):", "rnn, xs):\n    inputs = {'xs': xs}") if question == "q3_unroll" else table
    yield Mistake(question, "table", table.replace("SIGNATURE", "**inputs"), hidden=question != "q6a_derivation")


FUNCTIONS = [name for name in ANSWER if name not in ("q1_kinds", "q2_vanilla_rnn", "q7a_factor")]
ANYWHERE = [mistake for question in FUNCTIONS for mistake in anywhere(question)]

MISTAKES = [
    *CHOICES, *VANILLA, *UNROLL, *RNN_GRADIENTS, *LSTM_FORWARD, *DERIVATION, *LSTM_GRADIENTS, *CARRY, *ANYWHERE,
]  # fmt: skip
