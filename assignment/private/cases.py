"""Make `fixtures.json` and `hidden.json`: inputs and expected numbers of every case, computed by the reference.

The build runs it as `python -m private.cases` in the assignment's folder, with the master's solutions as JSON on its
standard input: from these come the numbers of the known mistakes. Inputs have three decimals, so that they can be read
(except the Jacobians of a real LSTM); sizes differ from each other and states are not zero, so that no mistake hides.
Expected numbers are rounded to 11 significant digits, far below the tolerance, so that the last bit of one machine's
`tanh` does not show in the file.
"""

import contextlib
import copy
import json
import sys

import numpy as np

from advice import CheckFailed
from answers import call
from checks import (
    FIXTURES,
    FORWARD,
    GRADIENT,
    HIDDEN,
    Case,
    cell_runner,
    digest,
    of_step,
    signature,
    unroller,
)
from derivation import PARTIALS, terms
from given import RunningAverage, run_cell
from private import mistakes
from private import reference as ref

RNN = ref.random_rnn(seed=182, T=5, k=4, n=3, m=2)
LSTM = ref.random_lstm(seed=182, T=5, k=2, n=3)

TASKS = {
    "a photograph -> the name of the animal in it": "one-to-one",
    "a photograph -> for the same photograph, a mask that marks the road": "one-to-one",
    "a photograph -> a sentence that describes it": "one-to-many",
    "the name of a composer -> a melody in that style": "one-to-many",
    "an English sentence -> the same sentence in Hindi": "many-to-many",
    "a film -> for every frame, what is happening in it": "many-to-many",
}
KINDS = ("one-to-one", "one-to-many", "many-to-many")
PATHS = {
    ("dJ_dh", "dh_dhprev", "dhprev_dWg"),
    ("dJ_dh", "dh_dC", "dC_dCprev", "dCprev_dWg"),
    ("dJ_dh", "dh_dC", "dC_dWg"),
}


def draws(count=8):
    """Eight numbers for the eight partials, all of them away from 0, and what the derivation gives for them."""
    rng, found = np.random.default_rng(182), {}
    for number in range(1, count + 1):
        sizes = (rng.uniform(0.5, 2, len(PARTIALS)) * rng.choice((-1, 1), len(PARTIALS))).round(3)
        arrays = {name: np.full((1, 1, 1), size) for name, size in zip(PARTIALS, sizes, strict=True)}
        answer = ref.dJ_dWg(**arrays | {"dJ_dh": sizes[:1].reshape(1, 1)}).item()
        found[f"draw {number}"] = {"numbers": sizes.tolist(), "answer": answer}
    return found


def no_paths(solutions):
    """Digests of the products that known mistakes add up, without those that are paths."""
    found = set()
    for mistake in mistakes.q6_backprop.DERIVATION:
        with contextlib.suppress(CheckFailed):
            found |= terms(mistakes.function(mistake, solutions)).keys()
    return sorted(digest("no path", *factors) for factors in found - PATHS)


def three_decimals(values):
    """The same inputs, rounded, in a dict of any depth."""
    if isinstance(values, dict):
        return {name: three_decimals(value) for name, value in values.items()}
    return np.round(values, 3)


def pick(values, names):
    return {name: values[name] for name in names.split()}


def case(inputs, want, form="array", tolerance=FORWARD, steps=(), advice=""):
    """A case as `checks.Case` takes it; `want` is an array where the function returns one."""
    return {
        "inputs": inputs,
        "want": {"result": want} if form == "array" else want,
        "form": form,
        "tolerance": tolerance,
        "steps": list(steps),
        "mistakes": [],
        "advice": advice,
    }


def each_step(hs, ys):
    """The states and outputs under the names that `cell_runner` gives them."""
    return {
        name: value
        for step, values in enumerate(zip(hs, ys, strict=True), start=1)
        for name, value in zip(of_step(step), values, strict=True)
    }


