"""Where a mistake is, as far as the answers to smaller questions prove it.

One function for each question takes the verdicts of `experiments.ask`, {question: {array: right}}, and the arrays that
are wrong, and returns a `Place`, or None where nothing is certain. A place says what is proven and where to look; it
never tells more than a hint. Students receive this file. It must never hold a formula of the assignment.
"""

from experiments import ALL
from findings import Place

GATES = {"f": "f", "i": "i", "o": "o", "g": "the candidate"}
LETTERS = "fiog"


class Verdicts:
    """What was right: `right(key)` where all the arrays looked at are, `of(key, array)` for one."""

    def __init__(self, asked, arrays):
        self.asked, self.arrays = asked, arrays

    def right(self, key):
        return key in self.asked and all(self.asked[key].get(name, False) for name in self.arrays)

    def wrong(self, key):
        return key in self.asked and not self.right(key)

    def of(self, key, name):
        return self.asked.get(key, {}).get(name, False)

    def first(self, *rules):
        """The Place of the first rule (right keys, wrong keys, look, hint) that fits."""
        for right, wrong, look, hint in rules:
            if all(map(self.right, right)) and all(map(self.wrong, wrong)):
                return Place(tuple(right), tuple(wrong), look, hint)
        return None


def place_of(question, asked, wrong):
    """The Place that is proven for the `wrong` arrays of an answer; None where nothing is.

    asked: {key: {array: right}} of the smaller questions.
    """
    if not asked or question not in PLACES:
        return None
    wrong = tuple(name for name in wrong if name in asked[ALL]) if ALL in asked else ()
    if not wrong:
        return None
    verdicts = Verdicts(asked, wrong)
    return by_size(verdicts) or PLACES[question](verdicts)


def by_size(v):
    """Where it is right in the second problem, or right where its numbers are small."""
    if v.right(ALL):
        return Place((ALL,), (), "in the case above, numbers are larger. Is something clipped, or cut to a size", "")
    return v.first((["small"], [ALL], "is something clipped, or squashed once too often", ""))


def by_length(v, hint):
    """How many steps are right. None where T = 1 or T = 2 is wrong."""
    longest = 0
    while v.right(f"T={longest + 1}"):
        longest += 1
    if longest < 2:
        return None
    wrong = f"T={longest + 1}" if longest < 6 else ALL
    look = "look for what depends on the number of steps, or for an index that runs out"
    return Place((f"T={longest}",), (wrong,), look, hint)


def vanilla_rnn(v):
    """The line of the state term by term, the line of the output, and what step 2 finds."""
    state, output = "step 1: self.hidden_state", "step 1: self.output"
    s = Verdicts(v.asked, (state,))
    if s.wrong("T=1"):
        if v.of("T=1", output):
            return Place(
                (), (), "the output is right, so the state was: look at what is kept in self.hidden_state", "3"
            )
        return s.first(
            (["no W_hh", "no W_xh", "no Bh"], ["T=1"], "look at how the three terms are put together", "2"),
            (["no W_hh", "no W_xh"], ["T=1"], "look at how the terms of W_hh and W_xh are put together", "2"),
            (["no W_hh", "no Bh"], ["T=1"], "look at how the bias and the term of W_hh are put together", "2"),
            (["no W_xh", "no Bh"], ["T=1"], "look at how the bias and the term of W_xh are put together", "2"),
            (["no W_hh"], ["T=1"], "look at the term of W_hh in the line of the state", "2"),
            (["no W_xh"], ["T=1"], "look at the term of W_xh in the line of the state", "2"),
            (["no Bh"], ["T=1"], "look at the bias Bh in the line of the state", "1"),
            (["only W_hh", "only W_xh", "only Bh"], ["T=1"], "look at how the three terms are put together", "2"),
            (
                ["only Bh"],
                ["only W_hh", "only W_xh"],
                "look at the terms of W_hh and of W_xh in the line of the state",
                "2",
            ),
            (
                ["only W_xh"],
                ["only W_hh", "only Bh"],
                "look at the term of W_hh and at the bias in the line of the state",
                "2",
            ),
            (
                ["only W_hh"],
                ["only W_xh", "only Bh"],
                "look at the term of W_xh and at the bias in the line of the state",
                "2",
            ),
            ([], ["only W_hh", "only W_xh", "only Bh"], "look at the line of the state, at the function first", "1"),
            ([], ["T=1"], "look at the line of the state", "1"),
        )
    y = Verdicts(v.asked, (output,))
    if y.wrong("T=1"):
        return y.first(
            (["no W_hy"], ["T=1"], "the state is right: look at the term of W_hy in the line of the output", "3"),
            (["no By"], ["T=1"], "the state is right: look at the bias By in the line of the output", "1"),
            ([], ["T=1"], "the state is right: look at the line of the output", "1"),
        )
    both = Verdicts(v.asked, (state, output, "step 2: self.hidden_state", "step 2: self.output"))
    return both.first(
        (["T=1", "T=2, no W_hh"], ["T=2"], "look at what step 2 finds as the state of step 1", "3"),
        (["T=1"], ["T=2"], "something of step 1 is still there in step 2", "3"),
        (["T=2"], [], "look for what depends on the number of steps, or for a state that a later step changes", "3"),
    )


