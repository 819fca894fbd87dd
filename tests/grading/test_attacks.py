# ruff: noqa: E501
"""Must not win: each attack scores no more than the honest work beside it, and shows no byte of a hidden test.

In every attacked notebook q1 is answered wrongly (`WRONG`), q2 and q3 honestly: 4 of 6 points are earned, no more.
"""

import contextlib
import io
import json
import os
import pickle
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import indent

import pytest

from autograder.grading import container
from autograder.grading.sandbox.session import Session
from tests.kit import (
    HONEST,
    PAYLOADS,
    QUICK,
    SECRET,
    TESTS,
    WRONG,
    Graded,
    notebook,
    payloads,
    ran,
    read_payload,
    write_notebook,
    write_zip,
)

ROOT = Path(__file__).parents[2]
DETACHED = read_payload(PAYLOADS / "attacks/in_a_cell/a_detached_process.py")
EARNED = {"q1": 0, "q2": 2, "q3": 2}


def attacked(*attack):
    return [*HONEST[:1], WRONG, *attack, *HONEST[2:]]


def test_the_honest_notebook_has_all_points_and_the_wrong_answer_loses_its_own(tmp_path, archive):
    assert Graded(write_notebook(tmp_path / "a.ipynb", HONEST), archive).sound().total == 6
    cells = [*HONEST[:1], WRONG, *HONEST[2:]]
    assert Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound().scores == EARNED


@pytest.mark.parametrize("payload", payloads("attacks/in_a_cell"))
def test_a_cell_does_not_win_by(payload, tmp_path, proving):
    graded = Graded(write_notebook(tmp_path / "a.ipynb", attacked(*payload.cells)), proving).sound()
    scores = {name: graded.scores[name] for name in EARNED}
    if payload.scores == "unsure":
        assert all(scores[name] <= EARNED[name] for name in EARNED)
    else:
        numbers = map(int, payload.scores.split()) if payload.scores else EARNED.values()
        assert scores == dict(zip(EARNED, numbers, strict=True))
    assert ran(payload, graded), (graded.overview, graded.cases("q1"))


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
    message = graded.cases("q1")[1].message
    assert message in ("stopped while it ran.", "a hidden check did not pass.")
    assert "T4711" not in str(graded.cases("q1")[1].causes)
    assert graded.overview == "All cells of the notebook ran." and graded.scores["q2"] == 2


def test_a_cell_that_runs_again_after_a_hidden_case_tells_nothing(tmp_path, archive):
    """What a fresh process says of its cells comes from after the hidden case, and is not shown."""
    leaves = "import os\ndef double(x):\n    if x == 2: return 4\n    os._exit(1)"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [HONEST[0], leaves, *HONEST[2:], "1 / 0"]), archive).sound()
    assert graded.overview.count("ZeroDivisionError") == 1 and graded.total == 5


@pytest.mark.parametrize("payload", payloads("attacks/on_the_wire"))
@pytest.mark.parametrize("when", ["cell", "call"])
def test_the_wire_does_not_win_by(payload, when, tmp_path, archive):
    lines = payload.source
    cell = lines if when == "cell" else f"def double(x):\n{indent(lines, '    ')}\n    return 3 * x"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", attacked(cell)), archive).sound()
    assert graded.scores == EARNED
    seen = graded.overview if when == "cell" else graded.cases("q1")[0].message
    assert re.search(payload.says, seen), seen


def test_an_error_in_place_of_a_cells_answer_is_the_cells_own(tmp_path, archive):
    fails = "import autograder.grading.sandbox.responder as s\ndef fail(*_): raise OSError('no space')\ns.Responder.RunCell = fail"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [*HONEST, fails, "x = 1"]), archive).sound()
    assert "OSError: no space" in graded.overview and graded.total == 6


