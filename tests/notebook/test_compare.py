"""What is told where a notebook's file is not what ran, and where its written answers are still to come."""

import contextlib
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebook.compare import Differences, compare
from autograder.notebook.data import PLACEHOLDER
from autograder.notebook.errors import NotebookError
from autograder.notebook.source import names_defined, parse, written_answers

FIELDS = ["source", "metadata", "tags", "cell_type", "otter", "assignment_name"]
ANSWERS = {"double": "q1", "scale": "q2"}
DOUBLE, SCALE = "def double(x):\n    return 2 * x", "def scale(a):\n    return helper(a)"
HELPER, OTHER = "def helper(a):\n    return 2 * a", "def double(x):\n    return x + x"


def notebook(*sources, tags=()):
    cells = [{"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}} for source in sources]
    return parse("a.ipynb", json.dumps({"cells": cells, "metadata": {}}).encode())


def differences(packed, ran):
    return compare(notebook(*packed), ran, ANSWERS)


def test_what_ran_as_it_is_packed_is_not_spoken_of():
    assert not differences([HELPER, DOUBLE, SCALE], [HELPER, DOUBLE, SCALE])


def test_white_space_that_an_editor_adds_makes_no_difference():
    assert not differences([f"{DOUBLE}   \n\n"], [DOUBLE])


def test_an_answer_that_ran_and_was_not_saved_is_named():
    assert differences([DOUBLE, SCALE], [DOUBLE, SCALE, OTHER]).changed == ["double (q1)"]


def test_an_answer_that_is_in_no_cell_of_the_file_is_named():
    assert differences([SCALE], [SCALE, DOUBLE]).changed == ["double (q1)"]


def test_a_helper_that_was_changed_and_not_saved_is_named():
    assert differences([HELPER, SCALE], [HELPER, SCALE, HELPER.replace("2", "3")]).changed == ["helper"]


def test_a_cell_that_was_tried_and_deleted_is_nobodys_business():
    assert not differences([DOUBLE], [DOUBLE, "scratch = 5", "for i in range(3): pass"])


def test_cells_that_ran_in_another_order_are_no_difference_while_each_is_in_the_file():
    assert not differences([DOUBLE, HELPER, SCALE], [SCALE, HELPER, DOUBLE])


def test_an_answer_that_has_not_run_is_named():
    assert differences([DOUBLE, HELPER, SCALE], [HELPER, DOUBLE]).unrun == ["scale (q2)"]


def test_a_cell_that_does_not_compile_is_named_by_its_place():
    assert differences([DOUBLE, "def scale(a:"], [DOUBLE]) == Differences([], [], ["cell 2"])


def test_demonstrations_are_not_compared():
    assert not compare(notebook("def double(x: nonsense", tags=["otter_ignore"]), [], {})


def test_magics_are_no_errors():
    cell = "%matplotlib inline\n!ls\nx = 1"
    assert not differences([cell, "%%bash\necho hi there"], [cell])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import numpy as np, os.path", {"np", "os"}),
        ("from a import b as c", {"c"}),
        ("x, (y, *z) = 1, (2, 3)", {"x", "y", "z"}),
        ("if True:\n    def f(): inner = 1\nelse:\n    g = 2", {"f", "inner", "g"}),
        ("class A:\n    b = 1\n    def c(self): d = 1", {"A"}),
        ("with open('a') as f: pass", {"f"}),
        ("print(x)", set()),
        ("def f(:", None),
    ],
)
def test_the_names_that_a_cell_defines(source, names):
    assert names_defined(source) == names


@given(st.text(string.printable))
def test_no_source_stops_the_comparison(source):
    compare(notebook(source), [source], ANSWERS)


@pytest.mark.parametrize("value", [None, 1, "text", [], [None], [1], [[]], {}, {"cells": None}, {"cells": [5]}])
def test_a_damaged_notebook_is_told_of_in_one_line(value):
    with pytest.raises(NotebookError, match=r"^a\.ipynb is empty or damaged: save the notebook.*[^\n]$"):
        parse("a.ipynb", json.dumps(value).encode())


@given(st.recursive(st.none() | st.text(max_size=3), lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner)))
def test_no_notebook_stops_it_in_another_way(value):
    with contextlib.suppress(NotebookError):
        parse("a.ipynb", json.dumps({"cells": [value], "metadata": value}).encode())


def written(*sources):
    cells = [{"cell_type": "markdown", "source": source, "metadata": {}} for source in sources]
    book = parse("a.ipynb", json.dumps({"cells": cells}).encode())
    return written_answers(book, ["q4d_why", "q6c_words"])


def test_written_answers_are_told_from_the_placeholder():
    start, end = "<!-- BEGIN QUESTION -->\n### {}", "<!-- END QUESTION -->\nmore"
    one, two = start.format("q4d_why"), start.format("q6c_words")
    assert written(one, PLACEHOLDER, end, two, "Because.", end) == {"q4d_why": False, "q6c_words": True}
    assert written(one, "   ", end + "\n" + two, f"So.\n{PLACEHOLDER}") == {"q4d_why": False, "q6c_words": False}
    assert written("nothing of it") == {}
