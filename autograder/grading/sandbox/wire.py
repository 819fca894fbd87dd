"""What may cross between the grader and a student's process: typed messages and plain data, as bytes.

A frame is two lengths, a msgpack message and a blob with the arrays' numbers. In a message, a value of the student's
stands as a tree: None, bool, int, float and str as they are, and everything else as a Node. This module must never
pickle, evaluate or import what it reads, and never believe a length, a shape or a type: whatever is not exactly a
frame raises WireError, and nothing else.
"""

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from autograder.errors import WireError

DTYPES = {np.dtype(c).str: np.dtype(c) for c in "?bBhHiIqQlLefdFD"}
CODES = {d: code for code, dtype in DTYPES.items() for d in (dtype, dtype.newbyteorder())}
DOUBLE = np.dtype("d")
DOUBLES = DOUBLE.str
NUMPY, NUMBERS = (np.ndarray, np.generic), "biufc"  # the kinds of all of DTYPES
LONG = {"g": np.dtype("d").str, "G": np.dtype("D").str}  # long double is not the same everywhere
AS_IS = frozenset((type(None), bool, int, float, str))
KEYS = (bool, int, float, str, bytes, type(None), np.integer, np.floating, np.bool_)  # none that can collide at will

MAX_TREE, MAX_BLOB = 1 << 20, 64 << 20  # bytes
MAX_DEPTH, MAX_NODES, MAX_KEYS = 32, 200_000, 4096
MAX_KEY_PARTS = 8  # of a tuple that is a key
MAX_DIGITS, MAX_HANDLES, MAX_TYPE_NAME = 1000, 1000, 80
HEADER = struct.Struct(">II")


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
    """An object that stays on the student's side: its number, and the name of its type."""

    number: Annotated[int, msgspec.Meta(ge=0)]
    name: str


class Big(Node):
    digits: Annotated[str, msgspec.Meta(max_length=MAX_DIGITS, pattern="^-?[0-9]+$")]


class Dots(Node):
    """Python's `...`."""


Tree = None | bool | int | float | str | List | Tuple | Dict | Bytes | Complex | Array | Scalar | Handle | Big | Dots


class Message(msgspec.Struct, array_like=True, tag=True, forbid_unknown_fields=True, gc=False):
    """A question or a reply: a list of the class's name and its fields, a value of the student's as a Tree."""


AnyMessage = TypeVar("AnyMessage", bound=Message)
_encode = msgspec.msgpack.Encoder().encode


def no_handles(*_: object) -> NoReturn:
    """What a Packer and an Unpacker do with an object, unless told otherwise."""
    raise WireError("only plain data and the student's own objects cross to the student's side")


class Packer:
    """Turns values into trees, and a message that holds these into a frame.

    What numpy can make an array of numbers of crosses as that array, as a check in a notebook would take it.
    `handle(obj) -> (number, type name)` names what is not plain data.
    """

    def __init__(self, handle: Callable[[Any], tuple[int, str]] = no_handles) -> None:
        self.handle, self.blobs, self.size, self.nodes, self.handles = handle, list[bytes](), 0, 0, 0

    def frame(self, message: Message) -> bytes:
        """The bytes of a message with all the arrays that were packed. Raises WireError where it is too large."""
        tree = _encode(message)
        if len(tree) > MAX_TREE:
            raise WireError("the value is too large")
        return b"".join([HEADER.pack(len(tree), self.size), tree, *self.blobs])

    def pack(self, value: Any, depth: int = 0) -> Tree:
        """The tree of a value. Raises WireError where it is too deep, too large or has too many parts."""
        # issubclass(type(...)) and the base class's own methods: a value cannot talk its way into another class.
        kind = type(value)
        if value is None or kind is bool or kind is float or (kind is str and value.isascii()):
            return value  # type: ignore[no-any-return]
        if kind is np.ndarray and value.dtype is DOUBLE:  # nearly all that crosses
            return self._doubles(value)
        if issubclass(kind, NUMPY):
            array = np.asarray(value)
            if array.dtype.kind in NUMBERS:
                tree = self._array(array)
                return tree if issubclass(kind, np.ndarray) else Scalar(tree.code)
        if issubclass(kind, list):
            return List(self._parts(list.__iter__(value), list.__len__(value), depth))
        if issubclass(kind, tuple):
            return Tuple(self._parts(tuple.__iter__(value), tuple.__len__(value), depth))
        if issubclass(kind, dict):
            if dict.__len__(value) > MAX_KEYS:
                raise WireError("a dictionary has too many keys")
            parts = list[Any]()
            for pair in dict.items(value):
                if type(pair[0]) is str or is_key(pair[0]):  # entries with other keys stay
                    parts += pair
            return Dict(self._parts(parts, len(parts), depth))
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
        if value is ...:
            return Dots()
        like = array_like(value)
        return self._object(value) if like is None else self._array(like)

    def _parts(self, parts: Iterable[Any], count: int, depth: int) -> list[Tree]:
        self.nodes += count
        if depth >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the value is too deep or has too many parts")
        return [self.pack(part, depth + 1) for part in parts]

    def _object(self, value: Any) -> Handle:
        self.handles += 1
        if self.handles > MAX_HANDLES:
            raise WireError("the value has too many objects")
        return Handle(*self.handle(value))

    def _array(self, array: npt.NDArray[Any]) -> Array:
        code = LONG.get(array.dtype.char) or CODES[array.dtype]
        self._count(array.size * DTYPES[code].itemsize)
        self.blobs.append(array.astype(code, copy=False).tobytes())
        return Array(code, list(array.shape))

    def _doubles(self, array: npt.NDArray[np.float64]) -> Array:
        self._count(array.nbytes)
        self.blobs.append(array.tobytes())
        return Array(DOUBLES, list(array.shape))

    def _count(self, size: int) -> None:
        self.size += size
        if self.size > MAX_BLOB:
            raise WireError("the arrays are too large")


