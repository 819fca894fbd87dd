"""What an answer holds: a student's function called, and what it returned as plain numbers of the expected shape.

Students receive this file. It must never hold a formula of the assignment, or trust an object's own methods.
"""

import builtins
import re
from collections.abc import Sequence

import numpy as np

from advice import WHY_NONE, CheckFailed, advice_on, entry, line_of, shape_guess, shown

ROOM, MAX_DEPTH = 20_000, 16  # of one answer; the largest that is asked for has a few hundred numbers
NUMBERS_A_PART, CHARACTERS_A_PART, BITS_A_PART = 50, 8, 64  # of an array, a text, an integer
PARTS_A_KEY, PARTS_AN_OBJECT, MAX_BITS = 5, 20, 3000
TOO_LARGE = "the answer cannot be sent: it is too large, or nested too deeply"
REAL, COMPLEX = "fiu", "bc"  # kinds of dtype: what an array of numbers holds, and what is told of by its dtype
LONG = {"g": "d", "G": "D"}  # long double is not the same everywhere
BY_POSITION = "unexpected keyword argument", "arguments passed as keyword arguments", "takes no keyword arguments"
POSITIONAL_ONLY = re.compile(r"positional-only arguments passed as keyword arguments: '(.*)'")


def call(function, inputs=None, question=""):
    """What the student's function returns, as it is carried; an exception becomes a sentence.

    Its arguments may have other names, or none, in order. question: of the notebook, which the sentence may speak of;
    None where it gives no advice.
    """
    inputs = inputs or {}
    try:
        try:
            answer = function(**inputs)
        except TypeError as error:
            if not any(words in str(error) for words in BY_POSITION):
                raise
            some = POSITIONAL_ONLY.search(str(error))
            first = some[1].split(", ") if some else list(inputs)
            rest = {name: value for name, value in inputs.items() if name not in first}
            answer = function(*(inputs[name] for name in first), **rest)
        return carried(answer)
    except CheckFailed:
        raise
    except NotImplementedError as todo:
        which = f" ({todo})" if str(todo) else ""
        raise CheckFailed(
            f"still to do{which}. In the cell of that question, write your answer and delete the line "
            "`raise NotImplementedError(...)`, run it, then run this check again. If you have: did that cell stop with "
            "an error? Then the old function is still there.",
            not_done=True,
        ) from None
    except Exception as error:
        text = f"stopped with {type(error).__name__}: {str(error)[:300].rstrip('.')}{line_of(error)}"
        known = getattr(builtins, type(error).__name__, None)
        name = known.__name__ if isinstance(known, type) and issubclass(known, BaseException) else "an exception"
        advice = "" if question is None else advice_on(text, question)
        raise CheckFailed(text + advice, [f"stops with {name}"]) from None


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
            f"expected a dictionary, of which this case reads {', '.join(want)}; returned {shown(answer)}."
        )
    missing = [name for name in want if name not in answer]
    if missing:
        keys = ", ".join(sorted(key for key in answer if type(key) is str))[:200]
        has = f" It has {keys}: use the names of the docstring." if keys else ""
        raise CheckFailed(f"the returned dictionary has no key {', '.join(missing)}.{has}")
    return {name: answer[name] for name in want}


def carried(value):
    """An answer as it comes to a check, in the notebook and in the grader alike: as plain data.

    A subclass becomes its base, a dictionary keeps the entries that texts name, and what numpy can make an array of
    numbers of is that array. Any other object stays what it is, for a check to refuse by the name of its type. The
    grader's own wire does the same before an answer leaves the student's process. Raises ValueError for what is too
    large or too deep, long before it would not fit through there.
    """
    return Carrier().carry(value)


class Carrier:
    """Makes one answer plain; `room` is what is left for its parts."""

    def __init__(self):
        self.room = ROOM

    def take(self, parts):
        self.room -= parts
        if self.room < 0:
            raise ValueError(TOO_LARGE)

    def carry(self, value, depth=0):
        # issubclass(type(...)) and the base class's own methods: a value cannot talk its way into another class.
        kind = type(value)
        self.take(1)
        if issubclass(kind, np.ndarray | np.generic):
            array = np.asarray(value)
            if array.dtype.kind in REAL + COMPLEX:
                array = self.numbers(array)
                return array if issubclass(kind, np.ndarray) else array[()]
        if issubclass(kind, list):
            return self.parts(list.__iter__(value), depth)
        if issubclass(kind, tuple):
            return tuple(self.parts(tuple.__iter__(value), depth))
        if issubclass(kind, dict):
            self.take(PARTS_A_KEY * dict.__len__(value))
            values = self.parts(dict.values(value), depth)
            named = zip(dict.keys(value), values, strict=True)
            return {self.text(key): part for key, part in named if issubclass(type(key), str)}
        if issubclass(kind, bool | int):
            return value if kind is bool else self.integer(int.__index__(value))
        if issubclass(kind, float):
            return float.__float__(value)
        if issubclass(kind, str):
            return self.text(value)
        if issubclass(kind, bytes | bytearray):
            self.take(len(memoryview(value)) // CHARACTERS_A_PART)
            return bytes(value)
        if issubclass(kind, complex):
            return complex.__complex__(value)
        if value is None or value is ...:
            return value
        array = self.array_like(value, kind)
        if array is None:
            self.take(PARTS_AN_OBJECT)
            return value
        return self.numbers(array)

    def parts(self, values, depth):
        if depth == MAX_DEPTH:
            raise ValueError(TOO_LARGE)
        return [self.carry(value, depth + 1) for value in values]

    def numbers(self, array):
        """An array of numbers, in the machine's own order of bytes."""
        self.take(array.ndim + array.size // NUMBERS_A_PART)
        return array.astype(LONG.get(array.dtype.char) or array.dtype.newbyteorder("="), copy=False)

    def array_like(self, value, kind):
        """The array of numbers that numpy makes of a sequence or of what knows itself as an array; else None."""
        is_sequence = issubclass(kind, Sequence)
        if not is_sequence and not hasattr(kind, "__array__"):
            return None
        if is_sequence and len(value) > NUMBERS_A_PART * ROOM:
            raise ValueError(TOO_LARGE)
        try:
            array = np.asarray(value)
        except Exception:
            return None
        return array if type(array) is np.ndarray and array.dtype.kind in REAL + COMPLEX else None

    def integer(self, number):
        self.take(number.bit_length() // BITS_A_PART)
        if number.bit_length() > MAX_BITS:
            raise ValueError(TOO_LARGE)
        return number

    def text(self, text):
        self.take(str.__len__(text) // CHARACTERS_A_PART)
        return str.encode(text, "utf-8", "replace").decode()


def plain(value):
    """A copy of a carried value as an array; None where it holds no real numbers."""
    if not holds_numbers(value):
        return None  # numpy would give every entry the room of the longest text
    try:
        array = np.array(value)
    except Exception:
        return None
    return array if array.dtype.kind in REAL else None


def holds_numbers(value):
    """Whether a value is a number or an array of numbers, or a list, at any depth, of nothing else."""
    if isinstance(value, list | tuple):
        return all(map(holds_numbers, value))
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in REAL + COMPLEX
    return isinstance(value, int | float | complex)


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
        raise CheckFailed(f"{name} has shape {array.shape}, expected {want.shape}.{guess}", ["a different shape"])
    if array.dtype.kind in "iu" and np.any(want % 1):
        text = f"{name} holds integers: what comes after the decimal point was cut off. Make the array with floats."
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
