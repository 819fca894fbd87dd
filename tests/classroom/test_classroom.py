"""A folder of submissions to a gradebook: who is who, what is kept, what a death or Ctrl-C costs, what is written."""

import csv
import errno
import fcntl
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import get_temp_dir
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import files
from autograder.__main__ import main
from autograder.classroom import pools, worker
from autograder.classroom import run as run_module
from autograder.classroom.canvas import CanvasExport
from autograder.classroom.gradebook import export_table, harmless, table, text_cell
from autograder.classroom.moodle import MoodleWorksheet
from autograder.classroom.records import safe_name
from autograder.classroom.report import bins
from autograder.classroom.roster import Student, read_class
from autograder.classroom.worker import close_archive, work
from autograder.errors import GradebookError, RosterError
from autograder.grading.intake import content_digest
from autograder.grading.sandbox.launcher import launcher
from autograder.grading.sandbox.walls import check_walls
from autograder.grading.scale import Scale
from tests.kit import HONEST, TESTS, WRONG, wait_for, write_notebook, write_zip

# --- who handed in what ---------------------------------------------------------------------------------------------


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder


def found(folder):
    students, left = read_class(folder)
    return {s.id: (s.name, " ".join(path.name for path in s.paths), s.problem, s.late) for s in students}, left


@pytest.mark.parametrize(
    ("name", "id", "who", "late"),
    [
        ("jane.ipynb", "jane", "jane", False),
        ("Jane Doe.py", "Jane Doe", "Jane Doe", False),
        ("doejane_4711_90210_rnn_lstm.ipynb", "4711", "doejane", False),
        ("doejane_LATE_4711_90210_rnn_lstm-1.zip", "4711", "doejane", True),
        ("Jane Doe_4711_assignsubmission_file_rnn_lstm.ipynb", "4711", "Jane Doe", False),
        ("Zed_4711_9_1_5555_assignsubmission_file_a.ipynb", "4711", "Zed", False),
        ("Jane Doe_4711_assignsubmission_file_x_5555_assignsubmission_file_a.ipynb", "4711", "Jane Doe", False),
        ("two\u202e_4711_90210_a.ipynb", "4711", "two�", False),
        ("bob.IPYNB", "bob", "bob", False),
        ("Zoë O'Néil 🎉_4711_90210_a b.ipynb", "4711", "Zoë O'Néil 🎉", False),
    ],
)
def test_a_file_name_tells_who(name, id, who, late, tmp_path):
    assert found(make(tmp_path, name)) == ({id: (who, name, "", late)}, [])


def test_an_id_with_different_names_is_none(tmp_path):
    names = ["alice_2026_11_rnn.ipynb", "bob_2026_11_rnn.ipynb", "bob_2026_11_rnn.zip", "cyd_7_11_rnn.ipynb"]
    students, _ = found(make(tmp_path, *names))
    assert set(students) == {"alice_2026_11_rnn", "bob_2026_11_rnn", "7"}
    assert students["alice_2026_11_rnn"][1] == "alice_2026_11_rnn.ipynb"
    assert students["bob_2026_11_rnn"][1] == "bob_2026_11_rnn.ipynb bob_2026_11_rnn.zip"


@pytest.mark.parametrize(
    "folder", ["jane", "Jane Doe_4711_assignsubmission_file", "Jane Doe_4711_assignsubmission_file_"]
)
def test_a_folder_name_tells_who(folder, tmp_path):
    students, _ = found(make(tmp_path, f"{folder}/rnn_lstm.ipynb", f"{folder}/helper.py", f"{folder}/notes.txt"))
    id, who = ("jane", "jane") if folder == "jane" else ("4711", "Jane Doe")
    assert students == {id: (who, folder, "", False)}


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["jane/a.ipynb", "jane/b.ipynb"], "a.ipynb b.ipynb"),
        (["jane/a.ipynb", "jane/deep/a.zip"], "a.ipynb a.zip"),
        (["jane.ipynb", "jane.zip"], "jane.ipynb jane.zip"),
        (["jane.ipynb", "jane/a.ipynb"], "a.ipynb jane.ipynb"),
        (["jane.ipynb", "jane.pdf"], "jane.ipynb"),
        (["jane_4711_9_a.ipynb", "jane_4711_10_b.pdf", "jane_4711_11_c.txt"], "jane_4711_9_a.ipynb"),
    ],
)
def test_all_that_a_student_has_submitted_and_can_be_graded_is_looked_at(names, paths, tmp_path):
    [(_, found_paths, problem, _)] = found(make(tmp_path, *names))[0].values()
    assert found_paths == paths and not problem


