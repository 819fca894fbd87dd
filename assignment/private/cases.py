"""Make `fixtures.json` and `hidden.json`: inputs and expected numbers of every case, computed by the reference.

The build runs it as `python -m private.cases` in the assignment's folder, with the master's solutions as JSON on its
standard input: from these come the numbers of the known mistakes. The inputs are drawn for the term in `term.py`, and
are the first draw in which no wrong answer can hide and every right one is exact enough: see `draws.py` and
`trials.py`. They have three decimals, so that they can be read (except the Jacobians of a real LSTM). Expected numbers
are rounded to 11 significant digits, far below the tolerance, so that the last bit of one machine's `tanh` does not
show in the file.
"""

import contextlib
import json
import sys
from functools import partial

import numpy as np

from advice import CheckFailed
from cell_checks import of_step
from checks import FIXTURES, HIDDEN, TOLERANCE, digest
from derivation import PARTIALS, terms
from private import mistakes, probes, trials
from private import reference as ref
from private.draws import LSTM, RNN, Averages, Chain, Gates, LSTMStep, Numbers, Partials, Step, first, reach
from private.term import TERM

TASKS = {  # {its check: the task and its kind}
    "animal": ("a photograph -> the name of the animal in it", "one-to-one"),
    "mask": ("a photograph -> for the same photograph, a mask that marks the road", "one-to-one"),
    "sentence": ("a photograph -> a sentence that describes it", "one-to-many"),
    "melody": ("the name of a composer -> a melody in that style", "one-to-many"),
    "translation": ("an English sentence -> the same sentence in Hindi", "many-to-many"),
    "film": ("a film -> for every frame, what is happening in it", "many-to-many"),
}
KINDS = ("one-to-one", "one-to-many", "many-to-many")
PATHS = {
    ("dJ_dh", "dh_dhprev", "dhprev_dWg"),
    ("dJ_dh", "dh_dC", "dC_dCprev", "dCprev_dWg"),
    ("dJ_dh", "dh_dC", "dC_dWg"),
}


def draws(term, count=8):
    """Eight numbers for the eight partials, several times, and what the derivation gives for them."""
    found = {}
    for number in range(1, count + 1):
        sizes = first(term, f"draw {number}", partial(Numbers, count=len(PARTIALS)), [reach]).inputs["sizes"]
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


def pick(values, names):
    return {name: values[name] for name in names.split()}


def case(inputs, want, form="array", steps=(), advice=""):
    """A case as `checks.Case` takes it; `want` is an array where the function returns one.

    mistakes: {number in the list of its question: signature}.
    """
    return {
        "inputs": inputs,
        "want": {"result": want} if form == "array" else want,
        "form": form,
        "tolerance": TOLERANCE,
        "steps": list(steps),
        "mistakes": {},
        "advice": advice,
    }


def each_step(hs, ys):
    """The states and outputs under the names that `cell_runner` gives them."""
    return {
        name: value
        for step, values in enumerate(zip(hs, ys, strict=True), start=1)
        for name, value in zip(of_step(step), values, strict=True)
    }


def public_rnn(rnn):
    """The cases of q2 and q4c."""
    hs, ys = rnn.states
    cell = {"attributes": rnn.weights, "h0": rnn.inputs["h0"]}
    at = {"inputs": rnn.inputs, "form": "dict"}
    start = rnn.inputs | {name: rnn.inputs[name][:1] for name in ("xs", "dys")}
    return {
        "q2_vanilla_rnn/one step": case(
            cell | {"xs": rnn.inputs["xs"][:1]},
            each_step(hs[:1], ys[:1]),
            "dict",
            advice="Compare your two lines with the two equations above, term by term: see hint 1.",
        ),
        "q2_vanilla_rnn/seven steps": case(
            cell | {"xs": rnn.inputs["xs"]},
            each_step(hs, ys),
            "dict",
            advice="What should still be there when forward is called again? See hint 3.",
        ),
        "q4c_rnn_backward/one step back": case(
            start,
            pick(ref.rnn_gradients(**start), "W_hy By W_xh W_hh Bh h0"),
            "dict",
            advice="With one step, nothing comes back from a later one: h_1 acts through y_1 alone. See hints 1 and 3.",
        ),
        "q4c_rnn_backward/output weights": case(
            want=pick(rnn.gradients, "W_hy By"),
            **at,
            advice="Look at the states of your forward pass, and at what each step adds: see hint 1.",
        ),
        "q4c_rnn_backward/recurrent weights": case(
            want=pick(rnn.gradients, "W_xh W_hh Bh"),
            **at,
            advice="h_t reaches the loss by two ways, y_t and h_{t+1}: see hint 2.",
        ),
        "q4c_rnn_backward/initial state": case(
            want=pick(rnn.gradients, "h0"),
            **at,
            advice="What is still carried back when step 1 is done? See hint 3.",
        ),
    }


