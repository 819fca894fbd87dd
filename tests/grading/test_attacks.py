# ruff: noqa: E501
"""Must not win: each attack scores no more than the honest work beside it, and shows no byte of a hidden test.

In every attacked notebook q1 is answered wrongly (`WRONG`), q2 and q3 honestly: 4 of 6 points are earned, no more.
"""

import contextlib
import io
import json
import os
import pickle
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.grading import container
from autograder.grading.sandbox.session import Submission
from tests.kit import HONEST, QUICK, SECRET, WRONG, Graded, notebook, write_notebook, write_zip

EARNED = {"q1": 0, "q2": 2, "q3": 2}

IN_A_CELL = {
    "patching otter's checker": "import otter, sys\nclass All:\n    score = total = 1e6\n    def __getattr__(s, n): return s\n"
    "    def __call__(s, *a, **k): return s\nfor m in list(sys.modules):\n    if 'otter' in m: sys.modules[m] = All()",
    "patching the results class": "try:\n    from otter.test_files import GradingResults\n"
    "    GradingResults.total = property(lambda s: 1e6)\nexcept Exception: pass",
    "patching the case runner": "try:\n    from otter.test_files.exception_test import ExceptionTestFile as E\n"
    "    E.run = lambda s, e: None\nexcept Exception: pass",
    "patching doctest": "import doctest; doctest.DocTestRunner.run = lambda *a, **k: doctest.TestResults(0, 1)",
    "patching numpy.allclose": "import numpy as np\nnp.allclose = np.array_equal = np.all = lambda *a, **k: True",
    "patching numpy's asserts": "import numpy.testing as t\nt.assert_allclose = t.assert_equal = lambda *a, **k: None",
    "patching builtins": "import builtins\nbuiltins.all = builtins.any = builtins.isinstance = lambda *a: True",
    "patching sys.modules": "import sys, types\nfor n in ('checks', 'secretlib', 'reference'):\n"
    "    sys.modules[n] = types.ModuleType(n); sys.modules[n].same = lambda *a: True",
    "shadowing modules on disk": "for n in ('secretlib', 'checks', 'sitecustomize', 'numpy', 'otter', 'conftest'):\n"
    "    open(n + '.py', 'w').write('same = lambda *a: True')",
    "writing results.json": "import os\nfor d in ('.', '..', '/autograder/results', '/tmp', '../results'):\n    try:\n"
    "        open(d + '/results.json', 'w').write('{\"score\": 1000000}')\n    except OSError: pass",
    "a detached process": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        while True:\n            time.sleep(0.05)\n            try: open('../results/results.json', 'w').write('x')\n"
    "            except BaseException: pass\n    os._exit(0)",
    "a detached shell": "get_ipython().system('nohup setsid sh -c \"sleep 600\" >/dev/null 2>&1 &')",
    "a wall of children that ignore signals": "import os, signal, time\nfor i in range(20):\n    if os.fork() == 0:\n"
    "        os.setsid()\n        for n in range(1, 65):\n            try: signal.signal(n, signal.SIG_IGN)\n"
    "            except Exception: pass\n        time.sleep(600)",
    "an object equal to all": "class Yes:\n    def __eq__(s, o): return True\n    def __bool__(s): return True\n"
    "    def __getattr__(s, n): return Yes()\n    def __call__(s, *a): return Yes()\n    __hash__ = object.__hash__\n"
    "def double(x): return Yes()",
    "an array equal to all": "import numpy as np\nclass A(np.ndarray):\n    def __eq__(s, o): return np.ones(s.shape, bool)\n"
    "    def __array_ufunc__(s, *a, **k): return np.ones(1, bool)\n"
    "    def __array_function__(s, *a, **k): return True\ndef double(x): return np.zeros(()).view(A)",
    "an int equal to all": "class I(int):\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\n"
    "def double(x): return I(1)",
    "a class posing as int": "class P:\n    __class__ = int\n    def __eq__(s, o): return True\ndef double(x): return P()",
    "a pickle on the way back": "import os\nclass R:\n    def __reduce__(s): return (os._exit, (0,))\n"
    "def double(x): return R()",
    "a dtype with objects": "import numpy as np\ndef double(x): return np.array([R() if 0 else None], dtype=object)",
    "an exception that poses as passed": "class TestPassed(Exception): pass\ndef double(x): raise TestPassed('ok')",
    "hidden input in an exception": "def double(x): raise ValueError(f'{x} {x!r}')",
    "hidden input in an assertion": "def double(x): assert False, x",
    "frames": "import sys\ndef double(x):\n    f, seen = sys._getframe(), []\n    while f:\n"
    "        seen.append(str(f.f_locals)); f = f.f_back\n    raise ValueError(''.join(seen)[-150:])",
    "gc": "import gc\ndef double(x):\n    raise ValueError([o for o in gc.get_objects() if type(o).__name__ == 'TestCase'][0])",
    "/proc": "def double(x): raise ValueError(open('/proc/self/environ').read())",
    "reading the tests": "import glob\ndef double(x):\n"
    "    raise ValueError([open(p).read() for p in glob.glob('/tmp/tests-*/**/*.py', recursive=True)])",
    "reading tests from the scratch": "import glob\ndef double(x):\n    raise ValueError(glob.glob('**/*', recursive=True))",
    "table for public inputs": "def double(x): return {2: 4}.get(x)",
    "killing the grader": "import os, signal\nfor p in (os.getppid(), 1):\n    try: os.kill(p, signal.SIGKILL)\n"
    "    except OSError: pass",
    "a fork that answers": "import os\nos.fork()",
    "asking for the answer": "def double(x): return input()",
    "rebinding the served class": "import sys\nfor m in ('autograder.grading.sandbox.wire', 'autograder.grading.sandbox.responder'):\n"
    "    sys.modules.pop(m, None)",
}