def unroll(v):
    """What is collected, what is fed in, and the state in between."""
    if v.of(ALL, "hs") and not v.of(ALL, "ys"):
        return Place((), (), "hs is right: look at what is collected in ys", "1")
    if v.of(ALL, "ys") and not v.of(ALL, "hs"):
        return Place((), (), "ys is right: look at what is collected in hs, and when", "2")
    return v.first(
        (["no start"], [ALL], "look at what happens to the cell's initial state", "3"),
        (["no xs"], ["T=1"], "look at what is passed to forward", "3"),
        (["T=1"], ["T=2"], "look at what changes from step to step: the row of xs, the state, what is collected", "1"),
        ([], ["T=1"], "look at how often forward is called, and at what is collected after it", "3"),
    ) or by_length(v, "2")


def state_jacobian(v):
    return v.first(
        (
            ["n=1", "no h", "diagonal"],
            [ALL],
            "look at which of the factors stands on which side, and at rows and columns",
            "3",
        ),
        (["n=1", "diagonal"], [ALL], "look at the orientation of W_hh", "1"),
        (["n=1"], [ALL], "look at rows and columns: the order of the product, or * for @", "3"),
        (["no h"], ["n=1"], "look at the slope", "2"),
        ([], ["n=1", "no h"], "is your slope 1 there? Look at the slope, then at W_hh", "2"),
    )


def jacobian_through_time(v):
    return v.first(
        (["T=1", "n=1"], ["T=2"], "each factor is right: look at the order of the product, and at * for @", "1"),
        (["T=1", "same"], ["T=2"], "look at which state belongs to which factor, and at the order", "2"),
        (["T=1"], ["T=2", "same"], "look at how many factors there are, and how they are put together", "1"),
        (["T=1, n=1", "T=1, no h"], ["T=1"], "the slope scales the wrong side of W_hh", "3 of q4a"),
        (
            ["T=1, n=1"],
            ["T=1", "T=1, no h"],
            "look at the orientation of W_hh, and at the start of the product",
            "1 of q4a",
        ),
        (["T=1, no h"], ["T=1, n=1"], "look at the slope in a factor", "2 of q4a"),
        (
            [],
            ["T=1, n=1", "T=1, no h"],
            "a single factor is wrong already: look at it (is q4a right?), and at what the product starts from",
            "3",
        ),
    ) or by_length(v, "2")


