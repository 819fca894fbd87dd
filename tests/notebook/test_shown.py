"""What a check, all checks and the export show, as text and as HTML, and in one line where something is wrong."""

import html.parser
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
import time
import types
import zipfile

import nbformat
import pytest

from autograder.notebook import page
from autograder.notebook.casefile import CaseResult
from autograder.notebook.check import Checked
from autograder.notebook.data import AssignmentData, Question
from autograder.notebook.summary import Summary
from tests.notebook.kit import STUDENT, save, solved
from tools.answers import TESTS
from tools.answers import solved as solved_names

VOID = {"br", "hr", "img", "input", "wbr"}


class Reader(html.parser.HTMLParser):
    """The text that a page shows, the tags that hold it, and whether these are closed in order."""

    def __init__(self, markup):
        super().__init__()
        self.words, self.tags, self.open = [], [], []
        self.feed(markup)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


@pytest.fixture
def grader(tmp_path, monkeypatch):
    """The package as students have it, in a folder of its own with a notebook; the folder is the current one."""
    for name in ("grader", "tests"):
        shutil.copytree(STUDENT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    save(solved(), tmp_path / "mine.ipynb")
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "grader/__init__.py"
    spec = importlib.util.spec_from_file_location("grader", place, submodule_search_locations=[str(place.parent)])
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "grader", module)
    spec.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name.startswith("grader.")]:
        del sys.modules[name]


def result(*cases, hidden=1, extra=False):
    question = Question("q1_square", 4, hidden, extra=extra)
    return Checked(question, list(cases), sum(c.points for c in cases if c.passed), sum(c.points for c in cases))


TODO = CaseResult("one step", 2, False, "still to do (q1_square). Write it.", todo=True)
RIGHT, WRONG = CaseResult("one step", 2, True), CaseResult("five <steps>", 1, False, "W is transposed: see hint 2.")


def test_a_passed_check_says_so_with_points_claims_and_what_is_still_to_come():
    text = repr(result(RIGHT))
    assert text.split("\n") == [
        "q1_square: all passed, 2 of 2 points",
        "  ✓ passed: one step (2 points)",
        "Hidden cases, run when you have handed in, check the same at other sizes: 1 point more.",
    ]


def test_a_failed_check_names_the_claim_and_gives_the_message():
    text = repr(result(RIGHT, WRONG, hidden=0))
    assert text.split("\n") == [
        "q1_square: 1 of 2 cases failed, 2 of 3 points",
        "  ✓ passed: one step (2 points)",
        "  ✗ failed: five <steps> (1 point)",
        "      W is transposed: see hint 2.",
    ]


def test_what_has_not_been_begun_is_no_failure():
    text = repr(result(TODO, hidden=0))
    assert text.split("\n")[:2] == ["q1_square: still to do, 0 of 2 points", "  ○ to do: one step (2 points)"]
    assert "still to do" not in repr(result(TODO, WRONG)).split("\n")[0]


def test_both_forms_say_the_same():
    for shown in (result(TODO), result(RIGHT), result(RIGHT, WRONG), page.Notice("Do <this>.")):
        assert "".join(Reader(shown._repr_html_()).text.split()) == "".join(repr(shown).split())


def test_the_same_message_is_said_once():
    shown = result(WRONG, WRONG, RIGHT)
    for text in (repr(shown), Reader(shown._repr_html_()).text):
        assert text.count("W is transposed") == 1 and text.count("The same as above.") == 1


def test_a_long_message_is_broken_between_words():
    words = "supercalifragilistic(expialidocious) " * 12
    text = repr(result(CaseResult("long", 1, False, words + "\n  indented")))
    assert max(map(len, text.split("\n"))) <= page.WIDTH
    assert set(words.split()) <= set(text.split())
    style = next(a["style"] for _, a in Reader(result(WRONG)._repr_html_()).tags if "pre-wrap" in a.get("style", ""))
    assert "break-word" in style and "break-all" not in style


def test_a_students_text_cannot_become_markup():
    evil = CaseResult("<b>claim</b>", 1, False, "<script>alert(1)</script>&amp;")
    read = Reader(result(evil)._repr_html_())
    assert "<script>alert(1)</script>&amp;" in read.text
    assert {tag for tag, _ in read.tags} <= {"div", "ul", "li", "span", "strong"}


def test_running_text_has_no_colour_of_its_own_and_marks_have_words():
    for shown in (result(RIGHT, WRONG), page.Notice("x")):
        for tag, attributes in Reader(shown._repr_html_()).tags:
            style = attributes.get("style", "").replace("border-left:4px solid", "")
            assert "color:" not in style or (tag == "span" and attributes["aria-hidden"] == "true")
            assert "background" not in style


@pytest.mark.parametrize("colour", [page.GOOD, page.BAD, page.OPEN])
@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#1e1e1e"])
def test_marks_stand_out_in_light_and_dark(colour, ground):
    def light(code):
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(colour), light(ground)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 3  # what WCAG asks of signs


