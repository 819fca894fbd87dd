"""What may cross between the grader and a student's process: plain data, as bytes.

A frame is two lengths, a msgpack tree and a blob with the arrays' numbers. The tree holds None, bool, int, float
and str as they are, and everything else as a Node. This module must never pickle, evaluate or import what it reads,
and never believe a length, a shape or a type: whatever is not exactly a frame raises WireError, and nothing else.
"""

import math
import struct
import time
from typing import Annotated

import msgspec
import numpy as np

DTYPES = {np.dtype(c).str: np.dtype(c) for c in "?bBhHiIqQlLefdFD"}
CODES = {d: code for code, dtype in DTYPES.items() for d in (dtype, dtype.newbyteorder())}
NUMPY = (np.ndarray, np.generic)
LONG = {"g": np.dtype("d").str, "G": np.dtype("D").str}  # long double is not the same everywhere
AS_IS = frozenset((type(None), bool, int, float, str))
KEYS = (bool, int, float, str, bytes, type(None), np.integer, np.floating, np.bool_)  # none that can collide at will

MAX_TREE, MAX_BLOB = 1 << 20, 64 << 20  # bytes
MAX_DEPTH, MAX_NODES, MAX_KEYS, MAX_KEY = 32, 200_000, 4096, 8  # the last: parts of a tuple that is a key
MAX_DIGITS, MAX_HANDLES = 1000, 1000
AT_ONCE = 1 << 16  # bytes: most messages come whole in one read
HEADER = struct.Struct(">II")
START, STOP = b"+", b"-"  # what the grader calls to the warm server: a start comes with a descriptor and an order


class WireError(Exception):
    """A message that is malformed, too large or too deep."""


class Node(msgspec.Struct, array_like=True, tag=True, forbid_unknown_fields=True, gc=False):
    """In a tree, what msgpack has no form of its own for: a list of the class's name and its fields."""


class List(Node):
    parts: "list[Tree]"


class Tuple(Node):
    parts: "list[Tree]"


class Dict(Node):
    parts: "list[Tree]"  # keys and values in turn


class Bytes(Node):
    data: bytes


class Complex(Node):
    real: float
    imag: float


class Array(Node):
    code: str
    shape: Annotated[list[Annotated[int, msgspec.Meta(ge=0, lt=2**31)]], msgspec.Meta(max_length=32)]


class Scalar(Node):
    code: str


class Handle(Node):
    number: Annotated[int, msgspec.Meta(ge=0)]
    name: str


class Big(Node):
    digits: Annotated[str, msgspec.Meta(max_length=MAX_DIGITS, pattern="^-?[0-9]+$")]


class Dots(Node):
    """Python's `...`."""


Tree = None | bool | int | float | str | List | Tuple | Dict | Bytes | Complex | Array | Scalar | Handle | Big | Dots
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Tree).decode


class _Writer:
    """Turns a value into a tree; the arrays' bytes go into `blobs`."""

    def __init__(self, handle):
        self.handle, self.blobs, self.size, self.nodes = handle, [], 0, 0

    def tree(self, value, depth=0):
        # issubclass(type(...)) and the base class's own methods: a value cannot talk its way into another class.
        kind = type(value)
        if value is None or kind is bool or kind is float or (kind is str and value.isascii()):
            return value
        if issubclass(kind, NUMPY):
            array = value if kind is np.ndarray else np.array(value, subok=False)
            code = CODES.get(array.dtype)
            if code is None and array.dtype.char in LONG:
                array, code = array.astype(LONG[array.dtype.char]), LONG[array.dtype.char]
            if code:
                self.keep(array if array.dtype.isnative else array.astype(DTYPES[code]))
                return Array(code, list(array.shape)) if issubclass(kind, np.ndarray) else Scalar(code)
        if issubclass(kind, list):
            return List(self.parts(list.__iter__(value), list.__len__(value), depth))
        if issubclass(kind, tuple):
            return Tuple(self.parts(tuple.__iter__(value), tuple.__len__(value), depth))
        if issubclass(kind, dict):
            if dict.__len__(value) > MAX_KEYS:
                raise WireError("a dictionary has too many keys")
            parts = [
                part for pair in dict.items(value) if type(pair[0]) is str or is_key(pair[0]) for part in pair
            ]  # the others stay
            return Dict(self.parts(parts, len(parts), depth))
        if issubclass(kind, int):
            number = int.__index__(value)
            if number.bit_length() < 64:
                return number
            if number.bit_length() > 3 * MAX_DIGITS:
                raise WireError("an integer has too many digits")
            return Big(int.__repr__(number))
        if issubclass(kind, float):
            return float.__float__(value)
        if issubclass(kind, str):
            return str.encode(value, "utf-8", "replace").decode()
        if issubclass(kind, (bytes, bytearray)):
            return Bytes(bytes(value))
        if issubclass(kind, complex):
            return Complex(complex.__complex__(value).real, complex.__complex__(value).imag)
        return Dots() if value is ... else Handle(*self.handle(value))

    def parts(self, parts, count, depth):
        self.nodes += count
        if depth >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the value is too deep or has too many parts")
        return [self.tree(part, depth + 1) for part in parts]

    def keep(self, array):
        self.size += array.nbytes
        if self.size > MAX_BLOB:
            raise WireError("the arrays are too large")
        self.blobs.append(array.tobytes())


