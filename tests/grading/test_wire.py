"""The wire carries plain data exactly, and answers everything else with WireError."""

import enum
import random
import socket
import struct
import threading
import time

import msgspec
import numpy as np
import pytest

from autograder.errors import WireError
from autograder.grading.sandbox import messages, stream, wire
from autograder.grading.sandbox.messages import Answer, Call, Fault, Raised
from autograder.grading.sandbox.wire import Handle, Packer

PLAIN = [
    None, True, False, 0, -1, 2**63, -(2**200), 1.5, float("inf"), -0.0, 1j, "", "häß", "\x00", b"\xff", ..., [], (),
    {}, [1, (2, [3])], {"a": {1: (2,)}, (1, "b"): None},
]  # fmt: skip
ARRAYS = [
    np.zeros(0), np.array(3.0), np.eye(3), np.arange(6, dtype=np.int8).reshape(1, 2, 3), np.array([True, False]),
    np.array([1 + 2j]), np.array([np.nan, -np.inf]), np.zeros((0, 3), np.float32), np.arange(8.0)[::2],
    np.arange(4, dtype=">f8"), np.asfortranarray(np.arange(6.0).reshape(2, 3)),
]  # fmt: skip
Color = enum.Enum("Color", "RED")
SAMPLE = {"x": np.arange(12.0).reshape(3, 4), "p": [1, (2.5, "three"), {"k": b"4"}], "z": 1j, "n": np.float32(2)}


def encode(value, handle=wire.no_handles):
    """The frame of an answer that holds a value."""
    packer = Packer(handle)
    return packer.frame(Answer(0, packer.pack(value)))


def decode(data, handle=wire.no_handles):
    """The value in a frame, as the grader reads an answer; a message without one gives itself."""
    message, unpacker = wire.decode(data, messages.REPLIES, handle)
    value = unpacker.unpack(message.value) if isinstance(message, Answer) else message
    if isinstance(message, Answer):
        unpacker.unpack(message.changed)
    unpacker.finish()
    return value


def bare(message, blob=b""):
    """A frame with anything for a message."""
    message = msgspec.msgpack.encode(message)
    return struct.pack(">II", len(message), len(blob)) + message + blob


def frame(tree, blob=b""):
    """The frame of an answer with anything for a value."""
    return bare(["Answer", 0, tree, None], blob)


def nested(depth):
    return ["List", [nested(depth - 1)]] if depth else None


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_data_comes_back_as_it_was(value):
    back = decode(encode(value))
    assert back == value and type(back) is type(value) and repr(back) == repr(value)


def test_nan_comes_back():
    assert np.isnan(decode(encode(float("nan"))))


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype.str}{a.shape}")
def test_arrays_come_back_in_value_shape_and_type(array):
    back = decode(encode(array))
    assert back.dtype == array.dtype.newbyteorder("=") and back.flags.writeable
    np.testing.assert_array_equal(back, array, strict=False)
    assert back.shape == array.shape


@pytest.mark.parametrize("scalar", [np.float32(1.5), np.int64(-3), np.bool_(True), np.complex128(1j)])
def test_numpy_scalars_come_back_in_type(scalar):
    back = decode(encode(scalar))
    assert back == scalar and type(back) is type(scalar)


