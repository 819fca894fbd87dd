"""Hold what a check says of a wrong answer against inputs that it has not seen, and against the oracle.

`lies` looks at the record that a failing check carries, never at its sentences. Run as a module from the root, it puts
every known and every generated wrong answer to the public checks, and counts what they say.
"""

import collections
import contextlib
import functools
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from advice import CheckFailed
from cell_checks import cell_runner, unroller
from checks import FIXTURES, Case, contents, public
from edits import steps_of
from experiments import ALL, ASKS, answer_to
from findings import Findings, Named, Place
from given import RunningAverage, run_cell
from private import gates, probes
from private.mistakes import MISTAKES, Mistake
from private.mistakes import function as executed
from private.rules import generated
from relations import relation_of
from tools.answers import SOLUTIONS

FRESH = [probes.problems((77, 77), k=3, n=4, m=2), probes.problems((78, 78), k=5, n=3, m=4)]
OF_THE_NUMBERS = {"clip", "norm", "float16", "abs"}  # relations that depend on how large the numbers are
BY_STEP = {"q3_unroll": ("hs", "ys"), "q5b_lstm_unroll": tuple("fiogCh")}

Answer = Callable[..., Any]
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Wrong:
    """A wrong answer to a question: its name, its function, and whether a rule made it."""

    question: str
    name: str
    function: Answer
    generated: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the first failing public check of a wrong answer says. kind: what it found. lies: what is not so in any."""

    wrong: Wrong
    kind: str
    message: str
    lies: tuple[str, ...]


def judged(wrong: Wrong) -> Verdict | None:
    """The verdict on a wrong answer; None where every public check passes."""
    found, untrue = [], []
    question, function = wrong.question, runner(wrong.question, wrong.function)
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        for case in cases(question):
            try:
                case.check(function, question)
            except CheckFailed as failure:
                found.append(failure)
                untrue += lies(question, function, case, failure.findings) if failure.findings else []
    return Verdict(wrong, kind(found[0]), str(found[0]), tuple(untrue)) if found else None


def cases(question: str) -> list[Case]:
    return [public(name) for name in contents(FIXTURES)["cases"] if name.split("/")[0] == question]


def runner(question: str, function: Answer) -> Answer:
    """The answer as the checks of its question call it."""
    if question == "q2_vanilla_rnn":
        return cell_runner(function, run_cell)
    return unroller(function, RunningAverage) if question == "q3_unroll" else function


def kind(failure: CheckFailed) -> str:
    """What a message found: how its cause is named or its place is told, or "nothing"."""
    found = failure.findings
    if found is None:
        return "sentence"  # an exception, a shape, what is no number: told without experiments
    if found.named:
        return "named"
    if found.rounded or found.error is not None:
        return "precision"
    return "chance" if found.chance else "relation" if found.relation else "place" if found.place else "nothing"


def lies(question: str, function: Answer, case: Case, findings: Findings) -> list[str]:
    """What is not so of all that was found."""
    found = []
    if findings.named:
        found += [f"named: {known.says}" for known in findings.named if not is_called_so(question, function, known)]
    if findings.place:
        found += wrong_about(question, function, findings.place)
    of_size = findings.place and findings.place.right in ((ALL,), ("small",))
    if findings.relation and not of_size and findings.relation.kind not in OF_THE_NUMBERS:
        found += [] if holds_elsewhere(question, function, case, findings) else [f"relation: {findings.relation.says}"]
    if findings.chance and not differs_from_itself(question, function):
        found.append("chance")
    if findings.rounded and not findings.error and not is_rounded_elsewhere(question, function, case):
        found.append("rounded")
    return found


def answers(question: str, function: Answer, key: str, fresh: int, times: int = 1) -> Arrays:
    """What a function says to a smaller question on a fresh problem."""
    form = probes.FORMS.get(question, "array")
    return answer_to(function, posed(question, key, fresh, times), due(question, key, fresh, times), form)


def posed(question: str, key: str, fresh: int, times: int) -> dict[str, Any]:
    inputs = FRESH[fresh][question]
    for _ in range(times):
        inputs = ASKS[question][key].of(inputs)[0]
    return inputs


@functools.cache
def due(question: str, key: str, fresh: int, times: int = 1) -> Arrays:
    """What the oracle says to it."""
    return probes.ORACLE[question](**posed(question, key, fresh, times))


def agree(a: np.ndarray | None, b: np.ndarray | None, limit: float = 2e-6) -> bool:
    if a is None or b is None or np.shape(a) != np.shape(b):
        return False
    return bool(np.linalg.norm(a - b) <= max(limit * np.linalg.norm(b), 1e-12))


def is_called_so(question: str, function: Answer, known: Named) -> bool:
    """Whether a mistake of that sentence gives the same numbers on fresh inputs."""
    return any(
        all(same_on(question, function, other, known.array, fresh) for fresh in range(len(FRESH)))
        for other in called(question, known.says)
    )


@functools.cache
def called(question: str, says: str) -> list[Answer]:
    lines = [step for _, words, _, step in gates.variants() if question == "q5a_lstm_step" and words == says]
    found = [runner(question, executed(m, SOLUTIONS)) for m in MISTAKES if m.question == question and m.says == says]
    return lines + found


def same_on(question: str, function: Answer, other: Answer, array: str, fresh: int) -> bool:
    a, b = (answers(question, f, ALL, fresh) for f in (function, other))
    return a.keys() == b.keys() and all(agree(a[name], b[name]) for name in ([array] if array else a))


def wrong_about(question: str, function: Answer, place: Place) -> list[str]:
    """Of what a place says was right and wrong, what is not so on fresh inputs.

    What is wrong only where numbers are large need not be wrong on these; where it is told that it is right for small
    ones, they are made smaller still.
    """
    problems = range(len(FRESH))
    of_size = place.right in ((ALL,), ("small",))
    found = []
    for key in () if of_size else place.wrong:
        if all(is_right(question, function, key, place.arrays, fresh) for fresh in problems):
            found.append(f"wrong {key}")
    for fresh in problems:
        found += [f"sound {name}" for name in place.sound if not is_right(question, function, place.at, [name], fresh)]
        for key in () if place.right == (ALL,) else place.right:
            if not is_right(question, function, key, place.arrays, fresh, times=2 if of_size else 1):
                found.append(f"right {key}")
    return found


def is_right(question: str, function: Answer, key: str, arrays: Iterable[str], fresh: int, times: int = 1) -> bool:
    """Whether arrays are right on a fresh problem; times: how often the question's edits are made."""
    got, want = answers(question, function, key, fresh, times), due(question, key, fresh, times)
    return all(agree(got.get(name), want[name]) for name in arrays)