def public_averages(cell):
    """The case of q3."""
    advice = "Row 0 of hs and of ys belongs to the first input, row T - 1 to the last: see hint 2."
    return {"q3_unroll/seven steps": case(cell.inputs, cell.want, "tuple", steps=["hs", "ys"], advice=advice)}


def public_step(step):
    """The case of q4a."""
    advice = "Row i, column j is the derivative of h_t[i] with respect to h_{t-1}[j]: see hint 1."
    return {"q4a_state_jacobian/one step": case(step.inputs, step.want, advice=advice)}


def public_chain(chain):
    """The case of q4b."""
    advice = "How many factors are there for T steps, and which of them stands leftmost? See hint 1."
    return {"q4b_jacobian_through_time/seven steps": case(chain.inputs, chain.want, advice=advice)}


def public_lstm_step(step):
    """The cases of q5a."""
    return {
        "q5a_lstm_step/gates": case(
            step.inputs,
            pick(step.want, "f i o g"),
            "dict",
            advice="Look at the line of the gate named here: "
            "its own U and W, its own function around both terms, h_{t-1} and not C_{t-1}, both vectors on the left: "
            "see hint 1.",
        ),
        "q5a_lstm_step/states": case(
            step.inputs,
            pick(step.want, "C h"),
            "dict",
            advice="What is kept, what is written, what is shown? See hint 2.",
        ),
    }


def public_lstm(lstm):
    """The cases of q5b, q6b and q6d, and that of q6a with the Jacobians of a real LSTM."""
    gradients = lstm.gradients
    at = {"inputs": lstm.inputs, "form": "dict"}
    start = lstm.inputs | {name: lstm.inputs[name][:1] for name in ("xs", "dJ_dh")}
    return {
        "q5b_lstm_unroll/seven steps": case(
            lstm.sequence,
            lstm.states,
            "dict",
            steps=["f", "i", "o", "g", "C", "h"],
            advice="Which two values does step t hand to step t + 1? See hint 1.",
        ),
        "q6a_derivation/a real LSTM": partial_case(ref.lstm_partials(**lstm.inputs), gradients["Wg"]),
        "q6b_lstm_dWg/one step back": case(
            start,
            ref.lstm_gradients(**start)["Wg"],
            advice="With one step, nothing comes back from a later one: is it a share or a slope within the step? "
            "See hints 2 and 3.",
        ),
        "q6b_lstm_dWg/seven steps": case(
            lstm.inputs,
            gradients["Wg"],
            advice="Compare with the numerical gradient at T = 1, where nothing travels back, then at T = 2.",
        ),
        "q6d_lstm_backward/weights": case(
            want=pick(gradients, "Uf Ui Uo Ug Wf Wi Wo Wg"),
            **at,
            advice="Each gate has its own path to C_t or h_t, then its own slope: see hint 1, and the hints of q6b.",
        ),
        "q6d_lstm_backward/inputs and first states": case(
            want=pick(gradients, "xs h0 C0"),
            **at,
            advice="x_t and h_{t-1} feed all four gates; h0 and C0 get what is "
            "still carried back when step 1 is done: see hint 2.",
        ),
    }


def public_partials(partials):
    """The case of q6a with numbers that no LSTM gives."""
    return {"q6a_derivation/four steps of matrices": partial_case(partials.inputs, partials.want)}


def partial_case(inputs, want):
    return case(
        {name: inputs[name].round(11) for name in PARTIALS},
        want,
        advice="Look at the order of the products, at the rows that belong together, and at the last axis: see hint 3.",
    )


def public_gates(gates):
    """The case of q7b."""
    advice = "One step along the cell path scales each unit by one number: see hint 1."
    return {"q7b_cell_carry/seven steps": case(gates.inputs, gates.want, advice=advice)}


def hidden_rnn(rnn):
    cells = {"attributes": rnn.weights, "h0": rnn.inputs["h0"], "xs": rnn.inputs["xs"]}
    gradients = pick(rnn.gradients, "W_xh W_hh W_hy Bh By h0")
    return {
        "q2_vanilla_rnn/nine steps at other sizes": case(cells, each_step(*rnn.states), "dict"),
        "q4c_rnn_backward/nine steps at other sizes": case(rnn.inputs, gradients, "dict"),
    }


def hidden_lstm(lstm):
    gradients = lstm.gradients
    return {
        "q5b_lstm_unroll/nine steps at other sizes": case(lstm.sequence, lstm.states, "dict"),
        "q6b_lstm_dWg/nine steps at other sizes": case(lstm.inputs, gradients["Wg"]),
        "q6d_lstm_backward/nine steps at other sizes": case(lstm.inputs, gradients, "dict"),
    }


