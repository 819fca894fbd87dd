# ruff: noqa: E501
"""Must be survived: whatever a notebook does or is, there is a valid result, the other questions keep their points,
and the message says what happened."""

import errno
import json
import os
import random
import time
import zipfile
from dataclasses import replace

import pytest

from autograder.grading.grade import Assignment, grade
from autograder.grading.intake import read_submission
from autograder.grading.sandbox import session
from autograder.grading.sandbox.proxy import StudentError
from autograder.grading.sandbox.session import Limits, Submission
from tests.kit import HONEST, QUICK, TESTS, Graded, notebook, write_notebook, write_zip

FULL = {"q1": 2, "q2": 2, "q3": 2}
SMALL = Limits(cell=1, call=0.8, whole=12, memory=1 << 30, disk=20 << 20)

# A cell of its own, between the honest ones: all answers keep their points. What its complaint says, "" for none.
IN_A_CELL = {
    "an endless loop": ("while True: pass", "no answer within 1 s"),
    "a loop that catches everything": (
        "import signal\nfor n in (2, 14, 15):\n    signal.signal(n, signal.SIG_IGN)\nwhile True:\n"
        "    try:\n        while True: pass\n    except BaseException: pass",
        "no answer within 1 s",
    ),
    "a loop with signals blocked": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        "no answer",
    ),
    "an endless repr": ("class R:\n    def __repr__(s):\n        while True: pass\nR()", "no answer"),
    "an endless sleep": ("import time; time.sleep(600)", "no answer"),
    "os._exit": ("import os; os._exit(3)", "exit code 3"),
    "os.abort": ("import os; os.abort()", "SIGABRT"),
    "sys.exit": ("import sys; sys.exit(3)", "SystemExit"),
    "quit": ("quit()", ""),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "killing itself": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "stopping itself": ("import os; os.kill(os.getpid(), 19)", "no answer"),
    "killing its group": ("import os; os.killpg(0, 9)", "SIGKILL"),
    "killing all it can": ("import os; os.kill(-1, 9)", ""),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "a crowd of functions": ("for i in range(3000): exec(f'def f{i}(): pass')", ""),
    "names of a megabyte": ("def f(): pass\nglobals().update({c * 600_000: f for c in 'ab'})", ""),
    "odd names": ("globals().update({1: print, (): len, None: lambda: 0, '\\ud800': lambda: 0})", ""),
    "recursion": ("def f(): return f()\nf()", "RecursionError"),
    "stack overflow": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return repr(type('R', (), {'__repr__': lambda s: f()})())\nf()", ""),
    "asking for 50 GB": ("import numpy as np; a = np.ones(50 * 2**27)", "Error"),
    "a slow leak": ("import time\na = []\nwhile True:\n    a.append(bytearray(b'x') * 10**7); time.sleep(0.001)", ""),
    "a leak in many processes": (
        "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n        a = bytearray(b'x') * (300 * 2**20); time.sleep(600)\n"
        "time.sleep(600)",
        "more than 1024 MB of memory",
    ),
    "a fork bomb": ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", ""),
    "a fork bomb by a shell": ("get_ipython().system('f() { f | f & }; f')", ""),
    "a thread bomb": ("import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(600,)).start()", "thread"),
    "10,000 open files": ("files = [open('f', 'w') for _ in range(10000)]", "OSError"),
    "10 GB written": ("with open('big', 'wb') as f:\n    for _ in range(10000): f.write(bytes(2**20))", ""),
    "10 GB in many files": (
        "for i in range(10000):\n    with open(f'big{i}', 'wb') as f: f.write(bytes(5 * 2**20))",
        "more than 20 MB to disk",
    ),
    "files without a name": (
        "import os, time\nopen_files = []\nfor i in range(10):\n    f = open('f', 'wb'); os.unlink('f')\n"
        "    for _ in range(9): f.write(bytes(2**20))\n    f.flush(); open_files.append(f)\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "files without a name that are mapped and closed": (
        "import os, time, ctypes\nlibc = ctypes.CDLL(None)\nfor _ in range(3):\n    f = open('f', 'w+b')\n"
        "    for _ in range(9): f.write(bytes(2**20))\n    f.flush()\n"
        "    libc.mmap(None, 4096, 3, 1, f.fileno(), 0)\n    os.unlink('f'); f.close()\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "files below a path that is too long": (
        "import os, time\nfor i in range(20): os.mkdir('d' * 250); os.chdir('d' * 250)\n"
        "f = open('f', 'wb'); f.write(bytes(2**16)); f.flush()\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "files of a process whose first thread has ended": (
        "import os, time, ctypes, threading\nif not os.fork():\n    held = []\n    for _ in range(3):\n"
        "        held.append(open('f', 'wb')); os.unlink('f')\n"
        "        for _ in range(9): held[-1].write(bytes(2**20))\n        held[-1].flush()\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "    ctypes.CDLL(None).syscall(93 if os.uname().machine == 'aarch64' else 60, 0)\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "memory of a process whose first thread has ended": (
        "import os, time, ctypes, threading\nfor _ in range(3):\n    if not os.fork():\n        held = b'x' * (450 << 20)\n"
        "        threading.Thread(target=time.sleep, args=(60,)).start()\n        ctypes.CDLL(None).syscall(93 if os.uname().machine == 'aarch64' else 60, 0)\n"
        "time.sleep(600)",
        "more than 1024 MB of memory",
    ),
    "more mappings than can be looked at": (
        "import mmap, os, time\nos.mkdir('d' * 200); f = open('d' * 200 + '/f', 'w+b'); f.write(bytes(4096)); f.flush()\n"
        "held = [mmap.mmap(f.fileno(), 4096) for _ in range(110)]\nimport ctypes\nlibc = ctypes.CDLL(None)\n"
        "for _ in range(9000): libc.mmap(None, 4096, 1 + 2 * (_ % 2), 1, f.fileno(), 0)\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "folders without end": (
        "import os, time\nfor i in range(6000): os.mkdir(f'd{i}')\ntime.sleep(600)",
        "more than 20 MB to disk",
    ),
    "100 MB printed in lines": ("for _ in range(1000): print('x\\n' * 50000)", ""),
    "100 MB printed in one": ("print('x' * 100_000_000, end='')", ""),
    "100 MB to the descriptors": ("import os\nfor _ in range(100):\n    os.write(1, bytes(10**6)); os.write(2, bytes(10**6))", ""),
    "closing standard streams": ("import sys, os\nsys.stdout.close(); sys.stderr.close(); sys.stdin.close()", ""),
    "closing every descriptor": ("import os; os.closerange(0, 300)", ""),
    "removing its working folder": ("import shutil, os; shutil.rmtree(os.getcwd(), ignore_errors=True)", ""),
    "changing its working folder": ("import os; os.chdir('/usr')", ""),
    "a folder it cannot leave": ("import os\nos.mkdir('d'); open('d/f', 'w').close(); os.chmod('d', 0)", ""),
    "a very deep folder": ("import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')", ""),
    "builtins.open = None": ("import builtins; builtins.open = builtins.print = None", ""),
    "a cell of more than 1 MB": ("data = '" + "a" * 1_100_000 + "'", "larger than 1 MB and was not run"),
    "a syntax error": ("def f(:\n  return", "SyntaxError"),
    "bytes that are no text": ("x = '\ud800'\x00", ""),
    "a failing import": ("import not_a_module", "ModuleNotFoundError"),
    "input()": ("input('name? ')", "EOF"),
    "plt.show()": ("import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()", ""),
    "a widget": ("from ipywidgets import interact\ninteract(print, x=1)", ""),
    "%load_ext": ("%load_ext nothing_like_it", "ModuleNotFoundError"),
    "%%bash": ("%%bash\nrm -rf / 2>/dev/null; exit 3", "CalledProcessError"),
    "!rm": ("!rm -rf ~ . .. /work 2>/dev/null", ""),
    "%reset": ("%reset -f in", ""),
    "a thread that stays": ("import threading\nthreading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()", ""),
    "asyncio that stays": ("import asyncio\nasync def f():\n    while True: await asyncio.sleep(0.01)\nt = asyncio.ensure_future(f())", ""),
    "a bad exit handler": ("import atexit, os\natexit.register(lambda: os._exit(9))", ""),
    "an alarm": ("import signal; signal.signal(14, lambda *a: None); signal.setitimer(0, 0.01, 0.01)", ""),
    "warnings turned to errors": ("import warnings; warnings.simplefilter('error')", ""),
    "numpy errors set to raise": ("import numpy as np; np.seterr(all='raise')", ""),
    "a changed locale": ("import locale; locale.setlocale(locale.LC_ALL, 'C')", ""),
    "a trace function": ("import sys; sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)", ""),
    "an endless destructor": ("class D:\n    def __del__(s):\n        while True: pass\nd = D(); del d", "no answer"),
    "gc switched off": ("import gc; gc.disable(); gc.freeze()", ""),
    "an exception that cannot be shown": ("class E(Exception):\n    def __str__(s): raise s\nraise E", ""),
    "an exception with an endless text": ("class E(Exception):\n    def __str__(s):\n        while True: pass\nraise E", "no answer"),
    "a giant exception": ("raise ValueError('x' * 10**7)", "ValueError"),
    "terminal codes and odd letters": ("raise ValueError('\\x1b[31m\\x00 \\ud800 é 🎉')", "ValueError"),
}  # fmt: skip

