"""What is read of a notebook: the same, whether all of its cells are as they should be or some are odd."""

import json
import subprocess
import sys

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.cells import read_cell, read_cells

TEXTS = st.text(max_size=3)
SOURCES = TEXTS | st.lists(TEXTS, max_size=2)
ODD = st.none() | st.integers() | st.lists(st.integers() | TEXTS, max_size=2) | st.dictionaries(TEXTS, st.integers())
METADATA = st.fixed_dictionaries({}, optional={"tags": st.lists(TEXTS, max_size=2), "name": ODD})


def cell_of(odd):
    """Cells as notebooks have them, and with `odd` ones in any place."""
    parts = {"cell_type": TEXTS, "source": SOURCES, "input": SOURCES, "metadata": METADATA, "outputs": st.lists(ODD)}
    return st.fixed_dictionaries({}, optional={name: part | odd for name, part in parts.items()})


@given(st.lists(cell_of(st.nothing()) | cell_of(ODD) | ODD, max_size=3))
def test_cells_read_together_are_what_they_are_one_by_one(cells):
    raw = msgspec.Raw(json.dumps(cells).encode())
    assert read_cells(raw) == [read_cell(msgspec.Raw(json.dumps(cell).encode())) for cell in cells]


LAZY = """
import sys
import autograder.grading.grade, autograder.grading.gradescope
assert not {"pandas", "nbconvert", "otter.api"} & set(sys.modules)
from otter.test_files import GradingResults
import otter
assert otter.Notebook.__module__ == "otter.check.notebook" and otter.test_files.GradingResults is GradingResults
import otter.run
assert callable(otter.run.main) and otter.run.GradingResults is GradingResults
try:
    otter.nothing_of_this_name
except AttributeError:
    print("whole")
"""


def test_the_rest_of_otter_is_imported_once_somebody_asks_for_it():
    ran = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True)
    assert ran.stdout == "whole\n", ran.stderr
