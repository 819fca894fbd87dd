"""Grade an answer, put into the solved notebook, without a kernel: every case through Otter's own test files.

The cells come from the master: the solutions make the notebook, and the test cells make the test files, in the
form in which Otter Assign writes them.
"""

import contextlib
import functools
import io
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext
import numpy as np
from otter.test_files import ExceptionTestFile

from misconceptions import MISTAKES

MASTER = Path(__file__).parent.parent / "assignment" / "rnn_lstm.py"
SENTENCE = re.compile(r"These are the numbers you get when (.*): see hint (.*)\.")


@dataclass(frozen=True)
class Outcome:
    """What one case said: its question, its function's name, and the message where it failed."""

    question: str
    case: str
    points: float
    hidden: bool
    passed: bool
    message: str


def read_master():
    """The given cells, {question: solution} and {question: test file}, from the master."""
    given, solutions, tests = [], {}, {}
    question, inside = None, None
    for cell in jupytext.read(MASTER).cells:
        source = cell.source.strip().strip('"').strip()
        if cell.cell_type == "raw":
            if match := re.match(r"# BEGIN QUESTION\nname: (\w+)", source):
                question = match[1]
            elif source.startswith(("# BEGIN ", "# END ")):
                inside = source.split()[2] if source.startswith("# BEGIN") else None
        elif cell.cell_type == "code" and inside == "SOLUTION":
            solutions[question] = re.sub(r'""" # BEGIN PROMPT.*?""";? # END PROMPT', "", cell.source, flags=re.S)
        elif cell.cell_type == "code" and inside == "TESTS":
            tests.setdefault(question, []).append(cell.source)
        elif cell.cell_type == "code" and not question:
            given.append(cell.source)
    return given, solutions, {name: test_file(name, cells) for name, cells in tests.items()}


def test_file(question, cells):
    """Otter's test file of a question, from its test cells."""
    lines = ["from otter.test_files import test_case", "OK_FORMAT = False", f'name = "{question}"']
    for cell in cells:
        config, function = cell.removeprefix('""" # BEGIN TEST CONFIG\n').split('""" # END TEST CONFIG\n')
        settings = dict(line.split(": ") for line in config.splitlines())
        hidden = settings.get("hidden") == "true"
        body, _ = function.rsplit("\n\n\n", 1)  # without the call that runs it in the master
        lines += [f"@test_case(points={settings['points']}, hidden={hidden})", body.strip()]
    return ExceptionTestFile.from_string("\n".join(lines), f"{question}.py")


GIVEN, SOLUTIONS, TESTS = read_master()
COMPILED = {name: compile(source, name, "exec") for name, source in SOLUTIONS.items()}


def solved(answers=None):
    """The names of the solved notebook, with the cells of `answers`, {question: source}, in it."""
    notebook = {}
    for source in GIVEN:
        exec(source, notebook)
    for name, code in COMPILED.items():
        exec(compile(answers[name], name, "exec") if name in (answers or {}) else code, notebook)
    return notebook


def grade(answers, only=None):
    """The outcome of every case for the solved notebook with the cells of `answers`, {question: source}, in it.

    only: questions to grade; all where it is not given.
    """
    np.random.seed(0)  # a wrong answer may draw random numbers
    notebook = solved(answers)
    outcomes = []
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        for name in only or TESTS:
            tests = TESTS[name]
            tests.run(notebook)
            for result in tests.test_case_results:
                case = result.test_case
                message = "" if result.passed else result.message.split("\n", 3)[-1]
                function = case.body.test_func.__name__
                outcomes.append(Outcome(name, function, case.points, case.hidden, result.passed, message))
    return outcomes


@functools.cache
def outcomes(mistake):
    """The outcomes for the notebook with one wrong answer in it."""
    return grade({mistake.question: mistake.code})


def kill_matrix():
    return {mistake: outcomes(mistake) for mistake in MISTAKES}


def failures(outcomes):
    return [outcome for outcome in outcomes if not outcome.passed]


def named(message):
    """The causes and hints that a message gives: (says, hint), or None."""
    match = SENTENCE.search(message)
    return match.groups() if match else None
