"""What became of the objects of each event, and all that the function wrote."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.function.execution import Invocation
from local.function.invoker import Delivery


@dataclass(frozen=True, kw_only=True)
class Settled:
    """
    What became of one object of one event, after all attempts.

    Args:
        bucket: The bucket's name; empty if the event named none.

        key: The object's key; empty if the event named none.

        outcome: One of the six.

        reason: Its stable code.

        detail: One sentence on it.

        attempts: How often the function was invoked for it.

        milliseconds: How long the function worked on it, in all attempts.

        seconds: From the event to the end, with all that was waited for.

        facts: All fields of its last log line.

        event: What the function was invoked with.
    """

    bucket: str
    key: str
    outcome: str
    reason: str
    detail: str
    attempts: int
    milliseconds: float
    seconds: float
    facts: Mapping[str, Any]
    event: Any


class History:
    """
    Keeps what is done with, and waits for what is not.

    Attributes:
        settled: What became of each object, in the order of the ends.

        records: The function's log, a record per object and attempt.

        log: Every line that the function wrote, and what it answered.
    """

    def __init__(self) -> None:
        self.settled: list[Settled] = []
        self.records: list[dict[str, Any]] = []
        self.log: list[str] = []
        self._changed = threading.Condition()

    def note(self, invocation: Invocation) -> None:
        """Keep what the function wrote and answered in one attempt."""
        with self._changed:
            self.records += invocation.records
            self.log += invocation.lines
            self.log.append(json.dumps(invocation.error or invocation.payload))

    def record(self, delivery: Delivery) -> None:
        """Note what became of the objects of an event."""
        with self._changed:
            self.settled += _settle(delivery)
            self._changed.notify_all()

    def count(self, key: str) -> int:
        """Return how many events of an object have settled."""
        return len(self._all(key))

    def wait_for(self, key: str, *, count: int = 1, timeout: float = 30.0) -> Settled:
        """
        Return what became of an object.

        Args:
            key: The object's key; empty for an event that names none.

            count: Which of its events is meant: the first, the second ...

            timeout: Seconds to wait for it.

        Raises:
            TimeoutError: It has not settled in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self.count(key) >= count, timeout):
                message = f"{key or 'the test event'} has not settled in {timeout:g} s"
                raise TimeoutError(message)
            return self._all(key)[count - 1]

    def _all(self, key: str) -> list[Settled]:
        """Return what became of an object, event by event."""
        return [it for it in self.settled if it.key == key]


def _settle(delivery: Delivery) -> Iterator[Settled]:
    """Read what became of the objects of an event from the last attempt's log."""
    for record in delivery.invocations[-1].records:
        key = record.get("key", "")
        attempts = [
            attempt
            for invocation in delivery.invocations
            for attempt in invocation.records
            if attempt.get("key", "") == key
        ]
        yield Settled(
            bucket=record.get("bucket", ""),
            key=key,
            outcome=record["outcome"],
            reason=record["reason"],
            detail=record["detail"],
            attempts=len(attempts),
            milliseconds=sum(attempt["total_ms"] for attempt in attempts),
            seconds=delivery.seconds,
            facts=record,
            event=delivery.event,
        )
