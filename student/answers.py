"""What an answer holds: a student's function called, and what it returned as plain numbers of the expected shape.

Students receive this file. It must never hold a formula of the assignment, or trust an object's own methods.
"""

import builtins

import numpy as np

from advice import WHY_NONE, CheckFailed, advice_on, entry, line_of, shape_guess, shown

MAX_NUMBERS = 1_000_000  # in one answer; the largest that is asked for has a few hundred


def call(function, inputs=None):
    """Call the student's function; an exception becomes a sentence. Its arguments may have other names, in order."""
    inputs = inputs or {}
    try:
        try:
            return function(**inputs)
        except TypeError as error:
            if "unexpected keyword argument" not in str(error):
                raise
            return function(*inputs.values())
    except CheckFailed:
        raise
    except NotImplementedError as todo:
        raise CheckFailed(
            f"still to do ({todo}). In the cell of that question, write your answer and delete the line "
            "`raise NotImplementedError(...)`, run it, then run this check again.",
            not_done=True,
        ) from None
    except Exception as error:
        text = f"stopped with {type(error).__name__}: {str(error)[:300].rstrip('.')}{line_of(error)}"
        name = type(error).__name__ if hasattr(builtins, type(error).__name__) else "an exception"
        raise CheckFailed(text + advice_on(text), [f"stops with {name}"]) from None


def unpack(answer, want, form):
    """The returned value as {name: array-like}, in the form that the question asks for."""
    if answer is None or answer is ...:
        raise CheckFailed(f"returned {shown(answer)}. {WHY_NONE}", ["returns None"])
    if form == "array":
        return dict.fromkeys(want, answer)
    if form == "tuple":
        if not isinstance(answer, (tuple, list)) or len(answer) != len(want):
            raise CheckFailed(f"expected ({', '.join(map(str, want))}), it returned {shown(answer)}.")
        shapes, due = [getattr(plain(part), "shape", None) for part in answer], [part.shape for part in want.values()]
        if shapes != due and shapes[::-1] == due:
            raise CheckFailed(f"expected ({', '.join(want)}), in this order: they are exchanged.", ["exchanged"])
        return dict(zip(want, answer, strict=True))
    if not isinstance(answer, dict):
        raise CheckFailed(
            f"expected a dictionary, of which this check reads {', '.join(want)}; returned {shown(answer)}."
        )
    missing = [name for name in want if name not in answer]
    if missing:
        keys = ", ".join(sorted(key for key in answer if type(key) is str))[:200]
        has = f" It has {keys}: use the names of the docstring." if keys else ""
        raise CheckFailed(f"the returned dictionary has no key {', '.join(missing)}.{has}")
    return {name: answer[name] for name in want}


def plain(value):
    """A copy as a base numpy array, whatever class came; None where it holds no real numbers."""
    if holds_text(value) or count(value) > MAX_NUMBERS:
        return None  # numpy would give every entry the room of the longest, or of the widest
    try:
        array = np.array(value, subok=False)
    except Exception:
        return None
    return array if array.dtype.kind in "fiu" else None


def holds_text(value):
    return isinstance(value, str | bytes) or (isinstance(value, list | tuple) and any(map(holds_text, value)))


def count(value):
    """How many numbers an array or nested lists hold."""
    if isinstance(value, list | tuple):
        return sum(map(count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def as_numbers(name, value, want, by_step=False):
    """The value as float array of the expected shape, or a sentence on what it is instead.

    by_step: whether it has a row for each time step.
    """
    if value is None or value is ...:
        raise CheckFailed(f"{name} is {shown(value)}. {WHY_NONE}")
    array = plain(value)
    if array is None:
        raise CheckFailed(f"{name} should be an array of real numbers of shape {want.shape}, it is {shown(value)}.")
    if array.shape != want.shape:
        guess = shape_guess(array.shape, want.shape, by_step)
        raise CheckFailed(f"{name} has shape {array.shape}, expected {want.shape}.{guess}", ["another shape"])
    if array.dtype.kind in "iu" and np.any(want % 1):
        text = f"{name} holds integers: what stands behind the point was cut off. Make the array with floats."
        raise CheckFailed(text, ["integers"])
    array = array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        raise CheckFailed(
            f"{entry(name, bad[0])} is {array[tuple(bad[0])]} ({len(bad)} of {array.size} entries are not finite). "
            "Look for a division by zero or an overflow.",
            ["nan or infinity"],
        )
    return array


def same(a, b):
    """True where two arrays, or two None, agree in every entry."""
    return a is b is None or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))


def require_unchanged(after, before, inside=""):
    """The inputs belong to the caller; whoever changes one computes with something else from there on."""
    for key, value in before.items():
        name = f"self.{key}" if inside == "attributes" else f'{inside}["{key}"]' if inside else key
        if key not in after or (isinstance(value, dict) and after[key].keys() != value.keys()):
            text = f"the input {name} was changed: entries were added or removed. Work on a copy: dict({name})."
            raise CheckFailed(text, ["changes its inputs"])
        if isinstance(value, dict):
            require_unchanged(after[key], value, name)
        elif isinstance(value, np.ndarray) and not is_copy(after[key], value):
            text = (
                f"the input {name} was changed, and all that follows with it. Work on a copy, {name}.copy(), and start "
            )
            raise CheckFailed(f"{text}a sum from np.zeros_like({name}).", ["changes its inputs"])


def is_copy(value, array):
    """True where a value is an array of the same shape and the same bytes as another."""
    return type(value) is np.ndarray and value.shape == array.shape and value.tobytes() == array.tobytes()


def arrays(values):
    """New arrays from arrays or JSON's nested lists, in a dict of any depth."""
    if isinstance(values, dict):
        return {name: arrays(value) for name, value in values.items()}
    return np.array(values, dtype=np.float64) if isinstance(values, list | np.ndarray) else values