def hidden_one(name, form="array"):
    """The only hidden case of a problem."""
    return lambda problem: {name: case(problem.inputs, problem.want, form)}


# {problem: (how it is drawn, the cases that pose it)}; no two sizes of a problem are alike. The cases of a question
# stand in the order in which the notebook asks them, so that a message may speak of a check above.
PUBLIC = {
    "the RNN": (partial(RNN, T=7, k=4, n=3, m=2), public_rnn),
    "the cell of q3": (partial(Averages, T=7, n=4), public_averages),
    "one step": (partial(Step, n=3), public_step),
    "the chain": (partial(Chain, T=7, n=3), public_chain),
    "one LSTM step": (partial(LSTMStep, k=2, n=3), public_lstm_step),
    "the LSTM": (partial(LSTM, T=7, k=2, n=3), public_lstm),
    "the partials": (partial(Partials, T=4, n=3), public_partials),
    "the gates": (partial(Gates, T=7, n=3), public_gates),
}
# The concepts of the public cases at other sizes and lengths: no new idea.
OTHER_SIZES = {
    "the RNN": (partial(RNN, T=9, k=2, n=4, m=3), hidden_rnn),
    "the cell of q3": (partial(Averages, T=9, n=5), hidden_one("q3_unroll/nine steps", "tuple")),
    "one step": (partial(Step, n=4), hidden_one("q4a_state_jacobian/four units")),
    "the chain": (partial(Chain, T=9, n=4), hidden_one("q4b_jacobian_through_time/nine steps")),
    "one LSTM step": (partial(LSTMStep, k=3, n=4), hidden_one("q5a_lstm_step/other sizes", "dict")),
    "the LSTM": (partial(LSTM, T=9, k=3, n=4), hidden_lstm),
    "the partials": (partial(Partials, T=9, n=4), hidden_one("q6a_derivation/nine steps of larger matrices")),
    "the gates": (partial(Gates, T=9, n=4), hidden_one("q7b_cell_carry/nine steps")),
}


def posed(problems, term, solutions, hidden=False):
    """The cases of all problems by name, each from the first draw that satisfies every predicate."""
    cases = {}
    for problem, (make, pose) in problems.items():
        where = f"{problem} at n = {make.keywords['n']}"
        cases |= pose(first(term, where, make, [reach, *trials.predicates(make, pose, solutions, hidden)]))
    return dict(sorted(cases.items(), key=lambda item: item[0].split("/")[0]))


def choices():
    kinds = {
        f"q1_kinds/{name}": {
            "options": KINDS,
            "answers": {task: digest(task, kind)},
            "advice": "Count: does one thing go in, or one at each step? And out? See hint 1.",
        }
        for name, (task, kind) in TASKS.items()
    }
    factor = {
        "options": PARTIALS,
        "answers": {"": digest("", "dC_dCprev")},
        "advice": "Which state travels with the least harm, and which factor carries it one step on? See hint 2.",
    }
    return kinds | {"q7a_factor": factor}


def rounded(value):
    """Plain lists of numbers with 11 significant digits."""
    if isinstance(value, dict):
        return {name: rounded(entry) for name, entry in value.items()}
    if isinstance(value, np.ndarray | list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.10e}") if isinstance(value, float) else value


def fixtures(term, solutions):
    """What `fixtures.json` holds. solutions: {question: source}, the master's."""
    return {
        "cases": rounded(trials.with_mistakes(public(term, solutions), solutions)),
        "mistakes": trials.known(),
        "choices": choices(),
        "draws": rounded(draws(term)),
        "derivation": {"no paths": no_paths(solutions)},
        "probes": rounded(probes.made(solutions)),
    }


def public(term, solutions):
    """The public cases, each with what is expected for further inputs."""
    cases = posed(PUBLIC, term, solutions)
    for name, entry in cases.items():
        entry["further"] = {} if name in trials.ONE_SIDED else trials.expected_further(name, entry)
    return cases


def hidden(term, solutions):
    """What `hidden.json` holds."""
    return {"cases": rounded(posed(OTHER_SIZES, term, solutions, hidden=True))}


def main(solutions):
    FIXTURES.write_text(one_entry_a_line(fixtures(TERM, solutions)), encoding="utf-8")
    HIDDEN.write_text(one_entry_a_line(hidden(TERM, solutions)), encoding="utf-8")


def one_entry_a_line(contents):
    """JSON whose second level has one line an entry, so that a diff shows which case changed."""
    sections = []
    for section, entries in contents.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in entries.items()]
        sections.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    main(json.load(sys.stdin))
