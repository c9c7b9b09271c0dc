"""Switches for what can go wrong with Authgear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from local.authgear import Authgear, Fault
from local.authgear.faults import Step

STEPS: tuple[Step, ...] = ("presign", "upload", "read", "update")
UNAVAILABLE = [Fault(step=step, status=502, times=None) for step in STEPS]
RATE_LIMIT = [
    Fault(step=step, status=429, headers={"Retry-After": "1"}, times=None)
    for step in STEPS
]


class SimulatedFailure(NamedTuple):
    """One failure."""

    title: str
    hint: str  # what to expect
    faults: Sequence[Fault]


FAILURES = {
    "unavailable": SimulatedFailure(
        "Authgear answers 502",
        "Fails three times, then waits in the retry queue.",
        UNAVAILABLE,
    ),
    "rate-limit": SimulatedFailure(
        "Rate limit",
        "429: the function waits, for 10 seconds at most, then fails.",
        RATE_LIMIT,
    ),
    "drop": SimulatedFailure(
        "Drops the upload",
        "The connection breaks after the file has come.",
        [Fault(step="upload", drop="after", times=None)],
    ),
    "untrue": SimulatedFailure(
        "Says 200, stores nothing",
        "Found out by reading the user once more.",
        [Fault(step="update", commit_fails=True, times=None)],
    ),
    "slow": SimulatedFailure(
        "Slow",
        "Two seconds before each upload: see the time line.",
        [Fault(step="upload", delay=2, times=None)],
    ),
    "hook": SimulatedFailure(
        "A hook forbids it",
        "Final: rejected, and not tried again.",
        [Fault(step="update", hook="deny", times=None)],
    ),
}


class SimulatedFailures:
    """Which failures are on."""

    def __init__(self, authgear: Authgear) -> None:
        self._authgear = authgear
        self._on: set[str] = set()

    def set(self, name: str, on: bool) -> bool:
        """Turn a failure on or off; return whether there is one of this name."""
        if name not in FAILURES:
            return False
        for fault in FAILURES[name].faults:
            self._authgear.faults.remove(fault)
            if on:
                self._authgear.faults.add(fault)
        (self._on.add if on else self._on.discard)(name)
        self._authgear.changes.announce()
        return True

    def describe(self) -> list[dict[str, object]]:
        """Return what the page shows of each."""
        return [
            {"name": name, "title": it.title, "hint": it.hint, "on": name in self._on}
            for name, it in FAILURES.items()
        ]
