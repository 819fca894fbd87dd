"""A small assignment, a notebook and a grading for the engine's tests: nothing of it is about networks."""

import json
import os
import time
import zipfile
from pathlib import Path

from autograder.grading.grade import Assignment, grade, gradescope_dict
from autograder.grading.sandbox import session
from autograder.grading.sandbox.session import Limits

SECRET = "SECRET-4711"
QUICK = Limits(cell=1.5, call=1, whole=12, memory=2 << 30, disk=20 << 20)

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
            self.results = grade(path, assignment, limits)
            self.report = gradescope_dict(self.results, assignment.config)
        self.text = json.dumps(self.report, allow_nan=False)
        self.total = self.results.total
        self.scores = {name: file.score for name, file in self.results.results.items()}

    def sound(self):
        """Valid results, all questions in them, no secret told, nothing left running."""
        names = [test["name"] for test in self.report["tests"]]
        assert names == [*(["Public Tests"] if "Public Tests" in names else []), *TESTS]
        assert all(0 <= test["score"] <= test["max_score"] == 2 for test in self.report["tests"] if "score" in test)
        assert SECRET not in self.text and "4711" not in self.text and "secretlib" not in self.text
        assert left_running() == []
        return self


def left_running():
    """What still runs below this process's warm server."""
    if session._server is None:
        return []
    pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    return [pid for pid in pids if parent_of(pid) == session._server.process.pid]


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
