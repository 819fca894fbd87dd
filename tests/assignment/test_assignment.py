"""The assignment as its readers get it: the master, and the folders that the build made of it."""

import base64
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from defusedxml import ElementTree

from private.mistakes import NO_CODE

ROOT = Path(__file__).parents[2]
MASTER = ROOT / "assignment" / "rnn_lstm.py"
STUDENT = ROOT / "student"
POINTS = {
    "q1_kinds": 3,
    "q2_vanilla_rnn": 5,
    "q3_unroll": 3,
    "q4a_state_jacobian": 2,
    "q4b_jacobian_through_time": 2,
    "q4c_rnn_backward": 6,
    "q4d_why_gradients": 3,
    "q5a_lstm_step": 4,
    "q5b_lstm_unroll": 3,
    "q6a_derivation": 5,
    "q6b_lstm_dWg": 5,
    "q6c_derivation_in_words": 4,
    "q6d_lstm_backward": 4,
    "q7a_factor": 1,
    "q7b_cell_carry": 1,
    "q7c_why_it_helps": 3,
}
WRITTEN = {"q4d_why_gradients", "q6c_derivation_in_words", "q7c_why_it_helps"}
EXTRA = {"q6d_lstm_backward"}


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(STUDENT / "rnn_lstm.ipynb", as_version=4)


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def statement(notebook, question):
    return next(cell.source for cell in notebook.cells if f"### {question} " in cell.source)


def test_the_master_runs_as_a_script_with_every_solution_and_test():
    # One update of the training: what it leads to is tested with the payoff.
    code = f"import demonstrations, runpy; demonstrations.UPDATES = 1; runpy.run_path({str(MASTER)!r})"
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, cwd=MASTER.parent, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_forty_points_are_automatic_ten_written_four_extra():
    automatic = sum(points for name, points in POINTS.items() if name not in WRITTEN | EXTRA)
    assert (automatic, sum(POINTS[q] for q in WRITTEN), sum(POINTS[q] for q in EXTRA)) == (40, 10, 4)


@pytest.mark.parametrize("question", POINTS)
def test_each_question_states_its_points_its_lesson_its_time_and_three_hints(notebook, question):
    text = statement(notebook, question)
    points = f"{POINTS[question]} {'extra ' if question in EXTRA else ''}point"
    assert re.search(rf"### {question} · .+ \({points}s?, \d+ minutes\)", text)
    assert "\n*You learn " in text
    assert [f"<summary>Hint {i}" in text for i in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize("question", sorted(set(POINTS) - WRITTEN - NO_CODE))
def test_each_stub_carries_its_question_id(notebook, question):
    stubs = [cell.source for cell in notebook.cells if f'raise NotImplementedError("{question}")' in cell.source]
    assert len(stubs) == 1
    assert '"""' in stubs[0]


def test_no_line_of_code_runs_out_of_its_cell_on_a_laptop(notebook):
    code = [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]
    assert [line for cell in code for line in cell.source.split("\n") if len(line) > 93] == []


def test_the_notebook_keeps_the_worksheets_skeleton(notebook):
    skeleton = next(cell.source for cell in notebook.cells if "class VanillaRNN" in cell.source)
    for line in ("self.W_hh = np.random.randn", "self.hidden_state = np.tanh(...)", "self.output = np.dot(...) + ..."):
        assert line in skeleton


def test_every_picture_is_there_and_has_alt_text(notebook):
    pictures = re.findall(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', prose(notebook))
    assert len(pictures) == 8
    figures = {path.read_bytes() for path in (STUDENT / "figures").iterdir()}
    for alt, data in pictures:
        assert len(alt) > 40
        assert base64.b64decode(data) in figures


@pytest.mark.parametrize("path", sorted((ROOT / "assignment" / "figures").iterdir()), ids=lambda path: path.stem)
def test_each_figure_is_a_small_self_contained_svg_with_a_description(path):
    root = ElementTree.parse(path).getroot()
    tags = [element.tag.split("}")[1] for element in root.iter()]
    assert {"title", "desc"} <= set(tags) and not {"script", "image", "foreignObject"} & set(tags)
    assert path.stat().st_size < (80_000 if path.stem.startswith("payoff") else 16_000)  # these draw their letters
    assert "http" not in path.read_text().replace("http://www.w3.org/", "")  # names, which nobody fetches


def test_students_get_public_cases_only():
    names = {path.name for path in STUDENT.rglob("*") if path.is_file()}
    assert not names & {"reference.py", "mistakes", "cases.py", "hidden.json", "otter_config.json"}
    for path in (STUDENT / "tests").glob("*.py"):
        assert "hidden=True" not in path.read_text()
        assert "reference" not in path.read_text()


def test_what_a_message_calls_a_case_above_stands_above_it():
    stored = list(json.loads((STUDENT / "fixtures.json").read_text())["cases"])
    for path in (STUDENT / "tests").glob("q*.py"):
        asked = re.findall(r"""public\(['"](.*?)['"]\)""", path.read_text())
        assert asked == sorted(asked, key=stored.index)


def test_no_expected_number_is_a_clear_answer():
    fixtures = json.loads((STUDENT / "fixtures.json").read_text())
    answers = [answer for choice in fixtures["choices"].values() for answer in choice["answers"].values()]
    assert all(re.fullmatch("[0-9a-f]{16}", answer) for answer in answers)
    assert all(re.fullmatch("[0-9a-f]{16}", product) for product in fixtures["derivation"]["no paths"])


def test_extra_points_come_on_top_and_hidden_results_show_after_publishing():
    config = json.loads((ROOT / "autograder" / "dist" / "otter_config.json").read_text())
    assert "points_possible" not in config  # Otter would scale 44 points to 40, and the extra ones would be none
    assert config["show_hidden"] is True


def test_grading_gives_the_students_process_only_what_students_have():
    given = json.loads((ROOT / "autograder" / "dist" / "otter_config.json").read_text())["student_files"]
    assert "checks.py" in given and "figures/lstm_cell.svg" in given
    assert all((STUDENT / name).is_file() for name in given)


@pytest.mark.parametrize(("folder", "score"), [("solutions", 44), ("student", 0)])
def test_the_zip_grades_in_a_containers_layout(tmp_path, folder, score):
    with zipfile.ZipFile(ROOT / "autograder" / "dist" / "rnn_lstm-autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    shutil.copy(ROOT / folder / "rnn_lstm.ipynb", tmp_path / "submission")
    run = [sys.executable, tmp_path / "source" / "run_otter.py"]
    subprocess.run(run, cwd=tmp_path, check=True, timeout=120)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    graded = [test for test in results["tests"] if "max_score" in test]
    assert sum(test["score"] for test in graded) == score
    assert sum(test["max_score"] for test in graded) == 44
