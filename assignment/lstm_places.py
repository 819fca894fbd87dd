"""Where a mistake in the LSTM is, by question: q5 and q6. One function each, as `places` describes.

Students receive this file. It must never hold a formula of the assignment.
"""

from experiments import ALL

LETTERS = "fiog"
WORDS = {"f": "f", "i": "i", "o": "o", "g": "the candidate"}


def lstm_step(v):
    return lines_of_step(v, ALL, "")


def lstm_unroll(v):
    every = v.only(*"fiogCh")
    if every.wrong("T=1"):
        return lines_of_step(v, "T=1", " of q5a")
    c, gates = v.only("C"), v.only(*LETTERS)
    if gates.right("T=2"):
        return c.first(
            (["T=1"], ["T=2"], "look at the C that step 2 gets", "1"), sound=LETTERS, at="T=2"
        ) or every.by_length("1")
    return every.first(
        (["T=1", "T=2, no W"], ["T=2"], "look at the h that step 2 gets", "1"),
        (["T=1"], ["T=2", "T=2, no W"], "look at what step 2 gets from step 1, and at the row of xs", "1"),
    )


def lines_of_step(v, key, of):
    """The first line of a step that is wrong at `key`: the gates, then C, then h."""
    gates = [a for a in LETTERS if not v.of(key, a)]
    if gates and v.of(key, "C", "h"):
        return v.only(*gates).place([], [key], f"look at what is returned as {', '.join(gates)}", f"3{of}", "Ch", key)
    if gates:
        line = f"the line{'s' * (len(gates) > 1)} of {', '.join(gates)}"
        every = len(gates) == len(LETTERS)
        h, x = ("the h that all of them read, and at their W", "the x that all of them read, and at their U")
        return v.only(*gates).first(
            (["no x", "no h"], [key], f"look at how {line} put{'s' * (len(gates) == 1)} two terms together", f"1{of}"),
            (["no h"], ["no x"], f"look at {h if every else f'the term of h_{{t-1}} and W in {line}'}", f"1{of}"),
            (["no x"], ["no h"], f"look at {x if every else f'the term of x and U in {line}'}", f"1{of}"),
            (
                [],
                [key],
                f"look at {f'the x and the h that {line} read' if every else line}, at the function, and at the order "
                "where x and h are put together",
                f"1{of}",
            ),
        )
    if not v.of(key, "C"):
        if v.of(key, "h"):
            return v.only("C").place([], [key], "look at what is returned as C", f"3{of}", [*LETTERS, "h"], key)
        return v.only("C").first(
            (["no C", "no g"], [key], "look at how the line of C puts its two parts together", f"2{of}"),
            (["no C"], ["no g"], "look at what is kept of C_{t-1} in the line of C", f"2{of}"),
            (["no g"], ["no C"], "look at what is written in the line of C", f"2{of}"),
            ([], [key], "look at the line of C", f"2{of}"),
            sound=LETTERS,
            at=key,
        )
    return v.only("h").first(([], [key], "look at the line of h", f"2{of}"), sound=[*LETTERS, "C"], at=key)


def derivation(v):
    return v.by_length("1") or v.first(
        (["n=1", "diagonal"], [ALL], "look at the order of the products, and at what is transposed", "3"),
        ([], ["h", "C", "now"], "look at what all three paths share", "1 and 3"),
        (["h", "C", "now"], [ALL], "look at how the paths are put together", "2"),
        (["h", "C"], ["now"], "look at the direct path", "2"),
        (["C", "now"], ["h"], "look at the path through h_{t-1}", "2"),
        (["h", "now"], ["C"], "look at the path through C_{t-1}", "2"),
        (["now"], ["h", "C"], "look at the two paths through the step before, and at the rows that you take", "1"),
        (["h"], ["C", "now"], "look at dh_dC, which both share, and at the two products", "2 and 3"),
        (["C"], ["h", "now"], "look at the two paths that are wrong, one by one", "2"),
        ([], [ALL], "look at the products one by one", "3"),
    )


def lstm_dWg(v):
    return within_step(v, "") or through_gates(v, "") or travels(v, "") or v.by_length("1")


def lstm_backward(v):
    """The gradients of eight matrices tell the gates apart."""
    return (
        line_alone(v)
        or (gates_of_step(v) if v.wrong("T=1") else None)
        or within_step(v, " of q6b")
        or through_gates(v, " of q6b")
        or travels(v, " of q6b")
        or v.by_length("1 of q6b")
    )


