"""One line of an LSTM's step gone wrong: a gate, or the candidate, with other weights or another function.

Each is the oracle's step with one entry changed, so that a gate is named alone, whatever the other lines are.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from private import reference as ref

Step = Callable[..., dict[str, Any]]
NAMES = {"f": "f", "i": "i", "o": "o", "g": "the candidate g"}


def variants() -> Iterator[tuple[str, str, str, Step]]:
    """(array, the mistake in words, the hint of q5a, the step that makes it)."""
    for a, name in NAMES.items():
        for kind in "UW":
            for b in NAMES:
                if b != a:
                    yield (
                        a,
                        f"{name} uses {kind}^{b}, not {kind}^{a}",
                        "3",
                        reading(a, kind + a, lambda p, key=kind + b: p[key]),
                    )
        yield (
            a,
            f"W^{a} is transposed, or stands left of h_{{t-1}}",
            "1",
            reading(a, f"W{a}", lambda p, key=f"W{a}": p[key].T),
        )
        yield a, f"h_{{t-1}} is left out of {name}", "1", reading(a, f"W{a}", lambda p, key=f"W{a}": 0 * p[key])
        yield a, f"x is left out of {name}", "1", reading(a, f"U{a}", lambda p, key=f"U{a}": 0 * p[key])
        yield a, f"{name} reads C_{{t-1}}, not h_{{t-1}}", "1", reading_the_cell(a)
        for says, function in (CANDIDATE if a == "g" else GATE).items():
            yield a, f"{name} {says}", "1", squashed(a, function)


GATE = {
    "has a tanh": np.tanh,
    "has no sigmoid": lambda z: z,
    "is one minus what it should be": lambda z: ref.sigmoid(-z),
    "has 1 added inside": lambda z: ref.sigmoid(z + 1),
}
CANDIDATE = {"has a sigmoid": ref.sigmoid, "has no tanh": lambda z: z}


def reading(a: str, key: str, change: Callable[[dict[str, Any]], Any]) -> Step:
    """The step whose line of `a` has other weights."""

    def step(x: Any, h_prev: Any, C_prev: Any, p: dict[str, Any]) -> dict[str, Any]:
        wrong = ref.lstm_step(x, h_prev, C_prev, p | {key: change(p)})
        return ref.lstm_step(x, h_prev, C_prev, p) | {a: wrong[a]}

    return step


def reading_the_cell(a: str) -> Step:
    def step(x: Any, h_prev: Any, C_prev: Any, p: dict[str, Any]) -> dict[str, Any]:
        return ref.lstm_step(x, h_prev, C_prev, p) | {a: ref.lstm_step(x, C_prev, C_prev, p)[a]}

    return step


def squashed(a: str, function: Callable[[Any], Any]) -> Step:
    """The step whose line of `a` has another function around both terms."""

    def step(x: Any, h_prev: Any, C_prev: Any, p: dict[str, Any]) -> dict[str, Any]:
        return ref.lstm_step(x, h_prev, C_prev, p) | {a: function(x @ p[f"U{a}"] + h_prev @ p[f"W{a}"])}

    return step
