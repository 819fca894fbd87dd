"""One submission and an open assignment to results.

Test functions, expected values and results stay in this process; the student's cells never come here. It must never
import from the submission, unpack it by the names in it, or show a student a line of a test.
"""

import builtins
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from autograder.errors import GraderError, IntakeError, OverrunError, SessionEnded, SessionExhausted, StudentError
from autograder.grading.assignment import Assignment, words_of
from autograder.grading.intake import Submission, read_submission
from autograder.grading.otter_types import TestCase, TestFile
from autograder.grading.results import NOT_DEFINED, CaseResult, Grading, Outcome, QuestionResult
from autograder.grading.sandbox.exchange import no_answer
from autograder.grading.sandbox.limits import DEFAULT_LIMITS, Limits
from autograder.grading.sandbox.session import Session
from autograder.grading.text import clean, one_line

EXCEPTIONS = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
OTHER_EXCEPTION = "an exception of its own"
OWN_WORDS = words_of(" ".join(["stops with", OTHER_EXCEPTION, *EXCEPTIONS]))  # of the causes that grading itself gives
MAX_STOPS = 2  # how often an answer may end the student's process
MAX_COMPLAINTS, MAX_COMPLAINT = 20, 400  # cells that the overview tells of; characters for each


def grade(
    path: str | Path, assignment: Assignment, limits: Limits = DEFAULT_LIMITS, unconfined: bool = False
) -> Grading:
    """Grade a notebook, script, zip or folder with an open Assignment.

    A submission that cannot be graded scores 0 and says why. Raises ConfinementError where student code cannot be
    confined and `unconfined` is false, GraderError where a test function itself is at fault.
    """
    try:
        submission = read_submission(Path(path), assignment.name, assignment.skipped)
    except IntakeError as refusal:
        return refused(assignment, refusal)
    return grade_submission(submission, assignment, limits, unconfined)


def refused(assignment: Assignment, why: IntakeError) -> Grading:
    """The results of a submission that cannot be graded."""
    text = f"not graded: {clean(str(why))}"
    questions = {
        file.name: QuestionResult([result(case, file.name, Outcome.NOT_RUN, text) for case in file.test_cases])
        for file in assignment.tests
    }
    return Grading(questions, f"This submission could not be graded: {clean(str(why))}", refusal=clean(str(why)))


def grade_submission(
    submission: Submission, assignment: Assignment, limits: Limits = DEFAULT_LIMITS, unconfined: bool = False
) -> Grading:
    """Grade what `read_submission` has read.

    All public cases come before the first hidden one, and what a hidden case made the student's code say is told to
    nobody: so nothing that a hidden case asks can find its way into what the student reads.
    """
    given = assignment.student_files
    files = given | {name: data for name, data in submission.files.items() if name not in given}
    graded: dict[int, CaseResult] = {}
    stops: Counter[str] = Counter()
    with Session(submission.cells, files, limits, unconfined) as session:
        for hidden in (False, True):
            for file in assignment.tests:
                for case in (case for case in file.test_cases if case.hidden == hidden):
                    if stops[file.name] == MAX_STOPS:
                        text = f"not run: the answer was stopped {MAX_STOPS} times before."
                        graded[id(case)] = result(case, file.name, Outcome.NOT_RUN, text)
                        continue
                    graded[id(case)] = grade_case(case, file, session, assignment.words)
                    stops[file.name] += graded[id(case)].outcome is Outcome.STOPPED
            if not hidden:
                complaints = complaint_lines(session)
        held = session.hold is None or session.hold.confined
        if not held:
            print(f"UNCONFINED: the student's code was held by {session.hold}.", file=sys.stderr)
    questions = {file.name: QuestionResult([graded[id(case)] for case in file.test_cases]) for file in assignment.tests}
    first = complaints[0] if complaints else ""
    shown = f"{submission.note}\n" * bool(submission.note) + overview(complaints)
    return Grading(questions, shown, first_complaint=first, unconfined=unconfined)


def grade_case(case: TestCase, file: TestFile, session: Session, words: frozenset[str]) -> CaseResult:
    """Run one test function; the message is what the student reads.

    words: all words in the zip. A cause with another word would be a student's text, and is left out.

    A process that earlier cases have used may be ended by something that they left running. Then the case runs again,
    in a fresh process, unless it took all of its time.
    """
    used = session.alive
    ended = run_in(session, case, file.name)
    if ended.outcome is Outcome.STOPPED and used and ended.may_run_again and not session.exhausted:
        ended = run_in(session, case, file.name)
    names, outcome, text, causes, _ = ended
    if case.hidden and outcome is Outcome.STOPPED:
        text = "stopped while it ran."  # how it ended can depend on what it was asked
    causes = [cause for cause in causes if isinstance(cause, str) and words_of(cause) <= words | OWN_WORDS]
    if outcome is not Outcome.PASSED and names.missing:
        causes = [NOT_DEFINED]
        for name in names.missing:
            text += f" The notebook as handed in does not define `{name}`."
            text += "" if case.hidden else f" {session.complaint_about(name)}"
    return result(case, file.name, outcome, text, causes)


