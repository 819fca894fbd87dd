# ruff: noqa: E501
"""Must be survived: whatever a notebook does or is, there is a valid result, the other questions keep their points,
and the message says what happened."""

import errno
import functools
import json
import os
import random
import re
import time
import zipfile

import pytest
from msgspec.structs import replace

from autograder.errors import GraderError, StudentError
from autograder.grading.assignment import Assignment
from autograder.grading.cells import fingerprint
from autograder.grading.grade import grade
from autograder.grading.intake import read_submission
from autograder.grading.results import Outcome
from autograder.grading.sandbox import launcher, session
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.session import Session
from tests.kit import HONEST, QUICK, TESTS, Graded, notebook, payloads, ran, write_notebook, write_zip

FULL = {"q1": 2, "q2": 2, "q3": 2}
SMALL = Limits(cell=1, call=0.8, overrun=12, whole=60, memory=1 << 30, disk=20 << 20)


def with_cells(*cells):
    """The honest notebook with more cells after its answer to q1."""
    return [*HONEST[:2], *cells, *HONEST[2:]]


@pytest.mark.parametrize("payload", payloads("faults/in_a_cell"))
def test_all_answers_survive_a_cell_with(payload, tmp_path, proving):
    limits = replace(SMALL, cell=float(payload.seconds), overrun=40) if payload.seconds else SMALL
    graded = Graded(write_notebook(tmp_path / "a.ipynb", with_cells(*payload.cells)), proving, limits).sound()
    assert {name: graded.scores[name] for name in FULL} == FULL, graded.overview
    assert ran(payload, graded), graded.overview


@pytest.mark.parametrize("payload", payloads("faults/in_a_function"))
def test_other_questions_survive_a_function_with(payload, tmp_path, archive):
    cells = [HONEST[0], payload.source, *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.scores == FULL | {"q1": 0}
    assert re.search(payload.says, graded.cases("q1")[0].message)


def test_a_cell_that_is_too_large_is_not_run_and_said(tmp_path, archive):
    cells = with_cells("data = '" + "a" * 1_100_000 + "'")
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.scores == FULL and "larger than 1 MB and was not run" in graded.overview


def test_bytes_that_are_no_text_cost_their_own_cell(tmp_path, archive):
    cells = with_cells("x = '\ud800'\x00")
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.scores == FULL and "Cell 3 of the code cells: SyntaxError" in graded.overview


def test_more_fatal_cells_than_fresh_starts_still_give_a_result(tmp_path, archive):
    cells = [*HONEST, *["import os; os._exit(1)"] * 6]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, SMALL).sound()
    assert graded.total == 0 and "stopped too often" in graded.text


def test_answers_that_never_end_cost_their_own_points_however_many_there_are(tmp_path, archive):
    endless = "import time\ndef {}(*a):\n    while True: time.sleep(0.01)"
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
    cells = ["import time\ndef double(x):\n    while True: time.sleep(0.01)"]
    with Assignment(archive) as assignment:
        [result] = grade(write_notebook(tmp_path / "a.ipynb", cells), assignment, SMALL).questions["q1"].cases
    assert result.outcome is Outcome.STOPPED and "stopped: no answer within" in result.message


def test_an_answer_is_stopped_twice_and_then_left_alone(tmp_path):
    archive, tests = (
        tmp_path / "small.zip",
        "".join(
            f"\n@test_case(points=1)\ndef test_q1_{n}(double):\n    assert double({n}) == {2 * n}\n" for n in range(5)
        ),
    )
    write_zip(archive, {"q1": tests, "q3": TESTS["q3"]})
    cells = [HONEST[0], "import time\ndef double(x):\n    while x: time.sleep(0.01)\n    return 0", *HONEST[2:]]
    with Assignment(archive) as assignment:
        questions = grade(write_notebook(tmp_path / "a.ipynb", cells), assignment, SMALL).questions
    ends = [Outcome.PASSED, *[Outcome.STOPPED] * 2, *[Outcome.NOT_RUN] * 2]
    assert [case.outcome for case in questions["q1"].cases] == ends
    assert questions["q1"].score == 1 and questions["q3"].score == 2


def test_the_whole_submission_has_a_deadline(tmp_path, archive):
    cells = [*HONEST, *["import time; time.sleep(0.4)"] * 20]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive, Limits(whole=1)).sound()
    assert graded.total == 0 and "out of time" in graded.text