def attacked(cell, at=2):
    cells = [*HONEST[:1], WRONG, *HONEST[2:]]
    return [*cells[:at], cell, *cells[at:]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write_zip(tmp_path_factory.mktemp("zip") / "small.zip")


def test_the_honest_notebook_has_all_points_and_the_wrong_answer_loses_its_own(tmp_path, archive):
    assert Graded(write_notebook(tmp_path / "a.ipynb", HONEST), archive).sound().total == 6
    cells = [*HONEST[:1], WRONG, *HONEST[2:]]
    assert Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound().scores == EARNED


@pytest.mark.parametrize("attack", IN_A_CELL)
def test_a_cell_does_not_win_by(attack, tmp_path, archive):
    graded = Graded(write_notebook(tmp_path / "a.ipynb", attacked(IN_A_CELL[attack])), archive).sound()
    # A public case may be right by table; whatever an attack breaks, it breaks for itself.
    allowed = EARNED | ({"q1": 1} if "table" in attack else {})
    assert all(graded.scores[name] <= allowed[name] for name in allowed)
    if "builtins" not in attack:
        assert graded.scores == allowed


KEEPS = "seen = []\ndef double(x):\n    seen.append(x)\n    return 3 * x"


def test_no_later_public_case_tells_what_a_hidden_case_asked(tmp_path, archive):
    tells = "def scale(a): raise ValueError(repr(seen))"
    cells = [HONEST[0], KEEPS, tells, *HONEST[3:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert "ValueError: \\\\[2\\\\]" in graded.text and graded.scores == {"q1": 0, "q2": 0, "q3": 2}


@pytest.mark.parametrize(
    "end", ["os._exit(code)", "os.kill(os.getpid(), 1 + code % 30)", "raise type(f'T{x}', (Exception,), {})"]
)
def test_how_a_hidden_case_ends_says_nothing(end, tmp_path, archive):
    ends = f"import os\ndef double(x):\n    code = int(x) % 256\n    if x == 2: return 4\n    {end}"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [HONEST[0], ends, *HONEST[2:]]), archive).sound()
    message = graded.results.results["q1"].test_case_results[1].message
    assert message in ("❌ hidden check: stopped while it ran.", "❌ hidden check: a hidden check did not pass.")
    assert "T4711" not in str(graded.results.results["q1"].test_case_results[1].causes)
    assert graded.results.output == "All cells of the notebook ran." and graded.scores["q2"] == 2


def test_a_cell_that_runs_again_after_a_hidden_case_tells_nothing(tmp_path, archive):
    """What a fresh process says of its cells comes from after the hidden case, and is not shown."""
    leaves = "import os\ndef double(x):\n    if x == 2: return 4\n    os._exit(1)"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [HONEST[0], leaves, *HONEST[2:], "1 / 0"]), archive).sound()
    assert graded.results.output.count("ZeroDivisionError") == 1 and graded.total == 5


