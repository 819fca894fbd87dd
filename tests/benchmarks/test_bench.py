"""The benchmarks in small: what they say of a machine, which rows they measure, and that each command still runs."""

import io
import json
import re
import statistics

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder.classroom.roster import read_class
from benchmarks import cluster, commands, growth, machine, rows, student
from benchmarks.__main__ import chosen, measured, table
from benchmarks.machine import Strain, Ticks
from benchmarks.rows import ROWS, Row
from tools.answers import ROOT

STAT = """cpu  400 0 40 900 10 0 0 5 0 0
cpu0 {} 0 20 {} 5 0 0 {} 0 0
cpu1 9999 0 20 500 5 0 0 0 0 0
intr 18082118 0 0
procs_running {}
"""


def looks(*cores):
    """/proc/stat seen some times; each as (busy, idle, stolen, running) of the one core that is ours."""
    return [Ticks.of(STAT.format(*core), {0}) for core in cores]


def row(name="a row", aim=2.0, unit="s", values=(1.0,), **more):
    return Row(name, "something", "true", "9 s", aim, unit, lambda: list(values), **more)


def never(patience):
    return ""


def always(patience):
    return "load 4.00"


def printed(figures):
    console = Console(width=160, file=io.StringIO())
    console.print(table(figures))
    return console.file.getvalue()


# --- the machine --------------------------------------------------------------------------------------------------


def test_a_machine_on_which_only_we_run_is_idle():
    strain = Strain.between(looks((100, 500, 0, 1), (102, 698, 0, 1)))
    assert strain.is_light and strain.queue == 0


@pytest.mark.parametrize(
    ("after", "says"), [((200, 600, 0, 3), "50% of the cores' time used"), ((102, 690, 8, 1), "4% stolen by the host")]
)
def test_others_and_a_host_that_steals_are_told(after, says):
    strain = Strain.between(looks((100, 500, 0, 1), after))
    assert not strain.is_light and says in strain.told("1.20")


def test_the_cores_of_others_do_not_count():
    mine, all_of_them = Ticks.of(STAT.format(100, 500, 0, 1), {0}), Ticks.of(STAT.format(100, 500, 0, 1), {0, 1})
    assert all_of_them.busy - mine.busy == 9999 + 20


def test_a_system_that_does_not_tell_passes(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "STAT", tmp_path / "none")
    assert machine.why_busy() == "" == machine.Watch().why_disturbed()


def test_this_machine_tells():
    assert machine.described() and "running" in Strain.between([Ticks.now(), Ticks.now()]).told("0")


# --- the table ----------------------------------------------------------------------------------------------------


def test_the_median_stands_beside_what_was_and_what_is_to_be_reached():
    text = printed(measured([row(values=(1.0, 5.0, 1.5))], False, print, never))
    assert re.search(r"9 s +1\.5 s +1 s to 5 s +2 s +yes", text)


def test_a_row_says_whether_it_is_reached_in_its_own_direction():
    slow, fast = row(values=(3,)), row(values=(3,), more_is_better=True)
    assert [r.reached(3) for r in (slow, fast, row(aim=None))] == [False, True, None]
    assert " no" in printed(measured([slow], False, print, never))


def test_milliseconds_are_shown_as_such():
    assert " 83 ms " in printed(measured([row(values=(0.083,), unit="ms", aim=50)], False, print, never))


def test_a_busy_machine_gets_no_figure():
    def worthless():
        raise AssertionError("measured on a busy machine")

    said = []
    figures = measured([row()._replace(measure=worthless)], False, said.append, always)
    assert figures[0].values == [] and "busy" in figures[0].note
    assert said == ["The machine is busy: load 4.00"]


def test_a_figure_that_was_disturbed_is_not_shown():
    answers = iter(["", "load 4.00", "load 4.00"])
    figures = measured([row(), row("another")], False, lambda line: None, lambda patience: next(answers))
    assert [figure.values for figure in figures] == [[], []]
    assert figures[0].note == "disturbed: load 4.00"


def test_what_rows_share_is_measured_anew_after_it_was_disturbed(monkeypatch):
    times = []
    monkeypatch.setattr(rows.commands, "copies", lambda count, jobs: times.append(jobs) or [1.0])
    rows.forget()
    shared = [row(name)._replace(measure=rows.one_worker) for name in ("first", "second", "third")]
    answers = iter(["", "load 4.00", "", "", ""])
    figures = measured(shared, False, lambda line: None, lambda patience: next(answers))
    assert [figure.values for figure in figures] == [[], [1.0], [1.0]] and times == [1, 1]
    rows.forget()


def test_who_measures_anyway_is_told_so():
    figures = measured([row()], True, lambda line: None, always)
    assert figures[0].values == [1.0] and "1 s" in printed(figures) and "busy" in printed(figures)


def test_a_row_whose_command_fails_costs_no_other_row():
    def fails():
        raise SystemExit("benchmarks: make ended with exit code 2")

    figures = measured([row()._replace(measure=fails), row("another")], False, lambda line: None, never)
    assert [figure.values for figure in figures] == [[], [1.0]]
    assert figures[0].note == "failed: benchmarks: make ended with exit code 2"


