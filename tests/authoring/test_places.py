"""A question that is taken out of a master leaves nothing behind that speaks of it, or the build says where."""

import re

import pytest

from autograder.authoring.build import checked
from autograder.authoring.manifest import MANIFEST, Manifest
from autograder.authoring.places import check_removed
from autograder.errors import BuildError

LAST = Manifest("assignment/sample.py", {"q1_square": ["square"], "q2_root": ["root_of_nine"], "q3_words": []}, {})


def without_q2(sample):
    text = sample.master.read_text()
    start = text.rindex("# %% [raw]", 0, text.index("name: q2_root"))
    end = text.index("# END QUESTION", start) + len('# END QUESTION\n"""\n')
    sample.master.write_text(text[:start] + text[end:].lstrip())
    sample.change("points_possible: 5", "points_possible: 3")
    (sample.root / MANIFEST).parent.mkdir(parents=True)
    (sample.root / MANIFEST).write_bytes(LAST.encode())
    master, known = checked(sample.master, sample.root)
    return check_removed(master, sample.root, known.last)


def test_a_question_that_nothing_speaks_of_can_go(sample):
    assert without_q2(sample) == []


def test_what_speaks_of_it_among_the_sources_is_refused_with_all_places(sample):
    (sample.root / "README.md").write_text("All about q2.\n")
    (sample.folder / "private/oracle.py").write_text('"""q2_root"""\n\nroot_of_nine = 3  # and not q22, nor xq2\n')
    sample.change("It is $x^2$.", "As in q2.")
    line = sample.line_of("As in q2.")
    places = f"assignment/private/oracle.py:1,3; assignment/sample.py:{line}; README.md:1"
    with pytest.raises(BuildError, match=re.escape(f"q2_root is gone from the master, and is still in {places}") + "$"):
        without_q2(sample)


def test_what_speaks_of_it_elsewhere_is_told(sample):
    (sample.root / "README.md").write_text("q2\n" * 12)
    assert without_q2(sample) == ["README.md:1,2,3,4,5,6,7,8 and 4 more"]
