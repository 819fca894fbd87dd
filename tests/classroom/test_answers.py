"""Written answers: found in a notebook, made harmless, graded once where they are the same, and never mixed up."""

import csv
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.classroom import run as run_module
from autograder.classroom.answers import PLACEHOLDER, picture, rendered, written_answers
from autograder.classroom.marks import AnswerGrade, Marks, MarksFile, answer_digest, points_of
from autograder.classroom.records import Status, StudentRecord
from autograder.classroom.sanitizer import sanitized
from autograder.errors import WrittenError
from autograder.grading.intake import Submission
from autograder.grading.written import FILE, RubricLine, WrittenQuestion, rubric_digest
from tests.classroom.test_classroom import PoolInThisProcess, grades, make, run
from tests.kit import HONEST, notebook, write_zip
from tests.payloads import XSS

WHY = WrittenQuestion(
    "why", 3, False, "### why · Words\n\nSay why.", "", "", [RubricLine(p, f"line {p}") for p in (1, 2)]
)
HOW = WrittenQuestion("how", 2, True, "### how · Words", "", "", [RubricLine(2, "all")])
QUESTIONS = [WHY, HOW]
RUBRIC = rubric_digest(QUESTIONS)


# --- an answer in a notebook ------------------------------------------------------------------------------------------


def markdown(*texts):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]
    return Submission([], {}, json.dumps({"cells": cells, "metadata": {}}))