def rnn_backward(v):
    """Bh collects dz: where it is right, so is all that goes back."""
    if v.wrong("T=1"):
        return one_step_back(v)
    states = "W_hy is right, so the hidden states are: " if v.of(ALL, "W_hy") else ""
    back = all(v.of(ALL, name) for name in ("Bh", "h0"))
    if states and back:
        return Place(
            (), (), f"Bh and h0 are right, so what goes back is: look at the line that adds up {v.arrays[0]}", "3"
        )
    found = v.first(
        (["first", "last", "T=1"], ["T=2"], "look at how the shares of the steps are added up", "1"),
        (["T=1", "T=3, no W_hh"], ["T=2"], f"{states}look at what goes from step to step through W_hh", "2"),
        (
            ["T=1", "first"],
            ["T=2", "last"],
            f"{states}look at what goes back from the last step to the steps before",
            "2",
        ),
        (["T=1", "last"], ["T=2", "first"], f"{states}look at the steps that are not the last", "1"),
        (
            ["T=1"],
            ["T=2", "T=3, no W_hh"],
            f"{states}nothing goes through W_hh there: look at the steps' own shares, and the step that each is taken from",
            "1",
        ),
    )
    return found or by_length(v, "2")


def one_step_back(v):
    wrong = v.arrays
    if not v.of("T=1", "By"):
        return Place((), ("T=1",), "look at the row of dys that a step takes, and at the line that adds up By", "1")
    if v.of("T=1", "By") and set(wrong) <= {"W_hy", "By"}:
        if v.of("T=1", "W_xh") and v.of("T=1", "W_hh") and v.of("T=1", "h0"):
            return Place(
                (),
                ("T=1",),
                "the other gradients are right, so the states are: look at the line that adds up W_hy",
                "1",
            )
        return v.first(
            (["slope 1"], ["T=1"], "look at the state h_1 of your forward pass", "3"),
            (["no W_hh"], ["T=1"], "look at the term of W_hh in your forward pass", "3"),
            (["no Bh"], ["T=1"], "look at the bias in your forward pass", "3"),
            (["no W_xh"], ["T=1"], "look at the term of W_xh in your forward pass", "3"),
            ([], ["T=1"], "look at the state h_1 of your forward pass, and at the line that adds up W_hy", "1"),
        )
    if v.of("T=1", "Bh"):
        return Place((), ("T=1",), f"Bh is right, so what goes back is: look at the line of {wrong[0]}", "3")
    if not v.of("T=1", "Bh") and v.of("T=1", "h0") and v.of("T=1", "W_xh"):
        return Place((), ("T=1",), "W_xh and h0 are right, so what goes back is: look at the line of Bh", "3")
    hidden = "W_hy is right, so the state is: " if v.of("T=1", "W_hy") else ""
    bh = Verdicts(v.asked, ("Bh",))
    if bh.right("slope 1") and bh.wrong("T=1"):
        return Place(
            ("slope 1",),
            ("T=1",),
            f"{hidden}look at the slope of tanh" + ("" if hidden else ", and at the state it is taken at"),
            "3",
        )
    return v.first(
        (["T=1, n=1"], ["T=1"], f"{hidden}look at rows and columns of the matrices", "3"),
        ([], ["T=1"], f"{hidden}look at what the output sends down to the state, and at the slope", "1 and 3"),
    )


def lines_of_step(v, key, where):
    """The first line of a step of the LSTM that is wrong at `key`: its gates, then C, then h."""
    gates = [a for a in LETTERS if not v.of(key, a)]
    cell, hidden = v.of(key, "C"), v.of(key, "h")
    if gates and cell and hidden:
        return Place((), (), f"C and h are right: look at what is returned as {', '.join(gates)}", "3 of q5a")
    if gates:
        one = Verdicts(v.asked, tuple(gates))
        line = f"the line{'s' if len(gates) > 1 else ''} of {', '.join(gates)}"
        return one.first(
            (
                ["no x", "no h"],
                [],
                f"each of the two terms is right alone: look at how {line} puts them together",
                where,
            ),
            (["no h"], ["no x"], f"look at the term of h_{{t-1}} and W in {line}", where),
            (["no x"], ["no h"], f"look at the term of x and U in {line}", where),
            ([], ["no x", "no h"], f"look at {line}, and at the function first", where),
        )
    if not cell:
        one = Verdicts(v.asked, ("C",))
        return one.first(
            (
                ["no C", "no g"],
                [],
                "the gates are right: look at how the line of C puts its two parts together",
                "2 of q5a",
            ),
            (["no C"], ["no g"], "the gates are right: look at what is kept of C_{t-1} in the line of C", "2 of q5a"),
            (["no g"], ["no C"], "the gates are right: look at what is written in the line of C", "2 of q5a"),
            ([], [], "the gates are right: look at the line of C", "2 of q5a"),
        )
    if not hidden:
        return Place((), (), "the gates and C are right: look at the line of h", "2 of q5a")
    return None


