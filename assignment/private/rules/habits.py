"""Rules on a whole solution: what published code does otherwise, and what people put in of their own."""

from collections.abc import Iterator

from private.mistakes.base import patched
from private.rules.base import Solution, Wrong

PARTS = ("h_prev", "C_prev", "f", "i", "o", "g", "C", "h")
UNPACK = "h_prev, C_prev, f, i, o, g, C, h = steps[t]"
LSTM = ("q5a_lstm_step", "q5b_lstm_unroll", "q6b_lstm_dWg", "q6d_lstm_backward")
BACKWARD = ("q4c_rnn_backward", "q6b_lstm_dWg", "q6d_lstm_backward")


def made(solution: Solution, says: str, *changes: str) -> Iterator[Wrong]:
    """The solution with some of its text changed; nothing where it does not hold that text once."""
    if all(solution.text.count(old) == 1 for old in changes[::2]):
        yield changes[0], says, patched(solution.text, *changes)


def neighbour(solution: Solution) -> Iterator[Wrong]:
    """On the way back, one quantity is that of the step before or after: its slope, or f_t for f_{t+1}."""
    indent = "\n        "
    for place, part in enumerate(PARTS):
        for index, which in (
            ("max(t - 1, 0)", "before"),
            ("min(t + 1, T - 1)", "after"),
            ("t - 1", "before, and at the first step the last one"),
        ):
            says = f"{part} is that of the step {which}"
            yield from made(solution, says, UNPACK, f"{UNPACK}{indent}{part} = steps[{index}][{place}]")
    for name, old in (("h", "h = hs[t + 1]"), ("h_prev", "h_prev = hs[t]")):
        for new in (f"{name} = hs[min(t + 2, T)]", f"{name} = hs[t - 1]", f"{name} = hs[-1]", f"{name} = hs[0]"):
            yield from made(solution, f"{name} is that of another step", old, new)


def only(solution: Solution) -> Iterator[Wrong]:
    """One use of a quantity takes the neighbouring step's: the slope alone, the share alone, the carry alone."""
    for line, part in (
        ("dC_later = dC * f", "f"),
        ("dz_f = df * f * (1 - f)", "f"),
        ("dz_i = di * i * (1 - i)", "i"),
        ("dz_o = do * o * (1 - o)", "o"),
        ("dz_g = dg * (1 - g**2)", "g"),
        ("df = dC * C_prev", "C_prev"),
        ("di = dC * g", "g"),
        ("dg = dC * i", "i"),
        ("do = dh * np.tanh(C)", "C"),
        ("dC = dC_later + dh * o * (1 - np.tanh(C) ** 2)", "C"),
    ):
        for index, which in (("min(t + 1, T - 1)", "after"), ("max(t - 1, 0)", "before")):
            target, value = line.split(" = ")
            new = f"{target} = (lambda {part}: {value})(steps[{index}][{PARTS.index(part)}])"
            yield from made(solution, f"{part} in {line} is that of the step {which}", line, new)


def truncated(solution: Solution) -> Iterator[Wrong]:
    """What comes back is cut off every few steps, or every gradient goes back a few steps only."""
    if solution.question not in BACKWARD:
        return
    for k in range(1, 7):
        says = f"what comes back is dropped every {k} steps"
        yield from made(solution, says, "later = W_hh.T @ dz", f"later = W_hh.T @ dz * ((T - t) % {k} != 0)")
        for carry in ("dC_later = dC * f", "dh_later = dz_f", "both"):
            cut = f" * ((T - t) % {k} != 0)"
            changes = {
                "dC_later = dC * f": ("dC_later = dC * f", "dC_later = dC * f" + cut),
                "dh_later = dz_f": ("dC_later = dC * f", f"dC_later = dC * f\n        dh_later = dh_later{cut}"),
                "both": ("dC_later = dC * f", f"dC_later = dC * f{cut}\n        dh_later = dh_later{cut}"),
            }[carry]
            yield from made(solution, f"{says}, of {carry.split(' =')[0]}", *changes)
        yield (
            "the loop back",
            f"every gradient goes back {k} steps only",
            solution.text + WINDOW[solution.question].replace("K", str(k)),
        )


