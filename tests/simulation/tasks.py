"""Invocations that stop at every call, so that a test decides who goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from greenlet import getcurrent, greenlet

from sync.results import ObjectResult


class Fault(StrEnum):
    """The fates of a call."""

    REQUEST_LOST = "request-lost"
    ANSWER_LOST = "answer-lost"
    TIMEOUT_UNDONE = "timeout-undone"
    TIMEOUT_DONE = "timeout-done"
    DONE_LATER = "done-later"
    ERROR = "error"
    RATE_LIMITED = "rate-limited"
    SILENCED = "silenced"
    FORBIDDEN = "forbidden"
    UNCOMMITTED = "uncommitted"


@dataclass
class Trouble:
    """
    Counts what was done to the calls, and to what others write.

    Attributes:
        faults: Calls that met a fault.

        lost_tags: Sync tags that are gone, or were never written.

        failed_updates: Updates that were not done, or whose answer did not come.

        overwritten_edits: Edits between a reading and the commit of its update.

        hasty_removals: Choices of a user while an invocation was under way.
    """

    faults: int = 0
    lost_tags: int = 0
    failed_updates: int = 0
    overwritten_edits: int = 0
    hasty_removals: int = 0


class Crash(BaseException):
    """Ends an invocation between two calls, as the end of its machine does."""


class Task:
    """
    One invocation.

    Args:
        key: The object that its event names.

        run: Does the work.

        dry_run: Whether it must change nothing.
    """

    def __init__(
        self, key: str, run: Callable[[], list[ObjectResult]], *, dry_run: bool = False
    ) -> None:
        self.key = key
        self.dry_run = dry_run
        self.results: list[ObjectResult] | None = None
        self.crashed = False
        self.uploads: set[str] = set()
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
            self.results = self._run()
        except Crash:
            self.crashed = True


def stop() -> Fault | None:
    """Stop the running task; return the fault that its next call meets."""
    parent = getcurrent().parent
    fault: Fault | None = parent.switch() if parent else None
    return fault
