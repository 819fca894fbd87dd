"""The build: what it makes, what it refuses, and that the same master gives the same bytes."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import nbformat
import pytest
from otter.test_files import ExceptionTestFile

from autograder.__main__ import main
from autograder.authoring import build as building
from autograder.authoring import kernels, table
from autograder.authoring.leaks import check_leaks, secret_lines
from autograder.authoring.master import Master
from autograder.authoring.names import free
from autograder.authoring.page import mathml
from autograder.authoring.verify import check_contents, check_test_files
from autograder.errors import BuildError, MathError

REPO = Path(__file__).resolve().parents[2]


def refused(sample, message, line, runs=False):
    """The build stops with one line that tells file, line and cell, and the old outputs stay as they were."""
    sample.plant_old_outputs()
    before = sample.outputs()
    with pytest.raises(BuildError) as stop:
        building.build(sample.master, sample.root)
    told = str(stop.value)
    assert "\n" not in told
    assert message in told
    assert told.startswith(f"assignment/sample.py:{line}: "), told
    assert sample.outputs() == before
    return told


# --- what a build leaves ----------------------------------------------------------------------------------------


def test_the_three_folders_hold_what_they_should(built):
    names = {name for name in built.outputs() if not name.startswith("autograder/engine")}
    assert names == {
        "student/sample.ipynb",
        "student/.gitignore",
        "student/helper.py",
        "student/fixtures.json",
        "student/pictures/square.svg",
        "student/tests/q1_square.py",
        "student/tests/q2_root.py",
        "student/grader/assignment.json",
        *(f"student/grader/{file.name}" for file in (REPO / "autograder/notebook").glob("*.py")),
        "solutions/sample.ipynb",
        "solutions/sample.html",
        "solutions/written_answers.html",
        "autograder/dist/sample-autograder.zip",
        "autograder/dist/manifest.json",
        "autograder/dist/.built.json",
        "autograder/dist/otter_config.json",
        "autograder/dist/tests/q1_square.py",
        "autograder/dist/tests/q2_root.py",
    }


def test_other_files_beside_the_outputs_survive(built):
    # Otter removes <result>/autograder whole.
    assert (built.root / "autograder/engine.py").read_text() == "stays"
    assert not list(built.root.glob(".build-*"))


def test_stubs_raise_and_solutions_are_gone(built):
    cells = nbformat.read(built.root / "student/sample.ipynb", as_version=4).cells
    source = "\n".join(cell.source for cell in cells)
    assert 'raise NotImplementedError("q1_square")' in source
    assert "answer_of_the_author" not in source
    assert "course staff" not in source
    assert all(not cell.get("outputs") for cell in cells)


def test_students_get_public_cases_only(built):
    assert "test_q1_many" not in (built.root / "student/tests/q1_square.py").read_text()
    assert "test_q1_many" in (built.root / "autograder/dist/tests/q1_square.py").read_text()


def test_ignored_cells_keep_their_tag(built):
    for folder in ("student", "solutions"):
        cells = nbformat.read(built.root / folder / "sample.ipynb", as_version=4).cells
        assert [cell.metadata.tags for cell in cells if "plt.figure" in cell.source] == [["otter_ignore"]]


def test_ignored_cells_are_skipped_in_grading(built, tmp_path):
    # A demonstration would end the kernel here, if it ran.
    notebook = nbformat.read(built.root / "solutions/sample.ipynb", as_version=4)
    for cell in notebook.cells:
        if "plt.figure" in cell.source:
            cell.source = "import os; os._exit(3)"
    nbformat.write(notebook, tmp_path / "sample.ipynb")
    with kernels.quiet(tmp_path):
        results = kernels.otter_grade(tmp_path / "sample.ipynb", built.root / "autograder/dist/sample-autograder.zip")
    assert results.total == results.possible == 5


def test_cases_are_shown_by_number_so_their_messages_must_tell(built):
    # This is how Otter names a case, whatever its function is called.
    loaded = ExceptionTestFile.from_file(str(built.root / "autograder/dist/tests/q1_square.py"))
    assert [case.name for case in loaded.test_cases] == ["q1_square - 1", "q1_square - 2"]
    assert "this comment is dropped" not in loaded.source


def test_notebooks_have_unique_ids_and_no_versions(built):
    for folder in ("student", "solutions"):
        notebook = nbformat.read(built.root / folder / "sample.ipynb", as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)
        assert "version" not in notebook.metadata.language_info


def test_the_zip_is_sorted_dated_and_named_without_a_time(built):
    with zipfile.ZipFile(built.root / "autograder/dist/sample-autograder.zip") as archive:
        entries = archive.infolist()
        assert "files/private/oracle.py" in archive.namelist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_the_page_needs_no_network(built):
    page = (built.root / "solutions/sample.html").read_text()
    assert "<script" not in page
    assert "<link" not in page
    assert 'src="http' not in page
    assert "data:image/svg+xml;base64," in page
    assert "data:image/png;base64," in page


def test_mathematics_on_the_page_is_mathml_also_in_hints(built):
    page = (built.root / "solutions/sample.html").read_text()
    assert "<mfrac>" in page
    assert "(1)</span>" in page
    assert "$" not in page


def test_the_solutions_notebook_holds_its_pictures(built):
    cells = nbformat.read(built.root / "solutions/sample.ipynb", as_version=4).cells
    (shown,) = [cell for cell in cells if "A square" in cell.source]
    assert "](attachment:square.svg)" in shown.source
    assert list(shown.attachments["square.svg"]) == ["image/svg+xml"]


def test_the_solutions_notebook_is_free_of_markers(built):
    source = (built.root / "solutions/sample.ipynb").read_text()
    assert "BEGIN" not in source.replace("<!-- BEGIN QUESTION -->", "")
    assert "NotImplementedError" not in source


# --- same master, same bytes ------------------------------------------------------------------------------------


def test_another_day_folder_and_hash_seed_give_the_same_bytes(built, sample, tmp_path_factory):
    clock = tmp_path_factory.mktemp("clock")
    (clock / "sitecustomize.py").write_text("import time\nreal = time.time\ntime.time = lambda: real() + 4e7\n")
    for file in sample.folder.rglob("*"):
        os.utime(file, (1e9, 1e9))
    path = os.pathsep.join([str(clock), str(REPO)])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-m", "autograder", "build"]
    done = subprocess.run(command, cwd=sample.root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = built.outputs()
    expected.pop("autograder/engine.py")
    made = sample.outputs()
    for machine in (expected, made):
        machine.pop("autograder/dist/.built.json")  # which says what this machine has made them from
    assert made == expected


def test_check_passes_on_what_was_built_and_tells_what_differs(built, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(built.root, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setattr(building, "make", lambda master, new, out: copied(built.root, new))
    (copy / "student/notes.txt").write_text("")
    assert main(["build", "--check"]) == 0
    assert "not made by a build, left as it is: student/notes.txt\n" in capsys.readouterr().out
    (copy / "student/helper.py").write_text('"""Something else."""\n')
    (copy / "solutions/sample.html").unlink()
    before = (copy / "student/helper.py").read_bytes()
    assert main(["build", "--check"]) == 1
    told = capsys.readouterr()
    assert "student/helper.py differs" in told.out
    assert '-"""Something else."""' in told.out
    assert "solutions/sample.html is missing" in told.out
    assert "python -m autograder build" in told.err
    assert (copy / "student/helper.py").read_bytes() == before


def test_check_tells_a_file_that_an_earlier_build_made(built, tmp_path, monkeypatch, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(built.root, copy)
    monkeypatch.chdir(copy)
    monkeypatch.setattr(building, "make", lambda master, new, out: copied(built.root, new, "student/helper.py"))
    assert main(["build", "--check"]) == 1
    assert capsys.readouterr().out == "student/helper.py should not be there\n"


def copied(old, new, without=None):
    manifest = msgspec.json.decode((old / "autograder/dist/manifest.json").read_bytes())
    for name in manifest["files"]:
        if name != without:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(old / name, new / name)
    return ["student", "solutions", "autograder/dist"]


# --- mistakes in the master -------------------------------------------------------------------------------------


def test_a_missing_end_is_refused(sample):
    sample.change('# %% [raw]\n"""\n# END TESTS\n"""\n\n', "")
    assert 'cell "q1_square"' in refused(sample, "# BEGIN TESTS has no matching END", sample.line_of("BEGIN TESTS"))