def as_long(question: str, case: Case) -> str:
    """The smaller question with as many steps as a case has: one, or all."""
    return "T=1" if steps_of(case.inputs) == 1 and "T=1" in ASKS[question] else ALL


def holds_elsewhere(question: str, function: Answer, case: Case, findings: Findings) -> bool:
    """Whether the same relation is found on fresh inputs of as many steps, between what this case asks for."""
    key = as_long(question, case)
    for fresh in range(len(FRESH)):
        got, want = answers(question, function, key, fresh), due(question, key, fresh)
        names = [name for name in case.want if name in want]
        if not all(name in got and np.shape(got[name]) == np.shape(want[name]) for name in names):
            return False
        wrong = [name for name in names if not agree(got[name], want[name])]
        both = {name: got[name] for name in names}, {name: want[name] for name in names}
        found = wrong and relation_of(*both, wrong, BY_STEP.get(question, ()), probes.T)
        if not found or (found.kind, found.arrays) != (findings.relation.kind, findings.relation.arrays):
            return False
    return True


def differs_from_itself(question: str, function: Answer) -> bool:
    a, b = (answers(question, function, ALL, 0) for _ in range(2))
    return not all(agree(a[name], b.get(name)) for name in a)


def is_rounded_elsewhere(question: str, function: Answer, case: Case) -> bool:
    key = as_long(question, case)
    got, want = answers(question, function, key, 0), due(question, key, 0)
    return all(np.abs(got[name] - want[name]).max() < 0.06 for name in want)


def solution_of(question: str) -> Answer:
    """The master's own answer."""
    return executed(Mistake(question, "none"), SOLUTIONS)


def every(questions: Iterable[str] = tuple(probes.ORACLE)) -> Iterator[Wrong]:
    """All wrong answers, known and generated, that public cases can see."""
    for mistake in MISTAKES:
        if mistake.question in questions and not mistake.hidden:
            yield Wrong(mistake.question, mistake.tag, executed(mistake, SOLUTIONS))
    for wrong in generated(SOLUTIONS, questions):
        yield Wrong(wrong.question, f"{wrong.rule}/{wrong.where}/{wrong.says}", wrong.function(), True)


def main() -> None:
    """Print, by question, what the messages find, and every one that is not so."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for wrong in every():
        if verdict := judged(wrong):
            counts[wrong.question].update([verdict.kind, "all", *(["untrue"] if verdict.lies else [])])
            if verdict.lies:
                print(wrong.question, wrong.name, verdict.lies, verdict.message)
    for question, count in counts.items():
        print(question, dict(count))


if __name__ == "__main__":
    main()
