"""The record of one run: the facts and times of its log lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authgear import Budget
from outcome import Reason


class OutOfTime(Exception):
    """Raised instead of a step for which no time is left."""

    reason = Reason.NOT_SETTLED


@dataclass(kw_only=True, slots=True)
class RunLog:
    """
    The record of one run.

    Args:
        budget: The time that the run has.

        facts: Fields of the log line of the object in work; a new attempt clears them.

        times: Milliseconds by step, of the whole run.
    """

    budget: Budget
    facts: dict[str, Any] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """
        Add the milliseconds that a step takes to its field.

        Raises:
            OutOfTime: The deadline has passed before the step.
        """
        start = self.budget.clock()
        if self.budget.left() <= 0:
            message = f"no time was left for the step {name}"
            raise OutOfTime(message)
        try:
            yield
        finally:
            spent = (self.budget.clock() - start) * 1000
            name = f"{name}_ms"
            self.times[name] = round(self.times.get(name, 0) + spent, 1)