def test_the_table_adds_up_and_says_what_is_open():
    questions = (
        Question("q1_square", 4, 1),
        Question("q2_root", 2, 0, extra=True),
        Question("q3_words", 3, manual=True),
        Question("q4_more", 5, manual=True),
    )
    extra = Checked(questions[1], [CaseResult("root", 2, False, "no")], 0, 2)
    shown = Summary(AssignmentData("small", questions), {"q1_square": result(RIGHT, WRONG)}, {}, {"q3_words": False})
    shown.results["q2_root"] = extra
    for text in (repr(shown), Reader(shown._repr_html_()).text):
        text = " ".join(text.split())
        assert "Public cases: 2 of 3 points, and 0 of 2 points extra." in text
        assert "Hidden cases add 1 point when you have handed in." in text
        assert "8 points. Still to be written, in the notebook as last saved: q3_words." in text
        assert "Whether you wrote q4_more cannot be seen from here." in text
    heads = [attributes["scope"] for tag, attributes in Reader(shown._repr_html_()).tags if tag == "th"]
    assert heads == ["col"] * 4 + ["row"] * 5


# --- as students call it ----------------------------------------------------------------------------------------------


def test_an_unknown_question_gets_one_line_with_the_nearest(grader):
    assert repr(grader.check("q2_vanila_rnn")) == "There is no question q2_vanila_rnn. Did you mean q2_vanilla_rnn?"
    assert repr(grader.check("zzz")).startswith("There is no question zzz. There are: q1_kinds,")
    assert repr(grader.check(None)).startswith("There is no question None.")


def test_a_written_question_and_a_missing_check_get_one_line(grader, tmp_path):
    assert "person" in repr(grader.check("q4d_why_gradients"))
    (tmp_path / "tests/q1_kinds.py").unlink()
    assert repr(grader.check("q1_kinds")).startswith("The check of q1_kinds is not here: tests/q1_kinds.py is missing.")
    (tmp_path / "tests/q3_unroll.py").write_text("def broken(:")
    assert repr(grader.check("q3_unroll")).startswith("The check q3_unroll.py cannot be read")
    text = " ".join(repr(grader.check_all()).split())
    assert "could not be checked" in text and "tests/q1_kinds.py is missing" in text


def test_damaged_data_get_one_line(grader, tmp_path):
    (tmp_path / "grader/assignment.json").write_text("{")
    for call in (lambda: grader.check("q1_kinds"), grader.check_all, grader.export):
        assert repr(call()).startswith("assignment.json beside the checks is missing or damaged.")


def test_check_all_knows_all_points_and_nothing_else_of_what_is_hidden(grader):
    globals().update(solved_names())
    shown = grader.check_all()
    assert {name: result.score for name, result in shown.results.items()} == {
        name: sum(case.points for case in file.test_cases if not case.hidden) for name, file in TESTS.items()
    }
    data = json.loads((STUDENT / "grader/assignment.json").read_text())
    hidden = {q["name"]: q["hidden_points"] for q in data["questions"] if q["hidden_points"]}
    assert hidden == {
        name: points
        for name, file in TESTS.items()
        if (points := sum(case.points for case in file.test_cases if case.hidden))
    }
    assert {key for q in data["questions"] for key in q} == {"name", "points", "hidden_points", "manual", "extra"}


def test_the_export_packs_the_notebook_whatever_it_is_called_and_quickly(grader, tmp_path):
    (tmp_path / "notes.ipynb").write_text(json.dumps({"cells": [], "metadata": {}}))
    (tmp_path / "broken.ipynb").write_text("")
    start = time.process_time()
    made = grader.export()
    assert time.process_time() - start < 2
    with zipfile.ZipFile(made.path) as packed:
        assert packed.namelist() == ["mine.ipynb", "__zip_filename__"]
        assert packed.read("mine.ipynb") == (tmp_path / "mine.ipynb").read_bytes()
    assert made.path.parent == tmp_path and made.path.name in repr(made) and made.path.name in made._repr_html_()
    assert "as last saved" in repr(made)


def test_of_two_notebooks_the_one_that_was_saved_last_is_packed_and_the_other_is_named(grader, tmp_path):
    save(solved(), tmp_path / "rnn_lstm-Copy1.ipynb")
    assert "It holds rnn_lstm-Copy1.ipynb, and not mine.ipynb" in " ".join(repr(grader.export()).split())
    assert "It holds mine.ipynb as last saved" in " ".join(repr(grader.export("mine.ipynb")).split())


def test_vs_codes_own_word_decides_which_notebook_it_is(grader, tmp_path):
    names = {"__vsc_ipynb_file__": str(save(solved(), tmp_path / "elsewhere.ipynb")), "grader": grader}
    (tmp_path / "elsewhere.ipynb").touch()
    save(solved(), tmp_path / "newer.ipynb")
    exec("made = grader.export()", names)
    assert names["made"].path.name.startswith("elsewhere_") and names["made"].link == ""


