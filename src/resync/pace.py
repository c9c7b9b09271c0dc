"""The pace of bulk work: part of Authgear's limit stays free for live pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from authgear import Budget

WORKERS = 2  # invocations of the bulk queue at once, as in template.yaml
KEPT_FREE = 30.0  # seconds of an invocation that are never waited away


@dataclass(slots=True)
class BulkPace:
    """
    Spaces out bulk work by the requests that it sends.

    The pause comes before the work, not between its requests: attributes that were read
    must be sent within two seconds.

    Args:
        per_minute: Requests that all workers may send; 0 means no limit.

        count_requests: Returns how many requests were sent so far.
    """

    per_minute: int
    count_requests: Callable[[], int]
    _next: float = field(default=0.0, init=False)

    def find_delay(self, budget: Budget) -> float:
        """
        Return how long a piece of work must wait, if that is too long for its budget.

        Returns:
            Seconds; 0 if `work` can wait for so long.
        """
        wait = self._next - budget.clock()
        return wait if wait > max(0.0, budget.left() - KEPT_FREE) else 0.0

    @contextmanager
    def work(self, budget: Budget) -> Iterator[None]:
        """Wait for the turn of a piece of work, and count what it sends."""
        pause = min(self._next - budget.clock(), budget.left() - KEPT_FREE)
        if pause > 0:
            budget.pause(pause)
        start, before = budget.clock(), self.count_requests()
        try:
            yield
        finally:
            sent = self.count_requests() - before
            self._next = start + sent * self._interval

    @property
    def _interval(self) -> float:
        """Return the seconds that each request of one worker takes up."""
        return 60.0 * WORKERS / self.per_minute if self.per_minute else 0.0
