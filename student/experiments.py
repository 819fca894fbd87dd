"""Smaller questions to a wrong answer: fewer steps, weights that are zero, upstream gradients at one step only.

A second problem stands in `fixtures.json` for each question, with inputs of ordinary size. Each question below is one
edit of these inputs, and beside it stand, for each array, its shape and the signature of what is expected: whether an
answer is right can be told from that, and nothing else. Students receive this file. It must never hold a formula of
the assignment, and it calls an answer with arrays only, as the checks do.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from advice import CheckFailed
from answers import call, plain, unpack
from edits import diagonal, edited, one_unit, same_rows, scaled, steps, turned, upstream, zero
from findings import ALL

PATIENCE = 3.0  # seconds for all calls of an answer: one that takes longer is asked no more
SAME, SAME_IN_FLOAT32 = 1e-6, 1e-4  # relative
JACOBIANS = ("dh_dhprev", "dh_dC", "dC_dCprev", "dh_do")


@dataclass(frozen=True)
class Ask:
    """A smaller question. says: it in words, which follow "right" or "wrong". edits: what makes it of the problem.

    signs: whether it is asked a second time with other signs, where chance could make a wrong sign right.
    """

    says: str
    edits: tuple[Callable, ...] = ()
    signs: bool = False

    def of(self, problem):
        """The inputs of each time that it is asked, all of them new."""
        return [edited(problem, edits) for edits in (self.edits, (*self.edits, turned))[: 1 + self.signs]]


LENGTHS = 1, 2, 3, 5  # steps that are asked, before all seven
SEVEN = {f"T={T}": Ask(f"for T = {T}", (steps(T),), signs=T < 3) for T in LENGTHS} | {ALL: Ask("for T = 7", signs=True)}
W, U = ("Wf", "Wi", "Wo", "Wg"), ("Uf", "Ui", "Uo", "Ug")
RNN_TERMS = {
    "no W_hh": Ask("where W_hh is zero", (steps(1), zero("W_hh")), signs=True),
    "no W_xh": Ask("where W_xh is zero", (steps(1), zero("W_xh")), signs=True),
    "no Bh": Ask("where Bh is zero", (steps(1), zero("Bh")), signs=True),
}
BACK_IN_LSTM = SEVEN | {
    "first": Ask("with an upstream gradient at step 1 only", (steps(4), upstream(0))),
    "last": Ask("with an upstream gradient at the last step only", (steps(4), upstream(-1))),
    "small": Ask("where all numbers are small", (scaled(0.001, "dJ_dh"), scaled(0.2, "xs", "h0", "C0"))),
    "half f": Ask("for T = 1 where U^f and W^f are zero", (steps(1), zero("Uf", "Wf"))),
    "half i": Ask("for T = 1 where U^i and W^i are zero", (steps(1), zero("Ui", "Wi"))),
    "half o": Ask("for T = 1 where U^o and W^o are zero", (steps(1), zero("Uo", "Wo"))),
    "half": Ask("for T = 1 where all weights are zero", (steps(1), zero(*U, *W))),
    "no W": Ask("where all W are zero", (steps(3), zero(*W))),
    "no Wfio": Ask("where W^f, W^i and W^o are zero", (steps(3), zero(*W[:3]))),
    "no Wg": Ask("where W^g is zero", (steps(3), zero("Wg"))),
    **{
        f"only W{a}": Ask(f"where only W^{a} is not zero", (steps(3), zero(*(w for w in W if w[1] != a))))
        for a in "fiog"
    },
    "no g": Ask("for T = 1 where the candidate is zero", (steps(1), zero("Ug", "Wg"))),
    "no C": Ask("for T = 1 where candidate and C_0 are zero", (steps(1), zero("Ug", "Wg", "C0"))),
    "no C0": Ask("where C_0 is zero", (steps(1), zero("C0"))),
    "n=1": Ask("for n = 1", (steps(3), one_unit), signs=True),
    "T=1, n=1": Ask("for T = n = 1", (steps(1), one_unit), signs=True),
}
GATES_OF_STEP = {
    "no x": Ask("where x is zero", (zero("x"),)),
    "no h": Ask("where h_{t-1} is zero", (zero("h_prev"),)),
    "no C": Ask("where C_{t-1} is zero", (zero("C_prev"),)),
    "no g": Ask("where the candidate is zero", (zero("Ug", "Wg"),)),
    "n=1": Ask("for n = 1", (one_unit,), signs=True),
    "small": Ask("where all numbers are small", (scaled(0.1, "x", "h_prev", "C_prev"),)),
}
ASKS = {  # {question of the notebook: {key: Ask}}
    "q2_vanilla_rnn": RNN_TERMS
    | {
        "only W_hh": Ask("where only W_hh is not zero", (steps(1), zero("W_xh", "Bh")), signs=True),
        "only W_xh": Ask("where only W_xh is not zero", (steps(1), zero("W_hh", "Bh")), signs=True),
        "only Bh": Ask("where only Bh is not zero", (steps(1), zero("W_hh", "W_xh")), signs=True),
        "no W_hy": Ask("where W_hy is zero", (steps(1), zero("W_hy"))),
        "no By": Ask("where By is zero", (steps(1), zero("By"))),
        "T=2, no W_hh": Ask("for two steps where W_hh is zero", (steps(2), zero("W_hh"))),
        "small": Ask("where all numbers are small", (steps(2), scaled(0.1, "xs", "h0", "Bh", "By"))),
        "T=1": Ask("for one step", (steps(1),)),
        "T=2": Ask("for two steps", (steps(2),)),
        ALL: Ask("for seven steps", signs=True),
    },
    "q3_unroll": SEVEN
    | {
        "no start": Ask("where the cell starts at zero", (zero("start"),)),
        "no xs": Ask("for T = 1 where xs is zero", (steps(1), zero("xs"))),
        "small": Ask("where all numbers are small", (scaled(0.01, "xs", "start"),)),
    },
    "q4a_state_jacobian": {
        "no h": Ask("where h_t is zero, so that every slope is 1", (zero("h"),)),
        "n=1": Ask("for n = 1", (one_unit,), signs=True),
        "diagonal": Ask("where W_hh is diagonal", (diagonal("W_hh"),)),
        "small": Ask("where all numbers are small", (scaled(0.1, "h", "W_hh"),)),
        ALL: Ask("in another problem", signs=True),
    },
    "q4b_jacobian_through_time": SEVEN
    | {
        "no h": Ask("where all states are zero, so that every slope is 1", (zero("hs"),)),
        "n=1": Ask("for n = 1", (one_unit,), signs=True),
        "T=1, n=1": Ask("for T = n = 1", (steps(1), one_unit), signs=True),
        "T=1, no h": Ask("for T = 1 with h_1 = 0", (steps(1), zero("hs"))),
        "T=1, diagonal": Ask("for T = 1 where W_hh is diagonal", (steps(1), diagonal("W_hh"))),
        "diagonal": Ask("where W_hh is diagonal", (diagonal("W_hh"),)),
        "same": Ask("where all states are the same", (same_rows("hs"),)),
        "small": Ask("where all numbers are small", (scaled(0.1, "hs"), scaled(0.3, "W_hh"))),
    },
    "q4c_rnn_backward": SEVEN
    | RNN_TERMS
    | {
        "first": Ask("with an upstream gradient at step 1 only", (steps(4), upstream(0))),
        "last": Ask("with an upstream gradient at the last step only", (steps(4), upstream(-1))),
        "small": Ask("where all numbers are small", (scaled(0.001, "dys"), scaled(0.2, "xs", "h0", "Bh"))),
        "T=3, no W_hh": Ask("for T = 3 where W_hh is zero", (steps(3), zero("W_hh"))),
        "T=1, no h0": Ask("for T = 1 where h_0 is zero", (steps(1), zero("h0"))),
        "no h0": Ask("where h_0 is zero", (zero("h0"),)),
        "slope 1": Ask("for T = 1 where h_1 is zero, so that the slope is 1", (steps(1), zero("xs", "h0", "Bh"))),
        "T=1, n=1": Ask("for T = n = 1", (steps(1), one_unit), signs=True),
        "n=1": Ask("for n = 1", (one_unit,), signs=True),
    },
    "q5a_lstm_step": GATES_OF_STEP | {ALL: Ask("in another problem", signs=True)},
    "q5b_lstm_unroll": SEVEN
    | {
        "no x": Ask("for T = 1 where x_1 is zero", (steps(1), zero("xs"))),
        "no h": Ask("for T = 1 where h_0 is zero", (steps(1), zero("h0"))),
        "no C": Ask("for T = 1 where C_0 is zero", (steps(1), zero("C0"))),
        "no g": Ask("for T = 1 where the candidate is zero", (steps(1), zero("Ug", "Wg"))),
        "T=2, no W": Ask("for T = 2 where all W are zero", (steps(2), zero(*W))),
        "small": Ask("where all numbers are small", (scaled(0.1, "xs", "h0", "C0"),)),
    },
    "q6a_derivation": SEVEN
    | {
        "n=1": Ask("for n = 1", (one_unit,), signs=True),
        "diagonal": Ask("where all (n, n) Jacobians are diagonal", (diagonal(*JACOBIANS),)),
        "T=1, n=1": Ask("for T = n = 1", (steps(1), one_unit), signs=True),
        "small": Ask("where all numbers are small", (scaled(0.01, "dJ_dh", "dC_dWg", "dCprev_dWg", "dhprev_dWg"),)),
        "h": Ask("where only the path through h_{t-1} is open", (zero("dC_dWg", "dCprev_dWg"),)),
        "C": Ask("where only the path through C_{t-1} is open", (zero("dC_dWg", "dhprev_dWg"),)),
        "now": Ask("where only the direct path is open", (zero("dhprev_dWg", "dCprev_dWg"),)),
    },
    "q6b_lstm_dWg": BACK_IN_LSTM,
    "q6d_lstm_backward": BACK_IN_LSTM,
    "q7b_cell_carry": SEVEN | {"n=1": Ask("for n = 1", (one_unit,), signs=True)},
}


def ask(question, stored, function, form, took):
    """({key: {array: whether it is right}}, the answers to ALL) for the smaller questions of `question`.

    stored: the problem and the expected signatures, of fixtures.json. took: the seconds that were spent on it. What
    raises, or holds no numbers, is not right. A slow function is not asked further.
    """
    verdicts, wholes = {}, []
    for key, smaller in ASKS.get(question, {}).items():
        right = {}
        for inputs, due in zip(smaller.of(stored["problem"]), stored["asks"][key], strict=True):
            if took > PATIENCE:
                return verdicts, wholes
            start = time.perf_counter()
            got = answer_to(function, inputs, due, form)
            took += time.perf_counter() - start
            for name, numbers in due.items():
                right[name] = right.get(name, True) and name in got and is_right(got[name], numbers)
            if key == ALL:
                wholes.append(got)
        verdicts[key] = right
    return verdicts, wholes


def answer_to(function, inputs, names, form):
    """{array: numbers} of what the function returns; without the arrays that hold no numbers."""
    try:
        with np.errstate(all="ignore"):
            got = unpack(call(function, inputs), dict.fromkeys(names, np.zeros(0)), form)
    except (CheckFailed, ValueError):
        return {}
    kept = {name: plain(got[name]) for name in names}
    return {name: array for name, array in kept.items() if array is not None and np.isfinite(array).all()}


def is_right(array, numbers):
    """Whether an array has the signature that is expected."""
    return agrees(signature({"": array}), numbers, SAME_IN_FLOAT32 if array.dtype == np.float32 else SAME)


def agrees(found, numbers, limit=SAME):
    """Whether a signature is the stored one, of which the last numbers are enough."""
    return bool(np.allclose(found[-len(numbers) :], numbers, rtol=0, atol=max(limit * found[0], 1e-12)))


def signature(answer):
    """Three numbers that stand for all numbers of an answer, {name: array}: their norm and two mixtures of them.

    Two answers that agree in all three to six digits are the same for every purpose but cryptography.
    """
    values = np.concatenate([np.ravel(array) for array in answer.values()]).astype(np.float64)
    places = np.arange(1, len(values) + 1)
    with np.errstate(all="ignore"):  # the squares of very large numbers
        return np.array([np.linalg.norm(values), values @ np.cos(places), values @ np.cos(places**2)])


def digest(*words):
    """A short fingerprint, so that an answer does not stand in clear in fixtures.json."""
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()[:16]