@pytest.mark.parametrize(
    "cells", [HONEST[:1] + HONEST[2:], [*HONEST, "del double"], [HONEST[0], "dubble = 1", *HONEST[2:]]]
)
def test_a_missing_answer_is_named(cells, tmp_path, archive):
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    assert graded.scores == FULL | {"q1": 0} and "does not define `double`" in graded.text.replace("\\", "")


def test_a_missing_answer_comes_with_the_error_of_its_cell(tmp_path, archive):
    cells = [HONEST[0], "1 / 0", "def double(x)\n    return 2 * x", *HONEST[2:]]
    graded = Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound()
    message = graded.cases("q1")[0].message
    assert (
        "The cell that defines it has an error: SyntaxError" in message
        and "line 1 of its cell: def double(x)" in message
    )


def test_a_magics_bare_name_runs_as_in_a_notebook(tmp_path, archive):
    path = write_notebook(tmp_path / "a.ipynb", [*HONEST, "pwd", "%pwd", "pwd = 3", "pwd"])
    assert Graded(path, archive).sound().overview == "All cells of the notebook ran."


def test_ignored_cells_are_skipped(tmp_path, archive):
    book = notebook([*HONEST, "def double(x): return 0"])
    book["cells"][-1]["metadata"]["tags"] = ["otter_ignore"]
    (tmp_path / "a.ipynb").write_text(json.dumps(book))
    assert Graded(tmp_path / "a.ipynb", archive).sound().total == 6


def exported_script():
    """The honest notebook as `jupyter nbconvert --to script` writes it, with cells that stop, as demonstrations may."""
    cells = [*HONEST[:2], "raise SystemExit  # a demonstration that goes wrong", *HONEST[2:]]
    body = "\n".join(f"# In[{number}]:\n\n\n{cell}\n\n" for number, cell in enumerate(cells, 1))
    return f"#!/usr/bin/env python\n# coding: utf-8\n\n# # A title\n# \n# Some prose.\n\n{body}"


@functools.cache
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
    numbers = notebook(HONEST)
    numbers["cells"][0]["outputs"] = [{"data": {"application/json": [1] * 1_100_000}, "output_type": "display_data"}]
    julia = notebook(HONEST) | {"metadata": {"kernelspec": {"language": "julia"}}}
    return {
        "a byte order mark": ("a.ipynb", b"\xef\xbb\xbf" + text.encode(), True, ""),
        "format 3": ("a.ipynb", json.dumps(v3).encode(), True, ""),
        "no metadata": ("a.ipynb", json.dumps(bare).encode(), True, ""),
        "duplicate ids": ("a.ipynb", json.dumps(same_id).encode(), True, ""),
        "huge images": ("a.ipynb", json.dumps(images).encode(), True, ""),
        "many numbers in an output": ("a.ipynb", json.dumps(numbers).encode(), True, ""),
        "a script": ("a.py", "\n\n".join(HONEST).encode(), True, ""),
        "a script of Jupyter's": ("a.py", exported_script().encode(), True, ""),
        "UTF-16": ("a.ipynb", text.encode("utf-16"), True, ""),
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
        "a crowd of empty cells": (
            "a.ipynb",
            b'{"cells": [' + b"{},{}," * 600_000 + b"{}]}",
            False,
            "too large to read",
        ),
        "a crowd of cells": ("a.ipynb", json.dumps(notebook([*HONEST, *["1"] * 2000])).encode(), False, "code cells"),
        "another assignment": ("a.ipynb", json.dumps(notebook(HONEST, "other")).encode(), False, "'other'"),
        "another language": ("a.ipynb", json.dumps(julia).encode(), False, "not Python"),
        "a picture": ("a.png", b"\x89PNG", False, "neither a notebook"),
        "a broken zip": ("a.zip", b"PK\x03\x04 nothing", False, "neither a notebook"),
    }


