"""The rate limit of Authgear's cloud service, for the emulator."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable


class RateLimit:
    """
    At most so many requests a minute from one address.

    Args:
        per_minute: How many.

        clock: Tells the time in seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._passed: dict[str, deque[float]] = defaultdict(deque)

    def admit(self, address: str) -> float | None:
        """Count a request; return None, or the seconds after which to come again."""
        now = self._clock()
        with self._lock:
            passed = self._passed[address]
            while passed and passed[0] <= now - 60:
                passed.popleft()
            if len(passed) < self._per_minute:
                passed.append(now)
                return None
            return passed[0] + 60 - now if passed else 60
