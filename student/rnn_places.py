"""Where a mistake in the vanilla RNN is, by question: q2 to q4. One function each, as `places` describes.

Students receive this file. It must never hold a formula of the assignment.
"""

from experiments import ALL

STATE, OUTPUT = "step 1: self.hidden_state", "step 1: self.output"
SECOND = "step 2: self.hidden_state", "step 2: self.output"


def vanilla_rnn(v):
    """The line of the state term by term, the line of the output, and what step 2 finds."""
    return line_of_state(v) or line_of_output(v) or second_step(v)


def line_of_state(v):
    s = v.only(STATE)
    if s.right("T=1"):
        return None
    if v.of("T=1", OUTPUT):
        return s.place([], ["T=1"], "look at what is kept in self.hidden_state", "3", [OUTPUT], "T=1")
    line = "in the line of the state"
    return s.first(
        (["no W_hh", "no W_xh", "no Bh"], ["T=1"], "look at how the three terms are put together", "2"),
        (["no W_hh", "no W_xh"], ["T=1"], "look at how the terms of W_hh and W_xh are put together", "2"),
        (["no W_hh", "no Bh"], ["T=1"], "look at how the bias and the term of W_hh are put together", "2"),
        (["no W_xh", "no Bh"], ["T=1"], "look at how the bias and the term of W_xh are put together", "2"),
        (["no W_hh"], ["T=1"], f"look at the term of W_hh {line}", "2"),
        (["no W_xh"], ["T=1"], f"look at the term of W_xh {line}", "2"),
        (["no Bh"], ["T=1"], f"look at the bias Bh {line}", "1"),
        (["only W_hh", "only W_xh", "only Bh"], ["T=1"], "look at how the three terms are put together", "2"),
        (["only Bh"], ["only W_hh", "only W_xh"], f"look at the terms of W_hh and of W_xh {line}", "2"),
        (["only W_xh"], ["only W_hh", "only Bh"], f"look at the term of W_hh and at the bias {line}", "2"),
        (["only W_hh"], ["only W_xh", "only Bh"], f"look at the term of W_xh and at the bias {line}", "2"),
        ([], ["only W_hh", "only W_xh", "only Bh"], "look at the line of the state, at its function first", "1"),
        ([], ["T=1"], "look at the line of the state", "1"),
    )


def line_of_output(v):
    return v.only(OUTPUT).first(
        (["no W_hy"], ["T=1"], "look at the term of W_hy in the line of the output", "3"),
        (["no By"], ["T=1"], "look at the bias By in the line of the output", "1"),
        ([], ["T=1"], "look at the line of the output", "1"),
        sound=[STATE],
        at="T=1",
    )


def second_step(v):
    return v.only(STATE, OUTPUT, *SECOND).first(
        (["T=1", "T=2, no W_hh"], ["T=2"], "look at what step 2 finds as the state of step 1", "3"),
        (["T=1"], ["T=2"], "something of step 1 is still there in step 2, or was changed by it", "3"),
    )


def unroll(v):
    """What is collected, what is fed in, and the state in between."""
    if v.of(ALL, "hs"):
        return v.place([], [ALL], "look at what is collected in ys", "1", ["hs"])
    if v.of(ALL, "ys"):
        return v.place([], [ALL], "look at what is collected in hs, and when", "2", ["ys"])
    return v.first(
        (["no start"], [ALL], "look at what happens to the cell's initial state", "3"),
        (["no xs"], ["T=1"], "look at what is passed to forward", "3"),
        (["T=1"], ["T=2"], "look at what changes from step to step: the row of xs, the state, what is kept", "1"),
        ([], ["T=1"], "look at how often forward is called, and at what is collected after it", "3"),
    ) or v.by_length("2")


def state_jacobian(v):
    return v.first(
        (["n=1", "no h", "diagonal"], [ALL], "look at which factor stands on which side: rows or columns", "3"),
        (["n=1", "diagonal"], [ALL], "look at the orientation: rows and columns of W_hh", "1"),
        (["n=1"], [ALL], "look at rows and columns: the order of the product, or * for @", "3"),
        (["no h"], ["n=1"], "look at the slope", "2"),
        ([], ["n=1", "no h"], "look at the slope first (is it 1 where h_t is zero?), then at W_hh", "2"),
        ([], [ALL], "look at the two factors one by one", "2"),
    )