@pytest.mark.parametrize(
    ("names", "id", "says"),
    [
        (["jane/notes.txt"], "jane", "submitted notes.txt, which cannot be graded: ask for the .ipynb"),
        (["jane/.hidden"], "jane", "submitted nothing"),
        (["jane.pdf"], "jane", "submitted jane.pdf, which"),
        (["jane.html", "jane.rar"], "jane", "submitted jane.html, jane.rar, which"),
        (["doejane_4711_90210_rnn.pages"], "4711", "submitted doejane_4711_90210_rnn.pages, which"),
        (
            ["Jane Doe_4711_assignsubmission_file_a.docx"],
            "4711",
            "submitted Jane Doe_4711_assignsubmission_file_a.docx",
        ),
        (["Jane Doe_4711_assignsubmission_onlinetext/onlinetext.html"], "4711", "submitted onlinetext.html, which"),
        (
            [f"jane/{number}.txt" for number in range(9)],
            "jane",
            "submitted 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 4 more",
        ),
    ],
)
def test_what_cannot_be_graded_has_a_row_for_its_owner(names, id, says, tmp_path):
    [(found_id, (_, paths, problem, _))] = found(make(tmp_path, *names))[0].items()
    assert found_id == id and paths == "" and problem.startswith(says)


def test_foreign_files_are_named_and_system_files_are_not(tmp_path):
    make(
        tmp_path, "a.ipynb", "grades.xlsx", ".DS_Store", "__MACOSX/a.ipynb", "b/.ipynb_checkpoints/b.ipynb", "b/b.ipynb"
    )
    os.symlink("/etc/passwd", tmp_path / "link.ipynb")
    os.mkfifo(tmp_path / "fifo.ipynb")
    students, left = found(tmp_path)
    assert list(students) == ["a", "b"] and not any(problem for _, _, problem, _ in students.values())
    assert left == [
        "fifo.ipynb: neither a notebook, a zip, a script nor a student's folder",
        "grades.xlsx: neither a notebook, a zip, a script nor a student's folder",
        "link.ipynb: a link; put the file itself there",
    ]


GRADESCOPE = """
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '4711'
    :email: jane@x.edu
  - :name: John Roe
    :sid: '4712'
    :email: john@x.edu
  :created_at: 2026-11-01 10:00:00.000000000 Z
submission_2:
  :submitters:
  - {":name": Kim Poe, ":sid": null, ":email": kim@x.edu}
submission_3:
  :submitters:
  - {":name": Lee Moe, ":sid": 3, ":email": lee@x.edu}
submission_4:
  :submitters:
  - {":name": 2024-02-31, ":sid": "x\\uD800", ":email": null}
submission_5:
  :submitters: []
"""


def test_a_gradescope_export_tells_who_and_partners_share(tmp_path):
    make(tmp_path, "submission_1/a.ipynb", "submission_2/a.ipynb", "submission_5/a.ipynb", "submission_9/a.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(GRADESCOPE)
    students, left = found(tmp_path)
    assert students == {
        "4711": ("Jane Doe", "submission_1", "", False),
        "4712": ("John Roe", "submission_1", "", False),
        "kim@x.edu": ("Kim Poe", "submission_2", "", False),
        "3": ("Lee Moe", "", "submitted nothing", False),
        "x\ud800": ("2024-02-31", "", "submitted nothing", False),
    }
    nobody = ": no student of it in submission_metadata.yml"
    assert left == [f"submission_5{nobody}", f"submission_9{nobody}"]


@pytest.mark.parametrize("text", ["a: [", "- a", "submission_1: 3", "submission_1:\n  :submitters: 7", "\x00"])
def test_a_broken_gradescope_export_says_so(text, tmp_path):
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(RosterError, match="cannot be read"):
        read_class(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "..", ".", "", "/etc"])
def test_an_export_cannot_name_a_path_outside(name, tmp_path):
    make(tmp_path, "secret/a.ipynb", "class/x")
    listed = f'"{name}":\n' + '  :submitters:\n  - {":name": Jane, ":sid": 1}\n'
    (tmp_path / "class/submission_metadata.yml").write_text(listed)
    assert found(tmp_path / "class")[0]["1"][1] == ""


# --- grading --------------------------------------------------------------------------------------------------------

TRAP = """
@test_case(points=1, hidden=False)
def test_q4_trap(double):
    import os
    if double(1) == 13:
        os._exit(7)
    assert double(1) == 2
"""


@pytest.fixture(scope="module")
def short():
    """A folder with a short path, since a command that we start has Python's sockets in its temporary folder."""
    get_temp_dir()  # this process's own sockets, and its own keeper, stay where no test clears away
    launcher()
    with tempfile.TemporaryDirectory(prefix="c-") as folder:
        os.chmod(folder, 0o711)
        yield folder


class PoolInThisProcess:
    """Grades where it is asked, each submission once in all tests: for tests of what is made of the results."""

    workers, known = 1, {}

    def __init__(self, workers, archive, closed=()):
        self.archive, self.closed = archive, closed

    def get_ready(self):
        check_walls(self.closed)

    def submit(self, task):
        key = self.archive.digest, *map(content_digest, task.source), task.unconfined
        future = Future()
        try:
            self.known[key] = self.known.get(key) or work(self.archive, task)
            future.set_result(self.known[key])
        except Exception as problem:
            future.set_exception(problem)
        return future

    def restart(self):
        pass

    def close(self, at_once=False):
        close_archive()


