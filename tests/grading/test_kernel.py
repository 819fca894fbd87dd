"""The grader is a kernel to honest code: what keeps the answers in a real Jupyter kernel keeps all points here."""

import json
import random

import pytest

from tests.kit import Graded, write_notebook
from tools.kernel import OUTCOMES, PLACES, notebook, read_cells, survivors

RECORDED = json.loads(OUTCOMES.read_text(encoding="utf-8"))
SAMPLE = 4  # how many cells a run of the tests tries in a real kernel once more


def test_the_table_is_large_and_recorded():
    cells = read_cells()
    assert len(cells) == len(set(cells)) >= 200
    assert list(RECORDED) == cells, "run: make kernel"
    kept = sum(len(names) == 3 for places in RECORDED.values() for names in places.values())
    assert kept > 400  # the record is of kernels that ran


@pytest.mark.parametrize("cell", RECORDED)
def test_what_keeps_the_answers_in_a_kernel_keeps_all_points_after(cell, tmp_path, archive):
    """A cell that harms nothing in either place is tried in both at once, and apart only where that costs points."""

    def graded(*places):
        return Graded(write_notebook(tmp_path / "a.ipynb", notebook(cell, *places)), archive).sound()

    harmless = all(len(names) == 3 for names in RECORDED[cell].values())
    if harmless and graded(*PLACES).total == 6:
        return
    for place, kept in RECORDED[cell].items():
        got = graded(place)
        lost = [name for name in kept if got.scores[name] < 2]
        assert not lost, (place, got.overview, got.grading.questions)


@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_real_kernel_still_does_what_was_recorded(number):
    cell, place = random.SystemRandom().choice([(cell, place) for cell in RECORDED for place in PLACES])
    assert survivors(cell, place) == RECORDED[cell][place], (cell, place)
