# ruff: noqa: E501
"""Attacks that win against Otter's own path do so here, and the same files win nothing from this grader.

So that no test of an attack passes because the attack was no good. Otter runs in a process group of its own, in a
temporary folder, for a bounded time; what an attack writes, it writes there.
"""

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import zipfile

import pytest

from tests.kit import HONEST, WRONG, Graded, notebook, wait_for, write_zip

SECRET_LINE = "from secretlib import SECRET"
EARNED = 4  # q2 and q3; q1 is wrong in every notebook here
OTTER = """
import json, sys
from otter.api import grade_submission
results = grade_submission(sys.argv[1], sys.argv[2], quiet=True)
shown = [r.message for f in results.results.values() for r in f.test_case_results if not r.test_case.hidden]
print("TOLD", json.dumps({"total": results.total, "shown": shown}))
"""
PASS_ALL = {
    "patching the case decorator": "from otter.test_files.exception_test import test_case\n"
    "test_case.call_func = lambda self, env: None",
    "patching the test file's run": "from otter.test_files import abstract_test, exception_test\n"
    "def run(self, env):\n    self.test_case_results = [abstract_test.TestCaseResult(c, 'x', True) for c in self.test_cases]\n"
    "exception_test.ExceptionTestFile.run = run",
    "patching the checker": "from otter.execute import Checker\nchecked = Checker.get_results\n"
    "def get_results(*a):\n    files = checked()\n    for f in files:\n        for r in f.test_case_results: r.passed = True\n    return files\n"
    "Checker.get_results = get_results",
    "patching the case's result": "import otter.test_files.exception_test as e\nold = e.TestCaseResult\n"
    "e.TestCaseResult = lambda **k: old(**(k | {'passed': True}))",
    "a module in place of the tests' own": "import sys, types\nm = types.ModuleType('secretlib')\n"
    "m.SECRET, m.same = '', lambda *a: True\nsys.modules['secretlib'] = m\n"
    "class Yes:\n    def __eq__(s, o): return True\ndef double(x): return Yes()",
    "a table read from the test files": "import re\ntext = open('tests/q1.py').read()\n"
    "pairs = dict(map(int, p) for p in re.findall(r'double\\((\\d+)\\)(?: ==|,) (\\d+)', text))\n"
    "double = pairs.get",
}


def otter(path, archive, seconds=60):
    """What Otter made of a submission: {"total", "shown"}; None where it left no result in time."""
    command = [sys.executable, "-c", OTTER, path, archive]
    process = subprocess.Popen(
        command,
        cwd=path.parent,
        env=os.environ | {"TMPDIR": str(path.parent)},  # what a killed Otter leaves goes with the test's folder
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    lines = [line for line in told.splitlines() if line.startswith("TOLD ")]
    return json.loads(lines[-1][5:]) if lines else None


def handed_in(folder, cells, extra=None):
    """A zip with a notebook, its answer to q1 wrong before the cells of the attack, and other files."""
    path = folder / "in" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook([*HONEST[:1], WRONG, *HONEST[2:], *cells])))
        for name, data in (extra or {}).items():
            file.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write_zip(tmp_path_factory.mktemp("zip") / "small.zip")


def test_without_an_attack_both_give_what_was_earned(tmp_path, archive):
    path = handed_in(tmp_path, [])
    assert otter(path, archive)["total"] == EARNED == Graded(path, archive).sound().total


@pytest.mark.parametrize("attack", PASS_ALL)
def test_a_cell_takes_all_points_from_otter_and_none_from_us(attack, tmp_path, archive):
    path = handed_in(tmp_path, [PASS_ALL[attack]])
    assert otter(path, archive)["total"] > EARNED
    assert Graded(path, archive).sound().total <= EARNED


def test_an_object_equal_to_all_takes_a_point_from_otter_and_none_from_us(tmp_path, archive):
    path = handed_in(tmp_path, ["class Yes:\n    def __eq__(s, o): return True\ndef double(x): return Yes()"])
    assert otter(path, archive)["total"] > EARNED
    assert Graded(path, archive).sound().total == EARNED


