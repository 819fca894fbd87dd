"""The page on which written answers are graded, in a real browser: by keyboard, saved, loaded, merged, printed."""

import csv
import json
import re

import pypdf
import pytest

from autograder.__main__ import main
from autograder.classroom import sanitizer, sheet
from autograder.classroom.records import Status, StudentRecord
from autograder.classroom.sheet import Sheet
from autograder.grading.written import RubricLine, WrittenQuestion
from tests.browser.test_report import ARCHIVE
from tests.payloads import XSS
from tools.synthetic_class import WRITTEN, make_class

QUESTIONS = ("q4d_why_gradients", "q6c_derivation_in_words", "q7c_why_it_helps")
ANSWERS = len([text for text in WRITTEN if text])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    make_class(root / "class", 60, seed=7, hostile=0, broken=0.1)
    assert run(root) == 0
    return root


def run(root, *options):
    return main(["class", str(root / "class"), "--out", str(root / "out"), "--zip", str(ARCHIVE), *options])


class Desk:
    """The page in a window of its own; one context is one person's browser."""

    def __init__(self, context, place):
        self.page = context.new_page()
        self.errors, requests = [], []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append("an answer ran as a script"), dialog.dismiss()))
        self.page.on("request", lambda request: requests.append(request.url))
        self.page.goto((place / "out/written.html").as_uri())
        self.requests = requests

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, id):
        return self.page.locator(f"#{id}").text_content()

    def progress(self):
        return [
            int(re.search(r": (\d+) of", tab)[1]) for tab in self.page.locator("#questions button").all_text_contents()
        ]

    def saved(self, path):
        with self.page.expect_download() as download:
            self.press("s")
        download.value.save_as(path)
        return json.loads(path.read_text())

    def load(self, path):
        self.page.locator("#load").set_input_files(path)
        self.page.wait_for_timeout(300)
        return self.text("problem")


