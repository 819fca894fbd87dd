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


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("cell", RECORDED)
def test_what_keeps_the_answers_in_a_kernel_keeps_all_points_after(cell, place, tmp_path, archive):
    graded = Graded(write_notebook(tmp_path / "a.ipynb", notebook(cell, place)), archive).sound()
    lost = [name for name in RECORDED[cell][place] if graded.scores[name] < 2]
    assert not lost, (graded.overview, graded.grading.questions)


@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_real_kernel_still_does_what_was_recorded(number):
    cell, place = random.SystemRandom().choice([(cell, place) for cell in RECORDED for place in PLACES])
    assert survivors(cell, place) == RECORDED[cell][place], (cell, place)
