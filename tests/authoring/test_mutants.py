"""No small mistake in a master builds green and grades or teaches wrong.

Nearly all are refused by the rules alone. Those that are not, and do not mean the same as the master, are built: as few
builds as they fit in, here, of every second mutant; of all, and each by itself, with `make mutants`.
"""

import json
import os

import pytest
from bs4 import BeautifulSoup
from mutants import PROSE, applied, batches, canonical, mutants
from nbconvert.filters import markdown2html_mistune

from autograder.authoring import build as building
from autograder.authoring.build import checked_master
from autograder.authoring.rubrics import written_questions
from autograder.errors import BuildError

THOROUGH = bool(os.environ.get("MUTANTS"))
LEAST, MOST_LEFT, MOST_BUILDS = 1000, 20, 2


def test_no_small_mistake_builds_green_and_grades_or_teaches_wrong(sample, built, request):
    source = sample.master.read_text()
    left = let_pass_by_the_rules(sample)
    if not THOROUGH:
        assert 0 < len(left) < MOST_LEFT, [mutant.what for mutant in left]
    builds = [[mutant] for mutant in left] if THOROUGH else batches(left)
    if not THOROUGH:
        request.getfixturevalue("without_kernels")  # what a mutant changes in the zip shows without them
    assert THOROUGH or len(builds) <= MOST_BUILDS, [mutant.what for batch in builds for mutant in batch]
    for batch in builds:
        told = [mutant.what for mutant in batch]
        sample.master.write_text(applied(source, [edit for mutant in batch for edit in mutant.edits]))
        if THOROUGH and refused(sample):
            continue
        if not THOROUGH:
            building.build(sample.master, sample.root)  # none of a batch may hide the others
        assert grading_of(sample) == grading_of(built), told


def refused(sample):
    try:
        building.build(sample.master, sample.root)
    except BuildError:
        return True
    return False


def let_pass_by_the_rules(sample):
    """The mutants that no rule refuses and that mean something else than the master."""
    source = sample.master.read_text()
    unique = {applied(source, mutant.edits): mutant for mutant in mutants(source)}
    assert len(unique) > LEAST
    left = []
    for text, mutant in list(unique.items())[:: 1 if THOROUGH else 2]:
        sample.master.write_text(text)
        try:
            master = checked_master(sample.master)
        except BuildError as problem:
            told = str(problem)
            assert told.startswith("assignment/") and "\n" not in told, f"{mutant.what}: {told}"
            continue
        if mutant.what.split()[0].rstrip(":") in PROSE:
            assert not misread(master), f"{mutant.what}: {misread(master)}"
        elif canonical(text) != canonical(source):
            left.append(mutant)
    return left


def misread(master):
    """What is wrong with a master's prose as nbconvert renders it, whose reader is not the one that the rules use."""
    pages = [
        (cell, BeautifulSoup(markdown2html_mistune(cell.source), "html.parser"))
        for cell in master.cells
        if cell.kind == "markdown"
    ]
    ids = [part["id"] for cell, page in pages for part in page.find_all(id=True)]
    found = []
    for cell, page in pages:
        targets = [link["href"][1:] for link in page.find_all("a", href=True, class_=None)]
        found += [f"dead: {target}" for target in targets if ids.count(target) != 1]
        found += ["details"] * (cell.source.lower().count("<details>") != cell.source.lower().count("</details>"))
        found += ["summary" for part in page.find_all("details") if len(part.find_all("summary")) != 1]
        for part in page.find_all(["p", "li", "td", "h1", "h2", "h3", "summary", "details"]):
            own = "".join(part.find_all(string=True, recursive=False))
            found += [sign for sign in ("](", "]#", "{{", "}}", "**") if sign in own]
            found += ["dollar"] * (own.count("$") % 2)
    lines = [line.points for question in written_questions(master, master.folder) for line in question.rubric]
    return found + ["rubric"] * (lines != [1.5, 0.5])