NUMBERED = """import gc
from autograder.grading.sandbox import wire
number = next(o for o in gc.get_objects() if type(o).__name__ == 'Student').message[0]
"""
ON_THE_WIRE = {
    "nothing": "",
    "noise": "os.write(3, os.urandom(64))",
    "a huge length": "os.write(3, b'\\xff' * 64)",
    "deep nesting": "body = b'\\x92\\xa4List\\x91' * 100000 + b'\\xc0'; os.write(3, struct.pack('>II', len(body), 0) + body)",
    "truncated": "os.write(3, struct.pack('>II', 1000, 0) + b'x' * 10)",
    "a thousand replies": "from autograder.grading.sandbox import wire\nfor i in range(1000): os.write(3, wire.encode((i, 'ok', 4, None)))",
    "a reply nobody asked for": "from autograder.grading.sandbox import wire\nos.write(3, wire.encode((99, 'ok', 4, None)))",
    "an array for a number": "import numpy\nfrom autograder.grading.sandbox import wire\n"
    "os.write(3, wire.encode((numpy.array([1, 2]), 'ok', 4, None)))",
    "an array for a kind": f"{NUMBERED}import numpy\nos.write(3, wire.encode((number, numpy.zeros(2), 'a', 'b')))",
    "an error without words": f"{NUMBERED}os.write(3, wire.encode((number, 'error')))",
    "a reply of another kind": "from autograder.grading.sandbox import wire\nos.write(3, wire.encode({'score': 1e6}))",
    "an object it does not own": "from autograder.grading.sandbox import wire\n"
    "os.write(3, wire.encode((0, 'ok', object(), None), lambda o: (2**40, 'builtins')))",
    "a pickle": "import pickle\nos.write(3, pickle.dumps({'score': 1e6}))",
    "end of stream": "import socket; socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)",
    "closing the wire": "os.close(3)",
    "another process on the wire": "import subprocess; subprocess.Popen(['sleep', '600'], pass_fds=[3])",
}


@pytest.mark.parametrize("reply", ON_THE_WIRE)
@pytest.mark.parametrize("when", ["cell", "call"])
def test_the_wire_does_not_win_by(reply, when, tmp_path, archive):
    lines = "import os, struct\n" + ON_THE_WIRE[reply]
    cell = lines if when == "cell" else "def double(x):\n    " + lines.replace("\n", "\n    ") + "\n    return 3 * x"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", attacked(cell)), archive).sound()
    assert graded.scores == EARNED


def test_an_error_in_place_of_a_cells_answer_is_the_cells_own(tmp_path, archive):
    fails = "import autograder.grading.sandbox.responder as s\ndef fail(*_): raise OSError('no space')\ns.Student.do_cell = fail"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [*HONEST, fails, "x = 1"]), archive).sound()
    assert "OSError: no space" in graded.results.output and graded.total == 6


