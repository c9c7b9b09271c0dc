"""The last resort against a call that ignores its own timeout."""

from __future__ import annotations

import signal
import threading
from contextlib import AbstractContextManager, nullcontext
from types import FrameType
from typing import Any

AGAIN = 0.5  # seconds until it rings again, in case that an error was swallowed
NOW = 0.001  # seconds; none at all would mean never


class HardTimeout(BaseException):
    """Raised wherever the code is; no `Exception`, so that no library handles it."""


class _Block:
    """
    A block that is interrupted after a time.

    It is a class, not a generator, so that the two frames in which no interruption may
    happen are known: one there would leave the timer armed.

    Args:
        seconds: How long the block may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = max(seconds, NOW)

    def __enter__(self) -> None:
        """Arm the timer."""
        self._before = signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN)

    def __exit__(self, *_: object) -> None:
        """Disarm the timer, and restore the signal handler."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)


_BORDERS = (_Block.__enter__.__code__, _Block.__exit__.__code__)


def hard_timeout(seconds: float) -> AbstractContextManager[Any]:
    """
    Raise `HardTimeout` inside the block if it takes longer.

    A time-out holds for each wait of a call: a server that sends a byte now and then
    reaches none of them. Only the main thread can be interrupted, which is where Lambda
    runs the handler; in any other, nothing happens.

    Args:
        seconds: How long the block may take; zero or less interrupts it at once.
    """
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()
    return _Block(seconds)


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Interrupt the block, unless it is beginning or ending right now."""
    while frame is not None:
        if frame.f_code in _BORDERS:
            return
        frame = frame.f_back
    raise HardTimeout