# An answer to q1 that fails when it is called: q1 loses its points, the others keep theirs.
IN_A_FUNCTION = {
    "an endless loop": ("while True: pass", "no answer within 0.8 s"),
    "sys.exit": ("raise SystemExit(0)", "SystemExit"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "GeneratorExit"),
    "os._exit": ("import os; os._exit(0)", "exit code 0"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "asking for 50 GB": ("return bytearray(50 * 2**30)", "MemoryError"),
    "recursion": ("return double(x)", "RecursionError"),
    "an endless generator": ("return iter(int, 1)", ""),
    "an endless attribute": ("import sys; sys.modules['x'] = x\n    return type('A', (), {'__getattr__': lambda s, n: s})()", ""),
    "a self-containing list": ("a = []; a.append(a); return a", "cannot be sent"),
    "a huge array": ("import numpy as np; return np.zeros(10**7)", "cannot be sent"),
    "a huge text": ("return 'x' * 10**7", "cannot be sent"),
    "a list of two thousand objects": ("class a: pass\n    return [a() for _ in range(2000)]", "too many objects"),
    "a huge number": ("return 10**100000", "cannot be sent"),
    "None": ("return None", "twice two is four"),
    "NaN": ("return float('nan')", "twice two is four"),
    "printing instead": ("print(2 * x)", "twice two is four"),
    "a coroutine": ("async def f(): return 4\n    return f()", "twice two is four"),
    "a fork bomb": ("import os\n    while True:\n        try: os.fork()\n        except OSError: pass", ""),
    "input": ("return input()", "EOF"),
    "a missing file": ("open('not there')", "FileNotFoundError"),
    "a missing module": ("import not_there", "ModuleNotFoundError"),
    "an unknown name": ("return not_there", "NameError"),
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write_zip(tmp_path_factory.mktemp("zip") / "small.zip")


@pytest.mark.parametrize("fault", IN_A_CELL)
def test_all_answers_survive_a_cell_with(fault, tmp_path, archive):
    cell, says = IN_A_CELL[fault]
    cells = [*HONEST[:2], cell, *HONEST[2:]]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook(cells)))
    # What a watch ends, ten times a second, must have the time to come that far.
    limits = replace(SMALL, cell=10, whole=40) if says.startswith("more than") else SMALL
    graded = Graded(path, archive, limits).sound()
    assert graded.scores == FULL, graded.results.output
    assert says in graded.results.output


