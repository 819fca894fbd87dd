"""Compares an answer with the expected numbers.

Students receive this file. It must never hold a formula of the assignment: what is expected stands as numbers in
fixtures.json and, in the grader alone, in private/hidden.json.
"""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def public(name):
    """A case that students have."""
    return json.loads((FOLDER / "fixtures.json").read_text())[name]


def hidden(name):
    """A case that the grader alone has; its failure gives no numbers away."""
    return json.loads((FOLDER / "private/hidden.json").read_text())[name] | {"hidden": True}


def compare(function, case):
    """The function's answer to the case's input is the expected one, to nine digits."""
    came = np.asarray(function(np.array(case["z"])), dtype=float)
    want = np.array(case["p"])
    right = came.shape == want.shape and np.allclose(came, want, rtol=1e-9, atol=1e-12)
    assert right, case["advice"] if "hidden" in case else f"{case['advice']} Expected {want}, and got {came}."