def rnn_cases():
    d = three_decimals(RNN)
    weights = pick(d, "W_xh W_hh W_hy Bh By")
    hs, ys = ref.rnn_forward(d["xs"], d["h0"], **weights)
    cell = {"attributes": weights, "h0": d["h0"]}
    one = case(
        cell | {"xs": d["xs"][:1]},
        each_step(hs[:1], ys[:1]),
        "dict",
        advice="Compare your two lines with the two equations above, term by term: see hint 1.",
    )
    every = case(
        cell | {"xs": d["xs"]},
        each_step(hs, ys),
        "dict",
        advice="If the one-step check fails, repair that first. Else: what should still be there when forward is "
        "called again? See hint 3.",
    )
    start = d["xs"][0] * -0.5
    xs = d["xs"]
    unrolled = case(
        {"start": start, "xs": xs},
        averages(start, xs),
        "tuple",
        steps=["hs", "ys"],
        advice="Row 0 of hs and of ys belongs to the first input, row T - 1 to the last: see hint 2.",
    )
    gradients = ref.rnn_gradients(d["xs"], d["h0"], d["dys"], **weights)
    inputs = pick(d, "xs h0 dys W_xh W_hh W_hy Bh By")
    at = {"form": "dict", "tolerance": GRADIENT}
    return {
        "q2_vanilla_rnn/one step": one,
        "q2_vanilla_rnn/five steps": every,
        "q3_unroll/five steps": unrolled,
        "q4a_state_jacobian/one step": case(
            {"h": hs[2].round(3), "W_hh": d["W_hh"]},
            ref.state_jacobian(hs[2].round(3), d["W_hh"]),
            tolerance=GRADIENT,
            advice="Row i, column j is the derivative of h_t[i] with respect to h_{t-1}[j]: see hint 1.",
        ),
        "q4b_jacobian_through_time/five steps": case(
            {"hs": hs.round(3), "W_hh": d["W_hh"]},
            ref.jacobian_through_time(hs.round(3), d["W_hh"]),
            tolerance=GRADIENT,
            advice="How many factors are there for T steps, and which of them stands leftmost? See hint 1.",
        ),
        "q4c_rnn_backward/output weights": case(
            inputs,
            pick(gradients, "W_hy By"),
            **at,
            advice="If By is right and W_hy is not, your hidden states differ: print them (all rows equal? then the "
            "cell writes into its old state). Else see hint 1.",
        ),
        "q4c_rnn_backward/recurrent weights": case(
            inputs,
            pick(gradients, "W_xh W_hh Bh"),
            **at,
            advice="If the output weights' check fails, repair that first. If the initial state's check passes, what "
            "you carry back is right: look at the line that adds up the gradient named here, hint 3. Else: h_t reaches "
            "the loss by two ways, y_t and h_{t+1}: see hint 2.",
        ),
        "q4c_rnn_backward/initial state": case(
            inputs,
            pick(gradients, "h0"),
            **at,
            advice="If a check above fails, repair that first. Else: what is still carried back when step 1 is done? "
            "See hint 3.",
        ),
    }


