"""A clock that only moves when somebody waits."""

from __future__ import annotations


class FakeClock:
    """
    Seconds that pass by sleeping alone.

    Args:
        now: The first moment.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the present moment."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let some seconds pass."""
        self.slept.append(seconds)
        self.now += seconds
