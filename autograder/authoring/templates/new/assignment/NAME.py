# ---
# jupyter:
#   jupytext:
#     cell_markers: '"""'
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [raw]
"""
# ASSIGNMENT CONFIG
name: NAME
requirements: private/requirements.txt
overwrite_requirements: true
python_version: "3.12"
files:
    - checks.py
    - fixtures.json
    - README.md
    - requirements.txt
autograder_files:
    - private/hidden.json
tests:
    files: true
    ok_format: false
check_all_cell: true
export_cell:
    pdf: false
    run_tests: true
    ignore_log: true
generate:
    show_hidden: true
    show_stdout: false
    pdf: false
"""

# %% [markdown]
r"""
# NAME

Each coded question ends in a check cell: run it as often as you like. {{points.automatic}} points are graded
automatically, {{points.written}} by a person.
"""

# %%
import numpy as np

# %% [raw]
"""
# BEGIN QUESTION
name: q1_softmax
points: 3
"""

# %% [markdown]
r"""
### q1_softmax · From scores to probabilities (3 points)

Write `softmax(z)` for a vector `z` of shape (n,): $p_i = e^{z_i} / \sum_j e^{z_j}$, also for large scores.

<details><summary>Hint</summary>

What happens to $p$ if you subtract the same number from every score?

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def softmax(z):
    """The probabilities (n,) of the scores z (n,)."""
    # BEGIN SOLUTION NO PROMPT
    shifted = np.exp(z - np.max(z))
    return shifted / np.sum(shifted)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q1_softmax")
    """; # END PROMPT


# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# BEGIN TESTS
"""

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q1_three_scores(softmax):
    from checks import compare, public

    compare(softmax, public("q1_softmax/three scores"))


test_q1_three_scores(softmax)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q1_large_scores(softmax):
    from checks import compare, public

    compare(softmax, public("q1_softmax/large scores"))


test_q1_large_scores(softmax)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q1_another_length(softmax):
    from checks import compare, hidden

    compare(softmax, hidden("q1_softmax/another length"))


test_q1_another_length(softmax)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q2_temperature
manual: true
points: 2
"""

# %% [markdown]
r"""
### q2_temperature · In words (2 points)

What happens to `softmax(z / t)` as $t$ goes to 0, and as it grows without bound? Two sentences are enough.
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %% [markdown]
r"""
As $t$ goes to 0, all probability goes to the largest score; as $t$ grows, the probabilities become equal.

**Rubric (2 points)**

| Points | For |
|---|---|
| 1 | Near 0, the largest score takes all. |
| 1 | For large $t$, all are equally likely. |
"""

# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# END QUESTION
"""
