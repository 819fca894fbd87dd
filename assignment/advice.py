"""What a failing check says, in plain words: where an answer is off, and what its error may come from.

Students receive this file. It must never hold a formula of the assignment.
"""

import math
import re
import traceback

import numpy as np

NOT_DEFINED = "is not defined. Run the cell that defines it, from the top of the notebook."
WHY_NONE = "Is there a `return` at the end of every path, and a value in place of every `...`?"
ADVICE = {  # what Python and numpy say: what it may come from
    "core dimension|not aligned|operands could not be broadcast": "Two shapes do not fit. In a product, is it the "
    "right matrix, on the right side of the vector, with @ and not *? np.outer(a, b) has a row for each entry of a.",
    "could not broadcast input|non-broadcastable": "The array that you write into has a different shape.",
    r"ellipsis|\.\.\.|dtype\('O'\)": "Is a `...` still to be filled in there?",
    r"bitwise_xor|for \^": "A power is written **.",
    r"dtype\('int64'\) with casting": "Sums that start from integers cannot take fractions: start from 0.0.",
    "'(int|float)' object has no attribute": "A sum over nothing is the plain number 0: does the loop run?",
    "Input must be 1- or 2-d": "np.diag takes a vector or a matrix: is an axis missing in the line before?",
    "axis \\d+ is out of bounds for array": "The array has fewer axes than that: is it one row of what you meant?",
    r"(dot|outer|matmul)\(\) missing": "It takes two things with a comma between, as in np.dot(A, v).",
    r"forward\(\) takes": "The first argument of a method is self.",
    r"forward\(\) missing": "A cell is run by rnn.forward(x), with the one row x.",
    r"^(?!.*(dot|outer|matmul|forward)\(\)).*positional argument": "Are all arguments there, in the docstring's order?",
    "name '(tanh|exp|zeros|dot|outer|diag|eye|sqrt|array|prod)' is not defined": "It is numpy's: np. stands before.",
    "name '(np|sigmoid)' is not defined": "The cell below the legend imports np and sigmoid: run it.",
    "module 'numpy' has no attribute 'sigmoid'": "numpy has no sigmoid; the notebook does: sigmoid(z).",
    "only (length-1|size-1|0-dimensional) arrays": "A function of `math` takes a single number: np.tanh takes arrays.",
    "name '[UW][fiog]' is not defined|'dict' object has no attribute": 'The parameters stand in a dictionary, p["Uf"].',
    "KeyError: '[UWb]": "The keys of p are Uf Ui Uo Ug Wf Wi Wo Wg; the candidate's letter is g.",
    "name '(W_[xh][hy]|Bh|By|hidden_state)' is not defined": "In a method, what belongs to the network is written with "
    "self, as in self.W_hh.",
    "'(RunningAverage|VanillaRNN)' object is not callable": "A cell is run by its method: rnn.forward(x).",
    "'RunningAverage' object has no attribute": "All that unroll may use of a cell is forward(x) and hidden_state.",
    "no attribute 'forward'": "Is `def forward` indented, so that it belongs to the class?",
    "no attribute 'hidden_state'": "The state has to be kept as self.hidden_state.",
    "NoneType": "Something is None there: is a `return` missing, or was it made by a method such as append?",
    "'numpy.ndarray' object is not callable": "Round brackets call a function; entries of an array are in square ones.",
    "'function' object is not subscriptable|'builtin_function_or_method' object is not": "A function is called in "
    "round brackets.",
    "list indices must be integers": "It is a list: np.array(...) makes an array of it.",
    "can't multiply sequence|unsupported operand type.*'list'|bad operand type.*'list'": "A list does no arithmetic: "
    "np.array(...) makes an array of it.",
    "cannot access local variable|referenced before assignment": "The name has no value yet where it is first used.",
    "list index out of range|index -?\\d+ is out of bounds": "Rows are counted from 0 to T - 1; a list that starts "
    "with h_0 has T + 1.",
    "cannot reshape array": "The array has another number of entries than that shape: is a sum missing, or did a "
    "product in the line before lose an axis?",
    "truth value of an array": "`if`, `and` and `max` want one number; np.where and np.maximum take arrays.",
    "values to unpack|cannot unpack": "The two sides of = have different numbers of parts.",
}


class CheckFailed(AssertionError):  # noqa: N818
    """What a failing check tells the student.

    causes: the mistakes in a few words, to count them in a class. not_done: whether the answer is still a stub.
    findings: what the check learned from numbers, where it got any.
    """

    def __init__(self, text, causes=(), not_done=False, findings=None):
        super().__init__(text)
        self.causes, self.not_done, self.findings = tuple(causes), not_done, findings

    def within(self, before="", after=""):
        """The same failure with more words around it."""
        return CheckFailed(f"{before}{self}{after}", self.causes, self.not_done, self.findings)


