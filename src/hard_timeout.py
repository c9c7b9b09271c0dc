"""The last resort against a call that outlives its time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.5  # seconds until it rings again, in case that an error was swallowed
NOW = 0.001  # seconds; none at all would mean never


class HardTimeout(BaseException):
    """Raised wherever the code is; no `Exception`, so that no library handles it."""


@contextmanager
def hard_timeout(seconds: float) -> Iterator[None]:
    """
    Raise `HardTimeout` inside the block if it takes longer.

    A time-out holds for each wait of a call: a server that sends a byte now and then
    outlives all of them. Only the main thread can be interrupted, which is where Lambda
    runs the handler; in any other, nothing happens.

    Args:
        seconds: How long the block may take; what is none is up at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, NOW), AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: Any) -> None:
    """Interrupt what is going on."""
    raise HardTimeout