def test_otters_arguments_are_taken(grader, tmp_path):
    (tmp_path / "data.csv").write_text("1")
    made = grader.export(export_path="out.zip", pdf=False, run_tests=True, ignore_log=True, files=["data.csv"])
    assert zipfile.ZipFile(tmp_path / "out.zip").namelist() == ["mine.ipynb", "__zip_filename__", "data.csv"]
    assert made.path == tmp_path / "out.zip"


def test_without_a_notebook_the_export_says_what_to_do(grader, tmp_path):
    (tmp_path / "mine.ipynb").unlink()
    assert "Save it there, or name it" in " ".join(repr(grader.export()).split())
    assert repr(grader.export("nope.ipynb")).startswith("There is no file nope.ipynb here.")
    (tmp_path / "empty.ipynb").write_text("")
    assert repr(grader.export("empty.ipynb")).startswith("empty.ipynb is empty or damaged: save the notebook")


def test_older_exports_are_counted_and_after_a_chdir_the_notebook_is_still_found(grader, tmp_path, monkeypatch):
    assert "Older exports" not in repr(grader.export())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    made = grader.export()
    assert made.path.parent == tmp_path and "Older exports in this folder: 1." in repr(made)
    (elsewhere / "other.ipynb").write_text(json.dumps({"cells": [], "metadata": {}}))
    assert "Older exports in this folder: 2." in repr(grader.export())
    save(solved(), elsewhere / "moved.ipynb")
    assert grader.export().path.parent == elsewhere


def test_an_answer_whose_cell_was_not_run_is_still_to_do(grader):
    names = {name: value for name, value in solved_names().items() if name != "lstm_step"}
    shown = grader.check("q5a_lstm_step", names)
    assert shown.todo and "lstm_step: is not defined. Run the cell" in " ".join(repr(shown).split())
    assert not grader.check("q5a_lstm_step", solved_names()).todo


def test_a_written_question_has_no_bar_of_failure(grader):
    assert page.OPEN in grader.check("q4d_why_gradients").html()
    assert page.BAD in grader.check("q4").html()


def test_show_draws_where_the_assignment_has_pictures_and_says_a_line_where_not(grader, monkeypatch):
    asked, pictures = [], types.ModuleType("pictures")
    pictures.show = lambda question, names: asked.append((question, names is globals()))
    monkeypatch.setitem(sys.modules, "pictures", pictures)
    assert grader.show("q5b_lstm_unroll") is None and asked == [("q5b_lstm_unroll", True)]
    monkeypatch.setitem(sys.modules, "pictures", None)
    assert repr(grader.show("q5b_lstm_unroll")) == "This assignment has no pictures to show."


def test_where_the_folder_is_closed_the_zip_goes_elsewhere_and_its_place_is_told(grader, tmp_path, monkeypatch):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    real = zipfile.ZipFile

    def closed(path, mode="r", *rest):
        if mode == "w" and path.parent == tmp_path:
            raise PermissionError(13, "Permission denied")
        return real(path, mode, *rest)

    monkeypatch.setattr(sys.modules["grader.export"].zipfile, "ZipFile", closed)
    made = grader.export()
    assert made.path.parent == tmp_path / "scratch" and made.link == ""
    assert made.place in " ".join(repr(made).split())


def test_neither_otter_nor_numpy_is_imported_for_it():
    code = "import sys, grader; grader.check('q9'); print(sorted({'otter', 'numpy', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=STUDENT)
    assert done.stdout == "[]\n", done.stderr


def page_that_saves(path, *texts):
    """What stands for the page of a notebook: asked to save, it writes these texts one after another."""

    def write():
        for text in texts:
            path.write_text(text)
            time.sleep(0.15)

    return lambda *_, **__: threading.Thread(target=write).start()


def test_a_save_is_waited_for_until_the_file_is_whole(grader, tmp_path, monkeypatch):
    book = solved()
    book.cells[1].source += "  # edited"
    whole = nbformat.writes(book)
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/mine.ipynb")
    monkeypatch.setattr("IPython.display.display", page_that_saves(tmp_path / "mine.ipynb", whole[:9000], "", whole))
    made = grader.export()
    with zipfile.ZipFile(made.path) as packed:
        assert "# edited" in packed.read("mine.ipynb").decode()
    assert "as last saved" not in repr(made)


def test_where_the_page_does_not_save_the_person_is_asked_to(grader, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/mine.ipynb")
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    start = time.monotonic()
    text = " ".join(repr(grader.export()).split())
    assert "as last saved" in text and "Save the notebook (Ctrl+S" in text
    assert time.monotonic() - start > 1  # it has waited
