"""What a student sees on Gradescope, at once and once the grades are published."""

import json

import pytest

from tests.kit import HONEST, TESTS, WRONG, Graded, notebook, write_notebook, write_zip


def report_of(tmp_path, archive, cells):
    return Graded(write_notebook(tmp_path / "a.ipynb", cells), archive).sound().report


def test_before_publishing_each_question_shows_what_the_notebook_shows(tmp_path, archive):
    report = report_of(tmp_path, archive, [*HONEST[:1], WRONG, *HONEST[2:]])
    seen = [test for test in report["tests"] if test["visibility"] == "visible"]
    assert [test["name"] for test in seen] == list(TESTS)
    assert [(test["score"], test["max_score"], test["status"]) for test in seen] == [
        (0, 1, "failed"),
        (1, 1, "passed"),
        (1, 1, "passed"),
    ]
    assert seen[0]["output"].startswith("- ✗ doubles two: ") and "twice two is four" in seen[0]["output"]
    assert "hidden" not in json.dumps(seen)


def test_hidden_checks_show_once_the_grades_are_published_and_no_point_counts_twice(tmp_path, archive):
    report = report_of(tmp_path, archive, HONEST)
    later = [test for test in report["tests"] if test["visibility"] != "visible"]
    assert [test["name"] for test in later] == [f"{name}: hidden checks" for name in TESTS]
    assert {test["visibility"] for test in later} == {"after_published"}
    assert sum(test["max_score"] for test in report["tests"]) == sum(test["score"] for test in report["tests"]) == 6


def test_hidden_checks_stay_hidden_where_the_assignment_says_so(tmp_path, archive):
    quiet = write_zip(tmp_path / "quiet.zip", TESTS, show_hidden=False)
    report = report_of(tmp_path, quiet, HONEST)
    assert {test["visibility"] for test in report["tests"] if "hidden" in test["name"]} == {"hidden"}


@pytest.mark.parametrize("data", [b"", b"no notebook", json.dumps(notebook(HONEST, "another")).encode()])
def test_a_refusal_is_said_once(tmp_path, archive, data):
    (tmp_path / "a.ipynb").write_bytes(data)
    graded = Graded(tmp_path / "a.ipynb", archive).sound()
    assert graded.grading.refusal
    assert json.dumps(graded.report, ensure_ascii=False).count("could not be graded") == 1
    assert all(test["output"] == "" and test["score"] == 0 for test in graded.report["tests"])
