"""The notebook is complete in one file: it runs from an empty folder, with little installed."""

import base64
import bz2
import json
import re
import shutil
import zipfile

import nbformat
import pytest
from markdown_it import MarkdownIt

from autograder.grading.assignment import Assignment
from autograder.grading.cells import notebook_cells
from autograder.grading.grade import grade
from tests.notebook.kit import NOTEBOOK, STUDENT, failures, imitate_colab, packages, run, said, save, solved
from tools.answers import ROOT, SOLUTIONS, TESTS

ARCHIVE = ROOT / "autograder/dist/rnn_lstm-autograder.zip"
NOT_CARRIED = {"__pycache__", ".devcontainer", ".gitignore"}
FILES = {
    file.relative_to(STUDENT).as_posix(): file.read_bytes()
    for file in STUDENT.rglob("*")
    if file.is_file() and file.suffix != ".ipynb" and not NOT_CARRIED & set(file.parts)
}


def points(path):
    """What a submission is given by the zip for the autograder."""
    with Assignment(ARCHIVE) as assignment:
        return grade(path, assignment).total


def below(folder):
    files = [file.relative_to(folder) for file in folder.rglob("*") if file.is_file()]
    return {file.as_posix() for file in files if "__pycache__" not in file.parts}


def first_cell():
    return nbformat.read(NOTEBOOK, as_version=4).cells[0]


def cells_that_set_up(*more):
    """A notebook of the first two cells, the imports and more cells of one's own."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"][:3]
    book.cells = [*code, *(nbformat.v4.new_code_cell(source) for source in more)]
    return book


def all_passed(book):
    return all("all passed" in said(book, f'grader.check("{name}")') for name in TESTS)


def test_the_first_cell_carries_what_lies_in_the_folder_and_no_more():
    packed = re.search(r'b64decode\("([^"]*)"\)', first_cell().source)[1]
    carried = json.loads(bz2.decompress(base64.b64decode(packed)))
    assert {name: text.encode("latin-1") for name, text in carried.items()} == FILES


def test_the_first_cell_is_folded_short_to_look_at_and_skipped_in_grading():
    cell = first_cell()
    assert cell.metadata.jupyter.source_hidden and not cell.metadata.deletable and len(cell.source.split("\n")) < 9
    assert notebook_cells(NOTEBOOK.read_text(), "rnn_lstm").sources[0] == ""
    config = json.loads((ROOT / "autograder/dist/otter_config.json").read_text())
    untagged = json.loads(NOTEBOOK.read_text())
    untagged["cells"][0]["metadata"] = {}
    assert notebook_cells(json.dumps(untagged), "rnn_lstm", frozenset(config["skipped_cells"])).sources[0] == ""


def test_every_picture_is_inside():
    book = nbformat.read(NOTEBOOK, as_version=4)
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    inside = {base64.b64decode(data) for data in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', prose)}
    assert inside == {data for name, data in FILES.items() if name.startswith("figures/")}
    assert not re.search(r"!\[[^\]]*\]\(|attachment:", prose)


def test_every_picture_shows_where_markdown_it_renders_as_in_vs_code():
    """It refuses SVG in Markdown's own form, so pictures are HTML."""
    render = MarkdownIt("commonmark", {"html": True}).render
    assert "<img" not in render("![a](data:image/svg+xml;base64,AAAA)")
    book = nbformat.read(NOTEBOOK, as_version=4)
    shown = "".join(render(cell.source) for cell in book.cells if cell.cell_type == "markdown")
    assert len(re.findall(r'<img alt="[^"]+" src="data:image/svg', shown)) == len(list((STUDENT / "figures").iterdir()))


def test_alone_with_numpy_matplotlib_and_ipykernel_it_gives_all_points(lean, tmp_path):
    path = save(solved(), tmp_path / "my answers.ipynb")
    done = run(solved(), tmp_path, lean)
    assert all_passed(done) and failures(done) == []
    assert "ipywidgets" in said(done, "payoff.show_sliders(")
    assert below(tmp_path / "rnn_lstm_files") >= set(FILES)
    assert {file.name for file in tmp_path.iterdir()} - {"rnn_lstm_files", path.name} == {
        zipped.name for zipped in tmp_path.glob("my answers_*.zip")
    }
    (zipped,) = tmp_path.glob("*.zip")
    assert zipped.name in said(done, "grader.export")
    assert points(zipped) == 44


def test_without_matplotlib_the_checks_work_and_the_payoff_says_what_it_needs(bare, tmp_path):
    done = run(solved(), tmp_path, bare)
    assert all_passed(done)
    assert "matplotlib" in said(done, "payoff.show_gradients(")


def test_in_colab_the_page_is_packed_as_it_stands_and_handed_over(tmp_path):
    imports = packages(tmp_path / "packages", "numpy", "matplotlib", "ipykernel")
    place, downloads = tmp_path / "content", tmp_path / "downloads"
    place.mkdir()
    page = solved()
    page.metadata["colab"] = {"name": "rnn_lstm (1).ipynb"}
    imitate_colab(imports, save(page, tmp_path / "page.ipynb"), downloads)
    done = run(solved(), place, imports, first="import google.colab")
    assert all_passed(done)
    (zipped,) = downloads.glob("*.zip")
    assert zipfile.ZipFile(zipped).namelist()[0] == "rnn_lstm (1).ipynb"
    assert points(zipped) == 44