WINDOW = {
    "q4c_rnn_backward": """

right = rnn_backward


def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    hs, sums = [h0], {}
    for s in range(len(xs)):
        a = max(0, s - K + 1)
        dy = np.concatenate([0 * dys[a:s], dys[s : s + 1]])
        part = right(xs[a : s + 1], hs[a], dy, W_xh, W_hh, W_hy, Bh, By)
        part["h0"] = part["h0"] * (a == 0)
        sums = {name: sums.get(name, 0) + value for name, value in part.items()}
        hs.append(np.tanh(W_hh @ hs[-1] + W_xh @ xs[s] + Bh))
    return sums
""",
}
FORWARD = """
    states = [(h0, C0)]
    for x in xs:
        h, C = states[-1]
        f, i, o = (sigmoid(x @ p["U" + gate] + h @ p["W" + gate]) for gate in "fio")
        C = f * C + i * np.tanh(x @ p["Ug"] + h @ p["Wg"])
        states.append((np.tanh(C) * o, C))
"""
WINDOW["q6b_lstm_dWg"] = f"""

right = lstm_dWg


def lstm_dWg(xs, h0, C0, p, dJ_dh):{FORWARD}
    total = 0
    for s in range(len(xs)):
        a = max(0, s - K + 1)
        total = total + right(xs[a : s + 1], *states[a], p, np.concatenate([0 * dJ_dh[a:s], dJ_dh[s : s + 1]]))
    return total
"""
WINDOW["q6d_lstm_backward"] = f"""

right = lstm_backward


def lstm_backward(xs, h0, C0, p, dJ_dh):{FORWARD}
    sums = {{name: 0 for name in p}} | {{"xs": np.zeros(xs.shape), "h0": 0, "C0": 0}}
    for s in range(len(xs)):
        a = max(0, s - K + 1)
        part = right(xs[a : s + 1], *states[a], p, np.concatenate([0 * dJ_dh[a:s], dJ_dh[s : s + 1]]))
        sums["xs"][a : s + 1] += part.pop("xs")
        for name, value in part.items():
            sums[name] = sums[name] + value * (a == 0 or name not in ("h0", "C0"))
    return sums
"""


def losses(solution: Solution) -> Iterator[Wrong]:
    """A loss of one's own is put in, although the upstream gradient stands for any loss."""
    for new, what in (
        ("(W_hy @ hs[t + 1] + By) - dys[t]", "a squared loss"),
        ("2 * ((W_hy @ hs[t + 1] + By) - dys[t])", "twice a squared loss"),
        ("(lambda e: e / e.sum())(np.exp(W_hy @ hs[t + 1] + By)) - dys[t]", "a softmax with cross-entropy"),
        ("(lambda e: e / e.sum())(np.exp(dys[t] - dys[t].max()))", "a softmax of the upstream"),
        ("dys[t] * (1 - np.tanh(W_hy @ hs[t + 1] + By) ** 2)", "a tanh on the outputs"),
        ("dys[t] / (T - t)", "a weight for each step"),
        ("dys[t] - dys.mean(axis=0)", "a mean taken off the upstream"),
    ):
        yield from made(solution, f"{what} is put in", "x, dy = xs[t], dys[t]", f"x, dy = xs[t], {new}")
    for new, what in (
        ("2 * (h - dJ_dh[t])", "a squared loss"),
        ("(h - dJ_dh[t])", "half a squared loss"),
        ("dJ_dh[t] * (1 - h**2)", "a slope of tanh"),
        ("dJ_dh[t] / (T - t)", "a weight for each step"),
        ("dJ_dh[t:].sum(axis=0)", "the sum of all later upstream gradients"),
        ("dJ_dh[: t + 1].sum(axis=0)", "the sum of all earlier upstream gradients"),
    ):
        yield from made(solution, f"{what} is put in", "dh = dJ_dh[t] + dh_later", f"dh = {new} + dh_later")