def lstm_cases():
    d = three_decimals(LSTM)
    x, h0, C0, p = d["xs"][0], d["h0"], d["C0"], d["p"]
    step = ref.lstm_step(x, h0, C0, p)
    one = {"x": x, "h_prev": h0, "C_prev": C0, "p": p}
    sequence = pick(d, "xs h0 C0 p")
    gradients = ref.lstm_gradients(d["xs"], h0, C0, p, d["dJ_dh"])
    backward = pick(d, "xs h0 C0 p dJ_dh")
    at = {"form": "dict", "tolerance": GRADIENT}
    return {
        "q5a_lstm_step/gates": case(
            one,
            pick(step, "f i o g"),
            "dict",
            advice="Look at the line of the gate named here: "
            "its own U and W, its own function around both terms, h_{t-1} and not C_{t-1}, both vectors on the left: "
            "see hint 1.",
        ),
        "q5a_lstm_step/states": case(
            one,
            pick(step, "C h"),
            "dict",
            advice="If the gates are off, start there. Else: what is kept, what is written, what is shown? See hint 2.",
        ),
        "q5b_lstm_unroll/five steps": case(
            sequence,
            ref.lstm_forward(**sequence),
            "dict",
            steps=["f", "i", "o", "g", "C", "h"],
            advice="If row 0 is off already: does the first step get h0 and C0, each in its place? Else: which two "
            "values does step t hand to step t + 1? See hint 1.",
        ),
        "q6a_derivation/three steps of matrices": partial_case(ref.random_partials(seed=61, T=3, n=2)),
        "q6a_derivation/a real LSTM": partial_case(ref.lstm_partials(**backward), want=gradients["Wg"]),
        "q6b_lstm_dWg/five steps": case(
            backward,
            gradients["Wg"],
            tolerance=GRADIENT,
            advice="If q5b's check fails, repair that first. Then compare with the numerical gradient at T = 1, where "
            "nothing travels back. If that is off, it is a share or a slope within the step: see hints 2 and 3. Else "
            "it is what you carry along h or along C: see hints 1 and 2.",
        ),
        "q6d_lstm_backward/weights": case(
            backward,
            pick(gradients, "Uf Ui Uo Ug Wf Wi Wo Wg"),
            **at,
            advice="Each gate has its own path to C_t or h_t, then its own slope: see hint 1, and the hints of q6b.",
        ),
        "q6d_lstm_backward/inputs and first states": case(
            backward,
            pick(gradients, "xs h0 C0"),
            **at,
            advice="x_t and h_{t-1} feed all four gates; h0 and C0 get what is "
            "still carried back when step 1 is done: see hint 2.",
        ),
        "q7b_cell_carry/five steps": case(
            {"fs": ref.lstm_forward(**sequence)["f"].round(3)},
            ref.cell_carry(ref.lstm_forward(**sequence)["f"].round(3)),
            tolerance=GRADIENT,
            advice="One step along the cell path scales each unit by one number: see hint 1.",
        ),
    }


def averages(start, xs):
    """The states and outputs of a RunningAverage over `xs`."""
    cell, hs, ys = RunningAverage(start), [], []
    for x in xs:
        ys.append(cell.forward(x))
        hs.append(cell.hidden_state)
    return {"hs": np.array(hs), "ys": np.array(ys)}


def hidden_cases():
    """The concepts of the public cases at other sizes and lengths: no new idea."""
    d = three_decimals(ref.random_rnn(seed=6, T=7, k=2, n=4, m=3))
    weights = pick(d, "W_xh W_hh W_hy Bh By")
    hs, ys = ref.rnn_forward(d["xs"], d["h0"], **weights)
    h, W_hh, states = hs[1].round(3), d["W_hh"], hs.round(3)
    start, *long = np.random.default_rng(3).normal(size=(9, 6)).round(3)
    L = three_decimals(ref.random_lstm(seed=10, T=7, k=3, n=4))
    one = {"x": L["xs"][0], "h_prev": L["h0"], "C_prev": L["C0"], "p": L["p"]}
    partials = {name: value.round(3) for name, value in ref.random_partials(seed=9, T=6, n=4).items()}
    fs = np.random.default_rng(12).uniform(0.2, 0.95, size=(7, 4)).round(3)
    gradients, at = ref.lstm_gradients(**L), {"tolerance": GRADIENT}
    rnn = pick(ref.rnn_gradients(**d), "W_xh W_hh W_hy Bh By h0")
    cells = {"attributes": weights, "h0": d["h0"], "xs": d["xs"]}
    sequence = pick(L, "xs h0 C0 p")
    return {
        "q2_vanilla_rnn/seven steps at other sizes": case(cells, each_step(hs, ys), "dict"),
        "q3_unroll/eight steps": case({"start": start, "xs": np.array(long)}, averages(start, long), "tuple"),
        "q4a_state_jacobian/four units": case({"h": h, "W_hh": W_hh}, ref.state_jacobian(h, W_hh), **at),
        "q4b_jacobian_through_time/seven steps": case(
            {"hs": states, "W_hh": W_hh}, ref.jacobian_through_time(states, W_hh), **at
        ),
        "q4c_rnn_backward/seven steps at other sizes": case(d, rnn, "dict", **at),
        "q5a_lstm_step/other sizes": case(one, ref.lstm_step(**one), "dict"),
        "q5b_lstm_unroll/seven steps at other sizes": case(sequence, ref.lstm_forward(**sequence), "dict"),
        "q6a_derivation/six steps of larger matrices": case(partials, ref.dJ_dWg(**partials), **at),
        "q6b_lstm_dWg/seven steps at other sizes": case(L, gradients["Wg"], **at),
        "q6d_lstm_backward/seven steps at other sizes": case(L, gradients, "dict", **at),
        "q7b_cell_carry/seven steps": case({"fs": fs}, ref.cell_carry(fs), **at),
    }


