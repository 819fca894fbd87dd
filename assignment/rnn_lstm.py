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
name: rnn_lstm
requirements: private/requirements.txt
overwrite_requirements: true
python_version: "3.12"
files:
    - advice.py
    - answers.py
    - cell_checks.py
    - checks.py
    - demonstrations.py
    - derivation.py
    - diagnosis.py
    - edits.py
    - experiments.py
    - findings.py
    - further.py
    - gradcheck.py
    - given.py
    - lstm_places.py
    - paths.py
    - payoff.py
    - pictures.py
    - places.py
    - relations.py
    - rnn_places.py
    - screen.py
    - verdicts.py
    - fixtures.json
    - figures
    - .devcontainer
    - README.md
    - requirements.txt
autograder_files:
    - private/hidden.json
spoilers:
    - dz = dh * (1 - h**2)
    - rnn.forward(x)
    - np.outer(h_prev, dz)
    - np.outer(h_prev, dz_g)
tests:
    files: true
    ok_format: false
check_all_cell: true
export_cell:
    instructions: >-
        No check looks at your own words in {{questions.written}}: are they written? If your course wants the written
        answers as a PDF, export the notebook to HTML (File menu), open it in a browser, and print it.
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
# Recurrent networks and LSTMs

In this notebook you build a recurrent network from two lines of code, send gradients back through time by hand,
and find out why the LSTM was invented. It follows a worksheet of CS W182 (spring 2021, discussion on RNNs and
LSTMs), with the problems in its order.

**How it works.** Each coded question ends in a check cell. Run it as often as you like. A check has one or more cases,
each worth points; of each that fails, it says what is wrong and where to look. Each question has three hints, from a
nudge to nearly there; opening them costs nothing. The public cases, which you see, carry about three quarters of the
automatic points. Hidden cases carry the rest: they ask the same at other sizes. Code that passes the public cases, and
takes every size from its arrays (`len`, `.shape`) rather than from a number, should pass these too. Keep the names of
functions and arguments.

**Look before you read.** `grader.show("q5b_lstm_unroll")`, in a cell of your own below the answer, draws the arrays that
your answer gives beside those that the public check expects, and marks the step from which they differ. It does this
for every question whose answer gives arrays; for q6a it also writes your formula as mathematics and draws its paths.

{{points.automatic}} points are graded automatically, {{points.written}} by a person (the written answers {{questions.written}}); {{questions.extra}} is worth {{points.extra}} extra points.
Plan five hours with q6d and q8; a good place to take a break is after q4.

## Legend

| Symbol | Meaning | In code |
|---|---|---|
| $T$ | number of time steps, $t = 1, \dots, T$ | step $t$ is at index `t - 1` |
| $k,\ n,\ m$ | number of inputs, hidden units, outputs | |
| $x_t,\ h_t,\ y_t$ | input, hidden state, output at step $t$ | `xs` (T, k), `hs` (T, n), `ys` (T, m) |
| $C_t$ | cell state of an LSTM at step $t$ (section 2) | `C` (T, n) |
| $h_0,\ C_0$ | hidden state and cell state before the first step | `h0` (n,), `C0` (n,) |
| $L_t,\ J$ | the loss of step $t$, and their sum $J = \sum_t L_t$: the loss of the sequence | |
| $a \circ b$ | elementwise product | `a * b` |
| $\sigma(z)$ | the logistic sigmoid $1/(1+e^{-z})$, between 0 and 1 | `sigmoid(z)`, given |

A single vector is one-dimensional: its shape is `(n,)`, neither `(n, 1)` nor `(1, n)`.

**Two conventions, and they differ.** The worksheet treats vectors as *columns* in the vanilla RNN, $W x$, and as
*rows* in the LSTM, $x U$. We keep both, because you will meet both; nearly everybody trips here once. (The matrices
are introduced in sections 1.3 and 2; come back to this table then.)

| | Vanilla RNN: matrix on the left | LSTM: matrix on the right |
|---|---|---|
| equation | $W_{hh} h_{t-1} + W_{xh} x_t$ | $x_t U^f + h_{t-1} W^f$ |
| shapes | `W_hh` (n, n), `W_xh` (n, k), `W_hy` (m, n) | `Uf` (k, n), `Wf` (n, n) |
| biases | `Bh` (n,), `By` (m,) | none |

**Gradients and Jacobians.** The gradient of a number $J$ with respect to an array has the shape of that array: entry by
entry, it says by how much $J$ changes when the entry does. For vectors $y$ and $x$, the Jacobian $\partial y/\partial x$ has a row for each entry of $y$ and a
column for each entry of $x$; in code, `dy_dx` has shape (size of y, size of x). With this convention the chain rule is
a matrix product: `dz_dx = dz_dy @ dy_dx`.

Compute in float64, numpy's default, and never change an argument in place.
"""

# %%
import numpy as np

from given import RunningAverage, run_cell, sigmoid

# %% [markdown]
r"""
## 1 Recurrent networks

### 1.1 Kinds of problem

Video, speech, text, a patient's chart: much of what we want to model comes as a **sequence**. Problems differ in
whether the input is a sequence, the output, or both.

![Three kinds of problem. One-to-one: one input, one output. One-to-many: one input, a sequence of outputs. Many-to-many: first a sequence of inputs is read, without any output, then a sequence of outputs is written.](figures/kinds.svg)

*Figure 1: kinds of sequence problem. The third is a translation: the outputs begin when the whole sentence has been
read. Other many-to-many problems give an output at every step, as in figure 2.*

- **One-to-one**: one input, one output. Classification takes an image and gives a label. Semantic segmentation takes
  an image and gives one mask: the mask is large, but it is one output, not a sequence.
- **One-to-many**: one input, a sequence of outputs. Captioning takes an image and gives a sentence, word by word.
- **Many-to-many**: a sequence in, a sequence out. Translation takes the words of one language and gives words of
  another; the two sequences may differ in length.

(Many-to-one exists too, such as rating a review; we leave it out.)
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q1_kinds
points: 3
"""

# %% [markdown]
r"""
### q1_kinds · Which kind is it? (3 points, 5 minutes)

*You learn to see what goes into a model and what comes out.*
Replace each `...` by `"one-to-one"`, `"one-to-many"` or `"many-to-many"`. Each task is a case of its own, worth half a
point.

<details><summary>Hint 1: a nudge</summary>

Look at the left of the arrow: is it one thing, or does something new arrive at each step? Then look at the right.

</details>

<details><summary>Hint 2: how to decide</summary>

Ask of each side whether it has parts that come *in order*, one after another, so that its length could be another next
time. How large it is does not matter.

</details>

<details><summary>Hint 3: nearly there</summary>

Write "one" or "many" beside each side; the two words give the kind. Compare with the examples of section 1.1: to which
of them is your task most alike? What is as large as a picture can still be one thing.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %%
# BEGIN SOLUTION NO PROMPT
kinds = {
    "a photograph -> the name of the animal in it": "one-to-one",
    "a photograph -> for the same photograph, a mask that marks the road": "one-to-one",
    "a photograph -> a sentence that describes it": "one-to-many",
    "the name of a composer -> a melody in that style": "one-to-many",
    "an English sentence -> the same sentence in Hindi": "many-to-many",
    "a film -> for every frame, what is happening in it": "many-to-many",
}
# END SOLUTION
""" # BEGIN PROMPT
kinds = {
    "a photograph -> the name of the animal in it": ...,
    "a photograph -> for the same photograph, a mask that marks the road": ...,
    "a photograph -> a sentence that describes it": ...,
    "the name of a composer -> a melody in that style": ...,
    "an English sentence -> the same sentence in Hindi": ...,
    "a film -> for every frame, what is happening in it": ...,
}
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
points: 0.5
""" # END TEST CONFIG
def test_q1_animal(kinds):
    from checks import choice

    choice("q1_kinds/animal", "kinds", kinds)


test_q1_animal(kinds)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
""" # END TEST CONFIG
def test_q1_mask(kinds):
    from checks import choice

    choice("q1_kinds/mask", "kinds", kinds)


test_q1_mask(kinds)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
""" # END TEST CONFIG
def test_q1_sentence(kinds):
    from checks import choice

    choice("q1_kinds/sentence", "kinds", kinds)


test_q1_sentence(kinds)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
""" # END TEST CONFIG
def test_q1_melody(kinds):
    from checks import choice

    choice("q1_kinds/melody", "kinds", kinds)


test_q1_melody(kinds)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
""" # END TEST CONFIG
def test_q1_translation(kinds):
    from checks import choice

    choice("q1_kinds/translation", "kinds", kinds)


