"""SimulatedFailures for what can go wrong with Authgear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local.authgear import Authgear, Fault
from local.authgear.faults import Step

STEPS: tuple[Step, ...] = ("presign", "upload", "read", "update")


@dataclass(frozen=True, kw_only=True)
class SimulatedFailure:
    """One failure."""

    title: str
    hint: str
    faults: Sequence[Fault]


FAILURES = {
    "unavailable": SimulatedFailure(
        title="Authgear answers 502",
        hint="Fails three times, then waits in the retry queue.",
        faults=[Fault(step=step, status=502, times=None) for step in STEPS],
    ),
    "rate-limit": SimulatedFailure(
        title="Rate limit",
        hint="429: the function waits, for 10 seconds at most, then fails.",
        faults=[
            Fault(step=step, status=429, headers={"Retry-After": "1"}, times=None)
            for step in STEPS
        ],
    ),
    "drop": SimulatedFailure(
        title="Drops the upload",
        hint="The connection breaks after the file has come.",
        faults=[Fault(step="upload", drop="after", times=None)],
    ),
    "untrue": SimulatedFailure(
        title="Says 200, stores nothing",
        hint="Found out by reading the user once more.",
        faults=[Fault(step="update", commit_fails=True, times=None)],
    ),
    "slow": SimulatedFailure(
        title="Slow",
        hint="Two seconds before each upload: see the time line.",
        faults=[Fault(step="upload", delay=2, times=None)],
    ),
    "hook": SimulatedFailure(
        title="A hook forbids it",
        hint="Final: rejected, and not tried again.",
        faults=[Fault(step="update", hook="deny", times=None)],
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
            {
                "name": name,
                "title": failure.title,
                "hint": failure.hint,
                "on": name in self._on,
            }
            for name, failure in FAILURES.items()
        ]