@pytest.fixture
def processes(monkeypatch):
    """A pool of processes, as a class has it."""
    monkeypatch.setattr(run_module, "LocalPool", pools.LocalPool)


@pytest.fixture
def place(tmp_path, short, monkeypatch):
    """A class of seven with the kit's zip, and a temporary folder of its own that must be empty in the end."""
    monkeypatch.setattr(run_module, "LocalPool", PoolInThisProcess)
    write_zip(tmp_path / "small.zip")
    folder = tmp_path / "class"
    folder.mkdir()
    for name, cells in {
        "ann": HONEST,
        "bob": [*HONEST[:1], WRONG, *HONEST[2:]],
        "cyd": HONEST[:1],
        "<script>alert(1)<!script>": HONEST,
        "dot": [*HONEST, "import os; os._exit(0)"],
    }.items():
        write_notebook(folder / f"{name}.ipynb", cells)
    (folder / "eve.ipynb").write_text("{")
    (folder / "fay").mkdir()
    write_notebook(folder / "fay/a.ipynb", HONEST)
    write_notebook(folder / "fay/b.ipynb", HONEST[:3])
    make(folder, "notes.xlsx")
    temporary = Path(tempfile.mkdtemp(prefix="", dir=short))
    temporary.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield tmp_path
    assert not left_in(temporary)


def left_in(folder):
    return [
        path for path in folder.iterdir() if not path.name.startswith(("pymp-", "dask-scratch"))
    ]  # the libraries' own


def run(place, *options):
    return main(
        ["class", str(place / "class"), "--out", str(place / "out"), "--zip", str(place / "small.zip"), *options]
    )