def travels(v, of):
    """T = 1 is right and T = 2 is not: what goes from step to step."""
    return v.first(
        (["first", "last"], ["T=2"], "look at how the shares of the steps are added up", f"3{of}"),
        (["no W", "no Wfio"], ["T=2"], "look at what goes back along h through f, i and o", f"3{of}"),
        (["no W", "no Wg"], ["T=2"], "look at what goes back along h through the candidate", f"3{of}"),
        (["T=1", "no W"], ["T=2"], "look at what goes back along h, and at the h that a step gets", f"3{of}"),
        (["T=1", "last"], ["T=2", "first"], "look at the steps that are not the last", f"1{of}"),
        (
            ["T=1"],
            ["T=2", "no W"],
            "look at what goes along C, at the sums over the steps, and at the outer product",
            f"1 and 2{of}",
        ),
        (["T=1"], ["T=2"], "look at what goes from step to step", f"1{of}"),
    )


def through_gates(v, of):
    """Which gates' W, alone, make the answer wrong, where it is right with all W zero."""
    if not (v.right("T=1") and v.right("no W") and v.wrong("T=2")):
        return None
    guilty = [a for a in LETTERS if v.wrong(f"only W{a}")]
    if not 0 < len(guilty) < 4:
        return None
    wrong = [f"only W{a}" for a in guilty]
    look = f"look at what goes along h through {' and '.join(WORDS[a] for a in guilty)}"
    return v.place(["T=1", "no W"], wrong, look, f"3{of}")


def within_step(v, of):
    """T = 1 is wrong already: the forward pass of one step, or its shares and slopes."""
    if v.right("T=1"):
        return None
    return v.first(
        (
            ["T=1, n=1"],
            ["T=1"],
            "look at rows and columns: the outer product, and each matrix of your forward pass",
            f"3{of}",
        ),
        (["half f"], ["T=1"], "look at f in your forward pass, and where it comes in", f"2{of}"),
        (["half i"], ["T=1"], "look at i in your forward pass, and where it comes in", f"2{of}"),
        (["half o"], ["T=1"], "look at o in your forward pass, and where it comes in", f"2{of}"),
        (["no C"], ["no g"], "look at what C_t comes into: the share that h_t sends to it, and the slopes", f"2{of}"),
        (["no g"], ["T=1"], "look at the slope of the candidate, and at the candidate itself", f"3{of}"),
        (["no C0"], ["T=1"], "look at C_1 in your forward pass", f"1{of}"),
        (["half"], ["T=1"], "look at the gates in your forward pass, and where they come in", f"2{of}"),
        (
            [],
            ["half"],
            "look at the dh of a step, its shares and slopes, the functions of your forward pass, the outer product",
            f"2 and 3{of}",
        ),
        ([], ["T=1"], "look at the gates and the shares of one step", f"2 and 3{of}"),
    )


def line_alone(v):
    """One kind of array is wrong; what it is made of is right in the others."""
    off = {name for name, right in v.asked[ALL].items() if not right}
    us, ws = [f"U{a}" for a in LETTERS], [f"W{a}" for a in LETTERS]
    own = v.only(*(name for name in v.arrays if name in off))
    if off <= set(ws):
        return own.place([], [ALL], "look at the lines that add up the W", "1", us)
    if off <= set(us):
        return own.place([], [ALL], "look at the lines that add up the U", "1", ws)
    if off == {"xs"}:
        return own.place([], [ALL], "look at the line of xs", "2", us)
    if off <= {"h0", "C0"}:
        return own.place([], [ALL], "look at what is still carried back when step 1 is done", "2", [*us, "xs"])
    return None


def gates_of_step(v):
    """In one step: the gates whose weights are wrong."""
    bad = "".join(a for a in LETTERS if not v.of("T=1", f"U{a}", f"W{a}"))
    good = [f"U{a}" for a in LETTERS if a not in bad]
    looks = {
        "fig": ("look at the share that h_t sends to C_t", "2 of q6b"),
        "fio": ("look at the slope of the sigmoids", "3 of q6b"),
    }
    looks |= {a: (f"look at the share and the slope of {WORDS[a]}", "2 and 3 of q6b") for a in LETTERS}
    wrong = v.only(*(kind + a for a in bad for kind in "UW"))
    if bad in looks:
        return wrong.place([], ["T=1"], *looks[bad], good, "T=1")
    if not bad:
        look = "look at what is passed on to x and to the first states"
        return v.place([], ["T=1"], look, "2", [f"U{a}" for a in LETTERS], "T=1")
    return None
