"""The grader meets the catalogue: every known mistake costs its own points and is named; right answers pass.

Run it with `pytest tests/assignment/test_catalogue.py -k i_and_f_exchanged` for one mistake.
"""

import itertools
import re

import numpy as np
import pytest

from autograder.authoring.names import free
from checks import FIXTURES, contents, public
from private.alternatives import STYLES, dressed
from private.mistakes import ANSWER, MISTAKES, patched
from tools.answers import MASTER, ROOT, SOLUTIONS, TESTS, all_outcomes, failures, named, outcomes, run_cases
from tools.catalogue import PAGE, report

CASES = {name: public(name) for name in contents(FIXTURES)["cases"]}
# What a fresh network looks like is asked in public only: there are no other sizes to ask it at.
NO_HIDDEN_COUNTERPART = {"sizes_exchanged", "sizes_ignored", "starts_from_random_state"}

each_mistake = pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.question}-{m.tag}")


def test_the_solved_notebook_has_full_points():
    solved = run_cases({})
    assert not failures(solved)
    assert sum(outcome.points for outcome in solved) == 44  # 40 and 4 extra


def test_every_question_has_mistakes_and_no_tag_occurs_twice():
    tags = [(mistake.question, mistake.tag) for mistake in MISTAKES]
    assert len(set(tags)) == len(tags)
    assert {mistake.question for mistake in MISTAKES} == set(TESTS)


def test_a_patch_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="occurs 2 times"):
        patched("a + a", "a", "b")


@each_mistake
def test_wrong_answer_costs_points(mistake):
    assert failures(outcomes(mistake))


def test_no_solution_uses_another_questions_answer():
    """So a wrong answer can cost another question nothing, but by what it does to Python or numpy."""
    for name, source in SOLUTIONS.items():
        if name in TESTS:
            assert not free(source) - {"np", "sigmoid", ANSWER[name]}, name


def packs():
    """The catalogue in few notebooks: each has at most one wrong answer to a question."""
    by_question = {name: [m for m in MISTAKES if m.question == name] for name in TESTS}
    return [[m for m in row if m] for row in itertools.zip_longest(*by_question.values())]


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: "-".join(m.tag for m in pack[:1]) + f"-{len(pack)}")
def test_wrong_answers_cost_points_on_their_own_questions_only(pack):
    """Every case of a notebook with many wrong answers says what it says of each of them alone; the others pass."""
    together = run_cases({m.question: m.source(SOLUTIONS) for m in pack}, apart=True)
    wrong = {m.question: m for m in pack}
    for name in TESTS:
        own = [outcome for outcome in together if outcome.question == name]
        assert own == outcomes(wrong[name]) if name in wrong else not failures(own), name


@each_mistake
def test_public_case_catches_it_and_hidden_case_too(mistake):
    own = outcomes(mistake)
    hidden = [outcome.passed for outcome in own if outcome.hidden]
    if mistake.hidden:
        assert not failures(outcome for outcome in own if not outcome.hidden)
    else:
        assert failures(outcome for outcome in own if not outcome.hidden)
    if mistake.tag not in NO_HIDDEN_COUNTERPART:
        assert not any(hidden)


@each_mistake
def test_message_names_the_mistake_and_no_other(mistake):
    messages = [failure.message for failure in failures(outcomes(mistake)) if not failure.hidden]
    causes = [named(message)[0] for message in messages if named(message)]
    assert not mistake.says or any(mistake.says in cause for cause in causes), messages
    assert not mistake.shows or any(mistake.shows in message for message in messages), messages
    alike = same_numbers(mistake)
    for cause in causes:
        assert mistake.says and mistake.says in cause
        assert all(other in alike for other in cause.split(" or ") if other in SAYINGS), cause


SAYINGS = {mistake.says for mistake in MISTAKES} - {""}


