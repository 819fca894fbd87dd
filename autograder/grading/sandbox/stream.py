"""Whole frames over a socket, with a deadline for each: how the two sides of the wire send and receive."""

import socket
import time

from autograder.grading.sandbox.wire import HEADER, MAX_TREE, lengths

AT_ONCE = 1 << 16  # bytes: most messages come whole in one read


def receive(sock: socket.socket, deadline: float | None = None) -> bytes:
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


def send(sock: socket.socket, frame: bytes, deadline: float | None = None) -> None:
    """Write a frame; the errors are those of `receive`."""
    rest = memoryview(frame)
    while rest:
        _set_patience(sock, deadline)
        rest = rest[sock.send(rest) :]


def _some(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    _set_patience(sock, deadline)
    part = sock.recv(size)
    if not part:
        raise EOFError("the other side has gone")
    return part


def _set_patience(sock: socket.socket, deadline: float | None) -> None:
    if deadline is not None:  # else it waits, as a new socket does
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        sock.settimeout(left)


def send_call(sock: socket.socket, fd: int | None = None) -> None:
    """Call the other side; with a descriptor, which it gets, an order follows."""
    socket.send_fds(sock, [b"\0"], [] if fd is None else [fd])


def receive_call(sock: socket.socket) -> int | None:
    """Wait for a call; the descriptor that came with it. Raises EOFError at the end of the stream."""
    byte, fds, _, _ = socket.recv_fds(sock, 1, 1)
    if not byte:
        raise EOFError("the other side has gone")
    return fds[0] if fds else None
