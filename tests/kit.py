"""A small assignment, notebooks and gradings for the engine's tests: nothing of it is about networks."""

import json
import os
import re
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.gradescope import gradescope_report
from autograder.grading.results import CaseResult
from autograder.grading.sandbox import launcher
from autograder.grading.sandbox.limits import Limits

PAYLOADS = Path(__file__).parent / "grading" / "payloads"
SECRET = "SECRET-4711"
QUICK = Limits(cell=1.5, call=1, overrun=12, whole=60, memory=2 << 30, disk=20 << 20)

TESTS = {
    "q1": """
@test_case(points=1, hidden=False)
def test_q1_doubles_two(double):
    assert double is not None, "double is not defined"
    assert double(2) == 4, "twice two is four"

@test_case(points=1, hidden=True)
def test_q1_doubles_more(double):
    from secretlib import SECRET, same
    assert same(double(4711), 9422), SECRET
""",
    "q2": """
@test_case(points=1, hidden=False)
def test_q2_scales_an_array(scale):
    import numpy as np
    a = np.arange(3.0)
    assert np.array_equal(scale(a), [0, 2, 4]) and a[1] == 1

@test_case(points=1, hidden=True)
def test_q2_scales_more(scale):
    import numpy as np
    from secretlib import SECRET, same
    assert same(scale(np.full((2, 2), 4711.0)), np.full((2, 2), 9422.0)), SECRET
""",
    "q3": """
@test_case(points=1, hidden=False)
def test_q3_counts(Counter):
    counter, other = Counter(), Counter()
    counter.add(3)
    counter.add(4)
    assert counter.total == 7 and other.total == 0

@test_case(points=1, hidden=True)
def test_q3_counts_from_any_start(Counter):
    from secretlib import SECRET
    counter = Counter()
    counter.total = 4711
    counter.add(1)
    assert counter.total == 4712, SECRET
""",
}
SECRETLIB = """
import numpy as np
SECRET = "SECRET-4711"
def same(got, want):
    got = np.array(got, subok=False)
    return got.dtype.kind in "if" and got.shape == np.shape(want) and bool(np.all(got == want))
"""
HONEST = [
    'import otter\ngrader = otter.Notebook("small.ipynb")\nimport numpy as np\nfrom helper import two',
    'def double(x):\n    return two * x\ngrader.check("q1")',
    "def scale(a):\n    return 2 * a",
    "class Counter:\n    def __init__(self):\n        self.total = 0\n"
    "    def add(self, n):\n        self.total += n\n        return self",
]
WRONG = "def double(x):\n    return 3 * x"


def write_zip(path, tests=TESTS, **settings):
    head = "from otter.test_files import test_case\nOK_FORMAT = False\nname = {!r}\npoints = None\n"
    config = {"assignment_name": "small", "show_hidden": True, "student_files": ["helper.py"]} | settings
    with zipfile.ZipFile(path, "w") as file:
        for name, body in tests.items():
            file.writestr(f"tests/{name}.py", head.format(name) + body)
        file.writestr("files/secretlib.py", SECRETLIB)
        file.writestr("files/helper.py", "two = 2\n")
        file.writestr("otter_config.json", json.dumps(config))
    return path


def notebook(cells, name="small"):
    made = [{"cell_type": "code", "metadata": {}, "source": c, "outputs": [], "execution_count": None} for c in cells]
    meta = {"kernelspec": {"language": "python"}, "otter": {"assignment_name": name}}
    return {"cells": made, "metadata": meta, "nbformat": 4, "nbformat_minor": 5}


def write_notebook(path, cells, name="small"):
    path.write_text(json.dumps(notebook(cells, name)), encoding="utf-8")
    return path


class Graded:
    """One grading, with what the tests assert of every one."""

    def __init__(self, path, archive, limits=QUICK):
        with Assignment(archive) as assignment:
            self.grading = grade(path, assignment, limits)
            self.report = gradescope_report(self.grading, assignment)
        self.text = json.dumps(self.report, allow_nan=False)
        self.total, self.overview = self.grading.total, self.grading.overview
        self.scores = {name: question.score for name, question in self.grading.questions.items()}

    def cases(self, question) -> list[CaseResult]:
        return self.grading.questions[question].cases

    def sound(self):
        """Valid results, all questions in them, no secret told, nothing left running."""
        tests = [test for test in self.report["tests"] if test["name"] != PROOF]
        names = [test["name"] for test in tests]
        assert names == [f"{name}{part}" for name in TESTS for part in ("", ": hidden checks")]
        assert all(0 <= test["score"] <= test["max_score"] == 1 for test in tests)
        assert SECRET not in self.text and "4711" not in self.text and "secretlib" not in self.text
        assert left_running() == []
        return self


def left_running():
    """What still runs below this process's keeper, except the zygote."""
    if launcher._launcher is None:
        return []
    pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    children = [pid for pid in pids if parent_of(pid) == launcher._launcher.process.pid]
    return [pid for pid in children if b"zygote" not in command_line(pid)]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def wait_for(true, seconds=30):
    """What `true()` gives as soon as it is true. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not (got := true()):
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)
    return got


# --- programs in files ------------------------------------------------------------------------------------------------

PROOF = "proof"
PROVE = """
@test_case(points=0, hidden=False)
def test_proof(proof):
    assert proof is True
"""


@dataclass(frozen=True)
class Payload:
    """A hostile or broken program, from a file that begins with lines `#: ...`: its name, then what shows that it ran.

    says: a pattern that the overview of the cells fits. answers: one for the message of q1's public case. proof: an
    expression that is true where the program did what it is for. Each payload has one of these three.
    seconds: how long its cell may take, where that is more than the test's own limit.
    otter: what it does to Otter's own grading, in one process: it takes "more points", leaves "fewer points" or "no
    results", or "shows" a text to the student.
    scores: what is left of q1, q2 and q3, where that is not what the honest work beside it earns; "unsure" where the
    program breaks its own answers now and then.
    """

    name: str
    source: str
    says: str = ""
    answers: str = ""
    proof: str = ""
    seconds: str = ""
    scores: str = ""
    otter: str = ""

    @property
    def cells(self):
        return [self.source, *([f"{PROOF} = bool({self.proof})"] if self.proof else [])]

    def __str__(self):
        return self.name


def payloads(folder):
    """The programs in a folder below payloads/, as parameters of a test."""
    found = [read_payload(path) for path in sorted((PAYLOADS / folder).iterdir()) if path.suffix in (".py", ".ipy")]
    return [pytest.param(payload, id=payload.name) for payload in found]


def read_payload(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    head = [line.removeprefix("#: ") for line in lines if line.startswith("#: ")]
    settings = dict(line.split(": ", 1) for line in head[1:])
    return Payload(head[0], "\n".join(lines[len(head) :]).strip("\n"), **settings)


def ran(payload, graded):
    """Whether a grading shows that the payload did what it is for."""
    if payload.says and not re.search(payload.says, graded.overview):
        return False
    if payload.answers and not re.search(payload.answers, graded.cases("q1")[0].message):
        return False
    return not payload.proof or all(case.passed for case in graded.cases(PROOF))
