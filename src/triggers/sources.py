"""Event sources: what each hands over, and the answer that each expects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outcome import Outcome, Reason, Result, write_reasons

from .messages import Resync, ResyncRange


class PicturesFailed(Exception):
    """Raised to an asynchronous event source so that the event comes again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectEvent:
    """
    An object that an event is about, or the reason why it is about none.

    Args:
        bucket: The bucket's name.

        key: The decoded object key.

        problem: Why there is no object to look at.

        item: Which message of a batch it came in.

        again: Whether to look once more at objects that their tag settles.
    """

    bucket: str = ""
    key: str = ""
    problem: Reason | None = None
    item: str = ""
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent:
    """
    A user to check, named by a message and not by an object.

    Args:
        user_id: The user's UUID.

        item: Which message of a batch it came in.

        again: As in `ObjectEvent`.
    """

    user_id: str
    item: str = ""
    again: bool = False


Event = ObjectEvent | UserEvent | Resync | ResyncRange
Results = Sequence[tuple[Event, Result]]


@dataclass(frozen=True, slots=True)
class AsyncInvocation:
    """
    An asynchronous invocation: an exception makes Lambda deliver it again.

    Attributes:
        max_wait: Seconds to wait for Authgear's rate limit. Thousands of these may run
            at once. A queue admits a few, which can wait.
    """

    max_wait: ClassVar[float] = 10.0
    queue: ClassVar[str] = ""
    events: Sequence[Event]

    def answer(self, results: Results) -> dict[str, Any]:
        """
        Return an entry per object or user.

        Raises:
            PicturesFailed: An object failed; the text goes to the retry queue.
        """
        failed = [r.reason for _, r in results if r.outcome is Outcome.FAILED]
        if failed:
            reasons = write_reasons(failed)
            message = f"{len(failed)} of {len(results)} objects failed: {reasons}"
            raise PicturesFailed(message)
        return {"objects": _entries(results)}


@dataclass(frozen=True, slots=True)
class SQSBatch:
    """
    Messages of an SQS queue: those that are named in the answer come again.

    Args:
        events: The events in the messages.

        queue: The queue's name.
    """

    max_wait: ClassVar[float] = math.inf
    events: Sequence[Event]
    queue: str = "unknown"

    def answer(self, results: Results) -> dict[str, Any]:
        """Return an entry per object or user, and the messages of those that failed."""
        failed = {it.item: None for it, r in results if r.outcome is Outcome.FAILED}
        return {
            "batchItemFailures": [{"itemIdentifier": item} for item in failed],
            "objects": _entries(results),
        }


EventSource = AsyncInvocation | SQSBatch


def _entries(results: Results) -> list[dict[str, Any]]:
    """Return the entries that `sam local invoke` prints: one for each log line."""
    return [
        {
            **name_event(event),
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.sentences,
            **result.fields,
        }
        for event, result in results
    ]


def name_event(event: Event) -> dict[str, str]:
    """Return the fields that name an event's object, user or range, for the log."""
    if isinstance(event, UserEvent):
        return {"user_id": event.user_id}
    if isinstance(event, ObjectEvent):
        return {"bucket": event.bucket, "key": event.key}
    fields = {"mode": event.mode.value, "after": event.after}
    return fields | ({"until": event.until} if isinstance(event, ResyncRange) else {})