def same_numbers(mistake):
    """The sentences of all mistakes that give the same numbers as this one on some public case."""
    alike = set()
    for case in CASES.values():
        if case.question == mistake.question:
            own = [m["signature"] for m in case.mistakes if m["says"] == mistake.says]
            alike |= {m["says"] for m in case.mistakes for s in own if np.allclose(m["signature"], s, rtol=1e-5)}
    return alike


@pytest.mark.parametrize(
    ("tag", "says"),
    [
        ("i_and_f_exchanged", "the weights of i and f are exchanged"),
        ("gates_exchanged_in_C", "the gates f and i are exchanged in C"),
    ],
)
def test_of_two_mistakes_with_the_same_numbers_in_one_check_only_one_is_named(tag, says):
    (mistake,) = (m for m in MISTAKES if (m.question, m.tag) == ("q5a_lstm_step", tag))
    failed = [failure for failure in failures(outcomes(mistake)) if not failure.hidden]
    assert named(failed[0].message)[0] == says


def test_no_message_is_a_traceback_of_the_checks():
    for mistake in MISTAKES:
        for failure in failures(outcomes(mistake)):
            assert failure.message.startswith("CheckFailed: "), (mistake.question, mistake.tag, failure.message)


def test_hidden_messages_give_no_number_away():
    for mistake in MISTAKES:
        for failure in failures(outcomes(mistake)):
            if failure.hidden:
                assert failure.message.partition(": ")[2].split(": ")[1] == "not right for the hidden case"


def test_every_case_is_needed():
    """Without it a mistake would be missed, or not be named."""
    needed = set()
    for mistake, found in all_outcomes().items():
        failed = failures(found)
        if len(failed) == 1:
            needed.add(failed[0].case)
        public = [failure for failure in failed if not failure.hidden]
        if len(public) == 1:
            needed.add(public[0].case)
        naming = [failure.case for failure in public if (mistake.says or mistake.shows or "?") in failure.message]
        if len(naming) == 1:
            needed.add(naming[0])
    assert {outcome.case for outcome in run_cases({})} - needed == set()


def test_a_network_that_forgets_keeps_the_points_of_one_step():
    forgets = next(mistake for mistake in MISTAKES if mistake.tag == "always_from_first_state")
    passed = [outcome.case for outcome in outcomes(forgets) if outcome.passed]
    assert "test_q2_one_step_follows_the_equations" in passed


@pytest.mark.parametrize("question", TESTS)
def test_the_cases_of_a_question_stand_in_the_order_of_its_checks(question):
    """So a check above, of which a message speaks, stands above."""
    asked = re.findall(r'public\("(.*?)"\)', MASTER.path.read_text(encoding="utf-8"))
    own = [name for name in asked if name.split("/")[0] == question]
    assert own == [name for name in CASES if name.split("/")[0] == question]


def test_fixtures_stay_small():
    assert FIXTURES.stat().st_size < 150_000


@pytest.mark.parametrize("style", STYLES)
def test_right_answers_in_another_style_have_full_points(style):
    assert not failures(run_cases(STYLES[style]))


@pytest.mark.parametrize(
    "change",
    ["np.float32(value)", "np.asarray(value).tolist()", "np.asfortranarray(value)", "np.ma.asarray(value)"],
    ids=["float32", "lists", "fortran", "subclass"],
)
def test_right_answers_in_any_array_type_have_full_points(change):
    assert not failures(run_cases(dressed(change, SOLUTIONS, ANSWER)))


def test_the_documents_count_them():
    comparison = (ROOT / "docs/comparison.md").read_text(encoding="utf-8")
    authoring = (ROOT / "docs/authoring.md").read_text(encoding="utf-8")
    assert f"of {sum(bool(mistake.says) for mistake in MISTAKES)} known by their numbers" in comparison
    assert f"| {len(MISTAKES)} by hand, more than 3,000 by rule |" in comparison
    assert f"| {len(MISTAKES)} wrong answers" in authoring


def test_the_page_is_in_step():
    assert PAGE.read_text(encoding="utf-8") == report(all_outcomes()), "run: make report-catalogue"