def jacobian_through_time(v):
    return v.first(
        (["T=1", "n=1"], ["T=2"], "look at the order of the product, and at * for @", "1"),
        (["T=1", "same"], ["T=2"], "look at which state belongs to which factor, and at the order", "2"),
        (["T=1"], ["T=2", "same"], "look at how many factors there are, and how they are put together", "1"),
        (["T=1, n=1", "T=1, no h"], ["T=1"], "look at the side of W_hh that the slope scales", "3 of q4a"),
        (
            ["T=1, n=1"],
            ["T=1", "T=1, no h"],
            "look at the orientation of W_hh, at the start, and at * for @",
            "1 of q4a",
        ),
        (["T=1, no h"], ["T=1, n=1"], "look at the slope in a factor", "2 of q4a"),
        ([], ["T=1"], "look at a single factor (is q4a right?), and at what the product starts from", "3"),
    ) or v.by_length("2")


def rnn_backward(v):
    """What is right in other gradients clears what they are made of."""
    if v.wrong("T=1"):
        if not v.of("T=1", "By"):
            look = "look at the row of dys that a step takes, and at the line of By"
            return v.only("By").place([], ["T=1"], look, "1")
        return outputs(v) if set(v.arrays) <= {"W_hy", "By"} else one_step_back(v)
    if v.of(ALL, "W_hy", "Bh", "h0"):
        return v.place([], [ALL], f"look at the line that adds up {v.arrays[0]}", "3", ["W_hy", "Bh", "h0"])
    states = ["W_hy"] if v.of(ALL, "W_hy") else []
    return v.first(
        (["first", "last"], ["T=2"], "look at how the shares of the steps are added up", "1"),
        (["T=1", "T=3, no W_hh"], ["T=2"], "look at what goes from step to step through W_hh", "2"),
        (["T=1", "first"], ["T=2", "last"], "look at what goes back from a step to the one before", "2"),
        (["T=1", "last"], ["T=2", "first"], "look at the steps that are not the last", "1"),
        (["T=1"], ["T=3, no W_hh"], "look at the steps' own shares, and which step each is taken from", "1"),
        (["T=1"], ["T=2"], "look at what goes from step to step", "2"),
        sound=states,
    ) or v.by_length("2")


def outputs(v):
    """The first check of q4c: the gradients of the output weights, in one step."""
    if v.of("T=1", "W_xh", "W_hh", "Bh", "h0"):
        return v.place([], ["T=1"], "look at the line that adds up W_hy", "1", ["Bh", "W_xh", "h0"], "T=1")
    return v.first(
        (["no W_hh"], ["T=1"], "look at the term of W_hh in your forward pass", "3"),
        (["no Bh"], ["T=1"], "look at the bias in your forward pass", "3"),
        (["no W_xh"], ["T=1"], "look at the term of W_xh in your forward pass", "3"),
        ([], ["T=1"], "look at the state h_1 of your forward pass, and at the line that adds up W_hy", "1"),
    )


def one_step_back(v):
    if v.of("T=1", "Bh", "W_hy"):
        lines = f"look at the line{'s' * (len(v.arrays) > 1)} of {', '.join(v.arrays)}"
        return v.place([], ["T=1"], lines, "3", ["Bh", "W_hy"], "T=1")
    if v.of("T=1", "W_xh", "h0", "W_hy"):
        return v.place([], ["T=1"], "look at the line of Bh", "3", ["W_xh", "h0", "W_hy"], "T=1")
    states = ["W_hy"] if v.of("T=1", "W_hy") else []
    slope = v.only("Bh").first((["slope 1"], ["T=1"], "look at the slope of tanh", "3"), sound=states, at="T=1")
    return slope or v.first(
        (["T=1, n=1"], ["T=1"], "look at rows and columns of the matrices", "3"),
        ([], ["T=1"], "look at what the output sends down to the state, and at the slope", "1 and 3"),
        sound=states,
        at="T=1",
    )


def cell_carry(v):
    """q7b, which is about one chain of factors, too."""
    return v.first(
        (["T=1", "n=1"], ["T=2"], "look at what is multiplied with what", "1"),
        (["T=1"], ["T=2"], "look at how the steps are put together", "1"),
        (["n=1"], ["T=1"], "look at how the matrix is made", "2"),
        ([], ["T=1", "n=1"], "look at the number by which one step scales one unit", "1"),
        ([], ["T=1"], "look at a single step", "1"),
    ) or v.by_length("1")