def grading_of(made):
    """What decides how the zip grades, and what students get of it.

    The build itself has seen that the solution gets all points, and the untouched notebook none.
    """
    dist = made.root / "autograder/dist"
    config = json.loads((dist / "otter_config.json").read_text())
    tests = {
        file.relative_to(made.root): file.read_text().replace(', \n    failure_message="see the hint"', "")
        for folder in (dist / "tests", made.root / "student/tests")
        for file in folder.glob("*.py")
    }
    settings = {
        key: config.get(key) for key in ("assignment_name", "extra_questions", "skipped_cells", "student_files")
    }
    return tests, settings


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("extra: true", "all_or_nothing: true", "`all_or_nothing:` is not possible here: every case counts by itself"),
        ("extra: true", "exra: true", "unknown key `exra:`, which Otter ignores; did you mean `extra`?"),
        ("manual: true", "manual: flase", "`manual:` is of the wrong kind"),
        (
            "hidden: true\n",
            "",
            "test_q1_many uses private/oracle.py, which students do not have: `hidden: true` is missing",
        ),
        ("extra: true", "manual: true", "is `manual: true`, and test_q2_root would count its points a second time"),
        ("pictures/square.svg", "pictures/sqare.svg", "pictures/sqare.svg does not exist"),
        ("fixtures.json, pictures]", "fixtures.json]", "students do not get pictures/square.svg"),
        ("files: [helper.py, fix", "files: [fix", "uses helper.py, which students do not get"),
        (
            "autograder_files: [private/oracle.py]",
            "autograder_files: []",
            "private/oracle.py, which neither `files:` nor",
        ),
        ('raise NotImplementedError("q1_square")', "answer = x * x\n    return answer", None),
        ('raise NotImplementedError("q1_square")', "answer_of_the_author = x * x", "gives away a solution"),
        (
            'raise NotImplementedError("q1_square")',
            "answer_of_the_author = x * x\n    return answer_of_the_author",
            "the stub is the answer",
        ),
        ("It is $x^2$.", "It is answer_of_the_author = x * x.", "gives away a solution: answer_of_the_author = x * x"),
        (
            "It is $x^2$.",
            "Only the course staff should ever see: A written answer that only the course staff should ever see.",
            "gives away a solution",
        ),
        ("It is $x^2$.", "The hidden checks use twelve numbers.", "seems to tell what a hidden case asks"),
        (
            "It is $x^2$.",
            "It is {{points.q1_sqare}}.",
            "{{points.q1_sqare}} names no question and no sum; did you mean",
        ),
        (" NO PROMPT\n    answer", " NO PRMPT\n    answer", "`# BEGIN SOLUTION NO PRMPT` is no marker of Otter's"),
        ("(2 extra points)", "(2 points)", "the heading says 2 points, the question has 2 extra points"),
        ("# BEGIN TESTS", "# BEGIN TEST", "a raw cell that Otter does not know: # BEGIN TEST; did you mean"),
        ("def test_q2_root(", "def test_q1_root(", "a case is one test function and one call of it"),
        ("test_q2_root(root_of_nine)", "test_q1_root(root_of_nine)", "test_q1_root is in q2_root"),
        (
            'tags=["otter_ignore"]',
            'tags=["otter_ignor"]',
            "the tag otter_ignor is unknown; did you mean `otter_ignore`?",
        ),
        ("plt.plot([1, 2])", "plt.plot(root_of_ten)", "root_of_ten is defined by no cell"),
        ("from helper import same\n", "", "test_q1_three takes same, which no cell of the notebook defines"),
        ("export_cell: {pdf: false, run_tests: false}\n", "", "export_cell: needs `pdf: false`"),
        ("name: sample\n", "", "needs `name:`, by which the grader knows notebooks"),
    ],
)
def test_a_mistake_is_refused_in_one_line(sample, old, new, says):
    sample.change(old, new, 9)
    if says is None:  # no rule can know: the case passes before anything is answered, which the build sees
        with pytest.raises(BuildError, match="passes before anything is answered"):
            building.build(sample.master, sample.root)
        return
    with pytest.raises(BuildError) as stop:
        checked_master(sample.master)
    told = str(stop.value)
    assert says in told and "\n" not in told and told.startswith("assignment/sample.py:"), told


def test_what_a_person_means_to_give_away_is_listed(sample):
    sample.change("It is $x^2$.", "It is answer_of_the_author = x * x.")
    sample.change("files: [helper", "spoilers: [answer_of_the_author = x * x]\nfiles: [helper")
    checked_master(sample.master)
    sample.change("It is answer_of_the_author = x * x.", "")
    with pytest.raises(BuildError, match="spoilers: nothing is given away by: answer_of"):
        checked_master(sample.master)


def test_sums_of_points_come_from_the_master(sample):
    sample.change("It is $x^2$.", "{{points.automatic}} {{points.written}} {{points.extra}} {{ points.q1_square }}")
    (cell,) = [cell for cell in checked_master(sample.master).cells if "Hint" in cell.source]
    assert "<summary>Hint</summary>\n\n3 2 2 3\n" in cell.source


def test_a_case_that_only_the_graders_files_let_pass_is_refused(sample):
    # No rule sees it: helper.py, which students get, reads a file that they do not get.
    helper = sample.folder / "helper.py"
    helper.write_text(helper.read_text().replace('"fixtures.json"', '"private" / "numbers.json"'))
    (sample.folder / "fixtures.json").rename(sample.folder / "private/numbers.json")
    (sample.folder / "private/cases.py").unlink()
    sample.change("autograder_files: [", "autograder_files: [private/numbers.json, ")
    sample.change("fixtures.json, ", "")
    with pytest.raises(
        BuildError, match="graded with what students have, a test of q1_square stopped with FileNotFoundError"
    ):
        building.build(sample.master, sample.root)
