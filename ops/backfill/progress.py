"""The progress of bulk work, until none is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ops.bulk import BulkWork
from ops.problem import Problem
from ops.session import Session

PAUSE = 15.0  # seconds between two looks
# Looks that must find the queue empty: SQS's counts may be a minute old.
EMPTY_LOOKS = 5
WINDOW = 40  # looks, ten minutes, by which the rate is measured


@dataclass(frozen=True, slots=True)
class Progress:
    """
    Bulk work at one moment.

    Args:
        waiting: Messages that wait or are being worked on.

        per_minute: Messages done in a minute, as seen; 0 while it is not known.
    """

    waiting: int
    per_minute: float

    @property
    def minutes_left(self) -> float | None:
        """Return how long it takes at this rate, `None` while that is not known."""
        return self.waiting / self.per_minute if self.per_minute else None

    def __str__(self) -> str:
        """Return it as a line for a person."""
        if not self.waiting:
            return "waiting: 0; making sure that nothing follows"
        text = f"waiting: about {self.waiting:,}"
        if self.minutes_left is None:
            return f"{text}; the rate is not known yet"
        left = format_minutes(self.minutes_left)
        return f"{text}; {self.per_minute:,.0f} a minute; about {left} left"


def follow(
    session: Session, work: BulkWork, on_progress: Callable[[Progress], None]
) -> None:
    """
    Wait until the bulk queue is empty.

    Args:
        session: The command's run.

        work: The queue.

        on_progress: Gets each look.

    Raises:
        Problem: Somebody has stopped bulk work.
    """
    seen: deque[tuple[float, int]] = deque(maxlen=WINDOW)
    empty = 0
    while True:
        waiting = work.count()
        if seen and waiting > seen[-1][1]:
            seen.clear()  # ranges become users: the count says nothing of the rate
        seen.append((session.clock(), waiting))
        empty = 0 if waiting else empty + 1
        on_progress(Progress(waiting, _rate(seen)))
        if empty == EMPTY_LOOKS:
            return
        if waiting and work.is_stopped:
            what = f"Bulk work is stopped; about {waiting:,} messages wait."
            raise Problem(what, "`ops bulk resume` lets it go on.")
        session.sleep(PAUSE)


def format_minutes(minutes: float) -> str:
    """Return a time as a person says it."""
    if minutes < 90:
        return f"{max(1, round(minutes))} min"
    hours = minutes / 60
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"


def _rate(seen: deque[tuple[float, int]]) -> float:
    """Return how many messages a minute are done, 0 where none was."""
    (start, before), (end, now) = seen[0], seen[-1]
    return (before - now) / (end - start) * 60 if end > start and before > now else 0.0
