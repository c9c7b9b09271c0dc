"""Invocations that stop at every call, so that a test decides who goes on."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from greenlet import getcurrent, greenlet

from outcome import Result


class Fault(StrEnum):
    """What may happen to a call."""

    REQUEST_LOST = "request-lost"
    ANSWER_LOST = "answer-lost"
    TIMEOUT_UNDONE = "timeout-undone"
    TIMEOUT_DONE = "timeout-done"
    ERROR = "error"
    RATE_LIMITED = "rate-limited"
    UNCOMMITTED = "uncommitted"
    HOOK_CHANGES = "hook-changes"
    HOOK_DENIES = "hook-denies"
    HOOK_TIMES_OUT = "hook-times-out"
    HOOK_DROPS_PICTURE = "hook-drops-picture"


class Trouble:
    """Counts what was done to the calls, and to attributes that others write."""

    def __init__(self) -> None:
        self.faults = 0
        self.lost_notes = 0
        self.overwritten_edits = 0


class Crash(BaseException):
    """Ends an invocation between two calls, as the end of its machine does."""


class Task:
    """
    One invocation.

    Args:
        key: The object that its event names.

        run: Does the work.
    """

    def __init__(self, key: str, run: Callable[[], Result]) -> None:
        self.key = key
        self.result: Result | None = None
        self.crashed = False
        self.refused = False
        self.wakes_at = 0.0
        self._run = run
        self._greenlet: Any = greenlet(self._main)

    @property
    def is_running(self) -> bool:
        """Tell whether it has neither ended nor crashed."""
        return not self._greenlet.dead

    def go_on(self, fault: Fault | None = None) -> None:
        """Let it run to its next stop; the call that is due meets the fault."""
        self._greenlet.switch(fault)

    def crash(self) -> None:
        """End it where it is."""
        self._greenlet.throw(Crash)

    def _main(self, fault: Fault | None = None) -> None:
        """Do the work, or leave it where it crashes."""
        try:
            self.result = self._run()
        except Crash:
            self.crashed = True


def stop() -> Fault | None:
    """Stop the running task; return the fault that its next call meets."""
    parent = getcurrent().parent
    fault: Fault | None = parent.switch() if parent else None
    return fault