SIDES = {  # where the conventions differ: how a product is written
    "q2": "Here a matrix stands left of its vector, A @ v, and every term has the state's shape.",
    "q3": "forward takes one row of xs, xs[t].",
    "q4c": "Here a matrix stands left of its vector, A @ v or A.T @ v. np.outer(a, b) has a row for each entry of a.",
    "q5": "Here vectors are rows, which stand left of their matrix, x @ U; gates and states are multiplied with *.",
    "q6b": "Here vectors are rows: x @ U forward, d @ W.T back. np.outer(a, b) has a row for each entry of a.",
}
SIDES["q6d"] = SIDES["q6b"]
NEW_WEIGHTS = " The check puts in other weights after __init__: forward reads them from self."
SHAPES = next(iter(ADVICE))  # the pattern of two shapes that do not fit


def advice_on(text, question=""):
    """What to do about an error, from its text: sentences, each with a space before it. question: of the notebook."""
    side = next((side for start, side in SIDES.items() if question.startswith(start)), "")
    if side and re.search(SHAPES, text):
        made_early = question.startswith("q2") and "core dimension" in text
        return f" Two shapes do not fit. {side}{NEW_WEIGHTS * made_early}"
    return "".join(f" {sentence}" for pattern, sentence in ADVICE.items() if re.search(pattern, text))


def line_of(error):
    """Where in a notebook cell the exception was raised, and the shapes there, as far as they are known."""
    entries = zip(traceback.walk_tb(error.__traceback__), traceback.extract_tb(error.__traceback__), strict=True)
    places = [(frame, at) for (frame, _), at in entries if "ipykernel_" in at.filename or "<ipython-" in at.filename]
    if not places:
        return "."
    frame, at = places[-1]
    return f" (in {at.name}, line {at.lineno} of its cell: {at.line}){shapes_in(at.line, frame.f_locals)}."


def shapes_in(line, names):
    """The shapes of the arrays and the lengths of the lists that a line names: they may come from a line before."""
    words = dict.fromkeys(re.findall(r"(?<![\w.])[A-Za-z_]\w*", line or ""))
    sizes = [f"{word} {size}" for word in words if (size := size_of(names.get(word)))]
    return f", where {', '.join(sizes)}" if sizes else ""


def size_of(value):
    """An array's shape, or a list's length, in words; nothing of other values."""
    if type(value) is list:
        return f"a list of {len(value)}"
    return str(value.shape) if type(value) is np.ndarray else ""


def shape_guess(got, want, by_step):
    """A question that a wrong shape suggests, or nothing."""
    if got == want[::-1]:
        return " Is it transposed?"
    if len(got) == 1 < len(want):
        flat = got[0] == math.prod(want)
        return " It is flat: is the reshape missing?" if flat else " It is a vector, where a matrix is expected."
    if got == (1, *want):
        return " It has an extra axis of length 1, as from x[None] or a reshape."
    if got[1:] == want:
        return " It has an extra axis: is a sum missing, or is it np.outer where a plain product belongs?"
    if got == ():
        return " It is a single number: does np.sum or np.prod need an axis, or is it @ where * belongs?"
    if by_step and got[1:] == want[1:]:
        if got[0] == want[0] + 1:
            return " Is the initial state in it?"
        return " Does the loop leave out a step, or does a `return` stand inside it?" if got[0] < want[0] else ""
    return ""


def is_rounded(got, want):
    """True where `got` is `want` with fewer decimals, and is off by that alone."""
    off = np.abs(got - want).max()
    return any(off <= 0.51 / 10**places and np.array_equal(got, np.round(got, places)) for places in range(1, 8))


def first_step(got, want, limit):
    """The index of the first step, along the first axis, that is off."""
    off = np.abs(got - want).reshape(len(want), -1).max(axis=1)
    wrong = np.flatnonzero(off > limit * np.abs(want).max())
    return int(wrong[0]) if len(wrong) else int(off.argmax())


def describe(name, got, want, step):
    """The entry that is furthest off, within `step` where there is one: what came and what was expected."""
    off = np.abs(got - want)
    if step is None:
        index, when = np.unravel_index(off.argmax(), off.shape), ""
    else:
        index = (step, *np.unravel_index(off[step].argmax(), off[step].shape))
        when = f" (step t = {step + 1}, the first that is off)"
    digits = 6 if f"{got[index]:.6g}" != f"{want[index]:.6g}" else 12
    return f"{entry(name, index)} is {got[index]:.{digits}g}, expected {want[index]:.{digits}g}{when}."


def entry(name, index):
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else str(name)


def shown(value):
    """A short description of any value, which never calls code of its class."""
    if value is None or value is ... or type(value) in (bool, int, float, str):
        return repr(value)[:80]
    if type(value) is np.ndarray and value.dtype.kind in "biufc":
        return f"an array of {value.dtype}"
    kind = type(value).__name__[:80]  # in the grader, too: it sees of most objects the name of their type, and no more
    if kind == "ndarray":
        return "an array that holds other things than numbers"
    return f"a value of type {kind if kind.isidentifier() else 'object'}"
