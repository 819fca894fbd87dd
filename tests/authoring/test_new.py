"""A second assignment: laid out by one command, built, graded, changed as docs/authoring.md says."""

import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder.__main__ import main
from autograder.authoring.build import checked_master
from autograder.authoring.manifest import read_manifest
from autograder.authoring.master import Master
from autograder.authoring.new import TEMPLATE
from autograder.authoring.places import check_removed
from autograder.errors import BuildError


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """An assignment as `autograder new` writes it, built."""
    folder = tmp_path_factory.mktemp("new")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["new", "hw6"]) == 0
        patch.chdir(folder / "hw6")
        assert main(["build"]) == 0
    return folder / "hw6"


@pytest.fixture
def hw6(laid_out, tmp_path, monkeypatch):
    """A copy, to change."""
    shutil.copytree(laid_out, tmp_path / "hw6")
    monkeypatch.chdir(tmp_path / "hw6")
    return tmp_path / "hw6"


def change(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def without_block(path, name):
    """Take a question out of a master."""
    text = path.read_text()
    start = text.rindex("# %% [raw]", 0, text.index(f"name: {name}"))
    end = text.index("# END QUESTION", start) + len('# END QUESTION\n"""\n')
    path.write_text(text[:start] + text[end:].lstrip())


def test_it_builds_without_keeping_or_leaving_anything(laid_out):
    assert not (laid_out / "kept").exists()
    for name in ("fixtures.json", "private/hidden.json"):
        assert (laid_out / "assignment" / name).read_text() == (TEMPLATE / "assignment" / name).read_text()


def test_it_grades_reports_and_passes_its_test(hw6, tmp_path, capsys):
    assert main(["table"]) == 0
    assert main(["grade", "solutions/hw6.ipynb"]) == 0
    assert "total  3 of 3" in capsys.readouterr().out
    for student, folder in (("ada", "solutions"), ("bob", "student")):
        (tmp_path / "handed_in" / student).mkdir(parents=True)
        shutil.copy(hw6 / folder / "hw6.ipynb", tmp_path / "handed_in" / student)
    assert main(["class", str(tmp_path / "handed_in"), "--out", str(tmp_path / "graded"), "-j", "1"]) == 0
    rows = (tmp_path / "graded/grades.csv").read_text(encoding="utf-8-sig").split("\n")
    assert [row.split(",")[:2] for row in rows[1:3]] == [["ada", "ada"], ["bob", "bob"]]
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    assert subprocess.run(test, cwd=hw6, capture_output=True).returncode == 0


def test_a_name_that_is_taken_or_cannot_be_one_is_refused_and_changes_nothing(hw6, monkeypatch, capsys):
    monkeypatch.chdir(hw6.parent)
    before = (hw6 / "assignment/hw6.py").read_bytes()
    for name, says in (("hw6", "exists already"), ("../hw7", "cannot be"), ("6hw", "cannot be"), ("a b", "cannot be")):
        assert main(["new", name]) == 2
        assert says in capsys.readouterr().err
    assert (hw6 / "assignment/hw6.py").read_bytes() == before
    assert [path.name for path in hw6.parent.iterdir()] == ["hw6"]


def test_all_recipes_and_then_one_build(hw6, capsys):
    master = hw6 / "assignment/hw6.py"
    # wording, points, term
    change(master, ("From scores to probabilities", "Probabilities"), ("points: 3\n", "points: 4\n"))
    change(master, ("(3 points)", "(4 points)"), ("points: 1\nhidden", "points: 2\nhidden"))
    change(hw6 / "assignment/private/cases.py", ("TERM = 1", "TERM = 2"))
    # a question more
    text = master.read_text()
    start, end = text.index("# %% [raw]", text.index("import numpy as np")), text.index("name: q2_temperature")
    block = text[start : text.rindex("# %% [raw]", 0, end)]
    block = block.replace("q1_softmax", "q3_again").replace("test_q1", "test_q3").replace("softmax", "again")
    master.write_text(text + "\n" + block.replace("q3_again/", "q1_softmax/"))
    with pytest.raises(BuildError, match="uses q1_softmax/three scores, which is another question's"):
        checked_master(master)
    change(master, ('public("q1_softmax', 'public("q3_again'), ('hidden("q1_softmax', 'hidden("q3_again'))
    change(hw6 / "assignment/private/cases.py", ("q1_softmax", "q3_again"))
    # one less, which must not be spoken of
    without_block(master, "q1_softmax")
    last = read_manifest(hw6)
    change(hw6 / "assignment/README.md", ("answer the questions", "answer q1"))
    with pytest.raises(
        BuildError, match=r"q1_softmax is gone .* still in assignment/README\.md:4; tests/test_hw6\.py:13"
    ):
        check_removed(Master(master), hw6, last)
    change(hw6 / "assignment/README.md", ("answer q1", "answer the questions"))
    change(master, ("`softmax(z / t)`", "`again(z / t)`"))
    for file, old, new in (("private/cases.py", "softmax", "again"), ("private/reference.py", "softmax", "again")):
        change(hw6 / "assignment" / file, (old, new))
    # another name
    change(master, ("name: hw6", "name: hw7"))
    master.rename(master.with_name("hw7.py"))
    (hw6 / "student/.git").mkdir()
    (hw6 / "student/.git/HEAD").write_text("mine")
    assert main(["build"]) == 0
    told = capsys.readouterr().out
    assert "q1_softmax is gone from the master, and still in tests/test_hw6.py:13" in told
    assert "left as it is: student/.git/" in told and "kept" not in told
    assert sorted(path.name for path in (hw6 / "student").glob("*.ipynb")) == ["hw7.ipynb"]
    assert sorted(path.name for path in (hw6 / "student/tests").iterdir()) == ["q3_again.py"]
    prose = "\n".join(cell.source for cell in nbformat.read(hw6 / "student/hw7.ipynb", as_version=4).cells)
    assert "4 points are graded\nautomatically, 2 by a person" in prose