HEAD = "<!-- BEGIN QUESTION -->\n\n### why · Words\n\nSay why."
END = "<!-- END QUESTION -->\n\nAnd now to something else."


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([HEAD, PLACEHOLDER, END], ""),
        ([HEAD, "", END], ""),
        ([HEAD, "Because.", END], "<p>Because.</p>"),
        ([HEAD, f"{PLACEHOLDER} Because.", END], "<p>Because.</p>"),
        ([HEAD, "One.", "Two.", END], "<p>One.</p>\n<p>Two.</p>"),
        ([HEAD + "\n\nBecause.", PLACEHOLDER, END], "<p>Because.</p>"),
        ([HEAD, PLACEHOLDER, "Because.\n\n" + END], "<p>Because.</p>"),
        (["Before.", HEAD, "Because.", END, "After."], "<p>Because.</p>"),
        ([HEAD, "Because.", "### how · Words", "Thus."], "<p>Because.</p>"),
        ([HEAD, "Because.", "<!-- BEGIN QUESTION -->\n\n### other"], "<p>Because.</p>"),
        (["Before."], ""),
        ([HEAD, "a < b & c", END], "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_an_answer_is_what_stands_between_the_question_and_the_next(cells, answer):
    assert written_answers(markdown(*cells), QUESTIONS)["why"] == answer


def test_code_and_odd_cells_below_a_question_are_no_loss():
    cells = [{"cell_type": "markdown", "source": [HEAD]}, {"cell_type": "code", "source": "x = 1"}]
    cells += [3, {"cell_type": "markdown", "source": 7}, {"cell_type": "markdown", "source": "So."}]
    found = written_answers(Submission([], {}, json.dumps({"cells": cells})), QUESTIONS)["why"]
    assert "x = 1" in found and found.endswith("<p>So.</p>")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [[]]}', "null", '{"cells": [' + "[" * 9999])
def test_what_cannot_be_read_is_no_answer(text):
    assert written_answers(Submission([], {}, text), QUESTIONS) == {"why": "", "how": ""}


def test_a_formula_is_mathml_or_its_source():
    assert rendered("$x^2$ and $\\nosuch{x}$", {}).count("<math") == 1
    assert "<code>\\nosuch{x}</code>" in rendered("$\\nosuch{x}$", {}) and "<mfrac>" in rendered("$$\\frac ab$$", {})
    assert "$5 or 10$" in rendered("It is $5 or 10$ more", {}) or "<math" in rendered("It is $5 or 10$ more", {})
    assert "<script" not in rendered("$\\text{<script>alert(1)</script>}$", {})


PNG = b"\x89PNG\r\n\x1a\n"


def test_pictures_come_along_and_no_other_address_does():
    cell = {
        "cell_type": "markdown",
        "source": "![a](attachment:p.png) ![b](photo.jpg) ![c](https://x.org/t.png) ![d](e.svg)",
    }
    cell["attachments"] = {"p.png": {"image/png": "iVBORw0KGgo="}}
    cells = [{"cell_type": "markdown", "source": HEAD}, cell]
    files = {"photo.jpg": b"\xff\xd8\xff\xe0", "e.svg": b"<svg onload=alert(1)>"}
    found = written_answers(Submission([], files, json.dumps({"cells": cells})), QUESTIONS)["why"]
    assert re.findall(r'src="([^"]*)"', found) == [
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/jpeg;base64,/9j/4A==",
    ]
    assert 'alt="c"' in found and "x.org" not in found


def test_pictures_are_bounded():
    large = picture(PNG + bytes(2 << 20))
    pictures = {f"{n}.png": large for n in range(5)}
    text = " ".join(f"![x]({name})" for name in pictures)
    assert rendered(text, pictures).count("data:image") == 2
    assert "Only the beginning of this answer is shown" in rendered("word " * 10_000, {})
    assert len(rendered("w " * 10_000, {})) < 30_000


# --- made harmless ----------------------------------------------------------------------------------------------------


ACTIVE = re.compile(
    "script|style|svg|iframe|object|embed|form|input|button|select|textarea|meta|link|base|a|area|video|audio|source|"
    "template|noscript|title|frame|portal|annotation-xml|mglyph|foreignobject"
)
REACHING = {"href", "style", "srcdoc", "srcset", "action", "formaction", "background", "poster", "class", "id", "name"}


class Seen(HTMLParser):
    """Every tag and attribute of an HTML text, as another parser than the sanitizer's reads it."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))


def assert_harmless(text):
    for tag, attributes in Seen(text).tags:
        assert not ACTIVE.fullmatch(tag)
        for name, value in attributes:
            assert not name.startswith(("on", "xlink")) and name not in REACHING
            assert name != "src" or value.startswith("data:image/png")


@pytest.mark.parametrize("make", XSS)
def test_no_payload_is_left(make):
    assert_harmless(sanitized(make("x = 1")))
    assert_harmless(rendered(make("x = 1"), {}))
    assert_harmless(rendered(f"$\\text{{{make('x = 1')}}}$", {}))


PIECES = (
    "<b>,</b>,<math>,<mtext>,</math>,<table>,<td>,<style>,</style>,<svg>,<img src=x onerror=x>,<!--,-->,<mglyph>,<p ,"
)
PIECES += (
    "title='>,<a href=javascript:x>,<noscript>,</noscript>,<template>,<annotation-xml encoding=text/html>,text,&lt;,\","
)
hostile = st.lists(st.sampled_from(PIECES.split(",")), max_size=14).map("".join)


@given(hostile)
def test_what_was_made_harmless_stays_as_it_is(text):
    once = sanitized(text)
    assert_harmless(once)
    assert sanitized(once) == once


# --- points -----------------------------------------------------------------------------------------------------------


def save(path, *given, rubric=RUBRIC, assignment="small"):
    path.write_bytes(msgspec.json.encode(MarksFile(assignment, rubric, list(given))))
    return path


def grade(question, text, lines, **more):
    return AnswerGrade(question.name, answer_digest(question.name, text), lines, **more)


def record(**written):
    return StudentRecord(student="x", status=Status.GRADED, written=written)


def test_all_who_wrote_the_same_get_the_same_and_an_empty_answer_gets_nothing(tmp_path):
    marks = Marks([save(tmp_path / "w", grade(WHY, "a", [1], comment="Good.", adjust=0.5))], QUESTIONS, "small")
    for _ in range(2):
        mark = marks.of(record(why="a"))["why"]
        assert (mark.points, mark.lines, mark.comment) == (2.5, [False, True], "Good.")
    assert marks.of(record(why=""))["why"].points == 0
    assert marks.of(record(why="b"))["why"].points is None and marks.of(record()) == {}


texts = st.text("ab", max_size=2)
given_grades = st.builds(
    lambda question, text, lines, adjust, done: grade(
        question, text, sorted({n for n in lines if n < len(question.rubric)}), adjust=adjust / 2, done=done
    ),
    st.sampled_from(QUESTIONS),
    texts,
    st.sets(st.integers(0, 1)),
    st.integers(-9, 9),
    st.booleans(),
)


@given(st.lists(given_grades, max_size=6), st.lists(given_grades, max_size=6))
def test_two_files_are_merged_in_any_order_or_refused_in_both(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("marks")
    files = [save(folder / "a", *first), save(folder / "b", *second)]
    by_answer = {}
    for one in (one for one in first + second if one.done):
        by_answer.setdefault((one.question, one.answer), set()).add(msgspec.json.encode(one))
    for order in (files, files[::-1]):
        if any(len(same) > 1 for same in by_answer.values()):
            with pytest.raises(WrittenError, match="graded twice and differently"):
                Marks(order, QUESTIONS, "small")
        else:
            assert Marks(order, QUESTIONS, "small").grades.keys() == by_answer.keys()


@given(st.sampled_from(QUESTIONS), st.sets(st.integers(0, 1)), st.floats(-99, 99))
def test_points_stay_between_nothing_and_the_question_s(question, lines, adjust):
    assume(all(n < len(question.rubric) for n in lines))
    assert 0 <= points_of(grade(question, "a", sorted(lines), adjust=adjust), question) <= question.points


@given(st.data())
def test_a_file_cut_short_or_damaged_is_refused_in_one_line(tmp_path_factory, data):
    path = save(tmp_path_factory.mktemp("marks") / "w", grade(WHY, "a", [1]), grade(HOW, "b", [0], comment="ä"))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(WrittenError, match="save it again") as refusal:
        Marks([path], QUESTIONS, "small")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"rubric": "x"}, "made with other rubrics"),
        ({"assignment": "hw1"}, "is of the assignment 'hw1', not 'small'"),
        ({"given": AnswerGrade("who", "0", [])}, "gives points to who"),
        ({"given": AnswerGrade("why", "0", [2])}, "gives points to why"),
        ({"given": AnswerGrade("why", "0", [-1])}, "gives points to why"),
        ({"given": AnswerGrade("why", "0", [0, 0])}, "gives points to why"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, made, says):
    given = [made.pop("given")] if "given" in made else []
    with pytest.raises(WrittenError, match=says):
        Marks([save(tmp_path / "w", *given, **made)], QUESTIONS, "small")
    with pytest.raises(WrittenError, match="cannot be read"):
        Marks([tmp_path / "none"], QUESTIONS, "small")


def test_a_file_of_another_class_is_told_from_one_whose_answers_have_changed(tmp_path):
    given = [grade(WHY, str(number), [0]) for number in range(10)]
    marks = Marks([save(tmp_path / "w", *given)], QUESTIONS, "small")
    marks.check_class(record(why=str(number)) for number in range(5, 25))
    with pytest.raises(WrittenError, match="4 of the 10 graded answers are in this class"):
        marks.check_class(record(why=str(number)) for number in range(6, 25))
    marks.check_class([])  # nothing is known of it yet


# --- a class ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A class of five whose zip has written questions: three answers to the first, of which two are the same."""
    monkeypatch.setattr(run_module, "LocalPool", PoolInThisProcess)
    with zipfile.ZipFile(write_zip(tmp_path / "small.zip", extra_questions=["q3"]), "a") as archive:
        archive.writestr(FILE, msgspec.json.encode(QUESTIONS))
    (tmp_path / "class").mkdir()
    for name, text in {"ann": "Because.", "bob": "Because.", "cyd": "It <b>is</b>.", "dot": PLACEHOLDER}.items():
        write(tmp_path / f"class/{name}.ipynb", text)
    make(tmp_path / "class", "eve.pdf")
    return tmp_path


def write(path, text, name="small"):
    book = notebook(HONEST, name)
    for source in (HEAD, text, "### how · Words", "Thus."):
        book["cells"].append({"cell_type": "markdown", "metadata": {}, "source": source})
    path.write_text(json.dumps(book))


def test_written_points_reach_every_table_and_page(place, capsys):
    assert run(place) == 0
    assert "the written answers have no points yet" in capsys.readouterr().out
    row = grades(place)["ann"]
    assert (row["why"], row["points"], row["of"], row["extra"]) == ("", "4", "4", "2")
    given = [grade(WHY, "<p>Because.</p>", [0], comment="=1+1 <i>why</i>?"), grade(HOW, "<p>Thus.</p>", [0])]
    given += [grade(WHY, "<p>It <b>is</b>.</p>", [0, 1])]
    save(place / "w.json", *given)
    assert run(place, "--written", str(place / "w.json")) == 0
    told = capsys.readouterr().out
    assert "without points" not in told and "have no points yet" not in told
    rows = grades(place)
    totals = {name: (row["why"], row["how"], row["points"], row["of"], row["extra"]) for name, row in rows.items()}
    assert totals["ann"] == totals["bob"] == ("1", "2", "5", "7", "4")
    assert totals["cyd"] == ("3", "2", "7", "7", "4") and totals["dot"] == ("0", "2", "4", "7", "4")
    assert totals["eve"] == ("", "", "", "7", "") and "eve.pdf" in rows["eve"]["what went wrong"]
    page = (place / "out/feedback/ann.html").read_text()
    assert "5 of 7, 4 of 4 extra points" in page and "=1+1 &lt;i&gt;why&lt;/i&gt;?" in page and "✗ line 2" in page
    report = (place / "out/report.html").read_text()
    assert "Changed since the last run" in report and "points: 4 → 5" in report and "mean of 7 and 4 extra" in report


def test_an_answer_that_nobody_has_graded_is_told_and_left_empty_for_canvas(place, capsys):
    export = place / "e.csv"
    export.write_text("Student,ID,HW\n    Points Possible,,7\nAnn,ann,1\nCyd,cyd,1\n")
    save(place / "w.json", grade(WHY, "<p>Because.</p>", [0]), grade(HOW, "<p>Thus.</p>", [0]))
    run(place)
    options = "--written", str(place / "w.json"), "--canvas", str(export), "--column", "HW"
    assert run(place, *options) == 0
    told = capsys.readouterr().out
    assert "left empty for Canvas, since a written answer has no points: cyd" in told and "1 students have a" in told
    with open(place / "out/canvas.csv", newline="") as file:
        assert [row["HW"] for row in csv.DictReader(file)] == ["7", "9", "1"]


def test_another_class_s_file_leaves_all_as_it_was(place, capsys):
    run(place)
    before = {path: path.read_bytes() for path in (place / "out").rglob("*.*")}
    save(place / "w.json", *[grade(WHY, f"<p>{number}</p>", [0]) for number in range(9)])
    assert run(place, "--written", str(place / "w.json")) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[-1].endswith("0 of the 9 graded answers are in this class: name the file that was saved for it")
    assert {path: path.read_bytes() for path in (place / "out").rglob("*.*")} == before


def test_an_answer_that_was_changed_is_graded_again_and_the_old_points_are_named(place, capsys):
    run(place)
    save(place / "w.json", grade(WHY, "<p>It <b>is</b>.</p>", [0, 1]), grade(HOW, "<p>Thus.</p>", [0]))
    write(place / "class/cyd.ipynb", "Something new.")
    assert run(place, "--written", str(place / "w.json")) == 0
    assert "1 graded answers are not in this class" in capsys.readouterr().out and grades(place)["cyd"]["why"] == ""


def test_a_canvas_column_of_other_points_is_refused_before_anything_is_graded(place, capsys):
    export = place / "e.csv"
    export.write_text("Student,ID,HW,Both\n    Points Possible,,4,7\nAnn,ann,,\n")
    assert run(place, "--canvas", str(export), "--column", "Both") == 2
    assert "is of 7 points, these grades are of 4 (without the written answers" in capsys.readouterr().err
    assert not (place / "out/results").exists()
    assert run(place, "--canvas", str(export), "--column", "HW") == 0


@pytest.mark.parametrize("points", ["", "(read only)", "x"])
def test_a_column_whose_points_nobody_tells_is_filled(place, points):
    (place / "e.csv").write_text(f"Student,ID,HW\n    Points Possible,,{points}\nAnn,ann,\n")
    assert run(place, "--canvas", str(place / "e.csv"), "--column", "HW") == 0


def test_of_two_notebooks_the_one_of_this_assignment_is_taken_and_that_is_said(place):
    (place / "class/fay").mkdir()
    write(place / "class/fay/a.ipynb", "A.", name="another")
    write(place / "class/fay/b.ipynb", "B.")
    with zipfile.ZipFile(place / "class/gus.zip", "w") as archive:
        archive.write(place / "class/fay/a.ipynb", "a.ipynb")
        archive.write(place / "class/fay/b.ipynb", "deep/b.ipynb")
    (place / "class/hal").mkdir()
    write(place / "class/hal/a.ipynb", "A.")
    write(place / "class/hal/b.ipynb", "A.")
    (place / "class/ida").mkdir()
    write(place / "class/ida/a.ipynb", "A.")
    write(place / "class/ida/b.ipynb", "B.")
    assert run(place) == 0
    rows = grades(place)
    assert rows["fay"]["total"] == rows["gus"]["total"] == rows["hal"]["total"] == "6"
    noted = {name: row["what went wrong"] for name, row in rows.items()}
    assert noted["fay"] == "Of 2 files, fay/b.ipynb is graded: the others cannot be."
    assert noted["gus"] == "Of 2 notebooks, deep/b.ipynb is graded: it alone carries the assignment's name."
    assert noted["hal"] == "Of 2 files, hal/a.ipynb is graded: the others say the same."
    assert rows["ida"]["status"] == "not graded" and "Leave the one that counts" in rows["ida"]["what went wrong"]
    assert "fay/b.ipynb" in (place / "out/feedback/fay.html").read_text()


def test_a_foreign_notebook_is_not_graded_whether_it_has_a_name_or_not(place):
    write(place / "class/fay.ipynb", "A.", name="another")
    book = {"cells": [{"cell_type": "code", "source": "print(1)"}], "metadata": {}, "nbformat": 4}
    (place / "class/gus.ipynb").write_text(json.dumps(book))
    book["cells"][0]["source"] = "def double(x): return 2 * x"
    (place / "class/hal.ipynb").write_text(json.dumps(book))
    assert run(place) == 0
    rows = grades(place)
    assert rows["fay"]["status"] == rows["gus"]["status"] == "not graded" and rows["hal"]["total"] == "2"
    assert "nothing in the notebook is of this assignment" in rows["gus"]["what went wrong"]


MOODLE = "Identifier,Full name,Status\nParticipant 11,Ann,Submitted for grading - 1 day 2 hours late - Graded\n"
MOODLE += "Participant 12,Bob,Submitted for grading -  - \nParticipant 13,Late Larry,No submission\n"
GRADESCOPE = "First Name,Last Name,SID,Email,Lateness (H:M:S)\nAnn,A,11,,26:10:00\nBob,B,12,,00:00:00\nCyd,C,13,,\n"


@pytest.mark.parametrize("text", [MOODLE, GRADESCOPE, MOODLE.replace("\n", "\r\n")])
def test_late_is_read_from_the_list_that_lies_with_the_class(place, text):
    for number in (11, 12, 13):
        write(place / f"class/{number}.ipynb", "A.")
    (place / "class/Grades.csv").write_text("\ufeff" + text, encoding="utf-8", newline="")
    make(place / "class", "other.csv")
    run(place)
    assert [grades(place)[str(number)]["late"] for number in (11, 12, 13)] == ["late", "", ""]


def test_without_chromium_a_line_says_what_to_install(place, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(Path("/nowhere")))
    assert run(place, "--pdf") == 2
    assert "--pdf needs Chromium: install" in capsys.readouterr().err and not (place / "out/results").exists()


def test_a_script_says_that_its_written_answers_were_not_read(place):
    (place / "class/fay.py").write_text("\n".join(HONEST[1:2]).replace("two", "2"))
    run(place)
    told = grades(place)["fay"]["what went wrong"]
    assert told.startswith("a script: of written answers, nothing was read; Cell 1") and "NameError" in told
