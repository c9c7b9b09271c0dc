"""Who invokes the function, and what each source expects of the results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outcome import Outcome, Reason, Result


class PicturesFailed(Exception):
    """Raised to an asynchronous source so that the event comes again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectEvent:
    """
    An object that an event speaks of, or the reason why it speaks of none.

    Args:
        bucket: The bucket's name.

        key: The decoded object key.

        problem: Why there is no object to look at.

        item: Which item of the source's batch it came in.

        dry_run: Whether only to tell what would be done.
    """

    bucket: str = ""
    key: str = ""
    problem: Reason | None = None
    item: str = ""
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UserEvent:
    """
    A user to check, named by a message and not by an object.

    Args:
        user_id: The user's UUID.

        item: Which item of the source's batch it came in.
    """

    user_id: str
    item: str = ""


Event = ObjectEvent | UserEvent


@dataclass(frozen=True, slots=True)
class AsyncInvocation:
    """
    An asynchronous invocation: an exception makes Lambda deliver it again.

    Attributes:
        max_wait: Seconds to wait where Authgear asks for fewer requests. Thousands of
            these may run at once, whereas a queue admits a few, which can wait.
    """

    max_wait: ClassVar[float] = 10.0
    object_events: Sequence[ObjectEvent]
    user_events: Sequence[UserEvent] = ()

    def answer(self, results: Sequence[tuple[Event, Result]]) -> dict[str, Any]:
        """
        Return an entry per object or user.

        Raises:
            PicturesFailed: An object failed; the text stands in the queue's record.
        """
        failed = [r.reason for _, r in results if r.outcome is Outcome.FAILED]
        if failed:
            reasons = ", ".join(sorted(set(failed)))
            message = f"{len(failed)} of {len(results)} objects failed: {reasons}"
            raise PicturesFailed(message)
        return {"objects": _entries(results)}


@dataclass(frozen=True, slots=True)
class SQSBatch:
    """Messages of an SQS queue: those that are named in the answer come again."""

    max_wait: ClassVar[float] = math.inf
    object_events: Sequence[ObjectEvent]
    user_events: Sequence[UserEvent] = ()

    def answer(self, results: Sequence[tuple[Event, Result]]) -> dict[str, Any]:
        """Return an entry per object or user, and the messages of those that failed."""
        failed = {h.item: None for h, r in results if r.outcome is Outcome.FAILED}
        return {
            "batchItemFailures": [{"itemIdentifier": item} for item in failed],
            "objects": _entries(results),
        }


@dataclass(frozen=True, slots=True)
class BatchOperationsJob:
    """A task of S3 Batch Operations, invoked synchronously; the text is its report."""

    max_wait: ClassVar[float] = math.inf
    object_events: Sequence[ObjectEvent]
    schema_version: str
    invocation_id: str
    user_events: ClassVar[Sequence[UserEvent]] = ()

    def answer(self, results: Sequence[tuple[Event, Result]]) -> dict[str, Any]:
        """Return a result code and a text per task."""
        codes = {
            Outcome.FAILED: "TemporaryFailure",
            Outcome.REJECTED: "PermanentFailure",
        }
        return {
            "invocationSchemaVersion": self.schema_version,
            "treatMissingKeysAs": "PermanentFailure",
            "invocationId": self.invocation_id,
            "results": [
                {
                    "taskId": event.item,
                    "resultCode": codes.get(result.outcome, "Succeeded"),
                    "resultString": f"{result.outcome} {result.reason}: "
                    f"{result.detail or result.reason.meaning}",
                }
                for event, result in results
            ],
        }


EventSource = AsyncInvocation | SQSBatch | BatchOperationsJob


def _entries(results: Sequence[tuple[Event, Result]]) -> list[dict[str, Any]]:
    """Return what a person reads after `sam local invoke`: one entry for each event."""
    return [
        {
            **name_event(event),
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail or result.reason.meaning,
            **result.fields,
        }
        for event, result in results
    ]


def name_event(event: Event) -> dict[str, str]:
    """Return the fields that name an event's object or user, in log and answer."""
    if isinstance(event, UserEvent):
        return {"user_id": event.user_id}
    return {"bucket": event.bucket, "key": event.key}