class Unpacker:
    """Turns the trees of one message back into values, in the order in which they were packed.

    `handle(number, type name) -> obj` finds what is not plain data.
    """

    def __init__(self, blob: memoryview, handle: Callable[[int, str], Any] = no_handles) -> None:
        self.blob, self.handle, self.at, self.nodes, self.handles = blob, handle, 0, 0, 0

    def unpack(self, tree: Tree, depth: int = 0) -> Any:
        """The value of a tree. Raises WireError where it is no value."""
        kind = type(tree)
        if isinstance(tree, Array):
            return self._array(tree.code, tree.shape)
        if kind in AS_IS:
            return tree
        if isinstance(tree, List):
            return self._parts(tree.parts, depth)
        if isinstance(tree, Tuple):
            return tuple(self._parts(tree.parts, depth))
        if isinstance(tree, Dict):
            return self._dictionary(self._parts(tree.parts, depth))
        if isinstance(tree, Handle):
            self.handles += 1
            if self.handles > MAX_HANDLES:
                raise WireError("the message has too many objects")
            return self.handle(tree.number, tree.name[:MAX_TYPE_NAME])
        if isinstance(tree, Bytes):
            return tree.data
        if isinstance(tree, Complex):
            return complex(tree.real, tree.imag)
        if isinstance(tree, Scalar):
            return self._array(tree.code, [])[()]
        return int(tree.digits) if isinstance(tree, Big) else ...

    def finish(self) -> None:
        """Raises WireError where numbers are left that belong to no array."""
        if self.at != len(self.blob):
            raise WireError("the message has numbers that belong to no array")

    def _parts(self, parts: list[Tree], depth: int) -> list[Any]:
        self.nodes += len(parts)
        if depth >= MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the message is too deep or has too many parts")
        return [self.unpack(part, depth + 1) for part in parts]

    def _dictionary(self, parts: list[Any]) -> dict[Any, Any]:
        if len(parts) % 2 or len(parts) > 2 * MAX_KEYS:
            raise WireError("the message has half an entry, or too many")
        keys = parts[::2]
        if any(type(key) is not str and not is_key(key) for key in keys):
            raise WireError("the message has a key that no dictionary takes")
        return dict(zip(keys, parts[1::2], strict=True))

    def _array(self, code: str, shape: list[int]) -> npt.NDArray[Any]:
        if code not in DTYPES:
            raise WireError("the message has an array of no known kind")
        dtype, count = DTYPES[code], math.prod(shape)
        if count * dtype.itemsize > len(self.blob) - self.at:
            raise WireError("an array's size and shape disagree")
        is_bool = dtype.kind == "b"
        try:
            array = np.ndarray(shape, "u1" if is_bool else dtype, self.blob, self.at)
        except (ValueError, OverflowError, MemoryError):
            raise WireError("the message has an array that cannot be made") from None
        self.at += count * dtype.itemsize
        return array.astype(dtype)  # a byte that is no truth becomes one


def array_like(value: Any) -> npt.NDArray[Any] | None:
    """The array of numbers that numpy makes of a sequence or of what knows itself as an array; else None.

    Raises WireError for a sequence that is too long.
    """
    kind = type(value)
    if issubclass(kind, Sequence):
        if len(value) > MAX_BLOB // 8:
            raise WireError("the arrays are too large")
    elif not hasattr(kind, "__array__"):
        return None
    try:
        array = np.asarray(value)
    except Exception:  # from the value's own methods
        return None
    return array if type(array) is np.ndarray and array.dtype.kind in NUMBERS else None


def is_key(value: Any) -> bool:
    """Whether a value may be the key of a dictionary that crosses."""
    parts = tuple.__getitem__(value, slice(None)) if issubclass(type(value), tuple) else (value,)
    return len(parts) <= MAX_KEY_PARTS and all(issubclass(type(part), KEYS) and not _is_long(part) for part in parts)


def _is_long(value: Any) -> bool:
    return issubclass(type(value), int) and int.bit_length(value) > 64


def decode(
    frame: bytes, decoder: msgspec.msgpack.Decoder[AnyMessage], handle: Callable[[int, str], Any] = no_handles
) -> tuple[AnyMessage, Unpacker]:
    """The message of a frame, and what unpacks the trees in it. Raises WireError."""
    if len(frame) < HEADER.size:
        raise WireError("the message is cut short")
    tree, blob = lengths(frame[: HEADER.size])
    if len(frame) != HEADER.size + tree + blob:
        raise WireError("the message's length is not the one that it states")
    view = memoryview(frame)
    try:
        message = decoder.decode(view[HEADER.size : HEADER.size + tree])
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise WireError(f"the message is malformed: {type(error).__name__}") from None
    return message, Unpacker(view[HEADER.size + tree :], handle)


def lengths(header: bytes | bytearray) -> tuple[int, int]:
    """The lengths of a frame's message and blob. Raises WireError where they are too large."""
    tree, blob = HEADER.unpack(header)
    if tree > MAX_TREE or blob > MAX_BLOB:
        raise WireError("the message is too large")
    return tree, blob