def own(place):
    """A Place in q5a itself, whose hints need no name."""
    return place and Place(place.right, place.wrong, place.look, place.hint.replace(" of q5a", ""))


def lstm_step(v):
    return own(lines_of_step(v, ALL, "1"))


def lstm_unroll(v):
    every = Verdicts(v.asked, tuple("fiogCh"))
    if every.wrong("T=1"):
        return lines_of_step(every, "T=1", "1 of q5a")
    if every.wrong("T=2"):
        gates = Verdicts(v.asked, tuple("fiog"))
        if gates.right("T=2"):
            return every.first(
                (["T=1"], ["T=2"], "the gates of step 2 are right, so it gets h_1: look at the C that it gets", "1")
            )
        return every.first(
            (["T=1", "T=2, no W"], ["T=2"], "look at the h that step 2 gets", "1"),
            (["T=1"], ["T=2", "T=2, no W"], "look at what step 2 gets from step 1, and at the row of xs", "1"),
        )
    return by_length(every, "1")


def derivation(v):
    return v.first(
        (["n=1", "diagonal"], [ALL], "look at the order of the products, and at what is transposed", "3"),
        ([], ["h", "C", "now"], "every path is wrong, each alone: look at what all of them share", "1 and 3"),
        (["h", "C", "now"], [ALL], "each path is right alone: look at how they are put together", "2"),
        (["h", "C"], ["now"], "look at the direct path", "2"),
        (["C", "now"], ["h"], "look at the path through h_{t-1}", "2"),
        (["h", "now"], ["C"], "look at the path through C_{t-1}", "2"),
        (["now"], ["h", "C"], "look at the rows of the total derivatives that you take, and at their products", "1"),
        (["T=1"], ["T=2"], "look at the sum over the steps, and at the rows that belong together", "1"),
        (["n=1"], [ALL], "look at the order of the products, and at the last axis", "3"),
    ) or by_length(v, "1")


def travels(v, hint="1 and 2"):
    """T = 1 is right and T = 2 is not: what goes from step to step, in the LSTM."""
    return v.first(
        (["T=1", "first", "last"], ["T=2"], "look at how the shares of the steps are added up", "3"),
        (["T=1", "no W"], ["no Wg", "no Wfio"], "look at what goes back along h, or at the h that a step gets", "3"),
        (["T=1", "no W", "no Wfio"], ["T=2"], "look at what goes back along h through f, i and o", "3"),
        (["T=1", "no W", "no Wg"], ["T=2"], "look at what goes back along h through the candidate", "3"),
        (["T=1", "no W"], ["T=2"], "look at what goes back along h, or at the h that a step gets", "3"),
        (["T=1", "last"], ["T=2", "first"], "look at the steps that are not the last", "1"),
        (
            ["T=1"],
            ["T=2", "no W"],
            "nothing goes along h there: look at what goes along C, at the shares that are added up, and at the h in the outer product",
            hint,
        ),
    )


def through_gates(v):
    """Which gates' W, alone, make the answer wrong, where it is right with all W zero."""
    if not (v.right("T=1") and v.right("no W") and v.wrong("T=2")):
        return None
    guilty = [a for a in LETTERS if v.wrong(f"only W{a}")]
    innocent = [a for a in LETTERS if v.right(f"only W{a}")]
    if not guilty or not innocent:
        return None
    gates = ", ".join(GATES[a] for a in guilty)
    return Place(
        ("T=1", "no W"),
        tuple(f"only W{a}" for a in guilty),
        f"look at what goes along h through {gates}",
        "3",
    )


def lstm_dWg(v):
    return through_gates(v) or travels(v) or within_step(v) or by_length(v, "1")