test_q1_translation(kinds)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
""" # END TEST CONFIG
def test_q1_film(kinds):
    from checks import choice

    choice("q1_kinds/film", "kinds", kinds)


test_q1_film(kinds)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
### 1.2 Why recurrence?

You do not read each word of this sentence on its own: you understand it from the words before. A feed-forward network
cannot do this. Suppose it has to say what happens in each frame of a film. It can classify the frame that it is shown,
but it has no input for what it saw earlier.

A **recurrent** network has a loop: at each step it computes a **hidden state** from the current input *and* from the
hidden state of the previous step. The hidden state can carry along whatever will matter later.

![A recurrent cell with a loop, and the same network unrolled through time: a row of copies of one cell, each fed by its own input and by the hidden state of the previous copy, each with an output and a loss; J is the sum of the losses.](figures/unrolled.svg)

*Figure 2: a recurrent network, and the same network unrolled through time.*

**Unrolling** means drawing one copy of the cell for each time step, as on the right. The result is a deep feed-forward
network with one layer per time step and, unlike the ones you know, *the same weights in every layer*.
For training, each output has a loss and $J$ is their sum, so every weight receives a gradient from every step.

### 1.3 The vanilla RNN

The simplest recurrent cell computes

$$h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + B_h) \tag{1}$$

$$y_t = W_{hy} h_t + B_y \tag{2}$$

with weight matrices $W$ and bias vectors $B$; $W_{xh}$, for example, maps the input $x$ to the hidden state $h$. The
function tanh acts on each entry and brings it between $-1$ and 1. Only the hidden state passes from one step to the
next.

![The vanilla RNN cell: the previous hidden state and the input are multiplied by their weights, added to a bias and squashed by tanh; the new hidden state passes to the next step and, through an affine map, to the output.](figures/vanilla_cell.svg)

*Figure 3: the vanilla RNN cell.*
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q2_vanilla_rnn
points: 5
"""

# %% [markdown]
r"""
### q2_vanilla_rnn · Coding RNNs up! (5 points, 15 minutes)

*You learn that a recurrent cell is two lines of code and one variable that survives from call to call.*
Complete `forward`. `VanillaRNN()` makes a network with 3 inputs, 3 hidden units and 3 outputs; other sizes can be
given. Delete the line with `raise` when you have filled the three gaps. (The check calls your cell through `run_cell`,
imported above: it sets the weights and calls `forward` for one input after another.)

<details><summary>Curious? Find the bug in the worksheet's code (optional)</summary>

This is the inside of the worksheet's class, with five lines of weights and biases left out:

```python
    def __init__(self):
        self.hidden_state = np.zeros((3, 3))
        ...
        self.hidden_state = np.zeros(3)

def forward(self, x):
    ...
```

`hidden_state` is set twice. Which line is right? By the equations, the second: it is a vector. And `forward` is defined
outside the class. The worksheet's published solution stores `self.out` but returns `self.output`, and in the recurrent
term it puts the vector on the other side of the matrix than [equation (1)](#1.3-The-vanilla-RNN). With three inputs,
three hidden units and three outputs, no shape error shows this. That is why our checks use sizes that all differ.

</details>

<details><summary>Hint 1: a nudge</summary>

Read [equation (1)](#1.3-The-vanilla-RNN) aloud and type what you say; then do the same for
[equation (2)](#1.3-The-vanilla-RNN). `np.dot(A, v)` or `A @ v` is a matrix times a vector.

</details>

<details><summary>Hint 2: shapes</summary>

`W_hh` is (n, n), `W_xh` is (n, k), and all three terms inside the tanh have shape (n,). Matrices stand on the left.
The bias $B_h$ is inside the tanh.

</details>

<details><summary>Hint 3: nearly there</summary>

On the right-hand side, `self.hidden_state` is still $h_{t-1}$; once assigned, it is $h_t$. The output uses $h_t$.
Nothing else needs to be kept, and nothing may be reset. Assign a new array: writing into the old one would also change
the states that a caller has collected.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
class VanillaRNN:
    """The vanilla RNN cell of equations (1) and (2).

    Attributes: W_hh (n, n), W_xh (n, k), W_hy (m, n), Bh (n,), By (m,),
    hidden_state (n,), output (m,).
    """

    def __init__(self, k=3, n=3, m=3):
        self.W_hh = np.random.randn(n, n)
        self.W_xh = np.random.randn(n, k)
        self.W_hy = np.random.randn(m, n)
        self.Bh = np.random.randn(n)
        self.By = np.random.randn(m)
        self.hidden_state = np.zeros(n)

    def forward(self, x):
        """Process the input of one step: update the hidden state, return the output.

        x: (k,). Returns self.output: (m,).
        """
        # BEGIN SOLUTION NO PROMPT
        h_prev = self.hidden_state
        z = self.W_hh @ h_prev + self.W_xh @ x + self.Bh
        h = np.tanh(z)
        self.hidden_state = h
        self.output = self.W_hy @ h + self.By
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("q2_vanilla_rnn")
        self.hidden_state = np.tanh(...)
        self.output = np.dot(...) + ...
        """; # END PROMPT
        return self.output


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
def test_q2_one_step_follows_the_equations(VanillaRNN, run_cell):
    from cell_checks import cell_runner
    from checks import public

    public("q2_vanilla_rnn/one step").check(cell_runner(VanillaRNN, run_cell), "VanillaRNN")


test_q2_one_step_follows_the_equations(VanillaRNN, run_cell)

# %%
""" # BEGIN TEST CONFIG
points: 2
""" # END TEST CONFIG
def test_q2_state_is_carried_from_call_to_call(VanillaRNN, run_cell):
    from cell_checks import cell_runner
    from checks import public

    public("q2_vanilla_rnn/seven steps").check(cell_runner(VanillaRNN, run_cell), "VanillaRNN")


test_q2_state_is_carried_from_call_to_call(VanillaRNN, run_cell)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q2_a_new_network_has_its_own_sizes_and_state(VanillaRNN):
    from cell_checks import check_separate_cells, check_sizes

    check_separate_cells(VanillaRNN)
    check_sizes(VanillaRNN)


test_q2_a_new_network_has_its_own_sizes_and_state(VanillaRNN)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q2_other_sizes(VanillaRNN, run_cell):
    from cell_checks import cell_runner
    from checks import hidden

    hidden("q2_vanilla_rnn/nine steps at other sizes").check(cell_runner(VanillaRNN, run_cell), "VanillaRNN")


test_q2_other_sizes(VanillaRNN, run_cell)

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
name: q3_unroll
points: 3
"""

# %% [markdown]
r"""
### q3_unroll · Through time (3 points, 10 minutes)

*You learn that "unrolled" is a `for` loop.*
Write `unroll(rnn, xs)`: feed the rows of `xs` to `rnn` one after the other and collect the hidden state and the output
of every step. Start from the hidden state that `rnn` has, and use only its `hidden_state` and `forward(x)`.

`forward` returns one vector, the output, not a pair of state and output. (`y, h = rnn.forward(x)` would split an output
of two entries, without an error.) The check uses `RunningAverage`, a small cell from `given.py`, so you can do this
question before q2. Its inputs have one entry more than its state; a first call to try is
`unroll(RunningAverage([0.0, 0.0, 0.0]), np.eye(4))`.

<details><summary>Hint 1: a nudge</summary>

Two empty lists, one loop over the rows of `xs`, and `np.array(list)` at the end. Append a new array at each step: if
you overwrite one array and append it each time, every row shows the last state.

</details>

<details><summary>Hint 2: which state?</summary>

Row 0 of `hs` is $h_1$, the state *after* the first input. $h_0$ is not in `hs`.

</details>

<details><summary>Hint 3: nearly there</summary>

For each row, first call `rnn.forward(x)`, exactly once; then read `rnn.hidden_state`. Do not reset the initial state.
Return the states, then the outputs.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def unroll(rnn, xs):
    """Run a recurrent cell over a sequence, from the hidden state that it has.

    rnn: a cell with hidden_state (n,) and forward(x) -> output (m,). xs: (T, k).
    Returns hs (T, n) and ys (T, m): the hidden state and the output after each step.
    """
    # BEGIN SOLUTION NO PROMPT
    hs, ys = [], []
    for x in xs:
        y = rnn.forward(x)
        h = rnn.hidden_state
        hs.append(h)
        ys.append(y)
    return np.array(hs), np.array(ys)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q3_unroll")
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
def test_q3_collects_every_step(unroll, RunningAverage):
    from cell_checks import unroller
    from checks import public

    public("q3_unroll/seven steps").check(unroller(unroll, RunningAverage), "unroll")


test_q3_collects_every_step(unroll, RunningAverage)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q3_other_lengths(unroll, RunningAverage):
    from cell_checks import unroller
    from checks import hidden

    hidden("q3_unroll/nine steps").check(unroller(unroll, RunningAverage), "unroll")


