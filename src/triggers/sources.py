"""Who invokes the function, and what each source expects of the results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outcome import Outcome, Reason, Result, write_reasons


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

    def answer(self, results: Sequence[tuple[ObjectEvent, Result]]) -> dict[str, Any]:
        """
        Return an entry per object.

        Raises:
            PicturesFailed: An object failed; the text stands in the queue's record.
        """
        failed = [r.reason for _, r in results if r.outcome is Outcome.FAILED]
        if failed:
            reasons = write_reasons(failed)
            message = f"{len(failed)} of {len(results)} objects failed: {reasons}"
            raise PicturesFailed(message)
        return {"objects": _entries(results)}


@dataclass(frozen=True, slots=True)
class SQSBatch:
    """Messages of an SQS queue: those that are named in the answer come again."""

    max_wait: ClassVar[float] = math.inf
    object_events: Sequence[ObjectEvent]

    def answer(self, results: Sequence[tuple[ObjectEvent, Result]]) -> dict[str, Any]:
        """Return an entry per object, and the messages that hold a failed one."""
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

    def answer(self, results: Sequence[tuple[ObjectEvent, Result]]) -> dict[str, Any]:
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
                    "taskId": object_event.item,
                    "resultCode": codes.get(result.outcome, "Succeeded"),
                    "resultString": f"{result.outcome} {result.reason}: "
                    f"{result.detail or result.reason.meaning}",
                }
                for object_event, result in results
            ],
        }


EventSource = AsyncInvocation | SQSBatch | BatchOperationsJob


def _entries(results: Sequence[tuple[ObjectEvent, Result]]) -> list[dict[str, Any]]:
    """Return what a person reads after `sam local invoke`: an entry per object."""
    return [
        {
            "bucket": object_event.bucket,
            "key": object_event.key,
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail or result.reason.meaning,
            **result.fields,
        }
        for object_event, result in results
    ]
