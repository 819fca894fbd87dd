"""The second problem of each question, and what the smaller questions of `experiments` should give on it.

`cases.main` puts the result into fixtures.json. The inputs are of ordinary size, so that an answer that clips is right
here; the numbers come from the oracle, and stand there as shapes and signatures. Known mistakes have theirs, too: a
mistake is named only where its numbers agree in this problem as they do in the case.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cell_checks import cell_runner, of_step, unroller
from checks import digest
from experiments import ALL, ASKS, answer_to, signature
from given import RunningAverage, run_cell
from private import gates, mistakes
from private import reference as ref

FORMS = {"q2_vanilla_rnn": "dict", "q3_unroll": "tuple", "q4c_rnn_backward": "dict", "q5a_lstm_step": "dict"}
FORMS |= {"q5b_lstm_unroll": "dict", "q6d_lstm_backward": "dict"}
T = 7
Arrays = dict[str, Any]


def each_step(attributes: Arrays, h0: np.ndarray, xs: np.ndarray) -> Arrays:
    hs, ys = ref.rnn_forward(xs, h0, **attributes)
    rows = enumerate(zip(hs, ys, strict=True), start=1)
    return {name: value for t, values in rows for name, value in zip(of_step(t), values, strict=True)}


def averages(start: np.ndarray, xs: np.ndarray, keep: float) -> Arrays:
    cell = RunningAverage(start, keep)
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


# In these draws, states, shares and what is carried back have both signs at each of the first steps, so that a sign or
# an absolute value that is wrong shows where a smaller question asks for it.
SEEDS = 8055, 12797


def problems(seeds: tuple[int, int] = SEEDS, k: int = 4, n: int = 3, m: int = 2) -> dict[str, Arrays]:
    """{question: inputs}, with three decimals. Sizes differ from each other and from T; an LSTM has m inputs."""
    rng = np.random.default_rng(seeds)
    rnn = decimals(ref.random_rnn(seeds[0], T, k, n, m))
    lstm = decimals(ref.random_lstm(seeds[1], T, m, n))
    weights = {name: rnn[name] for name in ("W_xh", "W_hh", "W_hy", "Bh", "By")}
    hs, _ = ref.rnn_forward(rnn["xs"], rnn["h0"], **weights)
    step = {"x": lstm["xs"][0], "h_prev": lstm["h0"], "C_prev": lstm["C0"], "p": lstm["p"]}
    return {
        "q2_vanilla_rnn": {"attributes": weights, "h0": rnn["h0"], "xs": rnn["xs"]},
        "q3_unroll": decimals({"start": rng.normal(size=k), "xs": rng.normal(size=(T, k + 1)), "keep": 0.6}),
        "q4a_state_jacobian": decimals({"h": hs[0], "W_hh": rnn["W_hh"]}),
        "q4b_jacobian_through_time": decimals({"hs": hs, "W_hh": rnn["W_hh"]}),
        "q4c_rnn_backward": rnn,
        "q5a_lstm_step": step,
        "q5b_lstm_unroll": without(lstm, "dJ_dh"),
        "q6a_derivation": decimals(ref.random_partials(seeds[0], T, m)),
        "q6b_lstm_dWg": lstm,
        "q6d_lstm_backward": lstm,
        "q7b_cell_carry": decimals({"fs": rng.uniform(0.3, 0.95, size=(T, n))}),
    }


def decimals(values: Arrays) -> Arrays:
    return {key: decimals(v) if isinstance(v, dict) else np.round(v, 3) for key, v in values.items()}


def made(solutions: dict[str, str]) -> dict[str, Arrays]:
    """The section of fixtures.json. solutions: {question: source}, the master's."""
    found = {}
    for question, problem in problems().items():
        wants = {key: [ORACLE[question](**own) for own in ask.of(problem)] for key, ask in ASKS[question].items()}
        asks = {
            key: [{name: short(signature({"": value}), 2) for name, value in want.items()} for want in both]
            for key, both in wants.items()
        }
        known, local = of_mistakes(question, problem, wants[ALL], solutions)
        found[question] = {"problem": problem, "asks": asks, "known": known, "local": local}
    return found


def of_mistakes(question: str, problem: Arrays, wants: list[Arrays], solutions: dict[str, str]) -> tuple:
    """What the known mistakes give on the problem.

    known: {digest of the sentence: [signatures of the whole answer]}, None for the right one. local: {array: {sentence:
    [hint, signature, signature with other signs]}} for mistakes that spoil one array and leave the others right.
    wants: the right answers, as it is and with other signs.
    """
    known: dict[str, list] = {}
    local: dict[str, dict] = {}
    want, form = wants[0], FORMS.get(question, "array")
    for array, says, hint, function in gates.variants() if question == "q5a_lstm_step" else ():
        both = (function(**inputs)[array] for inputs in ASKS[question][ALL].of(problem))
        local.setdefault(array, {})[says] = [hint, *(short(signature({"": value}), 1) for value in both)]
    for mistake in mistakes.MISTAKES:
        if mistake.question != question or not mistake.says:
            continue
        function = runnable(question, mistake, solutions)
        got, other = (answer_to(function, inputs, want, form) for inputs in ASKS[question][ALL].of(problem))
        if shapes(got) != shapes(want):
            continue
        off = [name for name in want if not close(got[name], want[name])]
        whole = short(signature({name: got[name] for name in want}), 1)
        known.setdefault(digest(mistake.says)[:8], []).append(whole if off else None)
        if len(off) == 1 and len(want) > 1:
            own = [short(signature({"": answer[off[0]]}), 1) for answer in (got, other)]
            local.setdefault(off[0], {})[mistake.says] = [str(mistake.hint), *own]
    return known, local


def shapes(values: Arrays) -> dict[str, tuple[int, ...]]:
    return {name: np.shape(value) for name, value in values.items()}


def runnable(question: str, mistake: Any, solutions: dict[str, str]) -> Callable[..., Any]:
    """The wrong answer as the checks call it."""
    function = mistakes.function(mistake, solutions)
    if question == "q2_vanilla_rnn":
        return cell_runner(function, run_cell)
    return unroller(function, RunningAverage) if question == "q3_unroll" else function


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.linalg.norm(a - b) <= 1e-6 * np.linalg.norm(b))


def short(numbers: np.ndarray, count: int) -> list[float]:
    """The last `count` numbers of a signature, to seven digits."""
    return [float(f"{number:.6e}") for number in numbers[-count:]]
