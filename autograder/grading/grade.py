"""One submission and one Otter zip, to Otter's GradingResults.

Test functions, expected values and results stay in this process; the student's cells never come here. It must never
import from the submission, unpack it by the names in it, or show a student a line of a test.
"""

import builtins
import inspect
import json
import re
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from otter.run.run_autograder.autograder_config import AutograderConfig
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from autograder.files import remove
from autograder.grading.intake import Refused, clean, read_submission
from autograder.grading.sandbox.session import Ended, Limits, StudentError, Submission

NOT_DONE = "not done yet"  # the cause of a case whose answer is still a stub
STOPPED = "stopped while it ran"
STOPS = 2  # how often an answer may end the student's process


class Assignment:
    """The instructor's zip (or its folder, unpacked), ready to grade with. A context manager.

    While it is open, the zip's files/ stand first on sys.path, for the tests' imports. Students' processes get of
    files/ only what otter_config.json lists as `student_files`.
    """

    def __init__(self, archive):
        self.archive, self.folder = Path(archive), None

    def __enter__(self):
        return self.open()

    def open(self):
        """Unpack the zip, once; raises what tells that it is none to grade with (ValueError, KeyError, OSError ...)."""
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="tests-"))  # readable by us alone
            try:
                self.unpack()
            except BaseException:
                remove(str(self.folder))
                raise
            sys.path.insert(0, str(self.folder / "files"))
        return self

    def unpack(self):
        if self.archive.is_dir():
            for name in ("tests", "files", "otter_config.json"):
                if (self.archive / name).is_dir():
                    shutil.copytree(self.archive / name, self.folder / name)
                elif (self.archive / name).exists():
                    shutil.copy(self.archive / name, self.folder / name)
        else:
            with zipfile.ZipFile(self.archive) as file:
                file.extractall(self.folder)
        settings = json.loads((self.folder / "otter_config.json").read_text(encoding="utf-8"))
        self.config = AutograderConfig(settings)
        files = self.folder / "files"
        self.student_files = {name: (files / name).read_bytes() for name in settings.get("student_files", [])}
        self.extra = set(settings.get("extra_questions", []))
        if "student_files" not in settings and files.is_dir():
            print("otter_config.json has no `student_files`: notebooks get none of files/", file=sys.stderr)
        self.tests = [self.test_file(path) for path in sorted((self.folder / "tests").glob("*.py"))]
        ours = {path.stem for path in files.glob("*") if path.suffix == ".py" or path.is_dir()} - {__package__}
        self.aside = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in ours}
        self.ours = ours

    def __exit__(self, *_):
        sys.path.remove(str(self.folder / "files"))
        for name in [name for name in sys.modules if name.split(".")[0] in self.ours]:
            del sys.modules[name]
        sys.modules.update(self.aside)
        remove(str(self.folder))
        self.folder = None

    @staticmethod
    def test_file(path):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"^OK_FORMAT = False", source, re.MULTILINE):
            raise ValueError(f"{path.name} is no exception-format test: assign with `tests: {{ok_format: false}}`")
        file = ExceptionTestFile.from_string(source, path=f"tests/{path.name}")
        for case in file.test_cases:  # Otter looks at its signature in each grading
            case.body.test_func.__signature__ = inspect.signature(case.body.test_func)
        return file

    def fresh_files(self):
        """The test files, without results."""
        files = [ExceptionTestFile(t.name, t.path, t.test_cases, t.all_or_nothing) for t in self.tests]
        for file, original in zip(files, self.tests, strict=True):
            file.source = original.source
        return files


class Names:
    """What test functions take their parameters from; remembers which names the notebook lacks."""

    def __init__(self, submission):
        self.submission, self.missing = submission, []

    def get(self, name, default=None):
        value = self.submission.get(name, self)
        if value is self:
            self.missing.append(name)
            return default
        return value

    def __getitem__(self, name):
        value = self.get(name, self)
        if value is self:
            raise KeyError(name)
        return value

    def __contains__(self, name):
        return self.get(name, self) is not self


def grade(submission, archive, limits=Limits(), unconfined=False):  # noqa: B008
    """Grade a notebook, script, zip or folder with an Otter zip, its folder, or an open Assignment.

    Returns GradingResults, whose `output` is what the student reads on top. A submission that cannot be graded
    scores 0 and says why. Raises Confinement where student code cannot be shut in and `unconfined` is false.
    """
    if not isinstance(archive, Assignment):
        with Assignment(archive) as assignment:
            return grade(submission, assignment, limits, unconfined)
    try:
        cells, extras = read_submission(Path(submission), archive.config.assignment_name)
    except Refused as refusal:
        return not_graded(archive, refusal)
    return grade_cells(cells, extras, archive, limits, unconfined)


def not_graded(assignment, why):
    """The results of a submission that cannot be graded."""
    results = GradingResults(assignment.fresh_files())
    for file in results.results.values():
        file.test_case_results = [TestCaseResult(c, f"❌ not graded: {why}", False) for c in file.test_cases]
    results.set_output(f"This submission could not be graded: {why}")
    return results