@pytest.mark.parametrize("fault", IN_A_FUNCTION)
def test_other_questions_survive_a_function_with(fault, tmp_path, archive):
    body, says = IN_A_FUNCTION[fault]
    cells = [HONEST[0], f"def double(x):\n    {body}", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.scores == FULL | {"q1": 0}
    assert says in graded.results.results["q1"].test_case_results[0].message


def test_more_fatal_cells_than_fresh_starts_still_give_a_result(tmp_path, archive):
    cells = [*HONEST, *["import os; os._exit(1)"] * 6]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.total == 0 and "stopped too often" in graded.text


def test_answers_that_never_end_cost_their_own_points_however_many_there_are(tmp_path, archive):
    endless = "def {}(*a):\n    while True: pass"
    cells = [HONEST[0], endless.format("double"), endless.format("scale"), *HONEST[3:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.scores == {"q1": 0, "q2": 0, "q3": 2}


def test_a_test_that_catches_all_exceptions_does_not_take_an_end_for_an_answer(tmp_path):
    archive = tmp_path / "small.zip"
    test = """
@test_case(points=1)
def test_q1_refuses_text(double):
    try:
        double("x")
    except Exception as error:
        assert type(error).__name__ != "Ended"
"""
    write_zip(archive, {"q1": test})
    cells = ["def double(x):\n    while True: pass"]
    with Assignment(archive) as assignment:
        [result] = grade(write_notebook(tmp_path / "a.ipynb", cells), assignment, SMALL).results["q1"].test_case_results
    assert not result.passed and "stopped: no answer within" in result.message


def test_an_answer_is_stopped_twice_and_then_left_alone(tmp_path):
    archive, tests = (
        tmp_path / "small.zip",
        "".join(
            f"\n@test_case(points=1)\ndef test_q1_{n}(double):\n    assert double({n}) == {2 * n}\n" for n in range(5)
        ),
    )
    write_zip(archive, {"q1": tests, "q3": TESTS["q3"]})
    cells = [HONEST[0], "def double(x):\n    while x: pass\n    return 0", *HONEST[2:]]
    with Assignment(archive) as assignment:
        results = grade(write_notebook(tmp_path / "a.ipynb", cells), assignment, SMALL).results
    messages = [result.message.partition(": ")[2][:20] for result in results["q1"].test_case_results]
    assert messages == [
        "",
        "stopped: no answer w",
        "stopped: no answer w",
        "not run: the answer ",
        "not run: the answer ",
    ]
    assert results["q1"].score == 1 and results["q3"].score == 2


def test_the_whole_submission_has_a_deadline(tmp_path, archive):
    cells = [*HONEST, *["import time; time.sleep(0.4)"] * 20]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, Limits(whole=1)).sound()
    assert graded.total == 0 and "out of time" in graded.text


@pytest.mark.parametrize(
    "cells", [HONEST[:1] + HONEST[2:], [*HONEST, "del double"], [HONEST[0], "dubble = 1", *HONEST[2:]]]
)
def test_a_missing_answer_is_named(cells, tmp_path, archive):
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert graded.scores == FULL | {"q1": 0} and "does not define `double`" in graded.results.summary()


def test_a_missing_answer_comes_with_the_error_of_its_cell(tmp_path, archive):
    cells = [HONEST[0], "1 / 0", "def double(x)\n    return 2 * x", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    message = graded.results.results["q1"].test_case_results[0].message
    assert (
        "The cell that defines it stopped with SyntaxError" in message
        and "line 1 of its cell: def double(x)" in message
    )


def test_a_magics_bare_name_runs_as_in_a_notebook(tmp_path, archive):
    path = write_notebook(tmp_path / "a.ipynb", [*HONEST, "pwd", "%pwd", "pwd = 3", "pwd"])
    assert Graded(path, archive).sound().results.output == "All cells of the notebook ran."


def test_ignored_cells_are_skipped(tmp_path, archive):
    book = notebook([*HONEST, "def double(x): return 0"])
    book["cells"][-1]["metadata"]["tags"] = ["otter_ignore"]
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    assert Graded(tmp_path / "a.ipynb", archive).sound().total == 6


def variants():
    """Files that are handed in: bytes, or a change to an honest notebook; whether they can be graded; what is said."""
    text = json.dumps(notebook(HONEST))
    v3 = {"worksheets": [{"cells": [{"cell_type": "code", "input": c} for c in HONEST]}], "nbformat": 3, "metadata": {}}
    bare = {"cells": [{"cell_type": "code", "source": c.splitlines(True)} for c in HONEST]}
    odd = {"cells": [None, 3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3}], "metadata": [1]}
    same_id = notebook(HONEST)
    for cell in same_id["cells"]:
        cell["id"] = "same"
    images = notebook(HONEST)
    images["cells"][0]["outputs"] = [{"data": {"image/png": "A" * 20_000_000}, "output_type": "display_data"}]
    julia = notebook(HONEST) | {"metadata": {"kernelspec": {"language": "julia"}}}
    return {
        "a byte order mark": ("a.ipynb", b"\xef\xbb\xbf" + text.encode(), True, ""),
        "format 3": ("a.ipynb", json.dumps(v3).encode(), True, ""),
        "no metadata": ("a.ipynb", json.dumps(bare).encode(), True, ""),
        "duplicate ids": ("a.ipynb", json.dumps(same_id).encode(), True, ""),
        "huge images": ("a.ipynb", json.dumps(images).encode(), True, ""),
        "a script": ("a.py", "\n\n".join(HONEST).encode(), True, ""),
        "a percent script": ("a.py", ("# %%\n" + "\n# %%\n".join(HONEST)).encode(), True, ""),
        "an odd name": ("a b'\"\n🎉.ipynb", text.encode(), True, ""),
        "no cells": ("a.ipynb", json.dumps(notebook([])).encode(), False, "no code"),
        "odd cells": ("a.ipynb", json.dumps(odd).encode(), False, "no code"),
        "invalid JSON": ("a.ipynb", text[:-20].encode(), False, "damaged"),
        "an empty file": ("a.ipynb", b"", False, "damaged"),
        "deep JSON": ("a.ipynb", b"[" * 200_000, False, "damaged"),
        "a list": ("a.ipynb", b"[]", False, "damaged"),
        "a long number": ("a.ipynb", b'{"nbformat": ' + b"9" * 100_000 + b"}", False, "damaged"),
        "random bytes": ("a.ipynb", random.Random(1).randbytes(5000), False, "damaged"),
        "70 MB": ("a.ipynb", text.encode() + b" " * (70 << 20), False, "larger than"),
        "a crowd of lists": (
            "a.ipynb",
            b'{"cells": [], "x": [' + b"[],[]," * 600_000 + b"1]}",
            False,
            "too large to read",
        ),
        "a crowd of cells": ("a.ipynb", json.dumps(notebook([*HONEST, *["1"] * 2000])).encode(), False, "code cells"),
        "another assignment": ("a.ipynb", json.dumps(notebook(HONEST, "other")).encode(), False, "'other'"),
        "another language": ("a.ipynb", json.dumps(julia).encode(), False, "not Python"),
        "a picture": ("a.png", b"\x89PNG", False, "no notebook"),
        "a broken zip": ("a.zip", b"PK\x03\x04 nothing", False, "no notebook"),
    }


@pytest.mark.parametrize("kind", variants())
def test_a_file_handed_in_is_graded_or_refused_with_a_sentence(kind, tmp_path, archive):
    name, data, good, says = variants()[kind]
    (tmp_path / name).write_bytes(data)
    graded = Graded(tmp_path / name, archive).sound()
    assert graded.total == (6 if good else 0) and says in graded.text
    assert good == (graded.results.output == "All cells of the notebook ran.")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["a.ipynb"], ""),
        (["work/final/a.ipynb"], ""),
        (["a.ipynb", ".ipynb_checkpoints/a.ipynb", "__MACOSX/._a.ipynb", ".a.ipynb"], ""),
        (["a.ipynb", "utils.py"], ""),
        (["a.ipynb", "b.ipynb"], "2 notebooks"),
        ([], "no notebook"),
        (["readme.txt"], "no notebook"),
        (["a.py", "b.py"], "no notebook"),
    ],
)
@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder"])
def test_a_folder_or_zip_with(names, says, form, tmp_path, archive):
    text = json.dumps(notebook(HONEST))
    target = tmp_path / ("in" if form != "zip" else "in.zip")
    if form == "folder":
        for name in names:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(text)
        target.mkdir(exist_ok=True)
    else:
        if form == "zip in a folder":
            target.mkdir()
        with zipfile.ZipFile(target / "x.zip" if target.is_dir() else target, "w") as file:
            for name in names:
                file.writestr(name, text)
    graded = Graded(target, archive).sound()
    assert graded.total == (0 if says else 6) and says in graded.text


