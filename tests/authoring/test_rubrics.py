"""Rubrics in a master: read as data, checked against the points, kept from students, carried by the zip."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.authoring.master import Master
from autograder.authoring.rubrics import check_rubrics, written_questions
from autograder.errors import BuildError
from autograder.grading.written import read_written
from tests.conftest import Sample
from tools.answers import ROOT

ANSWER = "A written answer that only the course staff should ever see."
OWN = """

**Rubric (2 points)**

| Points | For |
|---|---|
| 1.5 | The first part of the answer |
| 0.5 | The second |"""
RUBRIC = """

**Rubric (2 points)**

| Points | For |
|---|---|
| 1.5 | The first, $x^2 \\mid x$ |
| 0.5 | The second |

**Contrasting answers**

"No" gets 0."""


@pytest.fixture
def sample(sample):
    return sample.change(OWN, "")


def questions(sample):
    master = Master(sample.master)
    check_rubrics(master)
    return written_questions(master, master.folder)


def test_a_rubric_is_read_with_the_model_answer_above_and_notes_below(sample):
    [question] = questions(sample.change(ANSWER, ANSWER + RUBRIC))
    assert (question.name, question.points, question.extra) == ("q3_words", 2, False)
    assert [line.points for line in question.rubric] == [1.5, 0.5]
    assert question.rubric[0].text.startswith("The first, <math") and question.rubric[1].text == "The second"
    assert ANSWER in question.model and "Rubric" not in question.model
    assert "Contrasting" in question.notes and "Words (2 points)" in question.task


def test_without_a_rubric_one_line_holds_all_points(sample):
    [question] = questions(sample)
    assert [(line.points, line.text) for line in question.rubric] == [(2, "The whole answer")]


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("| 0.5 | The", "| 1 | The", "**Rubric", "adds up to 2.5 points, the question says 2"),
        ("| 0.5 | The second\n", "", "**Rubric", "adds up to 1.5 points"),
        ("(2 points)**", "(3 points)**", "**Rubric", "title says 3 points, the question 2"),
        ("| Points | For |", "| For | Points |", "**Rubric", "a rubric is a table"),
        ("|---|---|\n", "", "**Rubric", "a rubric is a table"),
        ("| 0.5 | The second |", "| half | The second |", "| half", "a line of a rubric"),
        ("| 0.5 | The second |", "| -0.5 | The second |", "| -0.5", "a line of a rubric"),
        ("| 0.5 | The second |", "| 0 | The second |", "| 0 |", "a line of a rubric"),
        ("| 0.5 | The second |", "| 0.5 | a | b |", "| 0.5", "a line of a rubric"),
        ("| 0.5 | The second |", "| 0.5 | |", "| 0.5", "a line of a rubric"),
        ("**Rubric (2", "**Rubrik (2", "**Rubrik", "a rubric's title is `**Rubric (N points)**`, not `**Rubrik"),
        ("(2 points)**", "(2 points):**", "**Rubric", "a rubric's title is `**Rubric (N points)**`, not"),
        ("**Rubric (2 points)**\n\n", "", "| Points", "a rubric needs its title above the table"),
        ('"No" gets 0.', "**Rubric**", "**Rubric**", "a second rubric of one question"),
    ],
)
def test_a_mistake_in_a_rubric_stops_the_build_at_its_line(sample, old, new, at, says):
    sample.change(ANSWER, ANSWER + RUBRIC).change(old, new) if old in RUBRIC else None
    if old not in RUBRIC:
        sample.change(ANSWER, ANSWER + RUBRIC.replace("| 0.5 | The second |\n", ""))
    with pytest.raises(BuildError) as stopped:
        questions(sample)
    place = f':{sample.line_of(at)}: cell "q3_words": '
    assert says in str(stopped.value) and place in str(stopped.value)


def test_a_formula_that_cannot_be_rendered_stops_the_build(sample):
    with pytest.raises(BuildError, match="q3_words.*nosuchthing"):
        questions(sample.change(ANSWER, ANSWER + RUBRIC.replace("x^2", "\\nosuchthing")))


@given(st.lists(st.integers(1, 8).map(lambda n: n / 2), min_size=1, max_size=6), st.integers(1, 12))
def test_a_rubric_passes_if_and_only_if_it_adds_up(points, possible):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        sample = Sample(Path(folder)).change(OWN, "")
        rows = "\n".join(f"| {number:g} | line |" for number in points)
        sample.change(ANSWER, f"{ANSWER}\n\n**Rubric**\n\n| Points | For |\n|---|---|\n{rows}")
        sample.change("manual: true\npoints: 2", f"manual: true\npoints: {possible}")
        try:
            check_rubrics(Master(sample.master))
        except BuildError:
            assert sum(points) != possible
        else:
            assert sum(points) == possible


def test_the_assignment_s_own_rubrics_stand_in_the_zip_and_nowhere_students_look(tmp_path):
    with zipfile.ZipFile(ROOT / "autograder/dist/rnn_lstm-autograder.zip") as archive:
        (tmp_path / "written.json").write_bytes(archive.read("written.json"))
    found = read_written(tmp_path / "written.json")
    assert [(q.name, q.points, sum(line.points for line in q.rubric)) for q in found] == [
        ("q4d_why_gradients", 3, 3),
        ("q6c_derivation_in_words", 4, 4),
        ("q7c_why_it_helps", 3, 3),
    ]
    lines = [line.text.partition("<")[0].strip() for question in found for line in question.rubric]
    for path in (ROOT / "student").rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            assert not [line for line in lines if len(line) > 20 and line in text], path