test_q3_other_lengths(unroll, RunningAverage)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
### 1.4 Gradients in the vanilla RNN (q4_rnn_gradients)

To learn, the network needs $\partial J/\partial W$ for every weight matrix $W$, which acts at every step. Going
backwards through the unrolled network is called **backpropagation through time** (BPTT). We take it in three parts:
one step, many steps, the whole network.

![The unrolled network for three steps. Gradients run against the arrows of the forward pass: down from each output to its hidden state, and back from each hidden state to the one before. Where two meet, they are added.](figures/bptt.svg)

*Figure 4: the gradient's two paths to a hidden state: down from its output (green) and back through time (blue).*

The only new fact you need: if $h = \tanh(z)$ elementwise, then entry $i$ has the slope
$1 - \tanh^2(z[i]) = 1 - h[i]^2$, so the slopes can be computed from $h$ alone.

The functions in `gradcheck.py` compute gradients **numerically**: they change one entry a little and see what the loss
does. Use them to judge your work. Do they count as an answer? Yes: a check asks for the right numbers only, and the
numerical ones are exact enough to get the points. But they take one run of the network, or two, for each weight, which
no real network can afford, and you would skip what this notebook is about.
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q4a_state_jacobian
points: 2
"""

# %% [markdown]
r"""
### q4a_state_jacobian · One step (2 points, 15 minutes)