def test_rows_are_chosen_by_name_and_what_costs_much_only_so():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert [row.name for row in chosen([])] == [row.name for row in ROWS if not row.costs]
    assert [row.name for row in chosen(["make", "grade"])] == ["make", "grade"]
    assert chosen(["all"]) == ROWS
    with pytest.raises(click.BadParameter, match="no row is called speed"):
        chosen(["speed"])


# --- what is measured ---------------------------------------------------------------------------------------------


def test_a_command_that_fails_stops_the_benchmark_and_says_why():
    with pytest.raises(SystemExit, match="exit code 2: autograder: .*does not exist"):
        commands.autograder("grade", "no-such.ipynb")


def test_a_reworded_master_is_still_the_master():
    text = (ROOT / "assignment/rnn_lstm.py").read_text()
    reworded = commands.reworded(text, 1)
    assert len(reworded) > len(text) and commands.reworded(text, 2) != reworded
    with pytest.raises(SystemExit, match="no heading"):
        commands.reworded("", 1)


def test_what_a_rebuilt_copy_needs_is_there():
    assert all((ROOT / name).is_dir() for name in commands.MADE)


def test_every_cell_of_the_students_notebook_is_timed():
    waits = student.run_notebook(training=False)
    assert 0 < waits.check < waits.export and waits.first > 0 and waits.training == 0


def test_a_cell_that_fails_stops_the_benchmark(tmp_path):
    with student.kernel(tmp_path) as client, pytest.raises(SystemExit, match="ZeroDivisionError"):
        student.run_cell(client, "1 / 0")


def test_records_that_differ_in_more_than_seconds_are_found(tmp_path):
    for folder, number in (("here", 3), ("there", 4)):
        (tmp_path / folder).mkdir()
        for name, score, note in (("same", 1, ""), ("score", number, ""), ("record", 1, f"note {number}")):
            record = {"score": score, "extra_data": {"seconds": number, "note": note}}
            (tmp_path / folder / f"{name}.json").write_text(json.dumps(record))
    (tmp_path / "here/alone.json").write_text((tmp_path / "here/same.json").read_text())
    different = cluster.different_records(tmp_path / "here", tmp_path / "there")
    assert different == ["alone.json", "record.json", "score.json"]


# --- growth -------------------------------------------------------------------------------------------------------


def test_the_line_is_that_of_the_figures():
    sizes = [100, 300, 1000]
    line = growth.Line.through(sizes, [2 + 0.05 * size for size in sizes])
    assert line.start == pytest.approx(2) and line.each == pytest.approx(0.05)
    assert line.off(1000, 1.1 * 52) == pytest.approx(0.1)


def test_students_of_a_small_class_are_the_first_of_a_larger_one_and_write_their_own_answers(tmp_path):
    growth.make_students(tmp_path / "small", 3)
    growth.make_students(tmp_path / "large", 5)
    small, large = (sorted(path.name for path in (tmp_path / name).iterdir()) for name in ("small", "large"))
    assert set(small) < set(large)
    assert len({student.id for student in read_class(tmp_path / "large").students}) == 5
    written = [(tmp_path / "large" / name).read_text().count(growth.OWN) for name in large]
    assert written == [0] * 5 and "So says student 4." in (tmp_path / "large" / large[4]).read_text()


def test_classes_are_graded_and_told_on_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "report_times", lambda path: None)  # Chromium has its own tests
    two = growth.grown(2, tmp_path)
    assert two.graded.seconds > 0 and two.again.seconds > 0
    assert two.graded.memory > 2**20 and two.report > 1000
    found = [two, two._replace(students=4)]
    page = growth.told(found, "a machine")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("|")]
    assert [line[0].strip() for line in rows if line[0].strip() in ("2", "4")] == ["2", "4"] * 2
    assert "busy" not in page and "busy machine (load 9)" in growth.told(found, "a machine", "load 9")
    assert statistics.median(len(line) for line in rows) > 4


@pytest.mark.parametrize("answers", [["load 9"], ["", "load 9"]])
def test_a_page_is_not_written_on_a_machine_that_is_or_becomes_busy(tmp_path, monkeypatch, answers):
    run = growth.Run(1.0, 2**20, 0, 0)
    coming = iter(answers)
    monkeypatch.setattr(growth, "grown", lambda size, folder: growth.Growth(size, run, run, 1, 1, None))
    monkeypatch.setattr(growth, "why_busy", lambda: next(coming, "load 9"))
    words = ["--size", "1", "--size", "2", "--out", str(tmp_path / "page.md")]
    said = CliRunner().invoke(growth.main, words)
    assert said.exit_code == 1 and "load 9" in said.output and not (tmp_path / "page.md").exists()
    said = CliRunner().invoke(growth.main, [*words, "--anyway"])
    assert said.exit_code == 0 and "busy machine (load 9)" in (tmp_path / "page.md").read_text()
