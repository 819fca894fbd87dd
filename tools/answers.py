"""Grade answers, put into the solved notebook, in this process: every case through the test files that were built.

No kernel and no sandbox: a wrong answer costs a function call.
"""

import contextlib
import functools
import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from otter.test_files import ExceptionTestFile

from autograder.authoring.master import Master
from private.mistakes import ANSWER, MISTAKES, Mistake
from private.rules import FITS, RULES, Generated, generated

ROOT = Path(__file__).resolve().parents[1]
MASTER = Master(ROOT / "assignment" / "rnn_lstm.py")
SOLUTIONS = MASTER.solutions()
SENTENCE = re.compile(r"These are the numbers you get when (.*): see hint (.*)\.")
TESTS = {
    name: ExceptionTestFile.from_file(str(ROOT / "autograder/dist/tests" / f"{name}.py"))
    for name, question in MASTER.questions.items()
    if question.cases
}
COMPILED = {name: compile(source, name, "exec") for name, source in SOLUTIONS.items() if name in TESTS}
FIRST_CELLS = [
    cell.source for cell in itertools.takewhile(lambda cell: cell.question is None, MASTER.cells) if cell.kind == "code"
]


@dataclass(frozen=True)
class CaseOutcome:
    """What one case said: its question, its function's name, and the message where it failed."""

    question: str
    case: str
    points: float
    hidden: bool
    passed: bool
    message: str


def solved(answers: dict[str, str] | None = None, apart: bool = False) -> dict[str, Any]:
    """The names of the solved notebook, with the cells of `answers`, {question: source}, in it.

    apart: whether each of these runs on its own copy of the names, so that the helpers of one do not replace another's.
    """
    answers, notebook = answers or {}, dict[str, Any]()
    for source in FIRST_CELLS:
        exec(source, notebook)
    for name, code in COMPILED.items():
        names = dict(notebook) if apart and name in answers else notebook
        exec(compile(answers[name], name, "exec") if name in answers else code, names)
        notebook[ANSWER[name]] = names.get(ANSWER[name])
    return notebook


def run_cases(answers: dict[str, str], only: Iterable[str] = (), apart: bool = False) -> list[CaseOutcome]:
    """The outcome of every case for the solved notebook with the cells of `answers`, {question: source}, in it.

    only: questions whose cases run; all where none is given. apart: as `solved` takes it.
    """
    np.random.seed(0)  # a wrong answer may draw random numbers
    notebook, outcomes = solved(answers, apart), []
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        for name in only or TESTS:
            tests = TESTS[name]
            tests.run(notebook)
            for result in tests.test_case_results:
                case = result.test_case
                message = "" if result.passed else result.message.split("\n", 3)[-1]
                function = case.body.test_func.__name__
                outcomes.append(CaseOutcome(name, function, case.points, case.hidden, result.passed, message))
    return outcomes


@functools.cache
def outcomes(mistake: Mistake) -> list[CaseOutcome]:
    """The outcomes of a wrong answer's own question."""
    return run_cases({mistake.question: mistake.source(SOLUTIONS)}, [mistake.question])


@functools.cache
def examples(question: str) -> list[tuple[str, int, Generated, CaseOutcome]]:
    """For each rule on a question: its name, how many answers it makes, one that a public case fails, that case."""
    found, answers = [], generated(SOLUTIONS, [question], RULES | FITS)
    for rule in dict.fromkeys(answer.rule for answer in answers):
        own = [answer for answer in answers if answer.rule == rule]
        for answer in own:
            failed = failures(run_cases({question: answer.source}, [question]))
            if failed and not failed[0].hidden:
                found.append((rule, len(own), answer, failed[0]))
                break
    return found


def all_outcomes() -> dict[Mistake, list[CaseOutcome]]:
    """{wrong answer: the outcomes of its own question}, for the whole catalogue."""
    return {mistake: outcomes(mistake) for mistake in MISTAKES}


def failures(outcomes: Iterable[CaseOutcome]) -> list[CaseOutcome]:
    return [outcome for outcome in outcomes if not outcome.passed]


def named(message: str) -> tuple[str, str] | None:
    """The causes and hints that a message gives: (says, hint), or None."""
    match = SENTENCE.search(message)
    return (match[1], match[2]) if match else None
