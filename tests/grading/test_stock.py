"""Attacks that win against Otter's own path do so here, and the same files win nothing from this grader.

So that no test of an attack passes because the attack was no good. What an attack writes, it writes into the test's
own folder.
"""

import json
import pickle
import subprocess
import sys
import zipfile

import pytest

from tests.kit import HONEST, WRONG, Graded, notebook, payloads, wait_for

SECRET_LINE = "from secretlib import SECRET"
EARNED = 4  # q2 and q3; q1 is wrong in every notebook here


def submitted(folder, cells, extra=None):
    """A zip with a notebook, its answer to q1 wrong before the cells of the attack, and other files."""
    path = folder / "in" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook([*HONEST[:1], WRONG, *HONEST[2:], *cells])))
        for name, data in (extra or {}).items():
            file.writestr(name, data)
    return path


def test_without_an_attack_both_give_what_was_earned(tmp_path, archive, otter):
    path = submitted(tmp_path, [])
    assert otter(path, archive)["total"] == EARNED == Graded(path, archive).sound().total


@pytest.mark.parametrize("payload", payloads("attacks/on_otter"))
def test_a_cell_takes_all_points_from_otter_and_none_from_us(payload, tmp_path, archive, otter):
    path = submitted(tmp_path, payload.cells)
    assert otter(path, archive)["total"] > EARNED
    assert Graded(path, archive).sound().total <= EARNED


@pytest.mark.parametrize("payload", [p for p in payloads("attacks/in_a_cell") if p.values[0].otter])
def test_where_tests_and_answers_share_a_process_a_cell_wins_by(payload, tmp_path, archive, otter):
    """What each of them wins from this grader, test_attacks.py says: nothing."""
    imports = "import numpy as np\nfrom helper import two"
    cells = [imports, WRONG, *HONEST[2:], payload.source]
    found = otter(submitted(tmp_path, []), archive, seconds=6, cells=cells)
    if payload.otter == "no results":
        assert found is None
    elif payload.otter == "more points":
        assert found["total"] > EARNED
    elif payload.otter == "fewer points":
        assert found["total"] < EARNED
    else:
        assert payload.otter.removeprefix("shows ") in json.dumps(found["shown"])


@pytest.mark.parametrize("where", ["tests/q1.py", "../source/tests/q1.py"])
def test_a_hidden_test_is_read_from_otter_in_a_message_and_not_from_us(where, tmp_path, archive, otter):
    path = submitted(tmp_path, [f"def double(x): raise ValueError(open({where!r}).read())"])
    assert SECRET_LINE in json.dumps(otter(path, archive)["shown"])
    graded = Graded(path, archive).sound()
    assert graded.total == EARNED and "FileNotFoundError" in graded.text


def run_in_the_grader(marker):
    class Code:
        def __reduce__(self):
            return exec, (f"open({str(marker)!r}, 'w').close()",)

    return Code()


def test_a_log_in_the_submission_runs_code_in_otters_process_and_not_in_ours(tmp_path, archive, otter):
    marker = tmp_path / "ran"
    log = pickle.dumps(run_in_the_grader(marker))
    path = submitted(tmp_path, [], {".OTTER_LOG": log})
    otter(path, archive)
    assert marker.exists()
    marker.unlink()
    assert Graded(path, archive).sound().total == EARNED and not marker.exists()


def test_a_pickled_answer_runs_code_in_otters_process_and_not_in_ours(tmp_path, archive, otter):
    marker = tmp_path / "ran"
    cell = (
        "import os, otter.test_files as t\nclass Code:\n    def __init__(s, *a): pass\n    def __reduce__(s):\n"
        f"        return exec, (\"import os; open({str(marker)!r}, 'w').write(str(os.getpid()))\",)\n"
        "t.GradingResults = Code"
    )
    path = submitted(tmp_path, [cell])
    otter(path, archive)
    assert marker.exists()
    marker.unlink()
    assert Graded(path, archive).sound().total == EARNED and not marker.exists()


def test_a_detached_process_rewrites_otters_results_and_not_ours(tmp_path, archive, otter):
    results = tmp_path / "out" / "results.json"
    results.parent.mkdir()
    cell = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    end = time.time() + 30\n"
        f"    path = {str(results)!r}\n    while time.time() < end:\n        time.sleep(0.05)\n"
        "        if os.path.exists(path):\n            time.sleep(0.3)\n"
        "            open(path, 'w').write('{\"score\": 1000000}')\n            break\n    os._exit(0)"
    )
    path = submitted(tmp_path, [cell])
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
def test_a_dead_process_leaves_no_result_of_otters_and_all_others_points_of_ours(body, tmp_path, archive, otter):
    path = submitted(tmp_path, [f"def double(x):\n    {body}", 'grader.check("q1")'])
    assert otter(path, archive) is None
    assert Graded(path, archive).sound().total == EARNED


def test_an_exit_in_a_function_loses_all_points_of_otters_and_its_own_of_ours(tmp_path, archive, otter):
    path = submitted(tmp_path, ["def double(x): raise SystemExit(0)"])
    assert (otter(path, archive) or {"total": 0})["total"] == 0
    assert Graded(path, archive).sound().total == EARNED


def test_an_endless_loop_never_ends_in_otter_and_costs_its_own_points_here(tmp_path, archive, otter):
    path = submitted(tmp_path, ["import time\ndef double(x):\n    while True: time.sleep(0.01)"])
    assert otter(path, archive, seconds=6) is None
    assert Graded(path, archive).sound().total == EARNED