@pytest.fixture
def browser(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def desk(browser, place):
    desk = Desk(browser, place)
    yield desk
    assert not desk.errors and not [url for url in desk.requests if not url.startswith(("file:", "data:", "blob:"))]


def test_answers_are_graded_by_keys_alone_and_every_key_counts(desk, look):
    assert desk.text("which").startswith("Answer 1 of ") and desk.progress() == [0, 0, 0]
    desk.press("1", "3")
    assert desk.text("points") == "2 of 3 points" and desk.progress() == [1, 0, 0]
    desk.press("3")
    assert desk.text("points") == "1 of 3 points"
    desk.press("ArrowRight", "0", "c")
    desk.page.keyboard.type("Say 1 thing more: nothing 2 read.")
    desk.press("Escape")
    assert desk.text("points") == "0 of 3 points" and desk.progress() == [2, 0, 0]
    desk.press("ArrowLeft")
    assert desk.page.locator("#comment").input_value() == ""
    desk.press("ArrowRight")
    assert desk.page.locator("#comment").input_value().startswith("Say 1 thing")
    desk.press("a")
    desk.page.keyboard.type("0.5")
    desk.press("Tab")
    assert desk.text("points") == "0.5 of 3 points"
    look(desk.page, "written")
    desk.press("Escape", "n")
    assert desk.text("which").startswith("Answer 3 of ")


def test_undo_takes_back_step_by_step_and_shows_where(desk):
    desk.press("1", "n", "2", "n", "c")
    desk.page.keyboard.type("ab")
    desk.press("Escape", "u")
    assert desk.page.locator("#comment").input_value() == "" and desk.progress()[0] == 2
    desk.press("u")
    assert desk.text("which").startswith("Answer 2 of ") and desk.progress()[0] == 1
    desk.press("Control+z")
    assert desk.progress() == [0, 0, 0] and desk.page.locator("#undo").is_disabled()


def test_a_page_closed_in_the_middle_loses_nothing(browser, desk, place):
    desk.press("1", "2", "n", "c")
    desk.page.keyboard.type("half a sen")
    desk.page.close()
    again = Desk(browser, place)
    assert again.progress() == [1, 0, 0] and again.text("points") == "2 of 3 points"
    again.press("ArrowRight")
    assert again.page.locator("#comment").input_value() == "half a sen"
    again.page.close()


def test_two_windows_do_not_overwrite_each_other(browser, desk, place):
    other = Desk(browser, place)
    desk.press("1")
    other.press("ArrowRight", "2")
    assert desk.progress()[0] == other.progress()[0] == 2
    other.page.close()


def test_a_file_is_loaded_elsewhere_and_a_wrong_one_changes_nothing(chromium, desk, place, tmp_path):
    desk.press("1", "n", "2", "n")
    saved = desk.saved(tmp_path / "a.json")
    assert len(saved["grades"]) == 2 and "not in a file" not in desk.text("kept")
    elsewhere = chromium.new_context()
    there = Desk(elsewhere, place)
    for name, text, says in wrong_files(saved):
        (tmp_path / f"{name}.json").write_text(text)
        assert says in there.load(tmp_path / f"{name}.json"), name
        assert there.progress() == [0, 0, 0]
    assert there.load(tmp_path / "a.json") == "" and there.progress() == [2, 0, 0]
    assert there.saved(tmp_path / "b.json") == saved
    elsewhere.close()


def wrong_files(saved):
    text = json.dumps(saved)
    others = [grade | {"answer": "0" * 16} for grade in saved["grades"]]
    beyond = [saved["grades"][0] | {"lines": [7]}]
    return [
        ("half", text[:-20], "damaged"),
        ("list", "[]", "another assignment"),
        ("nothing", "null", "damaged"),
        ("no grades", json.dumps(saved | {"grades": 3}), "damaged"),
        ("no grade", json.dumps(saved | {"grades": [None]}), "damaged"),
        ("rubric", json.dumps(saved | {"rubric": "x"}), "other rubrics"),
        ("assignment", json.dumps(saved | {"assignment": "hw1"}), "another assignment"),
        ("class", json.dumps(saved | {"grades": others}), "another class"),
        ("line", json.dumps(saved | {"grades": beyond}), "damaged"),
    ]


def test_five_students_graded_by_keys_are_merged_into_all_that_is_written(desk, place, tmp_path, capsys):
    """From the page to grades.csv, feedback, report, and the column that Canvas imports."""
    for question in range(3):
        for number in range(ANSWERS):
            desk.press(*("123"[: (number + question) % 4] or "0"), "n")
    assert desk.progress() == [ANSWERS] * 3 and desk.text("all") == "All answers have points: save the file."
    saved = desk.saved(tmp_path / "w.json")
    points = {(g["question"], g["answer"]): len(g["lines"]) for g in saved["grades"]}
    before = rows_of(place)
    export = ["--canvas", str(place / "canvas-gradebook.csv")]
    assert run(place, "--written", str(tmp_path / "w.json"), *export, "--column", "RNN automatic") == 2
    assert "is of 40 points, these grades are of 50" in capsys.readouterr().err
    assert run(place, "--written", str(tmp_path / "w.json"), *export, "--column", "RNN (2)") == 0
    rows = rows_of(place)
    graded = [row for row in rows.values() if row["status"] == "graded"]
    records = {row["id"]: record_of(place, row["id"]) for row in graded}
    for row in graded:
        given = {name: sheet.answer_digest(name, text) for name, text in records[row["id"]].written.items() if text}
        own = {name: points[name, digest] for name, digest in given.items()}
        assert {name: float(row[name]) for name in QUESTIONS} == {name: own.get(name, 0) for name in QUESTIONS}
        assert float(row["points"]) == float(before[row["id"]]["points"]) + sum(own.values()) and row["of"] == "50"
    with open(place / "out/canvas.csv", encoding="utf-8", newline="") as file:
        there = {row["ID"]: row["RNN (2)"] for row in csv.DictReader(file)}
    assert all(there[id] == row["total"] for id, row in rows.items()) and len(graded) > 50
    page = (place / f"out/feedback/{graded[0]['id']}.html").read_text()
    assert all(name in page for name in QUESTIONS) and f"{float(graded[0]['points']):g} of 50" in page
    assert "mean of 50 and 4 extra" in (place / "out/report.html").read_text()
    run(place)  # as it was, for the other tests


def record_of(place, id):
    contents = json.loads((place / f"out/results/{id}.json").read_text())["extra_data"]
    return StudentRecord(student=id, status=Status.GRADED, written=contents["written"])


def rows_of(place):
    with open(place / "out/grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_no_name_and_no_id_is_on_the_page(place):
    page = (place / "out/written.html").read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    for question in data["questions"]:
        assert set(question["answers"][0]) == {"answer", "html", "count"}
        digests = [answer.pop("answer") for answer in question["answers"]]
        assert digests == sorted(digests) and len(digests) == ANSWERS
    for row in rows_of(place).values():
        assert row["id"] not in json.dumps(data) and row["name"] not in page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_in(chromium, place, look, scheme, width):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto((place / "out/written.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"written-{scheme}-{width}", full_page=True)
    page.close()


# --- what students write is harmless ----------------------------------------------------------------------------------

SCRIPTED = "document.title = 'ran'"


def page_with(tmp_path, answers):
    question = WrittenQuestion("q1_words", 1, False, "", "<p>task</p>", "<p>model</p>", [RubricLine(1, "all")])
    made = Sheet("hostile", [question])
    for answer in answers:
        made.add(StudentRecord(student="x", status=Status.GRADED, written={"q1_words": answer}))
    made.write(tmp_path / "written.html")
    return tmp_path / "written.html"


def ran(chromium, path, count):
    """How many of a page's answers ran a script, each shown on its own, hovered over and clicked."""
    page, live = chromium.new_page(), 0
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(path.as_uri())
    title = page.title()
    for _ in range(count):
        page.wait_for_timeout(15)
        live += page.title() != title
        page.evaluate("title => { document.title = title; }", title)
        page.keyboard.press("ArrowRight")
    page.close()
    print(f"{live} of {count} ran")
    return live


def test_payloads_run_without_the_walls_and_each_wall_alone_stops_all(chromium, tmp_path, monkeypatch):
    payloads = [payload(SCRIPTED) for payload in XSS]
    walled = page_with(tmp_path, payloads).read_text()
    with monkeypatch.context() as patched:
        patched.setattr(sheet, "sanitized", lambda markup: markup)
        open_page = page_with(tmp_path, payloads)
        policy_alone = ran(chromium, open_page, len(payloads))
        open_page.write_text(without_policy(open_page.read_text()))
        live = ran(chromium, open_page, len(payloads))
    (tmp_path / "sanitizer.html").write_text(without_policy(walled))
    assert live >= len(payloads) / 4, "the payloads are not alive"
    assert policy_alone == 0
    assert ran(chromium, tmp_path / "sanitizer.html", len(payloads)) == 0


def without_policy(page):
    changed = re.sub(r"<meta http-equiv.*", "", page)
    assert changed != page
    return changed


# --- PDFs -------------------------------------------------------------------------------------------------------------


def test_each_student_has_a_pdf_with_the_name_on_every_page_and_none_blank(place, tmp_path):
    few = tmp_path / "class"
    few.mkdir()
    for file in sorted((place / "class").glob("*.ipynb"))[:4]:
        (few / file.name).write_bytes(file.read_bytes())
    assert main(["class", str(few), "--out", str(tmp_path / "out"), "--zip", str(ARCHIVE), "--pdf"]) == 0
    made = sorted((tmp_path / "out/pdf").glob("*.pdf"))
    assert len(made) >= 3
    for path in made:
        pdf = pypdf.PdfReader(path)
        texts = [page.extract_text() for page in pdf.pages]
        assert all(path.stem in text and len(text.strip()) > 100 for text in texts), path
        assert all(name in " ".join(texts) for name in QUESTIONS) and not pdf.metadata
    again = {path.name: path.read_bytes() for path in made}
    assert main(["class", str(few), "--out", str(tmp_path / "out"), "--zip", str(ARCHIVE), "--pdf"]) == 0
    assert {path.name: path.read_bytes() for path in made} == again


def test_the_sanitizer_is_what_the_page_uses():
    assert sheet.sanitized is sanitizer.sanitized
