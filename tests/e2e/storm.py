"""
Many pictures at once over HTTP: `python -m tests.e2e.storm [PICTURES]`.

Authgear allows 60 requests a minute, with a minute of four seconds, and drops every
tenth connection. What fails for good goes on to the retry queue, which delivers it at
once here, and not after 15 minutes.
"""

from __future__ import annotations

import itertools
import math
import sys
import time
from collections import Counter

from local.authgear.faults import Fault, Faults, Step
from local.demo.checks import attributes
from local.sample_users import create_person
from local.system import LocalSystem
from tests.fakes.rate_limit import RateLimit
from tests.samples.pictures import encode, quadrants

PER_MINUTE = 60
MINUTE = 4.0  # seconds


class ShortMinutes(RateLimit):
    """A limit whose minutes are over soon."""

    def __init__(self) -> None:
        super().__init__(PER_MINUTE, lambda: time.time() * 60 / MINUTE)

    def admit(self, address: str) -> float | None:
        """Count a request; return None, or the true seconds to wait."""
        wait = super().admit(address)
        return wait and wait * MINUTE / 60


class EveryTenth(Faults):
    """Drops every tenth connection, before the work and after it by turns."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)

    def take(self, step: Step) -> Fault | None:  # type: ignore[override] # known steps only
        """Return the fault that a request meets."""
        number = next(self._numbers)
        if number % 10:
            return None
        return Fault(step=step, drop="before" if number % 20 else "after")


def play(pictures: int, timeout: float) -> Counter[str]:
    """
    Drop pictures for as many users, all at once; wait until all are shown.

    Returns:
        The numbers of requests by answer, and the other counts.

    Raises:
        TimeoutError: Some are not shown in time.
    """
    picture = encode(quadrants(300, 200), "PNG")
    with LocalSystem.start(retry_delay=1) as system:
        people = [create_person(system.authgear, f"P {i}") for i in range(pictures)]
        before = [attributes(person) for person in people]
        system.authgear.admit = ShortMinutes().admit
        system.authgear.faults = EveryTenth()
        for person in people:
            system.put(f"pictures/{person.id}.png", picture)
        end, requeued = time.monotonic() + timeout, 0
        while not all(person.picture_object_id for person in people):
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(1)
            requeued += _requeue(system)
        assert [attributes(person) for person in people] == before
        statuses = Counter(str(it.status) for it in system.authgear.requests)
        return statuses + Counter(
            requeued=requeued, uploads=len(system.authgear.images)
        )


def _requeue(system: LocalSystem) -> int:
    """Deliver what has failed in the retry queue, too; return how much waited."""
    if waiting := len(system.read_failures()):
        system.deliver_failures()
    return waiting


def main() -> None:
    """Play, and say what was counted."""
    pictures = int(sys.argv[1]) if sys.argv[1:] else 200
    start = time.monotonic()
    counts = play(pictures, timeout=math.inf)
    print(f"{pictures} synced in {time.monotonic() - start:.0f} s: {counts}")


if __name__ == "__main__":
    main()
