"""Semaphores for `multiprocessing` without shared memory: a pipe holds one byte for each unit that is free.

Named semaphores lie in a folder that all processes of a machine share, so a student's process has none of them. Pools,
queues, locks and events of `multiprocessing` work with these; they are inherited by forks and by nothing else.
"""

import multiprocessing.synchronize
import os
import select
import threading
import time
from types import SimpleNamespace
from typing import Any

MAX_FREE = 1 << 15  # what a pipe holds on every system; a bounded semaphore with a larger bound counts up to here
RECURSIVE = 0  # as _multiprocessing numbers the kinds


class PipeSemaphore:
    """What `_multiprocessing.SemLock` is, for processes that fork from one another."""

    SEM_VALUE_MAX = MAX_FREE

    def __init__(self, kind: int, value: int, maxvalue: int, name: str | None = None, unlink: bool = False) -> None:
        self.kind, self.maxvalue, self.name, self.handle = kind, maxvalue, None, 0
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.write(self.writer, bytes(min(value, MAX_FREE)))
        self._after_fork()

    def _after_fork(self) -> None:
        self.owner, self.count = 0, 0

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if self.kind == RECURSIVE and self._is_mine():
            self.count += 1
            return True
        end = None if timeout is None else time.monotonic() + max(timeout, 0)
        while True:
            try:
                os.read(self.reader, 1)
            except BlockingIOError:
                left = None if end is None else end - time.monotonic()
                if not block or (left is not None and left <= 0):
                    return False
                select.select([self.reader], [], [], left)
                continue
            self.owner, self.count = threading.get_ident(), self.count + 1
            return True

    __enter__ = acquire

    def release(self) -> None:
        if self.kind == RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self.count > 1:
                self.count -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        self.count -= 1
        os.write(self.writer, b"\0")

    def __exit__(self, *_: object) -> None:
        self.release()

    def _count(self) -> int:
        return self.count

    def _is_mine(self) -> bool:
        return self.count > 0 and self.owner == threading.get_ident()

    def _get_value(self) -> int:
        import array
        import fcntl
        import termios

        waiting = array.array("i", [0])
        fcntl.ioctl(self.reader, termios.FIONREAD, waiting)
        return waiting[0]

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def __del__(self) -> None:
        for number in (self.reader, self.writer):
            try:
                os.close(number)
            except (OSError, TypeError):  # at the interpreter's end
                return


def install() -> None:
    """Have `multiprocessing` use these."""
    module: Any = multiprocessing.synchronize
    module._multiprocessing = SimpleNamespace(SemLock=PipeSemaphore)
    module.SEM_VALUE_MAX = MAX_FREE
