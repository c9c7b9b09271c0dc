"""The time that one run has, and how long it may wait for a rate limit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True, slots=True)
class Budget:
    """
    The time of one run, handed down to every call that it makes.

    Args:
        deadline: The moment of `clock` by which the run gives up.

        max_wait: Seconds that the run may spend waiting for a rate limit, all its
            requests together.

        clock: Monotonic seconds.

        sleep: Waits for a number of seconds.

    Attributes:
        waited: Seconds spent waiting for a rate limit so far.
    """

    deadline: float
    max_wait: float = math.inf
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    waited: float = field(default=0.0, init=False)

    def left(self) -> float:
        """Return the seconds until the deadline; negative once it has passed."""
        return self.deadline - self.clock()

    def pause(self, seconds: float) -> bool:
        """Sleep; return at once, and `False`, if the deadline comes first."""
        if seconds >= self.left():
            return False
        self.sleep(seconds)
        return True

    def wait_for_rate_limit(self, seconds: float) -> bool:
        """Sleep as `pause` does, unless the run has waited too long already."""
        if self.waited + seconds > self.max_wait or not self.pause(seconds):
            return False
        self.waited += seconds
        return True