def test_subclasses_cross_as_their_plain_base():
    class Always(np.ndarray):
        def __eq__(self, other):
            return True

    class Text(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    assert type(decode(encode(np.zeros(2).view(Always)))) is np.ndarray
    assert type(decode(encode(Text("x")))) is str


@pytest.mark.parametrize(
    "value",
    [object(), lambda: 0, {1, 2}, np.array([None]), np.array(["a"]), np.array(["2020"], "M8[D]"), type],
    ids=["object", "function", "set", "object array", "text array", "date array", "class"],
)
def test_anything_else_needs_a_handle(value):
    with pytest.raises(WireError):
        encode(value)
    assert decode(encode(value, lambda v: (7, "thing")), lambda n, k: (n, k)) == (7, "thing")


def test_long_doubles_come_back_as_doubles():
    for array in (np.array([0.5, np.nan], np.longdouble), np.array([1j], np.clongdouble)):
        back = decode(encode(array))
        assert back.dtype.itemsize == 8 * (1 + (array.dtype.kind == "c"))
        np.testing.assert_array_equal(back, array)
    assert decode(encode(np.longdouble(0.5))) == 0.5


def test_entries_whose_keys_cannot_cross_are_left_out():
    class Pair(tuple):
        pass

    odd = {Color.RED: 1, len: 2, frozenset(): 3, (1, (2,)): 4, 2**70: 5, tuple(range(9)): 6}
    assert decode(encode({"f": 1.5} | odd | {(1, "a"): 2, Pair((1, 2)): 3})) == {"f": 1.5, (1, "a"): 2, (1, 2): 3}


def test_values_too_deep_too_many_or_too_large_are_refused():
    deep, loop = [], []
    for _ in range(40):
        deep = [deep]
    loop.append(loop)
    for value in (
        deep,
        loop,
        dict.fromkeys(range(5000)),
        list(range(300_000)),
        np.zeros(9_000_000),
        "x" * 2_000_000,
        10**2000,
    ):
        with pytest.raises(WireError):
            encode(value)


NONSENSE = {
    "empty": b"",
    "short header": b"\0\0\0",
    "no body": struct.pack(">II", 5, 0),
    "huge lengths": b"\xff" * 8,
    "not msgpack": struct.pack(">II", 1, 0) + b"\xc1",
    "huge list": struct.pack(">II", 5, 0) + b"\xdd\xff\xff\xff\xff",
    "huge map": struct.pack(">II", 5, 0) + b"\xdf\xff\xff\xff\xff",
    "extension": struct.pack(">II", 6, 0) + b"\xc7\x03\x01abc",
    "timestamp": struct.pack(">II", 6, 0) + b"\xd6\xff\0\0\0\0",
    "no message": bare({"a": 1}),
    "a question for a reply": bare(["GetName", 0, "x"]),
    "a reply without its number": bare(["Answer", None, None]),
    "a reply numbered by a truth": bare(["Answer", True, None, None]),
    "a reply with a part too many": bare(["Answer", 0, None, None, 1]),
    "a fault without words": bare(["Raised", 0, ["E"]]),
    "a fault of numbers": bare(["Raised", 0, [1, 2, 3]]),
    "an odd hold": bare(["Ready", -1, [1, False, 7, True]]),
    "map": frame({"a": 1}),
    "untagged list": frame(["a"]),
    "empty list": frame([]),
    "unknown tag": frame([99]),
    "boolean tag": frame([True]),
    "number for a tag": frame([0, []]),
    "part left out": frame(["Array", "<f8"], b""),
    "part too many": frame(["Dots", 1]),
    "parts that are no list": frame(["List", 1]),
    "bare bytes": frame(b"x"),
    "deep": frame(nested(40)),
    "too many parts": frame(["List", [None] * 300_000]),
    "too many objects": frame(["List", [["Handle", 1, ""]] * 2000]),
    "very deep": struct.pack(">II", 700_001, 0) + b"\x92\xa4List\x91" * 100_000 + b"\xc0",
    "deep, of no kind": struct.pack(">II", 1_000_001, 0) + b"\x91" * 1_000_000 + b"\xc0",
    "object dtype": frame(["Array", "|O", [1]], b"\0" * 8),
    "void dtype": frame(["Array", "V8", [1]], b"\0" * 8),
    "pickled dtype": frame(["Array", "O", [0]]),
    "shape too large": frame(["Array", "<f8", [2]], b"\0" * 8),
    "shape too small": frame(["Array", "<f8", [1]], b"\0" * 16),
    "shape overflows": frame(["Array", "<f8", [2**31 - 1] * 30 + [0]]),
    "negative shape": frame(["Array", "<f8", [-1, -1]], b"\0" * 8),
    "shape of many axes": frame(["Array", "<f8", [1] * 40], b"\0" * 8),
    "real shape": frame(["Array", "<f8", [1.0]], b"\0" * 8),
    "shape of lists": frame(["Array", "<f8", [[1]]], b"\0" * 8),
    "negative handle": frame(["Handle", -1, "x"]),
    "half an entry": frame(["Dict", ["a"]]),
    "unhashable key": frame(["Dict", [["List", []], 1]]),
    "list in a tuple key": frame(["Dict", [["Tuple", [["List", []]]], 1]]),
    "colliding keys": frame(["Dict", [x for i in range(5000) for x in (i, 0)]]),
    "complex keys": frame(["Dict", [["Scalar", "<c16"], 0]], bytes(16)),
    "long key": frame(["Dict", [["Tuple", list(range(9))], 0]]),
    "nested key": frame(["Dict", [["Tuple", [["Tuple", [1]]]], 0]]),
    "keys that collide": frame(["Dict", [x for k in range(4096) for x in (["Big", str(k * (2**61 - 1) + 2**70)], 0)]]),
    "long digits": frame(["Big", "9" * 2000]),
    "words for digits": frame(["Big", "__import__"]),
    "a line in the digits": frame(["Big", "1_0"]),
    "superscript digits": frame(["Big", "²"]),
    "bad text": struct.pack(">II", 3, 0) + b"\xa2\xff\xfe",
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_a_wire_error(data):
    started = time.monotonic()
    with pytest.raises(WireError):
        decode(data, lambda number, name: object())
    assert time.monotonic() - started < 1


def test_an_object_needs_somebody_who_knows_it():
    with pytest.raises(WireError):
        decode(frame(["Handle", 12, "x"]))


def test_a_message_that_would_be_too_large_is_refused_by_its_first_bytes():
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.send(b"\xff" * 8)
        with pytest.raises(WireError):
            stream.receive(ours, time.monotonic() + 5)


def harmless(data, handle):
    """decode() gives plain data or WireError, soon, whatever the bytes."""
    try:
        value = decode(data, handle)
    except WireError:
        return
    if not isinstance(value, wire.Message):
        encode(value, lambda v: (0, "x"))


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_never_do_harm(seed):
    rng = random.Random(seed)
    for _ in range(1500):
        body = rng.randbytes(rng.randrange(60))
        harmless(body, wire.no_handles)
        harmless(struct.pack(">II", len(body), 0) + body, lambda n, k: object())
        cut = rng.randrange(len(body) + 1)
        harmless(struct.pack(">II", cut, len(body) - cut) + body, lambda n, k: object())


def answer_with_arguments():
    packer = Packer()
    return packer.frame(Answer(3, packer.pack(SAMPLE), packer.pack(((SAMPLE,), {}))))


def call_of_a_function():
    packer = Packer()
    return packer.frame(Call(3, Handle(1, "object"), packer.pack((SAMPLE,)), packer.pack({})))


def exception():
    return Packer().frame(Raised(0, Fault("E", "m", "w")))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", [answer_with_arguments, call_of_a_function, exception], ids=lambda make: make.__name__)
def test_mutated_messages_never_do_harm(seed, make):
    rng, good = random.Random(seed), make()
    for _ in range(700):
        bad = bytearray(good)
        for _ in range(rng.randrange(1, 6)):
            act, at = rng.randrange(4), rng.randrange(len(bad))
            if act == 0:
                bad[at] = rng.randrange(256)
            elif act == 1:
                del bad[at : at + rng.randrange(1, 9)]
            elif act == 2:
                bad[at:at] = rng.randbytes(rng.randrange(1, 9))
            else:
                bad[at:at] = bad[at : at + rng.randrange(1, 30)]
            bad = bad or bytearray(b"\0")
        harmless(bytes(bad), lambda n, k: object())
        tree = bytes(bad[8:])
        harmless(struct.pack(">II", len(tree), 0) + tree, lambda n, k: object())


def test_a_dripping_message_runs_into_its_deadline():
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def drip():
        while not stop.wait(0.01):
            theirs.send(b"\0")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises((TimeoutError, WireError)):
            theirs.send(struct.pack(">II", 1000, 0))
            stream.receive(ours, time.monotonic() + 0.2)
    finally:
        stop.set()
        thread.join()


def test_what_follows_a_message_unasked_makes_it_refused():
    ours, theirs = socket.socketpair()
    theirs.send(encode(1) + encode(2))
    with pytest.raises(WireError):
        decode(stream.receive(ours, time.monotonic() + 1))


def test_a_message_cut_short_is_the_end():
    ours, theirs = socket.socketpair()
    theirs.send(encode([1, 2])[:-1])
    theirs.close()
    with pytest.raises(EOFError):
        stream.receive(ours, time.monotonic() + 1)


def test_a_message_nobody_reads_runs_into_its_deadline():
    ours, theirs = socket.socketpair()
    with theirs, pytest.raises(TimeoutError):
        stream.send(ours, b"x" * 10_000_000, time.monotonic() + 0.2)
