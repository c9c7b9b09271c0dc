"""Tells who waits for it that something changed."""

from __future__ import annotations

import threading


class Changes:
    """Counts the changes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    def announce(self) -> None:
        """Count a change and notify all waiting threads."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, seen: int, timeout: float) -> int:
        """
        Wait until there are more changes than were seen.

        Args:
            seen: The count returned last time; -1 at first.

            timeout: Seconds after which to return all the same.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._count > seen, timeout)
            return self._count