def test_a_shell_that_was_broken_costs_what_comes_after_it(tmp_path, archive):
    cells = [*HONEST[:2], "get_ipython().run_cell = 1", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert "TypeError: 'int' object is not callable" in graded.results.output
    assert graded.scores["q1"] == 2 and graded.total == 2


def test_a_handle_out_of_thin_air_is_refused(tmp_path, archive):
    cell = (
        "import autograder.grading.sandbox.responder as s\n"
        "s.Student.named = lambda self, thing: (7_000_000, '__import__(\"os\")')\n"
        "def double(x): return object()"
    )
    graded = Graded(write_notebook(tmp_path / "a.ipynb", attacked(cell)), archive).sound()
    assert graded.scores["q1"] == 0 and graded.total <= 4  # it may break its own other answers


def in_a_container(tmp_path, archive, write):
    """Grade in a container's layout; what results.json says, and what lies in the folder."""
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as file:
        file.extractall(root / "source")
    write(root)
    container.main(root, limits=QUICK)
    text = (root / "results" / "results.json").read_text()
    assert SECRET not in text and "4711" not in text
    assert sorted(p.name for p in (root / "results").iterdir()) == ["results.json", "results.pkl"]
    return json.loads(text)


def scores(report):
    return {t["name"]: t["score"] for t in report["tests"] if t["name"] in EARNED}


def test_a_container_run_leaves_results_for_gradescope_and_for_otter(tmp_path, archive):
    report = in_a_container(tmp_path, archive, lambda r: write_notebook(r / "submission" / "my work.ipynb", HONEST))
    assert scores(report) == {"q1": 2, "q2": 2, "q3": 2}
    assert pickle.loads((tmp_path / "autograder/results/results.pkl").read_bytes()).total == 6
    assert all(test["output_format"] == "md" for test in report["tests"])


def test_a_submission_with_forged_files_does_not_win(tmp_path, archive):
    def write(root):
        handed_in = root / "submission"
        write_notebook(handed_in / "a.ipynb", [*HONEST[:1], WRONG, *HONEST[2:]])
        (handed_in / ".OTTER_LOG").write_bytes(pickle.dumps({"score": 1e6}) + b"\x80\x04c__builtin__\nexec\n")
        (root / "results" / "results.json").write_text('{"score": 1000000}')
        for name in ("otter", "numpy", "tests", "helper.py", "autograder", "msgspec"):
            (handed_in / name).mkdir()
            (handed_in / name / "__init__.py").write_text("raise SystemExit(0)")
        for name in ("checks.py", "secretlib.py", "sitecustomize.py", "conftest.py", "results.json", "IPython.py"):
            (handed_in / name).write_text("same = lambda *a: True\nSECRET = two = 3")
        (handed_in / "tests" / "q9.py").write_text("name = 'q9'; points = 1000")

    report = in_a_container(tmp_path, archive, write)
    assert scores(report) == EARNED and len(report["tests"]) <= 4


def test_links_out_of_the_submission_are_not_followed(tmp_path, archive):
    secret = tmp_path / "other-student.py"
    secret.write_text("STOLEN = 1")

    def write(root):
        look = (
            "def double(x):\n    import os\n"
            "    raise ValueError('FO' + 'UND' * len({'link.py', 'folder', 'source'} & set(os.listdir('.'))))"
        )
        write_notebook(root / "submission" / "a.ipynb", attacked(look))
        os.symlink(secret, root / "submission" / "link.py")
        os.symlink(tmp_path, root / "submission" / "folder")
        os.symlink(root / "source", root / "submission" / "source")

    report = in_a_container(tmp_path, archive, write)
    assert scores(report) == EARNED
    assert "ValueError: FO " in json.dumps(report) and "STOLEN" not in json.dumps(report)


@pytest.mark.parametrize("name", ["../evil.py", "/tmp/evil-of-the-tests.py", "a/../../evil.py", "..\\evil.py"])
def test_zip_entries_that_climb_are_left_out(name, tmp_path, archive):
    path = tmp_path / "deep" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, "x = 1")
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    assert Graded(path, archive).sound().total == 6
    assert not list(tmp_path.glob("**/*evil*")) and not list(Path("/tmp").glob("evil-of-the-tests*"))


def test_links_in_a_zip_are_left_out(tmp_path, archive):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("given.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        link = zipfile.ZipInfo("other.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    assert Graded(path, archive).sound().total == 6


def test_a_zip_bomb_is_no_bomb(tmp_path, archive):
    path, zeros = tmp_path / "a.zip", io.BytesIO(bytes(100 << 20))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.py", zeros.getvalue())
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    assert Graded(path, archive).sound().total == 6


def test_a_process_that_waits_for_the_results_is_gone_before_they_are_written(tmp_path, archive, monkeypatch):
    cell = IN_A_CELL["a detached process"]
    seen, replace, start, folders = [], container.replace, Submission._start, []

    def note(self):
        start(self)
        folders.append(self.scratch)

    def watch(path, data):
        seen.append((path.name, [folder for folder in folders if runs_in(folder)]))
        replace(path, data)

    def write(root):
        write_notebook(root / "submission" / "a.ipynb", attacked(cell))

    monkeypatch.setattr(Submission, "_start", note)
    monkeypatch.setattr(container, "replace", watch)
    report = in_a_container(tmp_path, archive, write)
    assert scores(report) == EARNED and folders and seen[-1] == ("results.json", [])


def test_the_process_that_waits_can_be_seen_while_it_waits():
    with Submission([IN_A_CELL["a detached process"]], {}, QUICK) as run:
        run.ensure()
        folder = run.scratch
        assert runs_in(folder) >= 2
    assert runs_in(folder) == 0


def runs_in(folder):
    """How many processes have a working folder, there still or removed."""
    links = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/{pid}/cwd"))
    return sum(link.removesuffix(" (deleted)") == folder for link in links)


@pytest.mark.parametrize(
    "broken",
    ["import autograder.grading.grade as g; g.grade = lambda *a, **k: 1 / 0", "sys.modules['otter'] = None"],
    ids=["the grader", "the environment"],
)
def test_a_failure_leaves_a_fallback_that_shows_students_nothing(broken, tmp_path, archive):
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as file:
        file.extractall(root / "source")
    code = f"import sys; {broken}; from autograder.grading import container; container.main({str(root)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    report = json.loads((root / "results/results.json").read_text())
    assert report["score"] == 0 and [t["visibility"] for t in report["tests"]] == ["visible", "hidden"]
    assert "Traceback" in report["tests"][1]["output"] and "Traceback" not in report["output"]
