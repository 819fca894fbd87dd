"""What the report says of a class: how hard a question is, who made which mistake, and what a run has changed."""

import json
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.changes import changed, read_grades
from autograder.classroom.records import Result, Status, StudentRecord
from autograder.classroom.report import Report, discrimination
from autograder.classroom.roster import Student
from autograder.grading.results import NOT_DEFINED, CaseResult, Grading, Outcome, QuestionResult
from autograder.grading.scale import Scale

SCALE = Scale({"q1": 4.0, "q2": 2.0, "q3": 2.0}, frozenset({"q3"}))
points = st.integers(0, 8).map(lambda n: n / 2)


def report_on(*students):
    """A report on students, each as {question: causes of its one case, None where it passed}."""
    report, people = Report("small", SCALE), []
    for number, causes in enumerate(students):
        questions = {
            name: QuestionResult(
                [CaseResult("claim", False, 1, Outcome.FAILED if found else Outcome.PASSED, "m", found or [])]
            )
            for name, found in causes.items()
        }
        student = Student(f"s{number}", f"Student {number}")
        record = StudentRecord(student=student.id, status=Status.GRADED, grading=Grading(questions, "All cells ran."))
        scores = {name: question.score for name, question in questions.items()}
        report.add(Result(student, record, SCALE.total(scores), scores, {}), "")
        people.append(student)
    return report, people


@given(st.lists(st.tuples(points, points, points), min_size=3, max_size=12))
def test_discrimination_is_the_correlation_with_the_other_questions(scores):
    report, _ = report_on(*[dict.fromkeys(SCALE.questions)] * len(scores))
    entries = list(report.entries.values())
    for entry, own in zip(entries, scores, strict=True):
        entry.scores = dict(zip(SCALE.questions, own, strict=True))
    own, rest = np.array(scores)[:, 0], np.array(scores)[:, 1:].sum(axis=1)
    got = discrimination("q1", entries)
    if own.std() == 0 or rest.std() == 0:
        assert got is None
    else:
        assert abs(got - np.corrcoef(own, rest)[0, 1]) < 1e-9


def test_a_missing_answer_floods_no_list_of_mistakes(tmp_path):
    lacking = dict.fromkeys(SCALE.questions, [NOT_DEFINED])
    report, people = report_on(lacking, lacking, {"q1": ["transposed"], "q2": None, "q3": [NOT_DEFINED]})
    report.write(tmp_path / "r.html", people)
    page = (tmp_path / "r.html").read_text()
    assert "3 notebooks lack an answer altogether" in page
    assert re.findall(r'<details data-cause="\d+"><summary>(\w+)<', page) == ["transposed"]
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    assert data["causes"] == [[2], [0, 1, 2]]


@given(st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), points))
def test_extra_points_never_fill_a_gap_among_the_regular_ones(scores):
    total = SCALE.total(scores)
    assert total.points == sum(scores.get(name, 0) for name in ("q1", "q2")) and total.extra == scores.get("q3", 0)
    assert total.line == f"{total.points:g} of 6, {total.extra:g} of 2 extra" and total.sum == sum(scores.values())


BEFORE = "\ufeffid,name,q1,total,status\r\na,A,1,1,graded\r\nb,B,2,2,graded\r\n"


def test_what_changed_is_told_of_each_student_it_changed_for(tmp_path):
    (tmp_path / "grades.csv").write_text(BEFORE, encoding="utf-8", newline="")
    before = read_grades(tmp_path / "grades.csv")
    rows = [
        {"id": "a", "name": "A", "q1": "1", "new": "7", "total": "1", "status": "graded"},
        {"id": "b", "name": "B", "q1": "0", "new": "7", "total": "0", "status": "not graded"},
        {"id": "c", "name": "C", "q1": "3", "new": "", "total": "3", "status": "graded"},
    ]
    told = [(change.id, change.columns) for change in changed(before, rows)]
    assert told == [("b", [("q1", "2", "0"), ("status", "graded", "not graded")]), ("c", [("status", "", "graded")])]
    assert changed({}, rows) == [] and read_grades(tmp_path / "none.csv") == {}
    (tmp_path / "grades.csv").write_bytes(b"\xff\x00")
    assert read_grades(tmp_path / "grades.csv") == {}