*You learn what one step does to a gradient.*
Return the Jacobian $\partial h_t/\partial h_{t-1}$ of [equation (1)](#1.3-The-vanilla-RNN) as an (n, n) array,
computed from $h_t$ and $W_{hh}$.

<details><summary>Hint 1: a nudge</summary>

Take one entry: $h_t[i] = \tanh(z[i])$ with $z[i] = \sum_j W_{hh}[i, j]\, h_{t-1}[j] + \dots$ Differentiate it with
respect to $h_{t-1}[j]$ and put the result in row i, column j.

</details>

<details><summary>Hint 2: two factors</summary>

The chain rule gives a slope that depends only on i, times $W_{hh}[i, j]$. Row i of $W_{hh}$ is scaled by one number.

</details>

<details><summary>Hint 3: nearly there</summary>

`np.diag(v) @ A` scales the rows of A by v. So does `v[:, None] * A`. `A * v` scales its columns, which is not the same.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def state_jacobian(h, W_hh):
    """dh_t/dh_{t-1} of the vanilla RNN.

    h: (n,), the hidden state h_t. W_hh: (n, n).
    Returns (n, n): row i, column j is dh_t[i]/dh_{t-1}[j].
    """
    # BEGIN SOLUTION NO PROMPT
    slope = 1 - h**2
    return slope[:, None] * W_hh  # the same as np.diag(slope) @ W_hh
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q4a_state_jacobian")
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
def test_q4a_one_step(state_jacobian):
    from checks import public

    public("q4a_state_jacobian/one step").check(state_jacobian, "state_jacobian")


test_q4a_one_step(state_jacobian)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q4a_other_sizes(state_jacobian):
    from checks import hidden

    hidden("q4a_state_jacobian/four units").check(state_jacobian, "state_jacobian")


test_q4a_other_sizes(state_jacobian)

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
name: q4b_jacobian_through_time
points: 2
"""

# %% [markdown]
r"""
### q4b_jacobian_through_time · Many steps (2 points, 10 minutes)

*You learn where vanishing and exploding come from.*
Return $\partial h_T/\partial h_0$, the effect of the initial state on the last, computed from the states
$h_1, \dots, h_T$ and $W_{hh}$. You may call your `state_jacobian`, or write the factor again, so that this check does
not depend on q4a.

<details><summary>Hint 1: a nudge</summary>

$\dfrac{\partial h_3}{\partial h_0} = \dfrac{\partial h_3}{\partial h_2} \dfrac{\partial h_2}{\partial h_1}
\dfrac{\partial h_1}{\partial h_0}$: as many factors as steps, the last step on the left.

</details>

<details><summary>Hint 2: which state goes where</summary>

The factor of step t uses $h_t$, which is `hs[t - 1]`. Every row of `hs` is used; $h_0$ is not.

</details>

<details><summary>Hint 3: nearly there</summary>

Start from `np.eye(n)` and go forward in time; each new step multiplies from the left.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def jacobian_through_time(hs, W_hh):
    """dh_T/dh_0 of the vanilla RNN.

    hs: (T, n), the hidden states h_1 to h_T; T may be 1. W_hh: (n, n). Returns (n, n).
    """
    # BEGIN SOLUTION NO PROMPT
    product = np.eye(len(W_hh))
    for h in hs:
        slope = 1 - h**2
        step = slope[:, None] * W_hh
        product = step @ product
    return product
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q4b_jacobian_through_time")
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
def test_q4b_seven_steps(jacobian_through_time):
    from checks import public

    public("q4b_jacobian_through_time/seven steps").check(jacobian_through_time, "jacobian_through_time")


test_q4b_seven_steps(jacobian_through_time)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q4b_other_sizes(jacobian_through_time):
    from checks import hidden

    hidden("q4b_jacobian_through_time/nine steps").check(jacobian_through_time, "jacobian_through_time")


test_q4b_other_sizes(jacobian_through_time)

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
name: q4c_rnn_backward
points: 6
"""

# %% [markdown]
r"""
### q4c_rnn_backward · The whole network (6 points, 50 minutes)

*You learn backpropagation through time, with every gradient that training needs.*
The loss is a sum over steps, $J = \sum_t L_t(y_t)$. You are given its derivatives with respect to the outputs, the
**upstream gradients** `dys`: row `t` is $\partial L_t/\partial y_t$. Return the gradients of $J$ with respect to the
five parameters and $h_0$.

The cell below starts for you: the sums and the frame are there, and `later` stands for what comes back to a state from
the step after it. Go in three parts; the first case of the check is about the second part, so run the check before you
go on to the third.

1. **Forward.** Run equation (1) from `h0` and keep all states. The way back needs two of them at each step: the state
   before it, `h_prev`, and the state after it, `h`. (In a list of states that begins with `h0`, the step that reads
   `xs[t]` finds them at `[t]` and at `[t + 1]`.)
2. **One step back.** Take a sequence of one step ($T = 1$), where nothing comes back. $h_1$ acts through $y_1$ alone. Send
   its gradient through the tanh, then give each of the five parameters its share, and $h_0$ too.
3. **All steps.** Walk back from the last step to the first. Now $h_t$ acts in two ways: add `later` to what comes down
   from $y_t$. Add the shares of all steps up.

To judge your work, take the loss $J = \sum_t$ `dys[t] @ ys[t]`, whose derivatives with respect to the outputs are just
`dys`, and compare with a numerical gradient.

<details><summary>The comparison, with your q2 and q3</summary>

```python
from gradcheck import gradient_agrees

rng = np.random.default_rng(0)
T = 1  # one step first; then 5
xs, h0, dys = rng.normal(size=(T, 4)), rng.normal(size=3), rng.normal(size=(T, 2))
W_xh, W_hh, W_hy = rng.normal(size=(3, 4)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
Bh, By = rng.normal(size=3), rng.normal(size=2)

def f(W):  # J, with W in place of W_hh
    rnn = VanillaRNN(4, 3, 2)
    rnn.W_xh, rnn.W_hh, rnn.W_hy = W_xh, W, W_hy
    rnn.Bh, rnn.By, rnn.hidden_state = Bh, By, h0.copy()
    hs, ys = unroll(rnn, xs)
    return np.sum(dys * ys)

print(gradient_agrees(f, W_hh, rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By)["W_hh"]))
```

</details>

<details><summary>Hint 1: the output layer</summary>

From [equation (2)](#1.3-The-vanilla-RNN), the step that reads `xs[t]` adds `np.outer(dys[t], h)` to the
gradient of `W_hy`, where `h` is the state after the step, and `dys[t]` to that of `By`. It sends `W_hy.T @ dys[t]` down
to that state. Gradients of shared weights *add up* over the steps.

</details>

<details><summary>Hint 2: two paths to the loss</summary>

$h_t$ acts through $y_t$ and through $h_{t+1}$, so $\partial J/\partial h_t$ is the sum of what comes down from the
output and what comes back from the next step. At the last step, $t = T$, nothing comes back.

</details>

<details><summary>Hint 3: nearly there</summary>

The forward pass is equation (1), with `Bh`, from `h0`. Let `dh` be the sum of hint 2, $\partial J/\partial h_t$. Then
`dz = dh * (1 - h**2)`, with the state `h` after the step, is the gradient with respect to what is inside the tanh. It is
added to the gradient of `Bh`; its outer product with `xs[t]` is added to that of `W_xh`, and its outer product with
`h_prev`, which is `h0` at the first step, to that of `W_hh`. `W_hh.T @ dz` goes back to the previous state; from the
first step, it is the gradient of `h0`.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    """Gradients of J = sum over t of L_t(y_t) through the vanilla RNN.

    xs: (T, k). h0: (n,). dys: (T, m), row t the gradient with respect to that step's output.
    W_xh (n, k), W_hh (n, n), W_hy (m, n), Bh (n,), By (m,).
    Returns a dict with the keys W_xh, W_hh, W_hy, Bh, By, h0;
    each gradient has its parameter's shape.
    """
    T = len(xs)
    dW_xh, dW_hh, dW_hy = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(W_hy)
    dBh, dBy, later = np.zeros_like(Bh), np.zeros_like(By), np.zeros_like(h0)
    # BEGIN SOLUTION NO PROMPT
    hs = [h0]
    for x in xs:
        hs.append(np.tanh(W_hh @ hs[-1] + W_xh @ x + Bh))

    for t in reversed(range(T)):
        x, dy = xs[t], dys[t]
        h = hs[t + 1]
        h_prev = hs[t]
        dW_hy += np.outer(dy, h)
        dBy += dy
        dh = W_hy.T @ dy + later  # h_t acts through y_t and through h_{t+1}
        dz = dh * (1 - h**2)
        dW_xh += np.outer(dz, x)
        dW_hh += np.outer(dz, h_prev)
        dBh += dz
        later = W_hh.T @ dz
    dh0 = later
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q4c_rnn_backward")
    ...  # forward: the states, from h0 on
    for t in ...:  # back: from the last step to the first
        ...  # the gradient of the state after step t, in two parts
        ...  # through the tanh; then this step's share of each of the five sums
        later = ...  # what goes back to the state before
    dh0 = ...
    """; # END PROMPT
    return {"W_xh": dW_xh, "W_hh": dW_hh, "W_hy": dW_hy, "Bh": dBh, "By": dBy, "h0": dh0}


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
def test_q4c_one_step_back(rnn_backward):
    from checks import public

    public("q4c_rnn_backward/one step back").check(rnn_backward, "rnn_backward")


test_q4c_one_step_back(rnn_backward)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q4c_output_weights(rnn_backward):
    from checks import public

    public("q4c_rnn_backward/output weights").check(rnn_backward, "rnn_backward")


test_q4c_output_weights(rnn_backward)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q4c_recurrent_weights(rnn_backward):
    from checks import public

    public("q4c_rnn_backward/recurrent weights").check(rnn_backward, "rnn_backward")


test_q4c_recurrent_weights(rnn_backward)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q4c_initial_state(rnn_backward):
    from checks import public

    public("q4c_rnn_backward/initial state").check(rnn_backward, "rnn_backward")


test_q4c_initial_state(rnn_backward)

# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
""" # END TEST CONFIG
def test_q4c_other_sizes(rnn_backward):
    from checks import hidden

    hidden("q4c_rnn_backward/nine steps at other sizes").check(rnn_backward, "rnn_backward")


test_q4c_other_sizes(rnn_backward)

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
name: q4d_why_gradients
manual: true
points: 3
"""

# %% [markdown]
r"""
### q4d_why_gradients · In words (3 points, 10 minutes)

*You learn to explain it in your own words.*
Why are vanishing and exploding gradients an issue for RNNs? Use your product of q4b: what makes it shrink, what makes
it grow, and what does each do to learning? Five sentences are enough.

<details><summary>Hint 1: a nudge</summary>

Look at the product for large T: how often does $W_{hh}$ occur?

</details>

<details><summary>Hint 2: sizes</summary>

By what factor can $W_{hh}$ stretch a vector at most (its largest singular value)? How does the slope of tanh, which is
at most 1, change that?

</details>

<details><summary>Hint 3: nearly there</summary>

Name both cases. Say which steps of the sequence get no learning signal in one case, and what a weight update looks like
in the other.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %% [markdown]
r"""
The gradient that reaches step $s$ from step $t$ contains the product of $t - s$ Jacobians
$\mathrm{diag}(1 - h^2)\, W_{hh}$. Each can stretch a vector by at most the largest **singular value** of $W_{hh}$ times
the largest slope, and the slope is at most 1. If the largest singular value is below 1, the product shrinks at least
geometrically with the distance (it *vanishes*), so early inputs get no signal and long dependencies are not learned,
although the loss shows that something is wrong. If it is well above 1 and the units are not saturated, the product can
grow geometrically (it *explodes*): one update then throws the weights far away, or overflows. Because all factors share
one $W_{hh}$, the effects compound instead of averaging out. Clipping the norm tames explosion; nothing so simple
restores a signal that has vanished.

**Rubric (3 points)**

| Points | For |
|---|---|
| 1 | A product of one Jacobian per step, with the same $W_{hh}$ and the slope of tanh in each. |
| 1 | Vanishing: the condition, and that early steps get no learning signal. |
| 1 | Explosion: the condition, and that updates become huge or overflow. |

**Contrasting answers**

| Answer | Points | Why |
|---|---|---|
| "It vanishes if and only if the eigenvalues are below 1." | 2 of 3 where the rest is there | The bound at each step is a *singular* value: a matrix with small eigenvalues can stretch for a while. |
| "tanh saturates, so gradients vanish." | 1 | One cause, no product, and explosion forgotten. |
| "Gradients become small, so training is slow." | 0 | Names the symptom; says nothing about time. |
"""

# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
## 2 Long short-term memory

The vanilla RNN uses $h_t$ for two jobs: to produce the output and to remember. At every step the memory goes through an
affine map and a tanh, and you have just seen what this does to gradients. The **LSTM** separates the jobs. Besides the
hidden state $h_t$ it carries a **cell state** $C_t$, its memory, which changes gently:

$$f_t = \sigma(x_t U^f + h_{t-1} W^f) \tag{3}$$
$$i_t = \sigma(x_t U^i + h_{t-1} W^i) \tag{4}$$
$$o_t = \sigma(x_t U^o + h_{t-1} W^o) \tag{5}$$
$$\tilde C_t = \tanh(x_t U^g + h_{t-1} W^g) \tag{6}$$
$$C_t = f_t \circ C_{t-1} + i_t \circ \tilde C_t \tag{7}$$
$$h_t = \tanh(C_t) \circ o_t \tag{8}$$

Each of the first four lines has two weight matrices: $U$ for the input and $W$ for the previous hidden state. The
superscript says whose they are (g is the letter of the candidate $\tilde C_t$).

![The LSTM cell. The cell state runs along the top, multiplied by the forget gate and added to the input gate times the candidate. The hidden state runs along the bottom into all gates; the output gate lets through the tanh of the cell state.](figures/lstm_cell.svg)

*Figure 5: the LSTM cell.*

- The **forget gate** $f_t$ lies between 0 and 1: near 1 keeps the old memory, near 0 drops it.
- The **candidate** $\tilde C_t$, called `g` in code, is what could be written; the **input gate** $i_t$ says how much
  of it is.
- The **output gate** $o_t$ says how much of the memory is shown, as $h_t$, to the output and to the next step.

Below, "all gates" and "the four gates" include the candidate: it has the same form.

Remember that vectors are rows here: $x_t U^f$ is `x @ Uf`. The parameters come as a dictionary `p` with the keys
`Uf Ui Uo Ug Wf Wi Wo Wg`.

The worksheet says that the cell states "change fairly slowly in a simple way (simply being a moving average" of the
candidates). It is not quite a moving average: there the two factors would add up to 1, while $f_t$ and $i_t$ are
independent. And since a sigmoid never reaches 1, the LSTM can only come close to keeping everything.
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q5a_lstm_step
points: 4
"""

# %% [markdown]
r"""
### q5a_lstm_step · One step (4 points, 15 minutes)

*You learn to turn six equations into six lines.*
Compute one step of the LSTM and return all six quantities.

<details><summary>Hint 1: the gates</summary>

Three lines have the same form and differ only in their weights; the fourth has another function around it. All four
read the *previous* hidden state, and the vectors stand on the left: `x @ U`, `h_prev @ W`.

</details>

<details><summary>Hint 2: the states</summary>

[Equation (7)](#2-Long-short-term-memory) multiplies elementwise (`*`), not as matrices.
[Equation (8)](#2-Long-short-term-memory) uses the *new* cell state.

</details>

<details><summary>Hint 3: nearly there</summary>

Six local variables named as in the equations, one line each, and `dict(f=f, i=i, o=o, g=g, C=C, h=h)` at the end. If a
check says that two values are exchanged, compare the letters of U and W with the gate's.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def lstm_step(x, h_prev, C_prev, p):
    """One step of the LSTM, equations (3) to (8).

    x: (k,). h_prev, C_prev: (n,).
    p: dict with Uf Ui Uo Ug (k, n) and Wf Wi Wo Wg (n, n).
    Returns a dict with the keys f, i, o, g, C, h; each (n,).
    """
    # BEGIN SOLUTION NO PROMPT
    f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
    i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
    o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
    g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
    C = f * C_prev + i * g
    h = np.tanh(C) * o
    return {"f": f, "i": i, "o": o, "g": g, "C": C, "h": h}
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q5a_lstm_step")
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
def test_q5a_gates(lstm_step):
    from checks import public

    public("q5a_lstm_step/gates").check(lstm_step, "lstm_step")


test_q5a_gates(lstm_step)

# %%
""" # BEGIN TEST CONFIG
points: 2
""" # END TEST CONFIG
def test_q5a_states(lstm_step):
    from checks import public

    public("q5a_lstm_step/states").check(lstm_step, "lstm_step")


test_q5a_states(lstm_step)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q5a_other_sizes(lstm_step):
    from checks import hidden

    hidden("q5a_lstm_step/other sizes").check(lstm_step, "lstm_step")


test_q5a_other_sizes(lstm_step)

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
name: q5b_lstm_unroll
points: 3
"""

# %% [markdown]
r"""
### q5b_lstm_unroll · Through time (3 points, 10 minutes)

*You learn that two things travel now, not one.*
Run the LSTM over a sequence from the states $h_0$ and $C_0$ and collect all six quantities: the backward pass will need
them. You may call your `lstm_step`, or write the equations again, so that this check does not depend on q5a.

<details><summary>Hint 1: a nudge</summary>

Keep two variables through the loop, h and C. Both start from the arguments and change at every step.

</details>

<details><summary>Hint 2: collecting</summary>

Collect the steps' dictionaries in one list; afterwards make one array for each key:
`np.array([s["f"] for s in steps])`.

</details>

<details><summary>Hint 3: nearly there</summary>

`{key: np.array([s[key] for s in steps]) for key in steps[0]}`. Row 0 is the step that saw `xs[0]`, $h_0$ and $C_0$.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def lstm_unroll(xs, h0, C0, p):
    """Run the LSTM over a sequence.

    xs: (T, k). h0, C0: (n,). p: as in lstm_step.
    Returns a dict with the keys f, i, o, g, C, h; each (T, n).
    """
    # BEGIN SOLUTION NO PROMPT
    h_prev, C_prev, steps = h0, C0, []
    for x in xs:
        f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
        i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
        o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
        g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
        C = f * C_prev + i * g
        h = np.tanh(C) * o
        steps.append({"f": f, "i": i, "o": o, "g": g, "C": C, "h": h})
        h_prev, C_prev = h, C
    return {key: np.array([step[key] for step in steps]) for key in ("f", "i", "o", "g", "C", "h")}
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q5b_lstm_unroll")
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
def test_q5b_both_states_travel(lstm_unroll):
    from checks import public

    public("q5b_lstm_unroll/seven steps").check(lstm_unroll, "lstm_unroll")


test_q5b_both_states_travel(lstm_unroll)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q5b_other_sizes(lstm_unroll):
    from checks import hidden

    hidden("q5b_lstm_unroll/nine steps at other sizes").check(lstm_unroll, "lstm_unroll")


test_q5b_other_sizes(lstm_unroll)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
### 2.1 Backpropagation through the LSTM (q6_backprop)

Let $J$ be the loss of the sequence. The worksheet asks: "Compute the gradient $\frac{\partial J}{\partial W^g}$ using a
combination of the following gradients",

$$\frac{\partial J}{\partial h_t},\ \frac{\partial h_t}{\partial h_{t-1}},\ \frac{\partial h_{t-1}}{\partial W^g},
\ \frac{\partial h_t}{\partial C_t},\ \frac{\partial C_t}{\partial W^g},\ \frac{\partial C_t}{\partial C_{t-1}},
\ \frac{\partial C_{t-1}}{\partial W^g},\ \frac{\partial h_t}{\partial o_t}$$

**Read the symbols with care.** A symbol such as $\partial h_t/\partial h_{t-1}$ does not say what is held fixed, and
the answer depends on it. The worksheet does not say it either. Its published answer is right under one reading of the
symbols, which is this:

| Gradient | Argument | Shape, stacked over $t$ | What it means here |
|---|---|---|---|
| $\partial J/\partial h_t$ | `dJ_dh` | (T, n) | **direct**: how the loss depends on $h_t$ as it is read out at step $t$, not through later steps |
| $\partial h_t/\partial h_{t-1}$ | `dh_dhprev` | (T, n, n) | $C_{t-1}$ held fixed; through *all* gates of step $t$, including those that change $C_t$ |
| $\partial h_{t-1}/\partial W^g$ | `dhprev_dWg` | (T, n, n·n) | **total**: through all earlier steps |
| $\partial h_t/\partial C_t$ | `dh_dC` | (T, n, n) | $o_t$ held fixed |
| $\partial C_t/\partial W^g$ | `dC_dWg` | (T, n, n·n) | **immediate**: $h_{t-1}$ and $C_{t-1}$ held fixed; only the $W^g$ used at step $t$ varies |
| $\partial C_t/\partial C_{t-1}$ | `dC_dCprev` | (T, n, n) | $h_{t-1}$ held fixed |
| $\partial C_{t-1}/\partial W^g$ | `dCprev_dWg` | (T, n, n·n) | **total**: through all earlier steps |
| $\partial h_t/\partial o_t$ | `dh_do` | (T, n, n) | $C_t$ held fixed |

![The LSTM cell of figure 5 with the eight gradients where they belong: along the cell state, from the cell state to the hidden state, from the output gate to the hidden state, from the old hidden state through all gates to the new one, from the weights of the candidate to the old states and to the new cell state, and from the hidden state to the loss.](figures/lstm_partials.svg)

*Figure 6: where the eight gradients belong on the LSTM cell.*

A matrix is flattened row by row: column `a*n + b` of `dC_dWg[t]` belongs to `Wg[a, b]`.
**Row `t` of `dhprev_dWg` and `dCprev_dWg` already belongs to the previous step: do not shift.** Their first row is
zero, because $h_0$ and $C_0$ do not depend on $W^g$; `dC_dWg[0]` is zero only if $h_0$ is, so the sum begins at the
first step. One of the eight gradients is not needed. Can you see why?
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q6a_derivation
points: 5
"""

# %% [markdown]
r"""
### q6a_derivation · The derivation, as code (5 points, 40 minutes)

*You learn to apply the chain rule without losing a path.*
Combine the eight arrays into $\partial J/\partial W^g$, and return it as an (n, n) array. You need no LSTM here, only
the chain rule: every path from $W^g$ to $J$ must occur exactly once. The first case of the check looks at the last of two
steps, with one number in place of each matrix: it writes out your formula for that step and says which path is missing,
extra or doubled. The other cases ask for all steps. Any algebraically equal form is right. Treat the Jacobians as full
matrices: the last case fills them with numbers that no LSTM would give.

<details><summary>Hint 1: a nudge</summary>

$J$ depends on $W^g$ through $h_1, \dots, h_T$: one term for each step. Take one step and ask along which paths $W^g$
can change $h_t$. The step depends on the old hidden state, the old cell state, and $W^g$ itself. The total derivatives
already contain all earlier steps: carry nothing, shift nothing.

</details>

<details><summary>Hint 2: the paths into a step</summary>

By [equations (3) to (8)](#2-Long-short-term-memory), $h_t$ is a function of $h_{t-1}$, of $C_{t-1}$ and of the $W^g$
used at step t. Vary one of these at a time and hold the other two fixed. The table says what each Jacobian holds fixed.
What enters the cell state must also get from there to $h_t$.

</details>

<details><summary>Hint 3: shapes</summary>

A row vector (n,) times (n, n) times (n, n·n) gives (n·n,). The Jacobian nearest to $J$ stands leftmost. Sum over t, and
at the very end `.reshape(n, n)`. With `np.einsum`, leave the letter for t out of the output to sum over it.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    """dJ/dWg of the LSTM from the eight gradients of section 2.1, stacked over t = 1..T.

    dJ_dh: (T, n). dh_dhprev, dh_dC, dC_dCprev, dh_do: (T, n, n).
    dhprev_dWg, dC_dWg, dCprev_dWg: (T, n, n*n).
    Returns (n, n), the shape of Wg.
    """
    # BEGIN SOLUTION NO PROMPT
    T, n = dJ_dh.shape
    total = np.zeros(n * n)
    for t in range(T):
        by_h = dh_dhprev[t] @ dhprev_dWg[t]
        by_C = dh_dC[t] @ dC_dCprev[t] @ dCprev_dWg[t]
        now = dh_dC[t] @ dC_dWg[t]
        total += dJ_dh[t] @ (by_h + by_C + now)
    return total.reshape(n, n)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q6a_derivation")
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
def test_q6a_every_path_of_the_last_step_once(dJ_dWg):
    from derivation import check_paths

    check_paths(dJ_dWg)


test_q6a_every_path_of_the_last_step_once(dJ_dWg)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q6a_gradient_of_a_real_lstm(dJ_dWg):
    from checks import public

    public("q6a_derivation/a real LSTM").check(dJ_dWg, "dJ_dWg")


test_q6a_gradient_of_a_real_lstm(dJ_dWg)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q6a_all_steps_and_the_order_of_the_products(dJ_dWg):
    from checks import public

    public("q6a_derivation/four steps of matrices").check(dJ_dWg, "dJ_dWg")


test_q6a_all_steps_and_the_order_of_the_products(dJ_dWg)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q6a_other_sizes(dJ_dWg):
    from checks import hidden

    hidden("q6a_derivation/nine steps of larger matrices").check(dJ_dWg, "dJ_dWg")


test_q6a_other_sizes(dJ_dWg)

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
name: q6b_lstm_dWg
points: 5
"""

# %% [markdown]
r"""
### q6b_lstm_dWg · From scratch (5 points, 50 minutes)

*You learn why nobody builds those Jacobians.*
Compute the same gradient for a real LSTM by backpropagation through time, with vectors only. `dJ_dh[t]` is again the
direct derivative of the loss with respect to that step's hidden state: what later steps contribute, you must carry back
yourself. You may call your `lstm_unroll`, or run forward in the function. As in q4c, `t` runs from 0 in code, and a
numerical gradient is your judge, here of the loss $J = \sum_t$ `dJ_dh[t] @ h[t]`, where `h` is that of `lstm_unroll`: row
`t` is the state after the step that reads `xs[t]`.

<details><summary>The comparison, with your q5b</summary>

```python
from gradcheck import gradient_agrees

rng = np.random.default_rng(0)
T = 1  # one step first, where nothing comes back; then 2, where something does; then 4
xs, dJ_dh = rng.normal(size=(T, 2)), rng.normal(size=(T, 3))
h0, C0, p = rng.normal(size=3), rng.normal(size=3), {}
for gate in "fiog":
    p["U" + gate], p["W" + gate] = rng.normal(size=(2, 3)), rng.normal(size=(3, 3))

def f(Wg):  # J, with Wg among the parameters
    return np.sum(dJ_dh * lstm_unroll(xs, h0, C0, p | {"Wg": Wg})["h"])

print(gradient_agrees(f, p["Wg"], lstm_dWg(xs, h0, C0, p, dJ_dh)))
```

</details>

<details><summary>Hint 1: a nudge</summary>

Run forward and keep everything (q5b); the states before the first step are $h_0$ and $C_0$, not index -1. Then walk
back from the last step and carry two vectors: the *total* derivatives of $J$ with respect to $h_t$ and to $C_t$. (The
table's $\partial J/\partial h_t$ is the direct part of the first.)

</details>

<details><summary>Hint 2: one step back</summary>

Add the direct part to what came back along h. By [equation (8)](#2-Long-short-term-memory), $h_t$ sends a share of its
gradient to $C_t$ and a share to $o_t$; the share for $C_t$ *adds* to what came back along C. By
[equation (7)](#2-Long-short-term-memory), $C_t$ sends shares to $f_t$, $i_t$, $\tilde C_t$ and $C_{t-1}$.

</details>

<details><summary>Hint 3: nearly there</summary>

Multiply the shares of f, i, o and the candidate by the slope of their function: $s(1-s)$ for a sigmoid with value $s$,
$1-g^2$ for the candidate. This gives dz, the gradient with respect to what is inside the function. The share of
$C_{t-1}$ goes back as it is. The gradient of $W^g$ collects `np.outer(h_prev, dz_g)`, and $h_{t-1}$ gets the sum over
all four gates of `dz @ W.T`.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def lstm_dWg(xs, h0, C0, p, dJ_dh):
    """dJ/dWg of the LSTM by backpropagation through time.

    xs: (T, k). h0, C0: (n,). p: as in lstm_step.
    dJ_dh: (T, n), the direct derivatives of J with respect to h_1, ..., h_T.
    Returns (n, n).
    """
    # BEGIN SOLUTION NO PROMPT
    T = len(xs)
    h_prev, C_prev, steps = h0, C0, []
    for x in xs:
        f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
        i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
        o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
        g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
        C = f * C_prev + i * g
        h = np.tanh(C) * o
        steps.append((h_prev, C_prev, f, i, o, g, C, h))
        h_prev, C_prev = h, C

    dWg = np.zeros_like(p["Wg"])
    dh_later, dC_later = np.zeros_like(h0), np.zeros_like(C0)
    for t in reversed(range(T)):
        h_prev, C_prev, f, i, o, g, C, h = steps[t]
        dh = dJ_dh[t] + dh_later
        dC = dC_later + dh * o * (1 - np.tanh(C) ** 2)
        do = dh * np.tanh(C)
        df = dC * C_prev
        di = dC * g
        dg = dC * i
        dz_f = df * f * (1 - f)
        dz_i = di * i * (1 - i)
        dz_o = do * o * (1 - o)
        dz_g = dg * (1 - g**2)
        dWg += np.outer(h_prev, dz_g)
        dh_later = dz_f @ p["Wf"].T + dz_i @ p["Wi"].T + dz_o @ p["Wo"].T + dz_g @ p["Wg"].T
        dC_later = dC * f
    return dWg
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q6b_lstm_dWg")
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
def test_q6b_one_step_back(lstm_dWg):
    from checks import public

    public("q6b_lstm_dWg/one step back").check(lstm_dWg, "lstm_dWg")


test_q6b_one_step_back(lstm_dWg)

# %%
""" # BEGIN TEST CONFIG
points: 3
""" # END TEST CONFIG
def test_q6b_seven_steps(lstm_dWg):
    from checks import public

    public("q6b_lstm_dWg/seven steps").check(lstm_dWg, "lstm_dWg")


test_q6b_seven_steps(lstm_dWg)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q6b_other_sizes(lstm_dWg):
    from checks import hidden

    hidden("q6b_lstm_dWg/nine steps at other sizes").check(lstm_dWg, "lstm_dWg")


test_q6b_other_sizes(lstm_dWg)

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
name: q6c_derivation_in_words
manual: true
points: 4
"""

# %% [markdown]
r"""
### q6c_derivation_in_words · The derivation, on paper (4 points, 20 minutes)

*You learn to write a derivation that somebody else can follow.*
Write the formula of q6a in LaTeX, with the steps that lead to it: where the sum comes from, which paths enter a step,
which of the eight gradients is not used, and why.

<details><summary>Hint 1: a nudge</summary>

Your code of q6a has the same structure: write one line of text for each line of code.

</details>

<details><summary>Hint 2: LaTeX</summary>

Between two <code>&#36;&#36;</code> lines, start with `\frac{\partial J}{\partial W^g} = \sum_{t=1}^{T}`.

</details>

<details><summary>Hint 3: nearly there</summary>

Say of each factor whether it is direct, immediate or total, or what is held fixed (see the table in section 2.1).

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %% [markdown]
r"""
$J$ reads the hidden states $h_1, \dots, h_T$, each directly, so

$$\frac{\partial J}{\partial W^g} = \sum_{t=1}^{T} \frac{\partial J}{\partial h_t} \frac{\mathrm d h_t}{\mathrm d W^g}$$

with the *direct* derivative with respect to $h_t$ and the *total* derivative of $h_t$. Within step $t$, $h_t$ is a
function of $h_{t-1}$, of $C_{t-1}$ and of the $W^g$ used at this step. The first acts with $C_{t-1}$ held fixed; the
other two act only through $C_t$:

$$\frac{\mathrm d h_t}{\mathrm d W^g} = \frac{\partial h_t}{\partial h_{t-1}} \frac{\partial h_{t-1}}{\partial W^g}
+ \frac{\partial h_t}{\partial C_t} \left( \frac{\partial C_t}{\partial C_{t-1}} \frac{\partial C_{t-1}}{\partial W^g}
+ \frac{\partial C_t}{\partial W^g} \right)$$

so that

$$\frac{\partial J}{\partial W^g} = \sum_{t=1}^{T} \frac{\partial J}{\partial h_t} \left[
\frac{\partial h_t}{\partial h_{t-1}} \frac{\partial h_{t-1}}{\partial W^g} + \frac{\partial h_t}{\partial C_t}
\left( \frac{\partial C_t}{\partial C_{t-1}} \frac{\partial C_{t-1}}{\partial W^g} + \frac{\partial C_t}{\partial W^g}
\right) \right]$$

$\partial h_t/\partial o_t$ is not used: $W^g$ reaches $o_t$ only through $h_{t-1}$, and $\partial h_t/\partial h_{t-1}$
already goes through all gates. Adding it would count that path twice.

**Rubric (4 points)**

| Points | For |
|---|---|
| 1 | The sum over steps, with the direct derivative with respect to $h_t$ |
| 1 | The path through $h_{t-1}$ |
| 1 | The two paths through $C_t$, immediate and through $C_{t-1}$ |
| 1 | Why $\partial h_t/\partial o_t$ is not used, or which factors are total and which immediate |

**Contrasting answers**

| Answer | Points | Why |
|---|---|---|
| The formula without the sum | 3 | One term only, all else right |
| $\partial J/\partial h_t$ taken as total, with the sum | 3 | Counts the later steps again: under this reading the sum needs immediate derivatives. |
| Total $\partial C_t/\partial W^g$ in place of the bracket | 3 | It contains $h_{t-1} \to C_t$, which $\partial h_t/\partial h_{t-1}$ already contains: that path counts twice. Full points if the answer says that $h_{t-1}$ is held fixed. |
| $\partial h_t/\partial o_t$ added as a fourth path | 3 | Already counted in $\partial h_t/\partial h_{t-1}$ |
"""

# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q6d_lstm_backward
points: 4
extra: true
"""

# %% [markdown]
r"""
### q6d_lstm_backward · Everything (4 extra points, 20 minutes)

*You learn what a framework does for you in `backward()`.*
Extend q6b to the gradients with respect to all eight parameters, the inputs and both initial states.

<details><summary>The comparison, with your q5b</summary>

```python
from gradcheck import gradient_agrees

rng = np.random.default_rng(0)
T = 1  # one step first; then 4
xs, dJ_dh = rng.normal(size=(T, 2)), rng.normal(size=(T, 3))
h0, C0, p = rng.normal(size=3), rng.normal(size=3), {}
for gate in "fiog":
    p["U" + gate], p["W" + gate] = rng.normal(size=(2, 3)), rng.normal(size=(3, 3))

gradients = lstm_backward(xs, h0, C0, p, dJ_dh)
for name, value in {**p, "xs": xs, "h0": h0, "C0": C0}.items():

    def f(changed):  # J, with one argument or parameter changed
        given = {"xs": xs, "h0": h0, "C0": C0, **p, name: changed}
        start = given.pop("xs"), given.pop("h0"), given.pop("C0")
        return np.sum(dJ_dh * lstm_unroll(*start, given)["h"])

    print(name, gradient_agrees(f, value, gradients[name]))
```

</details>

<details><summary>Hint 1: the weights</summary>

[Equations (3) to (6)](#2-Long-short-term-memory) have one form. So for each gate, with its dz of q6b,
`np.outer(x, dz)` is added to the gradient of U and `np.outer(h_prev, dz)` to that of W, at every step.

</details>

<details><summary>Hint 2: inputs and initial states</summary>

$x_t$ gets the sum over the four gates of `dz @ U.T`. What goes back from the first step along h and along C are the
gradients of `h0` and `C0`.

</details>

<details><summary>Hint 3: nearly there</summary>

A dictionary `dz = dict(f=..., i=..., o=..., g=...)` and a loop over its four letters keep this short:
`"U" + letter` is the parameter's key.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def lstm_backward(xs, h0, C0, p, dJ_dh):
    """All gradients of the LSTM by backpropagation through time.

    xs: (T, k). h0, C0: (n,). p: as in lstm_step.
    dJ_dh: (T, n), the direct derivatives of J with respect to h_1, ..., h_T.
    Returns a dict with the eight keys of p and xs, h0, C0;
    each gradient has the shape of what it belongs to.
    """
    # BEGIN SOLUTION NO PROMPT
    T = len(xs)
    h_prev, C_prev, steps = h0, C0, []
    for x in xs:
        f = sigmoid(x @ p["Uf"] + h_prev @ p["Wf"])
        i = sigmoid(x @ p["Ui"] + h_prev @ p["Wi"])
        o = sigmoid(x @ p["Uo"] + h_prev @ p["Wo"])
        g = np.tanh(x @ p["Ug"] + h_prev @ p["Wg"])
        C = f * C_prev + i * g
        h = np.tanh(C) * o
        steps.append((h_prev, C_prev, f, i, o, g, C, h))
        h_prev, C_prev = h, C

    grads = {name: np.zeros_like(value) for name, value in p.items()}
    dxs = np.zeros(np.shape(xs))
    dh_later, dC_later = np.zeros_like(h0), np.zeros_like(C0)
    for t in reversed(range(T)):
        h_prev, C_prev, f, i, o, g, C, h = steps[t]
        dh = dJ_dh[t] + dh_later
        dC = dC_later + dh * o * (1 - np.tanh(C) ** 2)
        do = dh * np.tanh(C)
        df = dC * C_prev
        di = dC * g
        dg = dC * i
        dz_f = df * f * (1 - f)
        dz_i = di * i * (1 - i)
        dz_o = do * o * (1 - o)
        dz_g = dg * (1 - g**2)
        for gate, dz in {"f": dz_f, "i": dz_i, "o": dz_o, "g": dz_g}.items():
            grads["U" + gate] += np.outer(xs[t], dz)
            grads["W" + gate] += np.outer(h_prev, dz)
        dxs[t] = dz_f @ p["Uf"].T + dz_i @ p["Ui"].T + dz_o @ p["Uo"].T + dz_g @ p["Ug"].T
        dh_later = dz_f @ p["Wf"].T + dz_i @ p["Wi"].T + dz_o @ p["Wo"].T + dz_g @ p["Wg"].T
        dC_later = dC * f
    dh0, dC0 = dh_later, dC_later
    return grads | {"xs": dxs, "h0": dh0, "C0": dC0}
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q6d_lstm_backward")
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
def test_q6d_weights(lstm_backward):
    from checks import public

    public("q6d_lstm_backward/weights").check(lstm_backward, "lstm_backward")


test_q6d_weights(lstm_backward)

# %%
""" # BEGIN TEST CONFIG
points: 1
""" # END TEST CONFIG
def test_q6d_inputs_and_first_states(lstm_backward):
    from checks import public

    public("q6d_lstm_backward/inputs and first states").check(lstm_backward, "lstm_backward")


test_q6d_inputs_and_first_states(lstm_backward)

# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
""" # END TEST CONFIG
def test_q6d_other_sizes(lstm_backward):
    from checks import hidden

    hidden("q6d_lstm_backward/nine steps at other sizes").check(lstm_backward, "lstm_backward")


test_q6d_other_sizes(lstm_backward)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
### 2.2 Vanishing gradients in LSTMs (q7_vanishing)

A vanilla RNN's gradient can shrink because it passes through a tanh and a matrix at every step. What is different here?
"""

# %% [raw]
"""
# BEGIN QUESTION
name: q7a_factor
points: 1
"""

# %% [markdown]
r"""
### q7a_factor · Which one? (1 point, 5 minutes)

*You learn which factor keeps the LSTM's gradient alive.*
Which of the eight gradients of q6 allows LSTMs to mitigate the vanishing gradient problem? Give the argument's name as
a string, such as `"dh_do"`.

<details><summary>Hint 1: a nudge</summary>

To survive many steps, a factor must be near 1 when the network wants it to be.

</details>

<details><summary>Hint 2: where to look</summary>

Which state of the LSTM passes through no tanh and no matrix on its way to the next step?

</details>

<details><summary>Hint 3: nearly there</summary>

Follow the line along the top of figure 5 across one cell, from one state to the next.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %%
# BEGIN SOLUTION NO PROMPT
factor = "dC_dCprev"
# END SOLUTION
""" # BEGIN PROMPT
factor = ...
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
def test_q7a_names_the_factor(factor):
    from checks import choice

    choice("q7a_factor", "factor", {"": factor})


test_q7a_names_the_factor(factor)

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
name: q7b_cell_carry
points: 1
"""

# %% [markdown]
r"""
### q7b_cell_carry · Along the cell path (1 point, 5 minutes)

*You learn how far the memory reaches.*
Return $\partial C_T/\partial C_0$ along the cell path alone, with all gates held fixed, computed from the forget gates
$f_1, \dots, f_T$. It is a Jacobian, so its shape is (n, n).

<details><summary>Hint 1: a nudge</summary>

With the gates fixed, [equation (7)](#2-Long-short-term-memory) multiplies unit j of the cell state by $f_t[j]$.

</details>

<details><summary>Hint 2: shape</summary>

Units do not mix along this path: what is the Jacobian outside its diagonal?

</details>

<details><summary>Hint 3: nearly there</summary>

`np.prod(A, axis=0)` multiplies along time, and `np.diag(v)` makes the matrix.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""


# %%
def cell_carry(fs):
    """dC_T/dC_0 of the LSTM along the cell path alone.

    fs: (T, n), the forget gates f_1 to f_T. Returns (n, n).
    """
    # BEGIN SOLUTION NO PROMPT
    return np.diag(np.prod(fs, axis=0))
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("q7b_cell_carry")
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
points: 0.5
""" # END TEST CONFIG
def test_q7b_seven_steps(cell_carry):
    from checks import public

    public("q7b_cell_carry/seven steps").check(cell_carry, "cell_carry")


test_q7b_seven_steps(cell_carry)

# %%
""" # BEGIN TEST CONFIG
points: 0.5
hidden: true
""" # END TEST CONFIG
def test_q7b_other_sizes(cell_carry):
    from checks import hidden

    hidden("q7b_cell_carry/nine steps").check(cell_carry, "cell_carry")


test_q7b_other_sizes(cell_carry)

# %% [raw]
"""
# END TESTS
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
**See it.** The next cell plots, from your own functions, how much of a gradient is left after a number of steps: for a
vanilla RNN ($\partial h_T/\partial h_0$, q4b), and along the LSTM's cell path (q7b) for three values of the forget
gate. It measures the Jacobian's largest singular value (its spectral norm): the factor by which it can stretch a vector
at most. The RNN's states are random numbers, and all singular values of its $W_{hh}$ are 0.9: it shortens every vector
to 0.9 of its length. This alone would leave $0.9^{50} \approx 0.005$ after 50 steps; the slope of tanh does the rest.
The cell is not graded, and it says what is still missing.
"""

# %% tags=["otter_ignore"]
import payoff

payoff.show_carry(globals())

# %% [raw]
"""
# BEGIN QUESTION
name: q7c_why_it_helps
manual: true
points: 3
"""

# %% [markdown]
r"""
### q7c_why_it_helps · In words (3 points, 15 minutes)

*You learn what the LSTM promises and what it does not.*
Why does the factor of q7a mitigate vanishing gradients, and when does it not? Use the plot as evidence: why does one
LSTM curve lie *below* the vanilla RNN? Does the cell path say anything about *exploding* gradients, or about the path
through h?

<details><summary>Hint 1: a nudge</summary>

Compare what is multiplied at each step in the RNN and along the LSTM's cell path.

</details>

<details><summary>Hint 2: the limits</summary>

After how many steps does f = 0.9 leave less than a tenth? Who decides what f is?

</details>

<details><summary>Hint 3: nearly there</summary>

Three points: what f near 1 does; what f below 1 does after many steps; what the other path, from h through the gates to
h, still contains.

</details>
"""

# %% [raw]
"""
# BEGIN SOLUTION
"""

# %% [markdown]
r"""
Along the cell path, $\partial C_t/\partial C_{t-1} = \mathrm{diag}(f_t)$: no weight matrix and no slope of a tanh, only a
number between 0 and 1 for each unit, which the network *learns* and can hold near 1 while it needs the memory. With
$f = 0.99$ the plot keeps 60 % of the gradient after 50 steps, where the vanilla RNN has lost many orders of
magnitude. The problem is mitigated, not removed: with $f = 0.9$ half a percent is left after 50 steps, with $f = 0.5$
next to nothing, and a sigmoid never reaches 1. The cell path by itself cannot explode, since $f < 1$. But the gradient
also takes the path through $h_{t-1}$ and the gates, which has weight matrices and slopes as in the vanilla RNN, and can
vanish or explode.

**Rubric (3 points)**

| Points | For |
|---|---|
| 1 | The factor is $\mathrm{diag}(f_t)$: no matrix, no tanh, near 1 where the network learns this |
| 1 | It still vanishes where $f < 1$ for many steps, as the plot shows |
| 1 | The path through h remains, with weights and slopes; it may vanish or explode |

**Contrasting answers**

| Answer | Points | Why |
|---|---|---|
| "LSTMs eliminate vanishing gradients." | 1 at most | Mitigate: f is below 1. |
| "f = 0.5 lies below the RNN in the plot, so LSTMs are worse." | 1 | Half the rubric's second point: it is what a forget gate far from 1 does, and the network chooses it. |
| "The cell state adds instead of multiplying." | 1 | True of the candidate; what carries the gradient is the product of forget gates. |
| "Gradients cannot explode in an LSTM." | no third point | Only along the cell path. |
"""

# %% [raw]
"""
# END SOLUTION
"""

# %% [raw]
"""
# END QUESTION
"""

# %% [markdown]
r"""
## 3 The payoff (q8_payoff, not graded, 15 minutes)

*You see your own gradients at work.* Everything below is made by the functions that you wrote; `payoff.py` and
`demonstrations.py` only call them. If one is missing, the cell says which question to answer first. Below each cell, a
folded picture shows what the cell draws with our functions: look after you have guessed.

### How far does a gradient reach?

The next cell draws two plots. The left one shows what remains of a gradient after some steps back, in a vanilla RNN and
in an LSTM whose recurrent weights have the same size (all singular values 0.9). The right one shows the LSTM's two
paths separately: along the cell state, from $C$ to $C$, and along the hidden state, from $h$ through the gates to $h$.
The circles are your product of forget gates from q7b. Before you run the cell, guess: which of the two paths keeps more
of the gradient, and where do the circles lie?
"""

# %% tags=["otter_ignore"]
import payoff

payoff.show_gradients(globals())

# %% [markdown]
r"""
<details><summary>Figure 7: what the cell above draws</summary>

![Two plots with logarithmic axes. Left: over 40 steps back the vanilla RNN's gradient falls steadily to a billionth, the LSTM's stays near 1. Right: the LSTM's hidden path alone falls even faster than the RNN, its cell path alone falls to a sixth, both together stay near 1, and the products of the forget gates lie on the cell path.](figures/payoff_gradients.svg)

The product of forget gates *is* the cell path. Both paths together carry more than the cell path alone, since the gates
carry gradient too, and what they carry need not fall at every step.

</details>

Now move the sliders. With weights of 2 the vanilla RNN's gradient grows for a few steps: what stops it from exploding?
(Think of the slope of tanh.) What does the LSTM do when the forget gate is nearly closed? (Our LSTM has no biases; an
input that is always 1 takes the place of one.)
"""

# %% tags=["otter_ignore"]
payoff.show_sliders(globals())

# %% [markdown]
r"""
### Can it remember?

A symbol, $-1$ or $1$, is shown at the first step; then comes noise *on the same input*; at the end the network has to
say which symbol it was. A second input is 1 at the first step and 0 later. A network that adds up all it sees drowns
the symbol: it has to learn to shut out the noise. The next cell trains a new vanilla RNN and a new LSTM for each of
five waits, from 2 steps to 40, by gradient descent (Adam, with gradients clipped to norm 1), using *your*
`rnn_backward` (q4c) and `lstm_backward` (q6d). Both start with small recurrent weights, and the LSTM's forget gates
nearly open: they have a bias of 6 inside the sigmoid. The dashed curve is a control: the same LSTM, but its own gradient
is set to 0, and only the vector that reads its last hidden state is trained. The cell takes about five seconds. Which
network will remember for how long?
"""

# %% tags=["otter_ignore"]
payoff.show_memory(globals())

# %% [markdown]
r"""
<details><summary>Figure 8: what the cell above draws</summary>

![Left: the loss over 80 updates for a wait of 40 steps. The vanilla RNN and the control stay near the level of guessing, the LSTM falls to nearly 0. Right: after training, the LSTM answers nearly all questions right at every wait from 2 to 40 steps; the vanilla RNN does so up to a wait of 10 steps and guesses at 20 and 40; the control falls to about 60 %.](figures/payoff_memory.svg)

</details>

<details><summary>What it shows</summary>

The vanilla RNN *could* hold one symbol: a unit that feeds itself strongly enough stays where it is. It does not learn
to, because the gradient that would teach it comes from the end of the sequence and is almost zero when it reaches the
first step. That is what a vanishing gradient is.

The control has the same open gates, and still the noise drowns its symbol: a cell that holds whatever comes in is not
enough. The LSTM's gradient reaches the first step and teaches the gates what to let in. That is what your
`lstm_backward` does here.

It reaches the first step because the forget gates start open. Run `payoff.show_memory(globals(), forget=0)`: now every
gate starts half open, the cell path loses half of the gradient at every step, and at waits of 20 and 40 steps the LSTM
guesses too. It could learn to open its gates, but only if some gradient gets through to begin with; so LSTMs are often
started with a positive forget bias.

(Each update looks at four new sequences only. That is why the loss jumps: one sequence that is misjudged is a peak.)

</details>
"""