def test_a_shell_that_was_broken_costs_what_comes_after_it(tmp_path, archive):
    cells = [*HONEST[:2], "get_ipython().run_cell = 1", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert "TypeError: 'int' object is not callable" in graded.overview
    assert graded.scores["q1"] == 2 and graded.total == 2


def test_a_handle_out_of_thin_air_is_refused(tmp_path, archive):
    cell = (
        "import autograder.grading.sandbox.responder as s\n"
        "s.Responder._named = lambda self, thing: (7_000_000, '__import__(\"os\")')\n"
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
    return {name: sum(t["score"] for t in report["tests"] if t["name"].split(":")[0] == name) for name in EARNED}


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
    assert scores(report) == EARNED and len(report["tests"]) == 6


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


@pytest.mark.parametrize(
    "name", ["../evil.py", "/tmp/evil-of-the-tests.py", "a/../../evil.py", "..\\evil.py", "C:\\evil.py"]
)
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
    cell = DETACHED.source
    seen, replace, start, folders = [], container.replace, Session._start, []

    def note(self):
        start(self)
        folders.append(self.scratch)

    def watch(path, data):
        seen.append((path.name, [folder for folder in folders if runs_in(folder)]))
        replace(path, data)

    def write(root):
        write_notebook(root / "submission" / "a.ipynb", attacked(cell))

    monkeypatch.setattr(Session, "_start", note)
    monkeypatch.setattr(container, "replace", watch)
    report = in_a_container(tmp_path, archive, write)
    assert scores(report) == EARNED and folders and seen[-1] == ("results.json", [])


def test_the_process_that_waits_can_be_seen_while_it_waits():
    with Session([DETACHED.source], {}, QUICK) as run:
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


BY_AUTHOR = """
class CheckFailed(AssertionError):
    def __init__(self, text, causes):
        super().__init__(text)
        self.causes = causes

@test_case(points=1, hidden=False)
def test_q1_reads_a_key(double):
    (key,) = double(2)
    raise CheckFailed("not right", ["doubled twice", f"{key} is None", key, f"doubled {key}"])
"""


@pytest.mark.parametrize("key", ["Hello, 'grader", "0 \U0001f600", "double\\n=HYPERLINK(1)", "\u0430", "x" * 5000])
def test_a_cause_holds_no_word_of_the_students(key, tmp_path):
    archive = write_zip(tmp_path / "z.zip", TESTS | {"q1": BY_AUTHOR})
    cells = [HONEST[0], f"def double(x): return {{{key!r}: 1}}", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive)
    assert graded.cases("q1")[0].causes == ["doubled twice"]


@pytest.mark.parametrize(
    ("raises", "cause"),
    [
        ("raise ValueError('Hello, grader')", "stops with ValueError"),
        ("raise type('Hello', (Exception,), {})('Hello, grader')", "stops with an exception of its own"),
        ("raise type('print', (Exception,), {})('Hello, grader')", "stops with an exception of its own"),
        (
            "raise type('CheckFailed', (AssertionError,), {'causes': ['Hello']})('x')",
            "stops with an exception of its own",
        ),
    ],
)
def test_an_exceptions_text_and_its_own_causes_are_no_cause(raises, cause, tmp_path, archive):
    cells = [HONEST[0], f"def double(x):\n    {raises}", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert graded.cases("q1")[0].causes == [cause]


NOISY = """
import atexit, os
atexit.register(print, "at exit")
print("when read")
@test_case(points=1, hidden=False)
def test_q1_prints(double):
    print("in a test")
    os.write(1, b"by its number\\n")
    os.system("echo by a child")
    assert double(2) == 4
"""


def test_with_json_standard_output_holds_the_results_alone_whatever_the_tests_print(tmp_path):
    archive = write_zip(tmp_path / "z.zip", TESTS | {"q1": NOISY})
    path = write_notebook(
        tmp_path / "a.ipynb", [*HONEST, "import os\nprint('by a cell')\n_ = os.write(1, b'by a cell')"]
    )
    call = [sys.executable, "-m", "autograder", "grade", str(path), "--zip", str(archive), "--json"]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0 and [test["name"] for test in json.loads(done.stdout)["tests"]] == [
        "q1",
        *(f"{name}{part}" for name in ("q2", "q3") for part in ("", ": hidden checks")),
    ]
    assert all(said in done.stderr for said in ("when read", "in a test", "by its number", "by a child", "at exit"))