def test_beside_its_files_it_unpacks_nothing(lean, tmp_path):
    folder = shutil.copytree(STUDENT, tmp_path / "student")
    before = below(folder)
    done = run(cells_that_set_up('grader.check("q1_kinds")', "print(grader.__file__)"), folder, lean)
    assert said(done, "def set_up") == "" and said(done, "print(grader") == f"{folder / 'grader/__init__.py'}\n"
    assert below(folder) == before


@pytest.mark.parametrize("missing", ["tests", "grader", "checks.py", "fixtures.json"])
def test_what_is_missing_beside_it_is_brought_back_in_place(missing, lean, tmp_path):
    folder = shutil.copytree(STUDENT, tmp_path / "student")
    path = folder / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = run(cells_that_set_up(SOLUTIONS["q1_kinds"], 'grader.check("q1_kinds")'), folder, lean)
    assert "all passed" in said(done, "grader.check") and failures(done) == []
    assert below(folder) == below(STUDENT)


def test_what_a_person_changed_is_used_and_told_of_in_one_line(lean, tmp_path):
    folder = shutil.copytree(STUDENT, tmp_path / "student")
    (folder / "given.py").write_text((folder / "given.py").read_text() + "\nMINE = 5\n")
    done = run(cells_that_set_up("import given; print(given.MINE)"), folder, lean)
    assert said(done, "print(given.MINE)") == "5\n"
    told = said(done, "def set_up")
    assert told.startswith(f"given.py in {folder}: of another version") and told.count("\n") == 1


def test_fixtures_of_another_version_are_told_of(lean, tmp_path):
    (tmp_path / "rnn_lstm_files").mkdir()
    (tmp_path / "rnn_lstm_files/fixtures.json").write_text('{"cases": {}}')
    done = run(cells_that_set_up(SOLUTIONS["q1_kinds"], 'grader.check("q1_kinds")'), tmp_path, lean)
    assert said(done, "def set_up").startswith("fixtures.json in ")
    assert "Run the first cell" in said(done, "grader.check")


def test_where_nothing_can_be_written_it_unpacks_elsewhere(lean, tmp_path):
    (tmp_path / "rnn_lstm_files").write_text("in the way")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = run(cells_that_set_up("grader.check_all()"), tmp_path, lean, environment={"TMPDIR": str(scratch)})
    assert "q1_kinds" in said(done, "check_all") and failures(done) == []
    assert (tmp_path / "rnn_lstm_files").read_text() == "in the way" and list(scratch.glob("rnn_lstm_files*"))


def test_a_folder_of_another_assignment_is_left_alone(lean, tmp_path):
    shutil.copytree(STUDENT / "grader", tmp_path / "grader")
    (tmp_path / "grader/assignment.json").write_text('{"name": "hw6", "questions": []}')
    (tmp_path / "grader/__init__.py").write_text("raise SystemExit('the other one')")
    (tmp_path / "grader/api.py").unlink()
    for file in (tmp_path / "grader").glob("*.py"):
        file.write_text(file.read_text() + "\n# hw6\n")
    before = below(tmp_path)
    done = run(cells_that_set_up(SOLUTIONS["q1_kinds"], 'grader.check("q1_kinds")'), tmp_path, lean)
    assert "all passed" in said(done, "grader.check")
    assert below(tmp_path) >= before and (tmp_path / "rnn_lstm_files").is_dir()


def test_it_leaves_one_name_in_the_notebook_and_takes_less_than_half_a_second(lean, tmp_path):
    book = cells_that_set_up("print(*(name for name in dir() if name[0] != '_'))")
    book.cells.insert(0, nbformat.v4.new_code_cell("import time; time_before = time.process_time()"))
    book.cells.insert(3, nbformat.v4.new_code_cell("print(time.process_time() - time_before)"))
    done = run(book, tmp_path, lean)
    assert float(said(done, "- time_before")) < 0.5
    names = set(said(done, "dir()").split()) - {
        "In",
        "Out",
        "exit",
        "quit",
        "open",
        "get_ipython",
        "time",
        "time_before",
    }
    assert names <= {"grader", "np", "RunningAverage", "run_cell", "sigmoid", "show"}


def test_a_deleted_first_cell_is_told_of_in_the_line_that_misses_it(lean, tmp_path):
    book = cells_that_set_up()
    del book.cells[0]
    done = run(book, tmp_path, lean)
    (error,) = [output for output in done.cells[0].outputs if output.output_type == "error"]
    assert error.ename == "ModuleNotFoundError" and "Run the cell above" in "\n".join(error.traceback)


def test_a_kernel_without_numpy_or_with_another_is_told_what_to_do(tmp_path):
    imports = packages(tmp_path / "packages", "ipykernel")
    told = said(run(cells_that_set_up(), tmp_path, imports), "def set_up")
    assert told.startswith("This kernel has no numpy. ") and "%pip install -r" in told and told.count("\n") == 1
    old = imports / "numpy-1.26.4.dist-info"
    old.mkdir()
    (old / "METADATA").write_text("Name: numpy\nVersion: 1.26.4\n")
    told = said(run(cells_that_set_up(), tmp_path, imports), "def set_up")
    assert told.startswith("This kernel has numpy 1.26.4, and the checks were tested with ") and told.count("\n") == 1