def test_a_missing_end_of_a_question_is_refused(sample):
    sample.change('# %% [raw]\n"""\n# END QUESTION\n"""\n\n', "")
    refused(sample, "# BEGIN QUESTION has no matching END", sample.line_of("BEGIN QUESTION"))


def test_a_missing_end_of_a_code_block_is_refused(sample):
    sample.change("    # END SOLUTION\n", "")
    refused(sample, "# BEGIN SOLUTION has no # END SOLUTION", sample.line_of("# BEGIN PROMPT"))


def test_a_solution_suffix_is_refused(sample):
    # A formatter that wraps the line would leak the answer.
    sample.change("root_of_nine = math.sqrt(9)", "root_of_nine = math.sqrt(9)  # SOLUTION")
    refused(sample, "suffix leaks", sample.line_of("# SOLUTION"))


@pytest.mark.parametrize("bad", ['say "hi"', r"a back\slash"])
def test_a_message_that_breaks_the_generated_file_is_refused(sample, bad):
    # The generated test file would not parse, and Otter would still report success.
    sample.change("failure_message: see the hint", f"failure_message: {bad}")
    refused(sample, "failure_message may not hold", sample.line_of("points: 2\nfailure") - 1)


def test_two_cases_of_one_name_are_refused(sample):
    # The second would silently replace the first.
    sample.change("test_q1_many(", "test_q1_three(", 2)
    refused(sample, "a second test_q1_three", sample.line_of("points: 1") - 1)


