"""Any invoker's event -> the objects that it hints at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from invokers import BatchJob, Hint, Invoker, Notification, QueueBatch
from outcome import Reason

DEEPEST = 8  # envelopes within envelopes; real events have at most five
S3_EVENTS = (
    "ObjectCreated:",
    "ObjectRemoved:",
    "ObjectRestore:",
    "LifecycleExpiration:",
)
EVENTBRIDGE_EVENTS = ("Object Created", "Object Deleted", "Object Restore Completed")


def read(event: Any) -> Invoker:
    """
    Read what a Lambda function was invoked with.

    Args:
        event: The event, of any of the shapes in `events/` or of none of them.
    """
    if isinstance(event, dict) and isinstance(event.get("tasks"), list):
        # Schema 2.0 lets a job carry arguments; their values are always texts.
        arguments = _at(_at(event, "job"), "userArguments")
        dry_run = _field(arguments, "dry_run").lower() == "true"
        return BatchJob(
            [replace(_task(task), dry_run=dry_run) for task in event["tasks"]],
            _field(event, "invocationSchemaVersion") or "1.0",
            _field(event, "invocationId"),
        )
    records = _records(event)
    if records and all(_field(r, "eventSource") == "aws:sqs" for r in records):
        return QueueBatch([hint for record in records for hint in _message(record)])
    return Notification(list(_hints(event)))


def _message(record: Mapping[str, Any]) -> Iterator[Hint]:
    """Read one SQS message; its hints carry its id."""
    for hint in _hints(record.get("body")):
        yield replace(hint, item=_field(record, "messageId"))


def _task(task: Any) -> Hint:
    """Read a task of S3 Batch Operations, whose keys are URL-encoded."""
    bucket = _field(task, "s3Bucket") or _field(task, "s3BucketArn").rpartition(":")[2]
    return _encoded_hint(bucket, _field(task, "s3Key"), item=_field(task, "taskId"))


def _hints(content: Any, depth: int = 0) -> Iterator[Hint]:
    """Open envelope after envelope until objects come to light."""
    if isinstance(content, str):
        content = _parse(content)
    if depth > DEEPEST or not isinstance(content, dict):
        yield Hint(problem=Reason.UNKNOWN_EVENT)
    elif content.get("Event") == "s3:TestEvent":
        yield Hint(bucket=_field(content, "Bucket"), problem=Reason.TEST_EVENT)
    elif content.get("source") == "aws.s3":
        yield _eventbridge_hint(content)
    elif content.get("source") == "lambda":
        yield from _hints(content.get("detail"), depth + 1)
    elif "requestPayload" in content:
        yield from _hints(content["requestPayload"], depth + 1)
    elif content.get("Type") == "Notification":
        yield from _hints(content.get("Message"), depth + 1)
    else:
        yield from _record_hints(_records(content), depth)


def _record_hints(records: Iterable[Any], depth: int) -> Iterator[Hint]:
    """Read the records of an S3, SNS or SQS event."""
    found = False
    for record in records:
        found = True
        if _field(record, "eventSource") == "aws:s3":
            yield _s3_hint(record)
        elif _field(record, "eventSource") == "aws:sqs":
            yield from _hints(record.get("body"), depth + 1)
        elif _field(record, "EventSource") == "aws:sns":
            yield from _hints(_at(record, "Sns").get("Message"), depth + 1)
        else:
            yield Hint(problem=Reason.UNKNOWN_EVENT)
    if not found:
        yield Hint(problem=Reason.UNKNOWN_EVENT)


def _s3_hint(record: Mapping[str, Any]) -> Hint:
    """Read a record of S3's own, of major version 2, whose key is form-encoded."""
    major = _field(record, "eventVersion").partition(".")[0]
    if major != "2" or not _field(record, "eventName").startswith(S3_EVENTS):
        return Hint(problem=Reason.UNKNOWN_EVENT)
    s3 = _at(record, "s3")
    return _encoded_hint(
        _field(_at(s3, "bucket"), "name"), _field(_at(s3, "object"), "key")
    )


def _eventbridge_hint(content: Mapping[str, Any]) -> Hint:
    """Read an event of EventBridge, whose key is not encoded at all."""
    detail = _at(content, "detail")
    bucket = _field(_at(detail, "bucket"), "name")
    key = _field(_at(detail, "object"), "key")
    if content.get("detail-type") not in EVENTBRIDGE_EVENTS or not (bucket and key):
        return Hint(problem=Reason.UNKNOWN_EVENT)
    return Hint(bucket=bucket, key=key)


def _encoded_hint(bucket: str, key: str, *, item: str = "") -> Hint:
    """Make a hint of a form-encoded key."""
    try:
        decoded = unquote_plus(key, errors="strict")
    except UnicodeDecodeError:
        decoded = ""
    if not (bucket and decoded):
        return Hint(problem=Reason.UNKNOWN_EVENT, item=item)
    return Hint(bucket=bucket, key=decoded, item=item)


def _records(content: Any) -> list[Any]:
    """Return an event's records, none if it has none."""
    records = content.get("Records") if isinstance(content, dict) else None
    return records if isinstance(records, list) else []


def _at(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object within an object, an empty one if it is not there."""
    value = content.get(name)
    return value if isinstance(value, dict) else {}


def _field(content: Any, name: str) -> str:
    """
    Return a text within an object, an empty one if it is not there.

    JSON can hold half a character, which neither the log nor an answer can be made of.
    """
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or re.search(r"[\ud800-\udfff]", value):
        return ""
    return value


def _parse(text: str) -> Any:
    """Return the JSON value of a text, `None` if it holds none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