class _Reader:
    """Turns a tree from anywhere back into a value."""

    def __init__(self, blob, handle):
        self.blob, self.handle, self.at, self.nodes, self.handles = blob, handle, 0, 0, 0

    def value(self, tree, depth=0):
        kind = type(tree)
        if kind in AS_IS:
            return tree
        if kind is Array:
            return self.array(tree.code, tree.shape)
        if kind is List:
            return self.parts(tree.parts, depth)
        if kind is Tuple:
            return tuple(self.parts(tree.parts, depth))
        if kind is Dict:
            return self.dictionary(self.parts(tree.parts, depth))
        if kind is Handle:
            self.handles += 1
            if self.handles > MAX_HANDLES:
                raise WireError("the message has too many objects")
            return self.handle(tree.number, tree.name[:80])
        if kind is Bytes:
            return tree.data
        if kind is Complex:
            return complex(tree.real, tree.imag)
        if kind is Scalar:
            return self.array(tree.code, [])[()]
        return int(tree.digits) if kind is Big else ...

    def parts(self, parts, depth):
        self.nodes += len(parts)
        if depth >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the message is too deep or has too many parts")
        return [self.value(part, depth + 1) for part in parts]

    def dictionary(self, parts):
        if len(parts) % 2 or len(parts) > 2 * MAX_KEYS:
            raise WireError("the message has half an entry, or too many")
        if not all(type(key) is str or is_key(key) for key in parts[::2]):
            raise WireError("the message has a key that no dictionary takes")
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def array(self, code, shape):
        if code not in DTYPES:
            raise WireError("the message has an array of no known kind")
        dtype, count = DTYPES[code], math.prod(shape)
        if count * dtype.itemsize > len(self.blob) - self.at:
            raise WireError("an array's size and shape disagree")
        array = np.ndarray(shape, "u1" if dtype.kind == "b" else dtype, self.blob, self.at)
        self.at += count * dtype.itemsize
        return array != 0 if dtype.kind == "b" else array.copy()


def is_key(value):
    parts = tuple.__getitem__(value, slice(None)) if issubclass(type(value), tuple) else (value,)
    return len(parts) <= MAX_KEY and all(issubclass(type(part), KEYS) and not is_long(part) for part in parts)


def is_long(value):
    return issubclass(type(value), int) and int.bit_length(value) > 64


def no_handles(*_):
    raise WireError("only plain data and the student's own objects cross to the student's side")


def encode(value, handle=no_handles):
    """The frame of a value. `handle(obj) -> (number, type name)` names what is no plain data."""
    writer = _Writer(handle)
    tree = _encode(writer.tree(value))
    if len(tree) > MAX_TREE:
        raise WireError("the value is too large")
    return b"".join([HEADER.pack(len(tree), writer.size), tree, *writer.blobs])


def decode(frame, handle=no_handles):
    """The value of a frame. `handle(number, type name) -> obj` finds what is no plain data."""
    if len(frame) < HEADER.size:
        raise WireError("the message is cut short")
    tree, blob = lengths(frame[: HEADER.size])
    if len(frame) != HEADER.size + tree + blob:
        raise WireError("the message's length is not the one that it states")
    reader = _Reader(memoryview(frame)[HEADER.size + tree :], handle)
    try:
        value = reader.value(_decode(memoryview(frame)[HEADER.size : HEADER.size + tree]))
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise WireError(f"the message is malformed: {type(error).__name__}") from None
    if reader.at != blob:
        raise WireError("the message has numbers that belong to no array")
    return value


def lengths(header):
    tree, blob = HEADER.unpack(header)
    if tree > MAX_TREE or blob > MAX_BLOB:
        raise WireError("the message is too large")
    return tree, blob


def receive(sock, deadline=None):
    """One frame's bytes. Raises EOFError at the end of the stream, TimeoutError at `deadline` (time.monotonic()).

    Question and answer take turns: what follows a frame was not asked for, comes along, and makes `decode` refuse it.
    """
    data = bytearray()
    while len(data) < HEADER.size:
        data += _some(sock, AT_ONCE, deadline)
    size = HEADER.size + sum(lengths(data[: HEADER.size]))
    while len(data) < size:
        data += _some(sock, min(size - len(data), MAX_TREE), deadline)
    return bytes(data)


def _some(sock, size, deadline):
    _patience(sock, deadline)
    part = sock.recv(size)
    if not part:
        raise EOFError("the other side has gone")
    return part


def send(sock, frame, deadline=None):
    """Write a frame; the errors are those of `receive`."""
    rest = memoryview(frame)
    while rest:
        _patience(sock, deadline)
        rest = rest[sock.send(rest) :]


def _patience(sock, deadline):
    if deadline is not None:  # else it waits, as a new socket does
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        sock.settimeout(left)