def partial_case(partials, want=None):
    """dJ_dWg from the eight stacked gradients; `want` from elsewhere where they belong to a real LSTM."""
    partials = {name: partials[name].round(11) for name in PARTIALS}
    return case(
        partials,
        ref.dJ_dWg(**partials) if want is None else want,
        tolerance=GRADIENT,
        advice="If a path is missing or extra, repair that first. Else look at the order of the products, the steps "
        "that belong together, and the last axis, which is Wg row by row: see hint 3.",
    )


def with_mistakes(cases, solutions):
    """Each case with the signatures of the mistakes that it can recognise, and the sentences that name them."""
    for mistake in mistakes.MISTAKES:
        if not mistake.says:
            continue
        for name, entry in cases.items():
            if (
                name.split("/")[0] == mistake.question
                and (found := fingerprint(mistake, solutions, name, entry)) is not None
            ):
                entry["mistakes"].append({"says": mistake.says, "hint": mistake.hint, "signature": found})
    return tell_apart(cases)


def tell_apart(cases):
    """Where mistakes give the same numbers and only some of them fail an earlier check too, mark these."""
    seen = {}
    for name, entry in cases.items():
        earlier = seen.setdefault(name.split("/")[0], set())
        for mistake in entry["mistakes"]:
            alike = [m["says"] for m in entry["mistakes"] if m["signature"] == mistake["signature"]]
            if mistake["says"] in earlier and not earlier.issuperset(alike):
                mistake["fails_earlier"] = True
        earlier.update(mistake["says"] for mistake in entry["mistakes"])
    return cases


def fingerprint(mistake, solutions, name, entry):
    """The signature of what the mistake gives for a case; None where that is right, or not an array of numbers."""
    case = Case(name, **entry)
    function = mistakes.function(mistake, solutions)
    if mistake.question == "q2_vanilla_rnn":
        function = cell_runner(function, run_cell)
    if mistake.question == "q3_unroll":
        function = unroller(function, RunningAverage)
    try:
        with np.errstate(all="ignore"):
            got = case.numbers(call(function, copy.deepcopy(entry["inputs"])))
    except CheckFailed:
        return None
    found = signature(got)
    if np.allclose(found, signature(entry["want"]), rtol=0, atol=1e-6 * found[0]):
        return None
    return [float(f"{number:.8e}") for number in found]


def choices():
    return {
        "q1_kinds": {
            "options": KINDS,
            "answers": {task: digest(task, kind) for task, kind in TASKS.items()},
            "advice": "Count: does one thing go in, or one at each step? And out? See hint 1.",
        },
        "q7a_factor": {
            "options": PARTIALS,
            "answers": {"": digest("", "dC_dCprev")},
            "advice": "Which state travels with the least harm, and which factor carries it one step on? See hint 2.",
        },
    }


def rounded(value):
    """Plain lists of numbers with 11 significant digits."""
    if isinstance(value, dict):
        return {name: rounded(entry) for name, entry in value.items()}
    if isinstance(value, np.ndarray):
        return [rounded(entry) for entry in value]
    return float(f"{value:.10e}") if isinstance(value, float) else value


def main(solutions):
    """Write both files. solutions: {question: source}, the master's."""
    public = {
        "cases": rounded(with_mistakes(rnn_cases() | lstm_cases(), solutions)),
        "choices": choices(),
        "draws": rounded(draws()),
        "derivation": {"no paths": no_paths(solutions)},
    }
    FIXTURES.write_text(one_entry_a_line(public), encoding="utf-8")
    HIDDEN.write_text(one_entry_a_line({"cases": rounded(hidden_cases())}), encoding="utf-8")


def one_entry_a_line(contents):
    """JSON whose second level has one line an entry, so that a diff shows which case changed."""
    sections = []
    for section, entries in contents.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items()]
        sections.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    main(json.load(sys.stdin))