def grades(place):
    with open(place / "out/grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def digest_of_results(place):
    return {path.name: path.read_text() for path in sorted((place / "out/results").iterdir())}


def written_at(place, name):
    """When a student's result was written, in nanoseconds."""
    return (place / f"out/results/{name}.json").stat().st_mtime_ns


def without_seconds(text):
    return re.sub(r'"seconds": [\d.]+', "", text)


def test_a_class_is_graded_and_nobody_is_dropped(place, processes, capsys):
    assert run(place, "-j", "2") == 0
    rows = grades(place)
    totals = ["points", "of", "extra", "total"]
    assert list(rows["ann"]) == ["id", "name", "late", *TESTS, *totals, "status", "what went wrong"]
    assert {name: (row["total"], row["status"]) for name, row in rows.items()} == {
        "<script>alert(1)<!script>": ("6", "graded"),
        "ann": ("6", "graded"),
        "bob": ("4", "graded"),
        "cyd": ("0", "graded"),
        "dot": ("6", "graded"),
        "eve": ("0", "not graded"),
        "fay": ("", "not graded"),
    }
    assert "damaged" in rows["eve"]["what went wrong"] and "2 files" in rows["fay"]["what went wrong"]
    assert "exit code 0" in rows["dot"]["what went wrong"]
    out = capsys.readouterr().out
    assert "5 graded, 2 not graded" in out and "left alone: notes.xlsx" in out
    for id in rows:
        assert (place / f"out/feedback/{safe_name(id)}.html").is_file()
        report = json.loads((place / f"out/results/{safe_name(id)}.json").read_text())
        assert "tests" in report and report["extra_data"]["student"] == id


def test_the_pages_load_nothing_and_escape_names(place):
    run(place)
    for path in [place / "out/report.html", *(place / "out/feedback").iterdir()]:
        text = path.read_text()
        assert "<script>alert" not in text and "alert(1)" in text or "alert" not in text
        assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(""", text)
    data = re.search(r'id="data">(.*?)</script>', (place / "out/report.html").read_text(), re.S)[1]
    assert "<" not in data and len(json.loads(data)["students"]) == 7


def test_the_number_of_processes_changes_nothing(place, processes):
    run(place, "-j", "1")
    alone = digest_of_results(place)
    run(place, "-j", "3", "--fresh")
    together = digest_of_results(place)
    assert {k: without_seconds(v) for k, v in alone.items()} == {k: without_seconds(v) for k, v in together.items()}


def test_a_second_run_grades_only_what_is_new_or_changed(place, capsys):
    run(place)
    before = digest_of_results(place)
    assert run(place) == 0 and digest_of_results(place) == before
    assert "5 graded, 2 not graded (5 of them before)" in capsys.readouterr().out
    write_notebook(place / "class/bob.ipynb", HONEST)
    write_notebook(place / "class/gus.ipynb", HONEST)
    run(place)
    after = digest_of_results(place)
    assert {name for name in after if after[name] != before.get(name)} == {"bob.json", "gus.json"}
    assert grades(place)["bob"]["total"] == "6"


def test_another_zip_or_fresh_grades_all_again(place):
    run(place)
    before, times = digest_of_results(place), {name: written_at(place, name) for name in ("ann", "bob", "cyd")}
    run(place, "--fresh")
    fresh = digest_of_results(place)
    assert {name: without_seconds(text) for name, text in fresh.items()} == {
        name: without_seconds(text) for name, text in before.items()
    }
    assert all(written_at(place, name) != time for name, time in times.items())
    write_zip(place / "small.zip", {"q1": TESTS["q1"]})
    run(place)
    assert grades(place)["ann"]["total"] == "2"


def edited(change):
    """An edit of a results file's record."""

    def edit(text):
        contents = json.loads(text)
        change(contents["extra_data"])
        return json.dumps(contents)

    return edit


USELESS = {
    "cut short": lambda text: text[:-40],
    "empty": lambda text: "",
    "no record": lambda text: "{}",
    "another student's": edited(lambda record: record.update(student="bob")),
    "a missing field": edited(lambda record: record.pop("status")),
    "an odd field": edited(lambda record: record.update(more=1)),
    "an unknown status": edited(lambda record: record.update(status="perfect")),
    "a number for a text": edited(lambda record: record.update(why=3)),
    "a case without points": edited(lambda record: record["grading"]["questions"]["q1"]["cases"][0].pop("points")),
    "a text for points": edited(lambda record: record["grading"]["questions"]["q1"]["cases"][0].update(points="9")),
    "a list for questions": edited(lambda record: record["grading"].update(questions=[])),
}


def test_a_record_of_no_use_is_graded_again_and_named(place, capsys):
    for name in USELESS:
        write_notebook(place / f"class/{name}.ipynb", HONEST)
    run(place)
    whole = {name: (place / f"out/results/{safe_name(name)}.json") for name in USELESS}
    for name, path in whole.items():
        path.write_text(USELESS[name](path.read_text()))
    capsys.readouterr()
    assert run(place) == 0
    told = capsys.readouterr().out
    for name, path in whole.items():
        assert f"results/{path.name} is of no use as it is: graded again" in told, name
        assert grades(place)[name]["total"] == "6"


def test_a_worker_that_dies_costs_its_own_submission_only(place, processes, capsys):
    write_zip(place / "small.zip", TESTS | {"q4": TRAP})
    for name in ("hal", "ida"):
        write_notebook(place / f"class/{name}.ipynb", [*HONEST, "def double(x): return 13"])
    assert run(place, "-j", "2") == 1
    rows = grades(place)
    assert {name for name, row in rows.items() if row["status"] == "the grader failed"} == {"hal", "ida"}
    assert rows["ann"]["total"] == "7" and rows["bob"]["total"] == "4" and rows["hal"]["total"] == ""
    assert "2 the grader failed" in capsys.readouterr().out
    write_notebook(place / "class/hal.ipynb", HONEST)
    write_notebook(place / "class/ida.ipynb", HONEST)
    assert run(place) == 0 and grades(place)["ida"]["total"] == "7"


def test_what_no_encoding_can_write_stops_nobody(place):
    write_notebook(place / "class/hal.ipynb", [*HONEST, "x = '\ud800'"])
    (place / "class/ida").mkdir()
    write_notebook(place / "class/ida/a.ipynb", HONEST)
    Path(os.fsdecode(os.fsencode(place / "class/ida") + b"/\xff.csv")).write_text("x")
    for name in (b"x\xe9.ipynb", b"x\xe8.ipynb", b"y\xff/a.ipynb"):  # no text in any encoding that we read
        path = Path(os.fsdecode(os.fsencode(place / "class") + b"/" + name))
        path.parent.mkdir(exist_ok=True)
        write_notebook(path, HONEST)
    assert run(place) == 0
    names = ("ann", "hal", "ida", "x\\xe9", "x\\xe8", "y\\xff")
    assert {grades(place)[name]["total"] for name in names} == {"6"}


def test_a_pool_that_breaks_before_it_is_asked_again_costs_nobody_else(place, processes, monkeypatch):
    submit, calls = pools.LocalPool.submit, []

    def breaks_once(self, *args):
        calls.append(1)
        if len(calls) == 2:
            raise BrokenProcessPool
        return submit(self, *args)

    monkeypatch.setattr(pools.LocalPool, "submit", breaks_once)
    assert run(place) == 0 and [grades(place)[name]["total"] for name in ("ann", "bob", "dot")] == ["6", "4", "6"]


def command(place, jobs=2):
    words = ["class", place / "class", "--out", place / "out", "--zip", place / "small.zip", "-j", jobs]
    return [sys.executable, "-m", "autograder", *map(str, words)]


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(place):
    for number in range(16):
        write_notebook(place / f"class/s{number:02}.ipynb", [*HONEST, "import time; time.sleep(0.5)"])
    interrupt_after(4, "s*.json", command(place), place)
    kept = {name: text for name, text in digest_of_results(place).items() if name.startswith("s")}
    assert 4 <= len(kept) < 16
    rows = grades(place)
    assert len(rows) == 23 and sum("not yet" in row["what went wrong"] for row in rows.values()) >= 16 - len(kept)
    done = subprocess.run(command(place), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and all(row["status"] == "graded" for id, row in grades(place).items() if id[0] == "s")
    assert {name: text for name, text in digest_of_results(place).items() if name in kept} == kept
    assert done.stderr.rstrip().endswith("2 not graded") and "23 of 23" in done.stderr


def started(count, pattern, words, place):
    """A class that runs in a process of its own and has some results."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(words, **streams, start_new_session=True)
    wait_for(lambda: len(list((place / "out/results").glob(pattern))) >= count)
    return process


def interrupt_after(count, pattern, words, place):
    """Start a class and press Ctrl-C, as a terminal sends it, to all processes, once there are some results."""
    process = started(count, pattern, words, place)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=8)
    assert process.returncode == 130 and "the same command resumes" in err and "Traceback" not in err


def test_ctrl_c_is_quiet_also_where_workers_wait(place):
    write_notebook(place / "class/slow.ipynb", [*HONEST, "import time; time.sleep(15)"])
    interrupt_after(7, "*.json", command(place, jobs=4), place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_class_leaves_no_process_and_no_students_folder(place, number):
    for turn in range(60):
        write_notebook(place / f"class/s{turn:02}.ipynb", [*HONEST, "import time; time.sleep(0.5)"])
    process = started(4, "s*.json", command(place), place)
    group = psutil.Process(process.pid).children(recursive=True)
    assert len(group) >= 6  # Python's two helpers, two workers, and the server of each
    process.send_signal(number)
    _, err = process.communicate(timeout=8)
    assert process.returncode == (130 if number == signal.SIGTERM else -signal.SIGKILL) and "Traceback" not in err
    _, left = psutil.wait_procs(group, timeout=8)
    assert not left
    kept = left_in(Path(os.environ["TMPDIR"]))
    assert [path.name.partition("-")[0] for path in kept] == ["tests"] * (number == signal.SIGKILL)
    files.sweep(("tests-", "class-", "warm-"))  # as the next command does
    assert not left_in(Path(os.environ["TMPDIR"]))


def test_a_dask_cluster_gives_the_same_results(place):
    distributed = pytest.importorskip("distributed")
    run(place)
    local = digest_of_results(place)
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with distributed.LocalCluster(**settings, local_directory=str(place / "dask")) as cluster:
        assert run(place, "--fresh", "--dask", cluster.scheduler_address) == 0
    there = digest_of_results(place)
    assert {k: without_seconds(v) for k, v in local.items()} == {k: without_seconds(v) for k, v in there.items()}


# --- what is written ------------------------------------------------------------------------------------------------

EXPORT = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,RNN and LSTM (42),Other (43)\r\n"
    "    Points Possible,,,,,6,10\r\n"
    '"Doe, Ann",1,ann,ann1,A,,3\r\n"Roe, Bob",2,b,BOB,A,7,3\r\n"Poe, Zed",3,z,zed,B,,3\r\n'
)


def test_canvas_gets_its_own_rows_back_with_the_points(place, capsys):
    export = place / "export.csv"
    export.write_text(EXPORT, encoding="utf-8", newline="")
    assert run(place, "--canvas", str(export), "--column", "RNN and") == 0
    with open(place / "out/canvas.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "RNN and LSTM (42)"]
    assert [row[0] for row in rows[1:]] == ["    Points Possible", "Doe, Ann", "Roe, Bob", "Poe, Zed"]
    assert [row[-1] for row in rows[1:]] == ["6", "6", "4", ""]
    assert "not in the Canvas export: cyd (cyd)" in capsys.readouterr().out


def test_points_go_by_canvas_id_before_any_other_column_and_to_one_student_a_row(tmp_path):
    lines = ["Student,ID,SIS User ID,HW", "A,1,4711,", "B,4711,2,", "C,3,c,"]
    (tmp_path / "e.csv").write_text("\n".join(lines))
    export = CanvasExport(tmp_path / "e.csv", "HW")
    twice = Student("c", "C again")
    assert export.fill([(Student("4711", "B"), "40"), (Student("3", "C"), "7"), (twice, "9")], set()) == (
        [twice],
        [],
        [],
    )
    assert [row["HW"] for row in export.rows] == ["", "40", "7"]


def test_points_that_a_person_gave_in_canvas_are_kept_where_nothing_was_graded(tmp_path):
    (tmp_path / "e.csv").write_text("Student,ID,HW\nA,1,35\nB,2,\nC,3,12")
    export = CanvasExport(tmp_path / "e.csv", "HW")
    students = [Student(id, id) for id in "123"]
    assert export.fill([(student, "0") for student in students], {"1", "2"}) == ([], students[:1], [])
    assert [row["HW"] for row in export.rows] == ["35", "0", "0"]


WORKSHEET = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    "Participant ann,Ann Doe,ann@x.edu,Submitted for grading,,6.00,Yes,today,-,\r\n"
    "Participant bob,=1+1,bob@x.edu,Submitted for grading,1.00,6.00,Yes,today,-,well done\r\n"
    "Participant zed,Zed Poe,zed@x.edu,No submission,,6.00,Yes,-,-,\r\n"
)


def test_moodle_gets_its_own_rows_back_with_the_grades(place, capsys):
    export = place / "worksheet.csv"
    export.write_text(WORKSHEET, encoding="utf-8", newline="")
    assert run(place, "--moodle", str(export)) == 0
    with open(place / "out/moodle.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Grade"] for row in rows] == ["6", "4", ""]
    assert [row["Identifier"] for row in rows] == ["Participant ann", "Participant bob", "Participant zed"]
    assert rows[1]["Full name"] == "'=1+1" and rows[0]["Last modified (grade)"] == "-"
    assert "Feedback comments" not in rows[0]  # so that the upload changes none
    assert "not in the Moodle export: cyd (cyd)" in capsys.readouterr().out
    export.write_text(WORKSHEET.replace("6.00", "100.00"), encoding="utf-8", newline="")
    assert run(place, "--moodle", str(export)) == 2
    assert "the worksheet's maximum grade is 100, these grades are of 6 (all of them)" in capsys.readouterr().err


def test_what_moodle_would_leave_out_without_a_word_is_told(tmp_path):
    (tmp_path / "w.csv").write_text(WORKSHEET.replace("6.00,Yes,today,-,well", "6.00,No,today,-,well"))
    export = MoodleWorksheet(tmp_path / "w.csv")
    students = [Student(id, id) for id in ("ann", "bob", "zed")]
    filled = export.fill([(student, "8") for student in students], set())
    assert filled == ([], [students[1]], [students[0], students[2]])
    assert [row["Grade"] for row in export.rows] == ["6", "1.00", "6"]
    scale = Scale({"q1": 6, "q2": 2}, frozenset({"q2"}))
    export.check_points(scale, "")
    with pytest.raises(GradebookError, match=r"is 6, these grades are of 7 \(with\): change it in Moodle"):
        export.check_points(Scale({"q1": 7}), "with")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no grading worksheet of Moodle: it has no column Identifier; download it in English"),
        (WORKSHEET.replace("Grade,Max", "Bewertung,Max"), "it has no column Grade;"),
        (WORKSHEET.replace("Maximum grade", "Scale"), "is graded with a scale"),
    ],
)
def test_a_worksheet_that_does_not_fit_says_so(text, says, tmp_path):
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(GradebookError, match=says):
        MoodleWorksheet(tmp_path / "w.csv")


def test_what_an_earlier_run_made_of_those_who_are_gone_goes_and_nothing_else(place, capsys):
    (place / "export.csv").write_text(EXPORT, encoding="utf-8", newline="")
    assert run(place, "--canvas", str(place / "export.csv"), "--column", "RNN and") == 0
    out = place / "out"
    mine = out / "feedback/notes.txt"
    mine.write_text("call Cyd")
    gone = [path for path in (place / "class").iterdir() if path.name.startswith(("ann", "cyd"))]
    assert len(gone) == 2
    for path in gone:
        path.rename(place / path.name)
    (out / "results/cyd.json").write_text("changed")
    capsys.readouterr()
    assert run(place) == 0
    told = capsys.readouterr().out
    line = "removed, since an earlier run made it and this one does not: canvas.csv, feedback/ann.html, "
    assert f"{line}feedback/cyd.html, results/ann.json\n" in told
    assert "not of this run, and left as it is: feedback/notes.txt, results/cyd.json\n" in told
    assert mine.exists() and (out / "results/cyd.json").read_text() == "changed"
    assert not list(out.rglob("ann*")) and not (out / "canvas.csv").exists()
    assert "no longer in the class" in (out / "report.html").read_text()
    for path in gone:
        (place / path.name).rename(path)
    (out / ".made.json").write_text('{"files": {"../class/bob.ipynb": "x", "grades.csv": 3}}')
    assert run(place) == 0 and "removed" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a gradebook"),
        ("a,b\n1,2\n", "not a gradebook"),
        (EXPORT.replace("RNN", "X"), "0 columns 'RNN'"),
        (None, "read"),
    ],
)
def test_an_export_that_does_not_fit_says_so(text, says, tmp_path):
    if text is not None:
        (tmp_path / "e.csv").write_text(text)
    with pytest.raises(GradebookError, match=says):
        CanvasExport(tmp_path / "e.csv", "RNN")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "＝1", '=HYPERLINK("x")', "\t=1+1"])
def test_no_cell_is_a_formula(text):
    assert text_cell(text).startswith("'") and not text_cell(" ok").startswith("'")
    assert f"; '{text.strip()}" in text_cell(f"a; {text.strip()}") and text_cell("a; b, c-1") == "a; b, c-1"


SEPARATORS, FORMULAS = ",;\t", tuple("=+-@\t\r＝＋－＠")
hostile = st.text(st.sampled_from(list("=+-@\t\r\n;,\"' a1＝＋－＠")), max_size=12)


def cells_as_read(data):
    """Each cell of a CSV file, whatever separates its columns and whether or not quotes count."""
    text = data.decode("utf-8-sig")
    for separator in SEPARATORS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting):
                yield from row


def no_formula_in(data):
    found = [cell for cell in cells_as_read(data) if cell.lstrip(' "').startswith(FORMULAS)]
    assert not found, (found, data)


@given(st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=3))
def test_no_cell_of_the_gradebook_is_a_formula_whatever_separates_the_columns(texts):
    columns = ["id", "name", "late", "q1", "what went wrong"]
    rows = [[text_cell(id), text_cell(name), "late", "2", text_cell(wrong)] for id, name, wrong in texts]
    no_formula_in(table(columns, [dict(zip(columns, row, strict=True)) for row in rows]))


@given(st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=3))
def test_no_cell_of_canvas_csv_is_a_formula_and_its_ids_are_as_they_were(texts):
    columns = ["Student", "ID", "SIS Login ID", "Section", "HW (1)"]
    rows = [["    Points Possible", "", "", "", "40"]]
    rows += [[who, f"{4711 + n}", login, section, "7"] for n, (who, login, section) in enumerate(texts)]
    with tempfile.NamedTemporaryFile("wb", suffix=".csv") as file:
        file.write(table(columns, [dict(zip(columns, row, strict=True)) for row in rows]))
        file.flush()
        data = export_table(CanvasExport(Path(file.name), "HW"))
    no_formula_in(data)
    back = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert back[0]["Student"] == "    Points Possible"
    assert [(row["ID"], row["HW (1)"]) for row in back] == [(row[1], row[4]) for row in rows]


@pytest.mark.parametrize("name", ["Doe, Ann", "O'Neil; Zoë", 'Ann "Annie" Doe', "Doe, Jean-Luc", "a=b, c+d"])
def test_a_name_that_is_no_formula_stays_as_it_is(name):
    assert harmless(name) == text_cell(name) == name


def test_a_file_name_sends_no_codes_to_the_terminal_or_a_table(place, capsys):
    make(place / "class", "\x1b[2J.xlsx", "\x1b[31mzoe\r.ipynb")
    run(place)
    out = capsys.readouterr().out
    assert "\x1b" not in out and "left alone: �[2J.xlsx" in out
    assert "\x1b" not in (place / "out/grades.csv").read_text(encoding="utf-8")


def test_ids_that_look_alike_have_files_of_their_own():
    names = ["jane", "jane doe", "Jane", "JANE", "ja/ne", "ja_ne", "", "..", "j" * 300, "j" * 301, "ж", "ш", "con"]
    names += [safe_name("jane doe"), safe_name("Jane")]  # what another's id was turned into
    made = [safe_name(name) for name in names]
    assert len({name.lower() for name in made}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) for name in made)


@pytest.mark.parametrize("possible", [1, 5, 12, 13, 44, 100])
def test_every_total_lies_in_one_bin(possible):
    totals = [number / 2 for number in range(2 * possible + 1)]
    made = bins(totals, possible)
    assert sum(b.students for b in made) == len(totals) and len(made) <= 14
    assert [b.first for b in made[1:]] == [b.last + 1 for b in made[:-1]] and made[-1].last == possible


# --- wrong calls ----------------------------------------------------------------------------------------------------


def test_wrong_calls_end_in_one_line_and_exit_code_2(place, monkeypatch, capsys):
    monkeypatch.setattr(pools, "CONNECT_SECONDS", 1)
    (place / "empty").mkdir()
    (place / "no.zip").write_text("no zip")
    with zipfile.ZipFile(place / "other.zip", "w") as file:
        file.writestr("a.txt", "x")
    folder, out, archive = str(place / "class"), str(place / "out"), str(place / "small.zip")
    calls = {
        "does not exist": [str(place / "none"), "--out", out, "--zip", archive],
        "is a file; unpack it": [archive, "--out", out, "--zip", archive],
        "holds no submission": [str(place / "empty"), "--out", out, "--zip", archive],
        "no.zip is not a valid autograder zip": [folder, "--out", out, "--zip", str(place / "no.zip")],
        "other.zip is not a valid autograder zip": [folder, "--out", out, "--zip", str(place / "other.zip")],
        "none.zip does not exist": [folder, "--out", out, "--zip", str(place / "none.zip")],
        "with the zip itself": [folder, "--out", out, "--zip", str(place / "empty")],
        "Missing option '--out'": [folder],
        "is inside": [folder, "--out", folder + "/out", "--zip", archive],
        "go together": [folder, "--out", out, "--zip", archive, "--column", "x"],
        "no Dask scheduler answers": [folder, "--out", out, "--zip", archive, "--dask", "tcp://127.0.0.1:9"],
    }
    for says, call in calls.items():
        assert main(["class", *call]) == 2
        told = capsys.readouterr()
        assert says in told.err and told.err.count("\n") == 1, says
    assert not (place / "out/grades.csv").exists()


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("def f(:", "SyntaxError"),
        ("import no_such_module\n", "ModuleNotFoundError"),
    ],
)
def test_a_zip_whose_tests_are_broken_is_told_in_one_line(test, says, place, capsys):
    write_zip(place / "small.zip", {"q1": test})
    assert run(place) == 2
    told = capsys.readouterr().err
    assert f"is not a valid autograder zip: {says}: " in told and told.count("\n") == 1


def test_a_test_that_lacks_something_is_the_graders_failure(place):
    write_zip(place / "small.zip", {"q1": "@test_case(points=1)\ndef test_q1(double):\n    open('not there')\n"})
    assert run(place) == 1
    row = grades(place)["ann"]
    assert row["status"] == "the grader failed" and row["total"] == "" and "not there" in row["what went wrong"]


def test_a_temporary_folder_with_a_long_path_is_told(place, processes, monkeypatch, capsys):
    (long := place / ("x" * 80)).mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert run(place) == 1
    assert f"{long}: too long a path for Python's sockets: set TMPDIR to a shorter one" in capsys.readouterr().err


def test_extra_points_come_on_top(place):
    write_zip(place / "small.zip", extra_questions=["q3"])
    run(place)
    assert "4 of 4, 2 of 2 extra points" in (place / "out/feedback/ann.html").read_text()
    assert "2 of 4, 2 of 2 extra points" in (place / "out/feedback/bob.html").read_text()
    row = grades(place)["bob"]
    assert (row["points"], row["of"], row["extra"], row["total"]) == ("2", "4", "2", "4")
    assert "mean of 4 and 2 extra" in (place / "out/report.html").read_text()


def test_the_report_says_what_was_graded_unconfined(place):
    run(place)
    assert "--unconfined" not in (place / "out/report.html").read_text()
    run(place, "--unconfined", "--fresh")
    assert "graded with <code>--unconfined</code>" in (place / "out/report.html").read_text()


def test_an_output_that_cannot_be_written_says_so(place, capsys):
    (place / "out").write_text("in the way")
    assert run(place) == 2
    (place / "out").unlink()
    (place / "out").mkdir()
    (place / "out/results").write_text("in the way")
    assert run(place) == 1
    told = capsys.readouterr().err.split("\n")
    assert f"{place / 'out'}' is a file" in told[0] and str(place / "out/results") in told[1]


def test_a_full_disk_keeps_what_was_graded_before(place, monkeypatch, capsys):
    written, whole = [], os.replace

    def full(new, path):
        if Path(path).parent.name == "results":
            written.append(path)
            if len(written) == 4:
                raise OSError(errno.ENOSPC, "No space left on device")
        whole(new, path)

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "replace", full)
        assert run(place) == 1
    err = capsys.readouterr().err.splitlines()[-1]
    assert "No space left on device" in err and "is kept in" in err
    before = digest_of_results(place)
    assert len(before) == 3 and not list((place / "out").rglob("*.new"))
    assert run(place) == 0
    kept = [name for name, text in before.items() if '"graded"' in text]
    assert kept and all(digest_of_results(place)[name] == before[name] for name in kept)


def test_a_very_deep_folder_and_a_slow_zip_stop_nobody(place):
    deep = place / "class/hal"
    deep.mkdir()
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    with zipfile.ZipFile(place / "class/ida.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(900):
            file.writestr(f"{number}.bin", bytes((8 << 20) + 1) if number < 3 else b"x")
        file.writestr("a.ipynb", (place / "class/ann.ipynb").read_text())
    started = time.monotonic()
    assert run(place) == 0
    assert time.monotonic() - started < 20
    rows = grades(place)
    assert rows["hal"]["status"] == "not graded" and rows["ida"]["total"] == "6" and rows["ann"]["total"] == "6"
    files.remove(deep)


def test_two_runs_do_not_write_into_one_folder(place, capsys):
    (place / "out").mkdir()
    with open(place / "out/.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run(place) == 2
    assert "another run writes to" in capsys.readouterr().err
    assert run(place) == 0


def test_a_submission_that_takes_too_long_to_read_is_refused(place, monkeypatch):
    monkeypatch.setattr(worker, "READ_SECONDS", 0.05)
    monkeypatch.setattr(worker, "read_one", lambda *_: time.sleep(5))
    write_notebook(place / "class/hal.ipynb", [*HONEST, "slow = 1"])
    assert run(place) == 0
    row = grades(place)["hal"]
    assert row["status"] == "not graded" and "takes too long to read" in row["what went wrong"]


def test_a_worker_that_ends_takes_no_second_order_to_end(monkeypatch):
    """The second would wait, within the first, for what the first one holds."""
    seen, before = [], signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(worker, "close_launcher", lambda: seen.append(signal.getsignal(signal.SIGTERM)))
    monkeypatch.setattr(worker.os, "_exit", seen.append)
    try:
        worker.leave()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIG_IGN, 1]
