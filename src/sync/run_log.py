"""What one run found out, for its log line, and the time that it has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from outcome import Reason


class OutOfTime(Exception):
    """Raised instead of a step for which no time is left."""

    reason = Reason.NOT_SETTLED


@dataclass(kw_only=True, slots=True)
class RunLog:
    """
    The record of one run.

    Args:
        deadline: The moment by which to give up.

        clock: Monotonic seconds.

        sleep: Waits for so many seconds.

        facts: Fields of the log line.
    """

    deadline: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """
        Add the milliseconds that a step takes to its field.

        Raises:
            OutOfTime: The deadline has passed before the step.
        """
        start = self.clock()
        if start >= self.deadline:
            message = f"no time was left for the step {name}"
            raise OutOfTime(message)
        try:
            yield
        finally:
            spent = (self.clock() - start) * 1000
            name = f"{name}_ms"
            self.facts[name] = round(self.facts.get(name, 0) + spent, 1)

    def wait(self, seconds: float) -> bool:
        """Wait for so many seconds; return at once, and `False`, if time is short."""
        if self.clock() + seconds >= self.deadline:
            return False
        self.sleep(seconds)
        return True