def within_step(v):
    """T = 1 is wrong already: the forward pass of one step, or its shares and slopes."""
    if v.right("T=1"):
        return None
    return v.first(
        (["T=1, n=1"], ["T=1"], "look at rows and columns: the outer product", "3"),
        (["half f"], ["T=1"], "look at f in your forward pass, and where it comes in", "2"),
        (["half i"], ["T=1"], "look at i in your forward pass, and where it comes in", "2"),
        (["half o"], ["T=1"], "look at o in your forward pass, and where it comes in", "2"),
        (["no C"], ["no g"], "look at the share that h_t sends to C_t, and at the C_t it is taken at", "2"),
        (["no g"], ["T=1"], "look at the slope of the candidate, and at the candidate itself", "3"),
        (["no C0"], ["T=1"], "look at C_1 in your forward pass", "1"),
        (["half"], ["T=1"], "look at the gates in your forward pass, and where they come in", "2"),
        ([], ["half"], "look at the shares and slopes of one step, and at the h in the outer product", "2 and 3"),
        ([], ["T=1"], "look at the gates and the shares of one step", "2 and 3"),
    )


def lstm_backward(v):
    """The gradients of eight matrices tell the gates apart."""
    if v.wrong("T=1"):
        return gates_of_step(v) or within_step(v)
    return line_alone(v) or through_gates(v) or travels(v) or by_length(v, "1 of q6b")


def line_alone(v):
    """One kind of array is wrong, and what it is made of is right in the others."""
    whole = v.asked[ALL]
    off = {name for name, right in whole.items() if not right}
    if all(name[0] == "W" for name in off):
        return Place(
            (), (), "all U are right, so the shares of the gates are: look at the lines that add up the W", "1"
        )
    if all(name[0] == "U" for name in off):
        return Place(
            (), (), "all W are right, so the shares of the gates are: look at the lines that add up the U", "1"
        )
    if off == {"xs"}:
        return Place((), (), "all weights are right, so the shares of the gates are: look at the line of xs", "2")
    if off <= {"h0", "C0"}:
        return Place((), (), "all weights are right: look at what is still carried back when step 1 is done", "2")
    return None


def gates_of_step(v):
    at = v.asked["T=1"]
    bad = "".join(a for a in LETTERS if not (at[f"U{a}"] and at[f"W{a}"]))
    alone = line_alone(v)
    if alone:
        return alone
    texts = {
        "o": "the other gates are right: look at the share and the slope of o",
        "f": "the other gates are right: look at the share and the slope of f",
        "i": "the other gates are right: look at the share and the slope of i",
        "g": "the other gates are right: look at the share and the slope of the candidate",
        "fig": "the gate o is right: look at the share that h_t sends to C_t",
        "fio": "the candidate is right: look at the slope of the sigmoids",
    }
    if bad in texts:
        return Place((), ("T=1",), texts[bad], "2 of q6b" if bad == "fig" else "3 of q6b")
    if not bad:
        return Place(
            (),
            ("T=1",),
            "the weights are right for one step: look at what is passed on to x and to the first states",
            "2",
        )
    return None


def cell_carry(v):
    return v.first(
        (["T=1", "n=1"], ["T=2"], "for one unit it is right: look at what is multiplied with what", "1"),
        (["T=1"], ["T=2"], "look at how the steps are put together", "1"),
        (["n=1"], ["T=1"], "for one unit it is right: look at how the matrix is made", "2"),
        ([], ["T=1", "n=1"], "look at the number by which one step scales one unit", "1"),
    ) or by_length(v, "1")


PLACES = {
    "q2_vanilla_rnn": vanilla_rnn,
    "q3_unroll": unroll,
    "q4a_state_jacobian": state_jacobian,
    "q4b_jacobian_through_time": jacobian_through_time,
    "q4c_rnn_backward": rnn_backward,
    "q5a_lstm_step": lstm_step,
    "q5b_lstm_unroll": lstm_unroll,
    "q6a_derivation": derivation,
    "q6b_lstm_dWg": lstm_dWg,
    "q6d_lstm_backward": lstm_backward,
    "q7b_cell_carry": cell_carry,
}
