"""The assignment as a student meets it: JupyterLab in a real browser, in an environment of student/requirements.txt.

One session from the first cell to the hand-in: wrong and right answers typed, checks, the payoff, a slider, the export;
then the zip that it leaves is graded.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
import zipfile
from pathlib import Path

import pytest

from autograder.grading.assignment import Assignment
from autograder.grading.grade import grade
from tests.kit import wait_for
from tools.answers import ROOT, SOLUTIONS

JUPYTER = ROOT / ".venv-student/bin/jupyter"
DONE = ["q1_kinds", "q3_unroll", "q4a_state_jacobian", "q4b_jacobian_through_time", "q4c_rnn_backward", "q5a_lstm_step"]
DONE += ["q5b_lstm_unroll", "q6a_derivation", "q6b_lstm_dWg", "q6d_lstm_backward", "q7a_factor", "q7b_cell_carry"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(the address of a JupyterLab on loopback, its folder: a copy of student/)."""
    yield from served(shutil.copytree(ROOT / "student", tmp_path_factory.mktemp("home") / "student"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The same, where the folder holds the notebook and nothing else."""
    folder = tmp_path_factory.mktemp("home") / "downloads"
    folder.mkdir()
    shutil.copy(ROOT / "student/rnn_lstm.ipynb", folder)
    yield from served(folder)


def served(folder):
    """(the address of a JupyterLab on a folder, the folder), as long as it is needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [
        f"--port={port}",
        "--ip=127.0.0.1",
        "--no-browser",
        "--IdentityProvider.token=",
        "--ServerApp.port_retries=0",
    ]
    homes = {
        name: str(folder.parent / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    command = [JUPYTER, "lab", "--allow-root", *settings]
    with open(folder.parent / "log", "w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | homes, stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{address}/api"), 60)
        yield address, folder
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def answers(address):
    try:
        return urllib.request.urlopen(address, timeout=1).status == 200
    except OSError:
        return False


class Notebook:
    """The notebook in the browser; cells are found by what their source says when the session starts."""

    def __init__(self, page, address, folder):
        self.page, self.folder = page, folder
        cells = json.loads((folder / "rnn_lstm.ipynb").read_text(encoding="utf-8"))["cells"]
        self.sources = ["".join(cell["source"]) for cell in cells]
        page.goto(f"{address}/lab/tree/rnn_lstm.ipynb?reset", timeout=60_000)
        page.locator(".jp-Notebook .jp-Cell").nth(len(self.sources) - 1).wait_for(state="attached", timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(timeout=60_000)

    def cell(self, text):
        """The cell whose source holds a text, scrolled into view."""
        index = next(number for number, source in enumerate(self.sources) if text in source)
        found = self.page.locator(".jp-Notebook .jp-Cell").nth(index)
        found.evaluate("cell => cell.scrollIntoView({block: 'nearest'})")  # at once: JupyterLab may still make it anew
        return found

    def source(self, text):
        """What stands in the cell whose source holds a text, when the session starts."""
        return next(source for source in self.sources if text in source)

    def type(self, text, source):
        """Replace the source of the cell that holds `text`."""
        editor = self.cell(text).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source.strip("\n"))

    def run(self, text, seconds=60):
        """Run the cell that holds `text`; its outputs, as text."""
        cell = self.cell(text)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.text_content()
        for _ in range(4):  # a key that comes before the page is ready is lost
            prompt.click()
            self.page.keyboard.press("Control+Enter")
            with contextlib.suppress(AssertionError):
                wait_for(lambda: prompt.text_content() != before, 5)
                break
        wait_for(lambda: prompt.text_content().strip() not in ("", "[ ]:", "[*]:"), seconds)
        self.page.wait_for_timeout(300)
        area = cell.locator(".jp-OutputArea")
        return area.first.inner_text() if area.count() else ""


def around(first, last):
    """The rectangle of a page that holds two cells and what is between them."""
    top, bottom = first.bounding_box(), last.bounding_box()
    return top | {"height": bottom["y"] + bottom["height"] - top["y"]}


@pytest.fixture(scope="module")
def notebook(chromium, lab):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    yield Notebook(page, *lab)
    page.close()


def test_01_the_setup_runs_and_a_stub_is_told_kindly(notebook, look):
    notebook.run("import grader")
    notebook.run("import numpy as np")
    notebook.run("class VanillaRNN")
    assert "still to do (q2_vanilla_rnn)" in notebook.run('grader.check("q2_vanilla_rnn")')
    look(notebook.page, "lab-stub")


def test_02_a_wrong_answer_is_named(notebook, look):
    right = "self.W_hh @ h_prev"
    assert right in SOLUTIONS["q2_vanilla_rnn"]
    notebook.type("class VanillaRNN", SOLUTIONS["q2_vanilla_rnn"].replace(right, "self.W_hh.T @ h_prev"))
    notebook.run("class VanillaRNN")
    assert "W_hh is transposed" in notebook.run('grader.check("q2_vanilla_rnn")')
    look(notebook.page, "lab-wrong")
    answer, check = notebook.cell("class VanillaRNN"), notebook.cell('check("q2_vanilla_rnn")')
    look(notebook.page, "check", clip=around(answer, check))


def test_02a_a_check_after_a_cell_that_stopped_is_about_the_answer_before_and_says_so(notebook, look):
    notebook.type("class VanillaRNN", SOLUTIONS["q2_vanilla_rnn"].replace("class VanillaRNN:", "class VanillaRNN"))
    assert "SyntaxError" in notebook.run("class VanillaRNN")
    text = notebook.run('grader.check("q2_vanilla_rnn")')
    assert "the cell that defines VanillaRNN stopped with an error" in text and "W_hh is transposed" in text
    look(notebook.page, "lab-older")


def test_03_the_right_answer_passes(notebook, look):
    notebook.type("class VanillaRNN", SOLUTIONS["q2_vanilla_rnn"])
    notebook.run("class VanillaRNN")
    assert "all passed" in notebook.run('grader.check("q2_vanilla_rnn")')
    look(notebook.page, "lab-right")


def test_04_the_payoff_says_what_it_waits_for(notebook):
    assert "name 'unroll' is not defined. Run the cells above" in notebook.run("payoff.show_gradients(")
    notebook.run("def unroll(")
    assert "appears when q3_unroll is done" in notebook.run("payoff.show_gradients(")


@pytest.mark.parametrize("question", DONE)
def test_05_each_other_question_passes(notebook, question):
    text = {"q1_kinds": "kinds = {", "q7a_factor": "factor = ..."}.get(question)
    text = text or SOLUTIONS[question].strip().split("\n")[0]
    notebook.type(text, SOLUTIONS[question])
    notebook.run(text)
    assert "all passed" in notebook.run(f'grader.check("{question}")')


def test_06_the_pictures_of_the_payoff_appear(notebook, look):
    notebook.run("payoff.show_gradients(")
    cell = notebook.cell("payoff.show_gradients(")
    picture = cell.locator(".jp-OutputArea img").last
    picture.wait_for()
    look(notebook.page, "lab-gradients")


WATCH = """([handle, picture]) => {
    window.redraws = [];
    let pressed = 0;
    handle.addEventListener("keydown", () => { pressed = performance.now(); }, true);
    const shown = () => { if (pressed) { window.redraws.push(performance.now() - pressed); pressed = 0; } };
    picture.addEventListener("load", shown);
}"""


def test_07_a_slider_redraws_a_sharp_picture_at_once(notebook, look):
    notebook.run("payoff.show_sliders(")
    cell = notebook.cell("payoff.show_sliders(")
    picture = cell.locator("img.widget-image")
    picture.wait_for(timeout=20_000)
    before = picture.get_attribute("src")
    handle = cell.locator(".noUi-handle").first
    handle.focus()
    notebook.page.evaluate(WATCH, [handle.element_handle(), picture.element_handle()])
    for _ in range(12):
        notebook.page.keyboard.press("ArrowRight")
        notebook.page.wait_for_timeout(400)
    wait_for(lambda: picture.get_attribute("src") != before, 10)
    redraws = sorted(notebook.page.evaluate("window.redraws"))
    print("milliseconds from key to picture:", [round(time) for time in redraws])
    assert len(redraws) >= 8 and redraws[len(redraws) // 2] < 150
    assert picture.evaluate("async image => (await fetch(image.src)).headers.get('Content-Type')") == "image/svg+xml"
    assert "Left after 40 steps" in cell.locator(".jp-OutputArea").first.inner_text()
    look(notebook.page, "lab-slider")


def test_08_both_networks_are_trained_with_the_students_gradients(notebook, look):
    assert "100 %" in notebook.run("payoff.show_memory(", seconds=120)
    picture = notebook.cell("payoff.show_memory(").locator(".jp-OutputArea img").last
    picture.wait_for()
    look(notebook.page, "lab-memory")


def test_08a_an_answer_is_drawn_beside_the_expected_one(notebook, look):
    wrong = SOLUTIONS["q5b_lstm_unroll"].replace("h_prev, C_prev = h, C", "C_prev = C")
    notebook.type("def lstm_unroll(", f"{wrong}\ngrader.show('q5b_lstm_unroll')")
    assert "from step 2 on" in notebook.run("def lstm_unroll(")
    picture = notebook.cell("def lstm_unroll(").locator(".jp-OutputArea img").last
    picture.wait_for()
    assert "from step 2 on" in picture.get_attribute("alt")
    look(notebook.page, "lab-show")
    notebook.type("def lstm_unroll(", SOLUTIONS["q5b_lstm_unroll"])
    notebook.run("def lstm_unroll(")


def test_08b_the_paths_of_a_formula_are_drawn_on_figure_6(notebook, look):
    wrong = SOLUTIONS["q6a_derivation"].replace("dJ_dh[t] @ (by_h + by_C + now)", "dJ_dh[t] @ (by_h + 2 * by_C)")
    notebook.type("def dJ_dWg(", f"{wrong}\ngrader.show('q6a_derivation')")
    assert "is missing" in notebook.run("def dJ_dWg(")
    outputs = notebook.cell("def dJ_dWg(").locator(".jp-OutputArea")
    picture = outputs.locator("img").last
    picture.wait_for()
    assert "missing: the path straight through" in picture.get_attribute("alt")
    assert picture.evaluate("image => image.naturalWidth") == 720
    outputs.locator("mjx-container").first.wait_for()
    picture.scroll_into_view_if_needed()
    look(notebook.page, "lab-paths")
    notebook.type("def dJ_dWg(", SOLUTIONS["q6a_derivation"])
    notebook.run("def dJ_dWg(")


def test_09_a_hint_leads_to_its_equation(notebook, look):
    hint = notebook.cell("### q2_vanilla_rnn").locator(
        "details", has=notebook.page.locator("summary", has_text="Hint 1")
    )
    hint.locator("summary").click()
    hint.locator("a", has_text="equation (1)").click()
    heading = notebook.page.locator("h3", has_text="1.3 The vanilla RNN")
    wait_for(lambda: heading.count() and heading.first.is_visible(), 10)
    look(notebook.page, "lab-equation")


def test_10_all_checks_add_up(notebook, look):
    text = notebook.run("grader.check_all()")
    assert "Public cases: 29.5 of 29.5 points, and 3 of 3 points extra." in text and "Still to be written" in text
    look(notebook.page, "lab-all")


def test_11_an_edit_that_nobody_saved_is_in_the_zip_that_is_graded(notebook, look):
    notebook.type("import numpy as np", "# never saved by hand\n" + notebook.source("import numpy as np"))
    notebook.run("import numpy as np")
    text = notebook.run("grader.export(", seconds=120)
    look(notebook.page, "lab-export")
    (zipped,) = Path(notebook.folder).glob("*.zip")
    assert f"Submit this file: {zipped.name}" in text and "as last saved" not in text
    with zipfile.ZipFile(zipped) as packed:
        assert "# never saved by hand" in packed.read("rnn_lstm.ipynb").decode()
    with Assignment(ROOT / "autograder/dist/rnn_lstm-autograder.zip") as assignment:
        results = grade(zipped, assignment)
    assert results.total == results.possible == 44


def test_12_an_edit_that_did_not_run_is_told_of(notebook, look):
    notebook.type("def cell_carry(", SOLUTIONS["q7b_cell_carry"] + "\n# changed, and not run")
    text = notebook.run("grader.export(", seconds=120)
    assert "changed after they ran: cell_carry (q7b_cell_carry)" in text
    look(notebook.page, "lab-export-differs")


def test_13_the_file_alone_in_an_empty_folder_is_all_there_is(chromium, alone, look):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="dark")
    notebook = Notebook(page, *alone)
    assert page.locator(".jp-Notebook .jp-Cell").first.locator(".jp-InputArea-editor:visible").count() == 0
    look(page, "lab-alone")
    picture = notebook.cell('<img alt="Three kinds of problem').locator("img")
    wait_for(lambda: picture.evaluate("image => image.naturalWidth") > 100, 10)
    look(page, "lab-alone-figure")
    for text in ("def set_up", "import grader", "import numpy as np"):
        notebook.run(text)
    assert "still to do (q2_vanilla_rnn)" in notebook.run("class VanillaRNN") + notebook.run(
        'grader.check("q2_vanilla_rnn")'
    )
    assert {path.name for path in notebook.folder.iterdir()} >= {"rnn_lstm.ipynb", "rnn_lstm_files"}
    look(page, "lab-alone-stub")
    page.close()