def test_a_patched_numpy_takes_a_point_from_otter_and_none_from_us(tmp_path, archive):
    patch = "import numpy as np\nnp.all = lambda *a, **k: True\ndouble = float"
    path = handed_in(tmp_path, [patch])
    assert otter(path, archive)["total"] > EARNED
    assert Graded(path, archive).sound().total == EARNED


@pytest.mark.parametrize("where", ["tests/q1.py", "../source/tests/q1.py"])
def test_a_hidden_test_is_read_from_otter_in_a_message_and_not_from_us(where, tmp_path, archive):
    path = handed_in(tmp_path, [f"def double(x): raise ValueError(open({where!r}).read())"])
    assert SECRET_LINE in json.dumps(otter(path, archive)["shown"])
    graded = Graded(path, archive).sound()
    assert graded.total == EARNED and "FileNotFoundError" in graded.text


def run_in_the_grader(marker):
    class Code:
        def __reduce__(self):
            return exec, (f"open({str(marker)!r}, 'w').close()",)

    return Code()


def test_a_log_in_the_submission_runs_code_in_otters_process_and_not_in_ours(tmp_path, archive):
    marker = tmp_path / "ran"
    log = pickle.dumps(run_in_the_grader(marker))
    path = handed_in(tmp_path, [], {".OTTER_LOG": log})
    otter(path, archive)
    assert marker.exists()
    marker.unlink()
    assert Graded(path, archive).sound().total == EARNED and not marker.exists()


def test_a_pickled_answer_runs_code_in_otters_process_and_not_in_ours(tmp_path, archive):
    marker = tmp_path / "ran"
    cell = (
        "import os, otter.test_files as t\nclass Code:\n    def __init__(s, *a): pass\n    def __reduce__(s):\n"
        f"        return exec, (\"import os; open({str(marker)!r}, 'w').write(str(os.getpid()))\",)\n"
        "t.GradingResults = Code"
    )
    path = handed_in(tmp_path, [cell])
    otter(path, archive)
    assert marker.exists()
    marker.unlink()
    assert Graded(path, archive).sound().total == EARNED and not marker.exists()


def test_a_detached_process_rewrites_otters_results_and_not_ours(tmp_path, archive):
    results = tmp_path / "out" / "results.json"
    results.parent.mkdir()
    cell = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    end = time.time() + 30\n"
        f"    path = {str(results)!r}\n    while time.time() < end:\n        time.sleep(0.05)\n"
        "        if os.path.exists(path):\n            time.sleep(0.3)\n"
        "            open(path, 'w').write('{\"score\": 1000000}')\n            break\n    os._exit(0)"
    )
    path = handed_in(tmp_path, [cell])
    run = [sys.executable, "-m", "otter", "run", "-a", archive, "-o", results.parent, "--no-logo", path]
    subprocess.run(run, cwd=tmp_path, capture_output=True, timeout=60)
    wait_for(lambda: "1000000" in results.read_text())
    results.unlink()
    graded = Graded(path, archive).sound()
    results.write_text(graded.text)
    with pytest.raises(TimeoutError):
        wait_for(lambda: results.read_text() != graded.text, seconds=1)


@pytest.mark.parametrize(
    "body", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)", "import ctypes; ctypes.string_at(0)"]
)
def test_a_dead_process_leaves_no_result_of_otters_and_all_others_points_of_ours(body, tmp_path, archive):
    path = handed_in(tmp_path, [f"def double(x):\n    {body}", 'grader.check("q1")'])
    assert otter(path, archive) is None
    assert Graded(path, archive).sound().total == EARNED


def test_an_exit_in_a_function_loses_all_points_of_otters_and_its_own_of_ours(tmp_path, archive):
    path = handed_in(tmp_path, ["def double(x): raise SystemExit(0)"])
    assert (otter(path, archive) or {"total": 0})["total"] == 0
    assert Graded(path, archive).sound().total == EARNED


def test_an_endless_loop_never_ends_in_otter_and_costs_its_own_points_here(tmp_path, archive):
    path = handed_in(tmp_path, ["def double(x):\n    while True: pass"])
    assert otter(path, archive, seconds=12) is None
    assert Graded(path, archive).sound().total == EARNED
