"""What a process keeps to when Authgear asks for fewer requests."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(kw_only=True, slots=True)
class Throttle:
    """
    The pause that was asked for, and how long one may wait for its end.

    Shared by all requests of a process, so that what one was told holds for the next.

    Args:
        max_wait: Seconds to wait at most for one request's turn, within the deadline;
            who invokes decides.

        quiet_until: The moment, by the connection's clock, before which none is sent.
    """

    max_wait: float = math.inf
    quiet_until: float = -math.inf