def test_a_file_that_is_not_there(tmp_path, archive):
    assert "not there" in Graded(tmp_path / "none.ipynb", archive).sound().text


def test_an_unreadable_entry_is_refused(tmp_path, archive):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    data = bytearray(path.read_bytes())
    data[60:80] = os.urandom(20)
    path.write_bytes(data)
    assert Graded(path, archive).sound().total == 0


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_unpacks_without_a_bound_is_left_out(way, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("zeros.csv", bytes(1000), way)
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    cells, extras = read_submission(path)
    assert cells == HONEST and not extras


def test_a_zip_with_a_crowd_of_members_is_refused_before_they_are_listed(tmp_path, archive):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
        file.writestr("x", "")
        file.infolist().extend(file.infolist()[1:] * 100_000)  # all entries of the list are the same member
    assert path.stat().st_size > 4 << 20
    assert "too many files" in Graded(path, archive).sound().text


def test_a_dot_in_front_of_a_members_name_replaces_no_support_file(tmp_path, archive):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("./a.ipynb", json.dumps(notebook(HONEST)))
        file.writestr("./helper.py", "1 / 0")
    assert read_submission(path)[1] == {"helper.py": b"1 / 0"}
    assert Graded(path, archive).sound().total == 6


def test_a_member_without_a_name_is_left_out(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
        file.writestr("zzz", "x")
    path.write_bytes(path.read_bytes().replace(b"zzz", b"\0zz"))
    assert read_submission(path)[0] == HONEST


def test_a_full_disk_is_no_students_mistake(tmp_path, archive, monkeypatch):
    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = write_notebook(tmp_path / "a.ipynb", HONEST)
    with Assignment(archive) as assignment:
        monkeypatch.setattr(session.Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            grade(path, assignment, QUICK)


def test_a_large_cell_that_failed_is_searched_quickly(tmp_path, archive):
    path = write_notebook(tmp_path / "a.ipynb", [*HONEST[:1], "\n" * 1_000_000 + "1 / 0", *HONEST[2:]])
    started = time.monotonic()
    graded = Graded(path, archive).sound()
    assert graded.total == 4 and time.monotonic() - started < 10


def test_a_mapped_file_without_a_name_is_honest_where_it_is_small():
    cell = "import numpy as np, tempfile\na = np.memmap(tempfile.TemporaryFile(), float, shape=9)\nimport time; time.sleep(0.5)"
    with Submission([cell], {}, QUICK) as run:
        run.ensure()
        assert run.complaints == {} or os.geteuid() != 0  # what an ordinary user cannot measure is too much


def test_what_went_wrong_is_cut_also_where_the_students_side_does_not():
    forge = "import sys\nsys.modules['autograder.grading.sandbox.responder'].described = lambda e: ('E', 'x' * 900_000, 'y' * 90_000)"
    with Submission([forge, "1 / 0", "def f(): 1 / 0"], {}, QUICK) as run:
        run.ensure()
        assert len(run.complaints[1]) < 1000
        with pytest.raises(StudentError) as error:
            run.get("f")()
        assert len(str(error.value)) < 1000


def test_a_member_that_cannot_be_unpacked_does_not_cost_the_notebook(tmp_path, archive):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("data.csv", "x" * 5000, zipfile.ZIP_LZMA)
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    data = bytearray(path.read_bytes())
    data[38 + 4 : 38 + 8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert Graded(path, archive).sound().total == 6


def test_files_beside_the_notebook_are_bounded_together(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(20):
            file.writestr(f"{number}.bin", bytes(6 << 20))
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
    _, extras = read_submission(path)
    assert 24 << 20 < sum(map(len, extras.values())) <= 32 << 20


def test_a_pipe_and_a_link_are_refused_with_a_sentence(tmp_path, archive):
    os.mkfifo(tmp_path / "a.ipynb")
    os.symlink("a.ipynb", tmp_path / "b.ipynb")
    assert "it is no file" in Graded(tmp_path / "a.ipynb", archive).sound().text
    assert "it is a link" in Graded(tmp_path / "b.ipynb", archive).sound().text


FUZZED = int(os.environ.get("FUZZED_NOTEBOOKS", "60"))


def mutated(rng, data):
    bad = bytearray(data)
    for _ in range(rng.randrange(1, 8)):
        at, length = rng.randrange(len(bad)), rng.randrange(1, 30)
        act = rng.randrange(4)
        if act == 0:
            bad[at] = rng.randrange(256)
        elif act == 1:
            del bad[at : at + length]
        elif act == 2:
            bad[at:at] = rng.randbytes(length)
        else:
            bad[at:at] = bad[rng.randrange(len(bad)) :][:length]
        bad = bad or bytearray(b" ")
    return bytes(bad)


def test_mutated_notebooks_always_give_a_valid_result(tmp_path, archive):
    rng, good = random.Random(4711), json.dumps(notebook(HONEST)).encode()
    path = tmp_path / "a.ipynb"
    for turn in range(FUZZED):
        if turn % 2:
            path.write_bytes(mutated(rng, good))
        else:  # the JSON stays whole: the damage reaches the cells
            cells = [mutated(rng, cell.encode()).decode("latin-1") for cell in HONEST]
            path.write_text(json.dumps(notebook([*HONEST[:3], *cells])))
        assert 0 <= Graded(path, archive).sound().total <= 6


def test_the_tests_of_the_kit_are_what_the_other_tests_count_on():
    assert list(TESTS) == list(FULL) and QUICK.fatal_cells == 3


def test_a_server_that_was_killed_is_replaced(tmp_path, archive):
    path = write_notebook(tmp_path / "a.ipynb", HONEST)
    assert Graded(path, archive).sound().total == 6
    session._server.process.kill()  # the test's own child
    assert Graded(path, archive).sound().total == 6


def test_a_server_that_never_starts_is_the_graders_failure_not_the_students(tmp_path, archive, monkeypatch):
    session.close_server()
    monkeypatch.setattr(session, "SERVE", "raise SystemExit(1)")
    with pytest.raises(RuntimeError, match="does not start"):
        Graded(write_notebook(tmp_path / "a.ipynb", HONEST), archive)
    session.close_server()