def stacked(solution: Solution) -> Iterator[Wrong]:
    """The stacked weights take [h, x] where they want [x, h]."""
    if solution.question in LSTM:
        for gates in ("f", "i", "o", "g", "fio", "fiog"):
            changes = []
            for gate in gates:
                changes += [
                    f'x @ p["U{gate}"] + h_prev @ p["W{gate}"]',
                    f'np.concatenate([h_prev, x]) @ np.vstack([p["U{gate}"], p["W{gate}"]])',
                ]
            yield from made(solution, f"the stacked weights of {', '.join(gates)} take [h, x] for [x, h]", *changes)
    new = "np.hstack([self.W_hh, self.W_xh]) @ np.concatenate([x, h_prev])"
    yield from made(solution, "the stacked weights take [x, h] for [h, x]", "self.W_hh @ h_prev + self.W_xh @ x", new)
    new = "np.hstack([W_hh, W_xh]) @ np.concatenate([x, hs[-1]])"
    yield from made(solution, "the stacked weights take [x, h] for [h, x]", "W_hh @ hs[-1] + W_xh @ x", new)


def own_sigmoid(solution: Solution) -> Iterator[Wrong]:
    """A sigmoid of one's own has a slip, or an epsilon in its division."""
    for code, what in (
        ("1 / (1 + np.exp(z))", "has the other sign"),
        ("1 / 1 + np.exp(-z)", "lacks the parenthesis below"),
        ("1 / (1 - np.exp(-z))", "has a minus below"),
        ("np.exp(z) / (1 + np.exp(-z))", "mixes two forms"),
        ("1 / (1 + np.exp(-z) + 0.01)", "has 0.01 below, against a division by zero"),
        ("1 / (1 + np.exp(-z)) + 0.01", "has 0.01 added"),
        ("(1 + np.tanh(z)) / 2", "is that of 2 z"),
        ("1 / (1 + 2 ** -z)", "has base 2"),
        ("np.exp(-np.logaddexp(0, z))", "has the other sign"),
        ("z / (1 + np.abs(z))", "is a soft sign"),
        ("np.exp(z) / np.exp(z).sum()", "is a softmax"),
    ):
        if solution.question in LSTM:
            source = f"{solution.text}\n\ndef sigmoid(z):\n    return {code}\n"
            yield "sigmoid", f"a sigmoid of one's own {what}", source


def starts(solution: Solution) -> Iterator[Wrong]:
    """The states start from something else, in the forward pass alone."""
    for old, new in (("h0, C0, []", "{h}, {C}, []"), ("hs = [h0]", "hs = [{h}]")):
        for h in ("h0", "C0", "0 * h0", "np.ones_like(h0)", "-h0", "h0[::-1]", "np.tanh(h0)"):
            for C in ("C0", "h0", "0 * C0", "np.ones_like(C0)", "-C0", "C0[::-1]", "np.tanh(C0)"):
                if "C0" in old or (C == "C0" and "C0" not in h):
                    yield from made(solution, f"the states start from {h}, {C}", old, new.format(h=h, C=C))


def constructor(solution: Solution) -> Iterator[Wrong]:
    """The sizes given to the constructor are exchanged or ignored."""
    for order in ("k, m, n", "n, k, m", "n, m, k", "m, k, n", "m, n, k"):
        first, second, third = order.split(", ")
        new = f"{first}=3, {second}=3, {third}=3"
        yield from made(solution, f"the constructor takes its sizes in the order {order}", "k=3, n=3, m=3", new)
    for size in "knm":
        new = f"m=3):\n        {size} = 3"
        yield from made(solution, f"the constructor ignores {size}", "m=3):", new)


RULES = (neighbour, only, truncated, losses, stacked, own_sigmoid, starts, constructor)
