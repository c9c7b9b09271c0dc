"""The pause after Authgear has asked for fewer requests."""

from __future__ import annotations

import math

from .errors import RateLimited

# A `Retry-After` is obeyed within these bounds, in seconds: 0 would be asked again at
# once for as long as there is time, and a very long one would silence a container.
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 120.0


class RateLimit:
    """Keeps one connection quiet for as long as Authgear has asked for."""

    def __init__(self) -> None:
        self._quiet_until = -math.inf
        self._refusals = 0

    def check(self, step: str, now: float) -> None:
        """Raise instead of a request that Authgear would answer with a 429."""
        left = self._quiet_until - now
        if left > 0:
            detail = "fewer requests were asked for a moment ago"
            raise RateLimited(step=step, detail=detail, retry_after=left)

    def begin_pause(self, error: RateLimited, now: float) -> None:
        """Begin the pause that an answer asks for, and note its length in the error."""
        self._refusals += 1
        error.retry_after = self._bound(error.retry_after or 0.0)
        self._quiet_until = now + error.retry_after

    def clear(self) -> None:
        """Forget earlier refusals, after a request that was accepted."""
        self._refusals = 0

    def _bound(self, seconds: float) -> float:
        """Return how long a pause is: longer after repeated refusals without one."""
        if seconds < SHORTEST_PAUSE:
            seconds = SHORTEST_PAUSE * 2 ** min(self._refusals - 1, 10)
        return min(seconds, LONGEST_PAUSE)
