"""The second problem of each question, and what the smaller questions of `experiments` should give on it.

`cases.main` puts the result into fixtures.json. The inputs are of ordinary size, so that an answer that clips is right
here; the numbers come from the oracle, and stand there as shapes and signatures. Known mistakes have theirs, too: a
mistake is named only where its numbers agree in this problem as they do in the case.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from checks import digest, of_step
from experiments import ALL, ASKS, answer_to, signature
from given import RunningAverage, run_cell
from private import mistakes
from private import reference as ref

FORMS = {"q2_vanilla_rnn": "dict", "q3_unroll": "tuple", "q4c_rnn_backward": "dict", "q5a_lstm_step": "dict"}
FORMS |= {"q5b_lstm_unroll": "dict", "q6d_lstm_backward": "dict"}
T = 7
Arrays = dict[str, Any]


def each_step(attributes: Arrays, h0: np.ndarray, xs: np.ndarray) -> Arrays:
    hs, ys = ref.rnn_forward(xs, h0, **attributes)
    rows = enumerate(zip(hs, ys, strict=True), start=1)
    return {name: value for t, values in rows for name, value in zip(of_step(t), values, strict=True)}


def averages(start: np.ndarray, xs: np.ndarray) -> Arrays:
    cell = RunningAverage(start)
    steps = run_cell(lambda: cell, {}, start, xs)
    return {"hs": np.array([s["self.hidden_state"] for s in steps]), "ys": np.array([s["self.output"] for s in steps])}


ORACLE: dict[str, Callable[..., Arrays]] = {
    "q2_vanilla_rnn": each_step,
    "q3_unroll": averages,
    "q4a_state_jacobian": lambda **inputs: {"result": ref.state_jacobian(**inputs)},
    "q4b_jacobian_through_time": lambda **inputs: {"result": ref.jacobian_through_time(**inputs)},
    "q4c_rnn_backward": lambda **inputs: without(ref.rnn_gradients(**inputs), "xs"),
    "q5a_lstm_step": ref.lstm_step,
    "q5b_lstm_unroll": ref.lstm_forward,
    "q6a_derivation": lambda **inputs: {"result": ref.dJ_dWg(**inputs)},
    "q6b_lstm_dWg": lambda **inputs: {"result": ref.lstm_gradients(**inputs)["Wg"]},
    "q6d_lstm_backward": ref.lstm_gradients,
    "q7b_cell_carry": lambda **inputs: {"result": ref.cell_carry(**inputs)},
}


def without(values: Arrays, name: str) -> Arrays:
    return {key: value for key, value in values.items() if key != name}


def problems(seed: int = 2021) -> dict[str, Arrays]:
    """{question: inputs}, with three decimals. Sizes differ from each other and from T."""
    rng = np.random.default_rng(seed)
    rnn = decimals(ref.random_rnn(seed, T, k=4, n=3, m=2))
    lstm = decimals(ref.random_lstm(seed, T, k=2, n=3))
    weights = {name: rnn[name] for name in ("W_xh", "W_hh", "W_hy", "Bh", "By")}
    hs, _ = ref.rnn_forward(rnn["xs"], rnn["h0"], **weights)
    step = {"x": lstm["xs"][0], "h_prev": lstm["h0"], "C_prev": lstm["C0"], "p": lstm["p"]}
    return {
        "q2_vanilla_rnn": {"attributes": weights, "h0": rnn["h0"], "xs": rnn["xs"]},
        "q3_unroll": decimals({"start": rng.normal(size=4), "xs": rng.normal(size=(T, 5))}),
        "q4a_state_jacobian": decimals({"h": hs[0], "W_hh": rnn["W_hh"]}),
        "q4b_jacobian_through_time": decimals({"hs": hs, "W_hh": rnn["W_hh"]}),
        "q4c_rnn_backward": rnn,
        "q5a_lstm_step": step,
        "q5b_lstm_unroll": without(lstm, "dJ_dh"),
        "q6a_derivation": decimals(ref.random_partials(seed, T, n=2)),
        "q6b_lstm_dWg": lstm,
        "q6d_lstm_backward": lstm,
        "q7b_cell_carry": decimals({"fs": rng.uniform(0.3, 0.95, size=(T, 3))}),
    }


def decimals(values: Arrays) -> Arrays:
    return {key: decimals(v) if isinstance(v, dict) else np.round(v, 3) for key, v in values.items()}


def made(solutions: dict[str, str]) -> dict[str, Arrays]:
    """The section of fixtures.json. solutions: {question: source}, the master's."""
    found = {}
    for question, problem in problems().items():
        wants = {key: ORACLE[question](**ask.of(problem)) for key, ask in ASKS[question].items()}
        asks = {
            key: {name: [list(np.shape(value)), short(signature({"": value}))] for name, value in want.items()}
            for key, want in wants.items()
        }
        known, local = of_mistakes(question, problem, wants[ALL], asks[ALL], solutions)
        found[question] = {"problem": problem, "asks": asks, "known": known, "local": local}
    return found


def of_mistakes(question: str, problem: Arrays, want: Arrays, due: Arrays, solutions: dict[str, str]) -> tuple:
    """What the known mistakes give on the problem.

    known: {digest of the sentence: [signatures of the whole answer]}, None for the right one. local: {array: {says: [hint, signature]}}
    for mistakes that spoil one array and leave the others right.
    """
    known: dict[str, list] = {}
    local: dict[str, dict] = {}
    right = signature(want)
    for mistake in mistakes.MISTAKES:
        if mistake.question != question or not mistake.says:
            continue
        inputs = ASKS[question][ALL].of(problem)
        got = answer_to(runnable(question, mistake, solutions), inputs, due, FORMS.get(question, "array"))
        if got.keys() != want.keys():
            continue
        whole = signature({name: got[name] for name in want})
        is_right = np.allclose(whole, right, rtol=0, atol=1e-6 * right[0])
        known.setdefault(digest(mistake.says), []).append(None if is_right else short(whole))
        off = [name for name in want if not close(got[name], want[name])]
        if len(off) == 1 and len(want) > 1:
            local.setdefault(off[0], {})[mistake.says] = [str(mistake.hint), short(signature({"": got[off[0]]}))]
    return known, local


def runnable(question: str, mistake: Any, solutions: dict[str, str]) -> Callable[..., Any]:
    """The wrong answer as the checks call it."""
    from checks import cell_runner, unroller

    function = mistakes.function(mistake, solutions)
    if question == "q2_vanilla_rnn":
        return cell_runner(function, run_cell)
    return unroller(function, RunningAverage) if question == "q3_unroll" else function


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.linalg.norm(a - b) <= 1e-6 * np.linalg.norm(b))


def short(numbers: np.ndarray) -> list[float]:
    """Two numbers of a signature, to eight digits."""
    return [float(f"{number:.7e}") for number in numbers[:2]]