def test_a_case_that_uses_a_name_of_the_notebook_is_refused(sample):
    # Otter calls it where the notebook's names are unknown.
    sample.change("    assert root_of_nine == 3", "    assert math.isclose(root_of_nine, 3)")
    refused(sample, "test_q2_root uses math, which", sample.line_of("def test_q2_root"))


def test_an_argument_that_no_cell_defines_is_refused(sample):
    sample.change('assert root_of_nine == 3, f"got {root_of_nine}"', "assert root_of_nein == 3")
    sample.change("def test_q2_root(root_of_nine)", "def test_q2_root(root_of_nein)")
    refused(sample, "takes root_of_nein, which no cell", sample.line_of("def test_q2_root"))


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("def test(x):\n    import numpy as np\n    return [np.sum(x) for y in x if y]", set()),
        ("def test(x):\n    def inner():\n        return x + z\n    return inner()", {"z"}),
        ("def test(x=np.pi):\n    assert x", {"np"}),
        ("def test(x):\n    assert len(x) and reference.f(x)", {"reference"}),
    ],
)
def test_free_names_are_those_that_a_case_takes_from_outside(function, names):
    assert free(function) == names


def test_an_ignored_name_in_a_configuration_is_refused(sample):
    # Otter ignores it, and the author believes it is shown.
    sample.change("points: 2\nfailure_message: see the hint", "name: three\npoints: 2")
    refused(sample, "unknown key `name:`, which Otter ignores", sample.line_of("name: three"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tests: {files: true, ok_format: false}", "tests: true", "needs `tests: {files: true"),
        ("tests: {files: true, ok_format: false}", "tests: [files]", "tests: needs lines of `key: value`"),
        ("autograder_files: [private/oracle.py]", "autograder_files: true", "`autograder_files:` is of the wrong kind"),
        (
            "files: [helper.py, fixtures.json, pictures]",
            "files: helper.py",
            "`files:` is of the wrong kind",
        ),
        (
            "files: [helper.py, fixtures.json, pictures]",
            "files: [5]",
            "`files:` is of the wrong kind",
        ),
        (
            "show_hidden: true",
            "show_hiden: true",
            "generate: unknown key `show_hiden:`, which Otter ignores; did you mean",
        ),
        (
            "overwrite_requirements: true",
            "overwrite_requirements: ture",
            "`overwrite_requirements:` is of the wrong kind",
        ),
        ("overwrite_requirements: true", "overwrite_requirements: false", "needs `requirements:`"),
        ('python_version: "3.12"', "python_version: 3.12", "python_version: needs one of"),
        ("points_possible: 5", "points_possible: 6", "would change every score: the questions add up to 5"),
        ("name: sample", "name: sample\nname: sample", "`name:` is given twice"),
    ],
)
def test_a_configuration_of_another_kind_is_refused(old, new, says, sample):
    sample.change(old, new)
    first = {"overwrite_requirements: false": "requirements:", "points_possible: 6": "generate:"}.get(new, new)
    refused(sample, says, sample.line_of(f"{first}") + new.count("\n"))


@pytest.mark.parametrize("broken", ["autograder/dist/sample-autograder.zip", "solutions/sample.ipynb"])
def test_a_table_from_broken_files_is_refused_in_one_line(broken, built, tmp_path, monkeypatch, capsys):
    shutil.copytree(built.root, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    Path(broken).write_text("x")
    assert main(["table"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("autograder: Otter cannot grade with") and told.count("\n") == 1


def test_a_list_of_points_is_refused(sample):
    # With a hidden case in it, the student's copy has the wrong numbers.
    sample.change("points: 3", "points: [2, 1]")
    refused(sample, "must be one number", sample.line_of("name: q1_square") - 1)


def test_points_that_do_not_add_up_are_refused(sample):
    sample.change("points: 1\nhidden", "points: 2\nhidden")
    refused(sample, "add up to 4 points, the question says 3", sample.line_of("name: q1_square") - 1)


def test_a_case_without_points_is_refused(sample):
    sample.change("points: 1\nhidden", "hidden")
    refused(sample, "needs `points:`", sample.line_of('hidden: true\n"') - 1)


def test_a_file_outside_the_folder_is_refused(sample):
    sample.change("files: [helper.py,", "files: [../README.md, helper.py,")
    refused(sample, "../README.md lies outside", sample.line_of("files: ["))


@pytest.mark.parametrize("name", ["private", "private/oracle.py", "./private/oracle.py", "pictures/../private", "."])
def test_a_private_file_for_students_is_refused(sample, name):
    sample.change("files: [helper.py,", f"files: [{name}, helper.py,")
    refused(sample, f"files: {name} would give students what is in private/", sample.line_of("files: ["))


def test_a_link_to_a_private_file_is_refused(sample):
    (sample.folder / "public.py").symlink_to("private/oracle.py")
    sample.change("files: [helper.py,", "files: [public.py, helper.py,")
    refused(sample, "would give students what is in private/", sample.line_of("files: ["))


def test_a_file_for_students_and_for_the_grader_alone_is_refused(sample):
    sample.change("autograder_files: [private/oracle.py]", "autograder_files: [private/oracle.py, helper.py]")
    refused(sample, "helper.py would give students what is in helper.py, which is", sample.line_of("files: ["))


def test_a_missing_file_is_refused(sample):
    sample.change("files: [helper.py,", "files: [halper.py,")
    refused(sample, "halper.py does not exist; did you mean `helper.py`?", sample.line_of("files: ["))


def test_an_unknown_question_in_a_stub_is_refused(sample):
    sample.change('NotImplementedError("q1_square")', 'NotImplementedError("q1_sqare")')
    refused(sample, "names no question: q1_sqare", sample.line_of("q1_sqare"))


def test_the_stub_of_another_question_is_refused(sample):
    sample.change('NotImplementedError("q1_square")', 'NotImplementedError("q2_root")')
    refused(sample, "is in q1_square", sample.line_of('NotImplementedError("q2'))


def test_a_check_of_an_unknown_question_is_refused(sample):
    sample.change("plt.show()", 'plt.show()\ngrader.check("q9")')
    refused(sample, "names no question: q9", sample.line_of('"q9"'))


@pytest.mark.parametrize(("old", "new"), [("### q1_square", "### q1_squares"), ("Squares (3", "Squares (4")])
def test_a_heading_that_contradicts_its_question_is_refused(sample, old, new):
    sample.change(old, new)
    refused(sample, "the heading says", sample.line_of(new))


def test_a_second_question_of_one_name_is_refused(sample):
    sample.change("name: q2_root", "name: q1_square")
    refused(sample, "a second question named q1_square", sample.line_of("# BEGIN QUESTION", 2))


def test_a_case_that_does_not_compile_is_refused(sample):
    sample.change("    assert root_of_nine == 3, f", "    assert root_of_nine = 3, f")
    refused(sample, "does not compile", sample.line_of("root_of_nine = 3"))


def test_a_solution_without_a_block_is_refused(sample):
    sample.change("# BEGIN SOLUTION NO PROMPT\nroot_of_nine = math.sqrt(9)\n# END SOLUTION\n", "root_of_nine = 3\n")
    refused(sample, "students would receive the answer whole", sample.line_of("name: q2_root") - 1)


def test_a_solution_that_fails_its_own_case_is_refused(sample):
    sample.change("math.sqrt(9)", "math.sqrt(16)")
    told = refused(sample, "the solution fails test_q2_root", sample.line_of("def test_q2_root"))
    assert "got 4.0" in told


def test_a_cell_that_stops_the_students_notebook_is_refused(sample):
    sample.change("plt.plot([1, 2])", "plt.plot([1, square(2)])")
    told = refused(
        sample, "the student's notebook stops here: NotImplementedError", sample.line_of("import matplotlib")
    )
    assert told.endswith(f"(the build's log: {building.LOG})") and (sample.root / building.LOG).stat().st_size


def test_failing_cases_are_refused(sample):
    (sample.folder / "private/cases.py").write_text("raise ValueError('no numbers')\n")
    with pytest.raises(BuildError, match=r"^assignment/private/cases.py:1: ValueError: no numbers$"):
        building.build(sample.master, sample.root)


@pytest.mark.parametrize(
    "latex", [r"\nosuchcommand{x}", "a,\\\nb"], ids=["unknown command", "backslash at a line's end"]
)
def test_mathematics_that_cannot_be_rendered_is_refused(latex):
    with pytest.raises(MathError):
        mathml(latex)


def test_a_kernel_that_does_not_start_gets_a_second_chance_and_other_errors_none():
    calls = []

    def run():
        calls.append(None)
        if len(calls) == 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        raise ValueError("for good")

    with pytest.raises(ValueError, match="for good"):
        kernels.with_second_chance(run)
    assert len(calls) == 2


# --- leaks ------------------------------------------------------------------------------------------------------


def test_a_line_that_stands_in_the_stub_too_is_no_secret(sample):
    assert "answer_of_the_author = x * x" in secret_lines(Master(sample.master))
    sample.change("    raise NotImpl", "    answer_of_the_author = x * x\n    raise NotImpl")
    assert "answer_of_the_author = x * x" not in secret_lines(Master(sample.master))


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("helper.py", "\n# answer_of_the_author = x * x\n", "a solution leaks into student/helper.py"),
        ("helper.py", "\n# A written answer that only the course staff should ever see.\n", "a solution leaks"),
        ("helper.py", "\n# for number, its_square in squares(12).items():\n", "a hidden case leaks"),
        ("helper.py", "\n# BEGIN SOLUTION\n", "holds `# BEGIN SOLUTION`"),
        ("pictures/square.svg", "<!-- answer_of_the_author = x * x -->", "leaks into student/pictures/square.svg"),
    ],
)
def test_a_leak_into_a_students_file_is_refused(sample, file, text, what):
    path = sample.folder / file
    path.write_text(path.read_text() + text)
    sample.plant_old_outputs()
    before = sample.outputs()
    with pytest.raises(BuildError) as stop:
        building.build(sample.master, sample.root)
    assert what in str(stop.value)
    assert sample.outputs() == before