class Ended(NamedTuple):
    """How one run of a case ended. names: what it asked for. text: what it says."""

    names: "NotebookNames"
    outcome: Outcome
    text: str
    causes: list[str]
    may_run_again: bool = False


def run_in(session: Session, case: TestCase, question: str) -> Ended:
    """Run a case in the session's process, or in a new one where there is none."""
    names = NotebookNames(session)
    try:
        session.ensure()
        start = session.starts
        outcome, text, causes = run_case(case, question, names)
    except SessionExhausted as end:
        return Ended(names, Outcome.NOT_RUN, f"not run: {end}", [])
    except SessionEnded as end:
        if session.out_of_time and not end.overran:
            return Ended(names, Outcome.NOT_RUN, "not run: out of time", [])
        return Ended(names, Outcome.STOPPED, f"stopped: {end}", [], may_run_again=not end.overran)
    if session.interrupted and outcome is not Outcome.STOPPED:  # a test that catches all exceptions has caught this one
        outcome, text, causes = Outcome.STOPPED, f"stopped: {no_answer(session.limits.call)}", []
    if outcome is Outcome.PASSED and not (session.alive and session.starts == start):
        # A test that expects an exception must not pass because the process died.
        return Ended(names, Outcome.STOPPED, f"stopped: {session.last_end}", [])
    return Ended(names, outcome, text, causes, may_run_again=True)


class NotebookNames:
    """What test functions take their parameters from; remembers which names the notebook lacks."""

    def __init__(self, session: Session) -> None:
        self.session, self.missing = session, list[str]()

    def get(self, name: str, default: Any = None) -> Any:
        value = self.session.get(name, self)
        if value is self:
            self.missing.append(name)
            return default
        return value

    def __getitem__(self, name: str) -> Any:
        value = self.get(name, self)
        if value is self:
            raise KeyError(name)
        return value

    def __contains__(self, name: str) -> bool:
        return self.get(name, self) is not self


def run_case(case: TestCase, question: str, names: NotebookNames) -> tuple[Outcome, str, list[str]]:
    """How the test function ended, what it says, and its causes. What it raises is the case's failure.

    Where the test itself lacks a file, a module or a name, no answer can be at fault, and it is a GraderError.
    An assertion class of the test author's own may carry `causes` and `not_done`, the student's exceptions cannot.
    A cause with a word that stands nowhere in the zip, and so came from the student, is left out later on.
    """
    try:
        case.body.call_func(names)
        return Outcome.PASSED, "", []
    except OverrunError as error:
        return Outcome.STOPPED, f"stopped: {error}", []
    except StudentError as error:
        return student_error(error, case.hidden)
    except (OSError, ImportError, NameError) as error:
        what = one_line(f"{type(error).__name__}: {error}")
        raise GraderError(f"a test of {question} stopped with {what}") from error
    except (Exception, SystemExit) as error:
        outcome = Outcome.NOT_DONE if getattr(error, "not_done", False) else Outcome.FAILED
        return outcome, wording(error, case.hidden), list(getattr(error, "causes", ()))


def student_error(error: StudentError, hidden: bool) -> tuple[Outcome, str, list[str]]:
    """What is told of an exception that a test let through.

    Only the names of Python's own exceptions can be causes: a student's class could have any name.
    """
    name = type(error).__name__
    outcome = Outcome.NOT_DONE if isinstance(error, NotImplementedError) else Outcome.FAILED
    if hidden:
        return outcome, "a hidden check did not pass.", []
    known = name if name in EXCEPTIONS else OTHER_EXCEPTION
    return outcome, f"{name}: {error}", [] if outcome is Outcome.NOT_DONE else [f"stops with {known}"]


def wording(error: BaseException, hidden: bool) -> str:
    """What a failing case says. A hidden one passes on only what its author worded: an assertion class of their own."""
    if isinstance(error, AssertionError) and type(error) is not AssertionError:
        return str(error)
    if hidden:
        return "a hidden check did not pass."
    if isinstance(error, AssertionError):
        return str(error) or "the check did not hold."
    return f"{type(error).__name__}: {error}"


def result(
    case: TestCase, question: str, outcome: Outcome, text: str = "", causes: list[str] | None = None
) -> CaseResult:
    """The record of a case, with texts that can be shown."""
    words = [clean(cause) for cause in causes or []]
    return CaseResult(title(case, question), case.hidden, case.points, outcome, clean(text), words)


def title(case: TestCase, question: str) -> str:
    """`test_q5a_gates` in question q5a_lstm_step is "gates"; a hidden case's name stays hidden."""
    if case.hidden:
        return "hidden check"
    words = case.body.test_func.__name__.split("_")
    words = [word for word in words if word not in ("test", question.split("_")[0])]
    return " ".join(words) or case.name


def complaint_lines(session: Session) -> list[str]:
    """What went wrong in the cells, one line each, of the first few with errors."""
    first = sorted(session.complaints.items())[:MAX_COMPLAINTS]
    return [f"Cell {index + 1} of the code cells: {clean(one_line(text))[:MAX_COMPLAINT]}" for index, text in first]


def overview(complaints: list[str]) -> str:
    """What the student reads on top."""
    return "\n".join(["Cells with errors:", *complaints]) if complaints else "All cells of the notebook ran."