@pytest.mark.parametrize("kind", variants())
def test_a_file_handed_in_is_graded_or_refused_with_a_sentence(kind, tmp_path, archive):
    name, data, good, says = variants()[kind]
    (tmp_path / name).write_bytes(data)
    graded = Graded(tmp_path / name, archive).sound()
    assert graded.total == (6 if good else 0) and says in graded.text
    assert good == (graded.overview == "All cells of the notebook ran.") or "Jupyter" in kind


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["a.ipynb"], ""),
        (["work/final/a.ipynb"], ""),
        (["a.ipynb", ".ipynb_checkpoints/a.ipynb", "__MACOSX/._a.ipynb", ".a.ipynb"], ""),
        (["a.ipynb", "utils.py"], ""),
        (["a.ipynb", "copy of a.ipynb"], ""),
        (["a.ipynb", "other.ipynb"], "2 notebooks"),
        ([], "no notebook"),
        (["readme.txt"], "no notebook"),
        (["a.py", "b.py"], "no notebook"),
    ],
)
@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder"])
def test_a_folder_or_zip_with(names, says, form, tmp_path, archive):
    texts = {name: json.dumps(notebook([*HONEST, "x = 1"] if "other" in name else HONEST)) for name in names}
    target = tmp_path / ("in" if form != "zip" else "in.zip")
    if form == "folder":
        for name in names:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(texts[name])
        target.mkdir(exist_ok=True)
    else:
        if form == "zip in a folder":
            target.mkdir()
        with zipfile.ZipFile(target / "x.zip" if target.is_dir() else target, "w") as file:
            for name in names:
                file.writestr(name, texts[name])
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
    submission = read_submission(path)
    assert submission.cells == HONEST and not submission.files


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
    assert read_submission(path).files == {"helper.py": b"1 / 0"}
    assert Graded(path, archive).sound().total == 6


def test_a_member_without_a_name_is_left_out(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.ipynb", json.dumps(notebook(HONEST)))
        file.writestr("zzz", "x")
    path.write_bytes(path.read_bytes().replace(b"zzz", b"\0zz"))
    assert read_submission(path).cells == HONEST


def test_a_file_that_is_too_large_fails_where_it_is_written_and_costs_nothing_later(tmp_path, archive):
    """Its size and the limit of all files together must not meet: a process that lives on would be ended by chance."""
    write = "with open('big', 'wb') as f:\n    while True: f.write(bytes(2**20)); f.flush()"
    sync = "import os, time\nos.fsync(os.open('big', os.O_RDONLY))\ntime.sleep(0.4)"
    graded = Graded(write_notebook(tmp_path / "a.ipynb", [*HONEST, write, sync]), archive).sound()
    assert graded.total == 6 and "File too large" in graded.overview and len(graded.overview.split("\n")) == 2


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
    with Session([cell], {}, QUICK) as run:
        run.ensure()
        assert run.complaints == {} or os.geteuid() != 0  # what an ordinary user cannot measure is too much


def test_what_went_wrong_is_cut_also_where_the_students_side_does_not():
    forge = "import sys\nr = sys.modules['autograder.grading.sandbox.responder']\n"
    forge += "r.described = lambda e: r.Fault('E', 'x' * 900_000, 'y' * 90_000)"
    with Session([forge, "1 / 0", "def f(): 1 / 0"], {}, QUICK) as run:
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
    files = read_submission(path).files
    assert 24 << 20 < sum(map(len, files.values())) <= 32 << 20


def test_a_pipe_and_a_link_are_refused_with_a_sentence(tmp_path, archive):
    os.mkfifo(tmp_path / "a.ipynb")
    os.symlink("a.ipynb", tmp_path / "b.ipynb")
    assert "it is not a file" in Graded(tmp_path / "a.ipynb", archive).sound().text
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


def test_a_keeper_that_was_killed_is_replaced(tmp_path, archive):
    path = write_notebook(tmp_path / "a.ipynb", HONEST)
    assert Graded(path, archive).sound().total == 6
    launcher._launcher.process.kill()  # the test's own child
    assert Graded(path, archive).sound().total == 6


def test_a_keeper_that_never_starts_is_the_graders_failure_not_the_students(tmp_path, archive, monkeypatch):
    launcher.close_launcher()
    monkeypatch.setattr(launcher, "KEEPER", "raise SystemExit(1)")
    with pytest.raises(GraderError, match="does not start"):
        Graded(write_notebook(tmp_path / "a.ipynb", HONEST), archive)
    launcher.close_launcher()


def test_demonstrations_are_skipped_also_where_their_tags_are_lost(tmp_path):
    shown = "import time\n\ntime.sleep(600)"
    path = write_zip(tmp_path / "small.zip", skipped_cells=[fingerprint(shown)])
    script = tmp_path / "a.py"
    script.write_text("\n".join(f"# In[ ]:\n\n\n{cell}\n" for cell in [*HONEST, shown.replace("\n", "\n\n")]))
    tagged = tmp_path / "b.py"
    tagged.write_text("\n".join(f"# %%\n{cell}\n" for cell in HONEST) + '\n# %% tags=["otter_ignore"]\n1 / 0\n')
    untagged = write_notebook(tmp_path / "c.ipynb", [*HONEST, shown])
    for submission in (script, tagged, untagged):
        assert Graded(submission, path).sound().overview == "All cells of the notebook ran."