def grade_cells(cells, extras, assignment, limits=Limits(), unconfined=False):  # noqa: B008
    """Grade what `read_submission` has read: the cells' sources, and the files beside the notebook.

    All public cases come before the first hidden one, and what a hidden case made the student's code say is told to
    nobody: so nothing that a hidden case asks can find its way into what the student reads.
    """
    results = GradingResults(assignment.fresh_files())
    questions = results.results.values()
    files = assignment.student_files
    with Submission(cells, files | {k: v for k, v in extras.items() if k not in files}, limits, unconfined) as run:
        graded, stops = {}, Counter()
        for hidden in (False, True):
            for file in questions:
                for case in (case for case in file.test_cases if case.hidden == hidden):
                    if stops[file.name] == STOPS:
                        text = f"not run: the answer was stopped {STOPS} times before."
                        graded[id(case)] = case_result(case, file.name, False, text)
                        continue
                    graded[id(case)] = grade_case(case, file.name, run)
                    stops[file.name] += not (run.alive or run.exhausted)
            if not hidden:
                results.set_output(overview(run))
        if run.held_by.startswith("NOTHING"):
            print(f"UNCONFINED: the student's code was held by {run.held_by}.", file=sys.stderr)
    for file in questions:
        file.test_case_results = [graded[id(case)] for case in file.test_cases]
    return results


def grade_case(case, question, run):
    """Run one test function; the message is what the student reads."""
    names, passed, text, causes = Names(run), False, "", ()
    try:
        run.ensure()
        before = run.starts
        passed, text, causes = outcome(case, names)
    except Ended as end:
        before, text, causes = run.starts, f"stopped: {end}", [STOPPED]
    if passed and not (run.alive and run.starts == before):
        passed, text, causes = False, f"stopped: {run.last_end}", [STOPPED]  # expecting an exception is no way out
    if case.hidden and causes and causes[0] == STOPPED:
        text = "stopped while it ran."  # how it ended can depend on what it was asked
    if not passed and names.missing:
        causes = ["not defined"]
        for name in names.missing:
            text += f" The notebook as handed in does not define `{name}`."
            text += "" if case.hidden else f" {run.complaint_about(name)}"
    return case_result(case, question, passed, text, causes)


def case_result(case, question, passed, text, causes=()):
    """Otter's result of a case, and with it `causes`: the mistakes in a few words, for the report on a class."""
    mark, what = ("✅", "") if passed else ("❌", f": {clean(text)}")
    result = TestCaseResult(case, f"{mark} {title(case, question)}{what}", passed)
    result.causes = [clean(cause) for cause in causes]
    return result


def outcome(case, names):
    """(whether it passed, what it says, its causes). What a test function raises is the case's failure.

    But for a file, module or name that the test itself lacks: no answer can have done that, and it is raised on. An
    assertion class of the test author's own may carry `causes`, the student's exceptions cannot.
    """
    try:
        case.body.call_func(names)
        return True, "", ()
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError | ImportError | NameError) and not isinstance(error, StudentError):
            raise
        return False, wording(error, case.hidden), causes(error, case.hidden)


def causes(error, hidden):
    """What the report on a class counts. The name of a class of the student's own could say anything: only Python's."""
    if isinstance(error, NotImplementedError):
        return [NOT_DONE]
    if isinstance(error, StudentError):
        name = type(error).__name__
        return [] if hidden else [f"stops with {name if hasattr(builtins, name) else 'an exception of its own'}"]
    return getattr(error, "causes", ())


def wording(error, hidden):
    """What a failing case says. A hidden one passes on only what its author worded: an assertion class of their own."""
    if isinstance(error, AssertionError) and type(error) is not AssertionError and not isinstance(error, StudentError):
        return str(error)
    if hidden:
        return "a hidden check did not pass."
    if isinstance(error, AssertionError) and not isinstance(error, StudentError):
        return str(error) or "the check did not hold."
    return f"{type(error).__name__}: {error}"


def title(case, question):
    """`test_q5a_gates` in question q5a_lstm_step is "gates"; a hidden case's name stays hidden."""
    if case.hidden:
        return "hidden check"
    words = case.body.test_func.__name__.split("_")
    words = [w for w in words if w not in ("test", question.split("_")[0])]
    return " ".join(words) or case.name


def overview(run):
    """What went wrong in the cells, one line each."""
    first = sorted(run.complaints.items())[:20]
    if not first:
        return "All cells of the notebook ran."
    lines = [f"Cell {index + 1} of the code cells: {clean(text)[:400]}" for index, text in first]
    return "Cells that did not run through:\n" + "\n".join(lines)


# --- reports --------------------------------------------------------------------------------------------------------


def gradescope_dict(results, config):
    """Gradescope's results, each question as markdown with one line a case."""
    report = results.to_gradescope_dict(config)
    questions = {file.name: file for file in results.results.values()}
    for entry in report["tests"]:
        if entry["name"] in questions:
            entry["output"] = markdown(questions[entry["name"]])
        elif entry["name"] == "Public Tests":
            parts = [f"**{escape(f.name)}**\n\n{markdown(f, public=True)}" for f in questions.values()]
            entry["output"] = "\n\n".join(parts)
        entry["output_format"] = "md"
    return report


def markdown(file, public=False):
    """A question's cases, one line each, with points and the author's own messages."""
    lines = []
    for result in file.test_case_results:
        case = result.test_case
        if public and case.hidden:
            continue
        points = f" ({case.points if result.passed else 0:g}/{case.points:g})"
        author = case.success_message if result.passed else case.failure_message
        lines.append("- " + escape(result.message) + points + (f" {author}" if author else ""))
    return "\n".join(lines)


def escape(text):
    """Text that looks in markdown as it is, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$^&])", r"\\\1", " ".join(text.split()))
