"""Ctrl-C or `kill` as a question, so that it breaks nothing off in the middle."""

import signal
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """A context manager. The first signal is noted; the second is what it always is."""

    def __enter__(self) -> Self:
        self.was_pressed = False
        self.before: dict[signal.Signals, Any] = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, *_: object) -> None:
        self.was_pressed = True
        self.__exit__()

    def pressed(self) -> bool:
        return self.was_pressed
