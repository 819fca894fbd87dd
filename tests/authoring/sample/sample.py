# ---
# jupyter:
#   jupytext:
#     cell_markers: '"""'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [raw]
"""
# ASSIGNMENT CONFIG
name: sample
requirements: requirements.txt
overwrite_requirements: true
python_version: "3.12"
files: [helper.py, fixtures.json, pictures]
autograder_files: [private/oracle.py]
tests: {files: true, ok_format: false}
check_all_cell: true
export_cell: {pdf: false, run_tests: false}
generate: {show_hidden: true, points_possible: 5, pdf: false}
"""

# %% [markdown]
r"""
# A sample

{{points.automatic}} points; a person grades {{questions.written}}. Begin with
[the formula](#The-formula), in section 1.

## 1 What it says

### The formula

![A square](pictures/square.svg) Numbers such as $x^2$, and

$$y = \frac{a}{b} \tag{1}$$
"""

# %%
import math

from helper import same

# %% [raw]
"""
# BEGIN QUESTION
name: q1_square
points: 3
"""

# %% [markdown]
r"""
### q1_square · Squares (3 points)

Write `square(x)`, as [equation (1)](#The-formula) says.

<details><summary>Hint</summary>

It is $x^2$.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def square(x):
    """The square of a number."""
    # BEGIN SOLUTION NO PROMPT
    answer_of_the_author = x * x
    return answer_of_the_author
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q1_square")
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
points: 2
failure_message: see the hint
""" # END TEST CONFIG
def test_q1_three(square, same):
    from helper import stored

    # this comment is dropped
    same(square(3), stored("three"))


test_q1_three(square, same)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q1_many(square, same):
    from private.oracle import squares

    for number, its_square in squares(12).items():
        same(square(number), its_square)


test_q1_many(square, same)

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
name: q2_root
extra: true
points: 2
"""

# %% [markdown]
r"""
### q2_root · Roots (2 extra points)
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %%
# BEGIN SOLUTION NO PROMPT
root_of_nine = math.sqrt(9)
# END SOLUTION
""" # BEGIN PROMPT
root_of_nine = ...
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
points: 2
""" # END TEST CONFIG
def test_q2_root(root_of_nine):
    assert root_of_nine == 3, f"got {root_of_nine}"


test_q2_root(root_of_nine)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% tags=["otter_ignore"]
import matplotlib.pyplot as plt

plt.figure(figsize=(1, 1))
plt.plot([1, 2])
plt.show()

# %% [raw]
"""
# BEGIN QUESTION
name: q3_words
manual: true
points: 2
"""

# %% [markdown]
r"""
### q3_words · Words (2 points)
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %% [markdown]
r"""
A written answer that only the course staff should ever see.

**Rubric (2 points)**

| Points | For |
|---|---|
| 1.5 | The first part of the answer |
| 0.5 | The second |
"""

# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# END QUESTION
"""
