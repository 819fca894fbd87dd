"""Whole frames over a socket, with a deadline for each: how the two sides of the wire send and receive."""

import enum
import socket
import time

from autograder.grading.sandbox.wire import HEADER, MAX_TREE, lengths

AT_ONCE = 1 << 16  # bytes: most messages come whole in one read


class Incoming:
    """Frames from a socket. What has come of one when its deadline passes is kept for the next try."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.data = sock, bytearray()

    def receive(self, deadline: float | None = None) -> bytes:
        """One frame's bytes. Raises EOFError at the end of the stream, TimeoutError at `deadline` (time.monotonic()).

        Question and answer take turns: what follows a frame was not asked for, comes along, and makes `decode` refuse
        it.
        """
        while len(self.data) < HEADER.size:
            self._read(AT_ONCE, deadline)
        size = HEADER.size + sum(lengths(self.data[: HEADER.size]))
        while len(self.data) < size:
            self._read(min(size - len(self.data), MAX_TREE), deadline)
        frame = bytes(self.data)
        self.data.clear()
        return frame

    def _read(self, size: int, deadline: float | None) -> None:
        _set_patience(self.sock, deadline)
        part = self.sock.recv(size)
        if not part:
            raise EOFError("the other side has gone")
        self.data += part


def receive(sock: socket.socket, deadline: float | None = None) -> bytes:
    """One frame from a socket; the errors are those of `Incoming.receive`."""
    return Incoming(sock).receive(deadline)


def send(sock: socket.socket, frame: bytes, deadline: float | None = None) -> None:
    """Write a frame; the errors are those of `receive`."""
    rest = memoryview(frame)
    while rest:
        _set_patience(sock, deadline)
        rest = rest[sock.send(rest) :]


def _set_patience(sock: socket.socket, deadline: float | None) -> None:
    if deadline is not None:  # else it waits, as a new socket does
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        sock.settimeout(left)


class Call(enum.Enum):
    """What the grader calls to the keeper; START comes with a descriptor, and an order follows it."""

    START = b"+"
    STOP = b"-"
    INTERRUPT = b"!"
    USED = b"?"


def send_call(sock: socket.socket, call: Call, fd: int | None = None) -> None:
    """Call the other side, which gets the descriptor."""
    socket.send_fds(sock, [call.value], [] if fd is None else [fd])


def receive_call(sock: socket.socket) -> tuple[Call, int]:
    """Wait for a call; it, and the descriptor that came with it, -1 where none did. Raises EOFError at the end."""
    byte, fds, _, _ = socket.recv_fds(sock, 1, 1)
    if not byte:
        raise EOFError("the other side has gone")
    return Call(byte), fds[0] if fds else -1
