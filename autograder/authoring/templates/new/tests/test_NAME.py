"""The numbers that NAME is graded with: python -m pytest tests, in the folder above this one."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "assignment"))

from checks import compare, hidden, public

CASES = [public("q1_softmax/three scores"), public("q1_softmax/large scores"), hidden("q1_softmax/another length")]


def right(z):
    powers = np.exp(z - z.max())
    return powers / powers.sum()


def without_the_sum(z):
    return np.exp(z - z.max())


@pytest.mark.parametrize("case", CASES)
def test_the_right_answer_passes(case):
    compare(right, case)


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_answer_fails(case):
    with pytest.raises(AssertionError):
        compare(without_the_sum, case)