def test_a_hidden_case_in_the_students_tests_is_refused(built, tmp_path):
    shutil.copytree(built.root / "student", tmp_path / "student")
    shutil.copy(built.root / "autograder/dist/tests/q1_square.py", tmp_path / "student/tests")
    master = Master(built.master)
    with pytest.raises(BuildError, match="Otter made the cases"):
        check_test_files(master, tmp_path / "student/tests", lambda case: not case.hidden)
    with pytest.raises(BuildError):
        check_leaks(master, tmp_path / "student")


def test_a_stray_file_in_student_is_refused(built, tmp_path):
    shutil.copytree(built.root / "student", tmp_path / "student")
    shutil.copy(built.folder / "private/oracle.py", tmp_path / "student")
    with pytest.raises(BuildError, match="oracle.py must not be in student/"):
        check_contents(Master(built.master), built.folder, tmp_path / "student")


# --- the command line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [[], ["bild"], ["build", "--nope"], ["build", "missing.py"], ["build"]])
def test_a_wrong_call_gets_one_line_and_exit_code_2(call, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(call) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("autograder: ")


def test_a_mistake_in_the_master_gets_one_line_and_exit_code_1_and_with_debug_its_traceback(sample, capsys):
    sample.change("points: 1\nhidden", "hidden")
    assert main(["build"]) == 1
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert main(["build", "--debug"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Traceback") and "master.py" in told and told.endswith(line)


def test_a_master_in_another_encoding_is_refused(sample):
    sample.master.write_bytes(sample.master.read_text().replace("square", "squäre", 1).encode("latin-1"))
    with pytest.raises(BuildError, match=r"sample\.py:1: is not in UTF-8"):
        building.build(sample.master, sample.root)


def test_an_output_that_cannot_be_written_gets_one_line_and_exit_code_1(sample, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["build", "--out", str(tmp_path / "file/out")]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "nothing was built" in told


def test_extra_points_come_on_top(built):
    config = json.loads((built.root / "autograder/dist/otter_config.json").read_text())
    assert config["extra_questions"] == ["q2_root"]


def test_the_table_shows_full_points_for_the_reference_and_none_for_the_blank(built, monkeypatch, capsys):
    monkeypatch.chdir(built.root)
    assert main(["table"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.split("\n")]
    assert ["q1_square", "3", "3", "0"] in rows
    assert ["automatic", "3", "3", "0"] in rows and ["extra", "2", "2", "0"] in rows


def test_the_table_fails_where_the_blank_copy_gets_points(built, monkeypatch, capsys):
    monkeypatch.chdir(built.root)
    monkeypatch.setattr(table, "otter_grade", lambda notebook, archive: all_points())
    assert main(["table"]) == 1
    assert "the untouched student copy gets points" in capsys.readouterr().err


def all_points():
    class Score:
        def __init__(self, score):
            self.score = score

    class Results:
        results = {"q1_square": Score(3), "q2_root": Score(2)}
        total = possible = 5

    return Results()


# --- the assignment itself --------------------------------------------------------------------------------------


def test_the_committed_folders_are_what_the_master_builds():
    (master,) = [file for file in (REPO / "assignment").glob("*.py") if "# ASSIGNMENT CONFIG" in file.read_text()]
    lines, _ = building.differences(master, REPO)
    assert not lines, "\n".join([*lines, "To rebuild: python -m autograder build"])
