"""Any source's event -> the objects and users that it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from outcome import Reason

from .messages import Check, is_message, read_message
from .sources import (
    AsyncInvocation,
    Event,
    EventSource,
    ObjectEvent,
    SQSBatch,
    UserEvent,
)

DEEPEST = 8  # envelopes within envelopes; real events have at most five
S3_EVENTS = (
    "ObjectCreated:",
    "ObjectRemoved:",
    "ObjectRestore:",
    "LifecycleExpiration:",
)
EVENTBRIDGE_EVENTS = ("Object Created", "Object Deleted", "Object Restore Completed")


def read_event(event: Any) -> EventSource:
    """
    Read what a Lambda function was invoked with.

    Args:
        event: Any value; the shapes in `events/` are understood.
    """
    records = _records(event)
    if records and all(_field(r, "eventSource") == "aws:sqs" for r in records):
        queue = _field(records[0], "eventSourceARN").rpartition(":")[2]
        found = [found for record in records for found in _message(record)]
        return SQSBatch(found, queue or "unknown")
    return AsyncInvocation(list(_events(event)))


def _message(record: Mapping[str, Any]) -> Iterator[Event]:
    """
    Read one SQS message; its events carry its id.

    A message that cannot be read fails, unlike an event: it would be lost.
    """
    for event in _events(record.get("body")):
        found = replace(event, item=_field(record, "messageId"))
        if isinstance(found, ObjectEvent) and found.problem is Reason.UNKNOWN_EVENT:
            found = replace(found, problem=Reason.UNKNOWN_MESSAGE)
        yield found


def _events(content: Any, depth: int = 0) -> Iterator[Event]:
    """Open envelope after envelope until objects or users are found."""
    if isinstance(content, str):
        content = _parse(content)
    if depth > DEEPEST or not isinstance(content, dict | list):
        yield ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    elif isinstance(content, list):  # as EventBridge Pipes hand it over
        yield from _record_events(content, depth)
    elif content.get("Event") == "s3:TestEvent":
        yield ObjectEvent(bucket=_field(content, "Bucket"), problem=Reason.TEST_EVENT)
    elif is_message(content):
        yield _message_event(content)
    elif content.get("source") == "aws.s3":
        yield _eventbridge_event(content)
    elif content.get("source") == "lambda":
        yield from _events(content.get("detail"), depth + 1)
    elif "requestPayload" in content:
        yield from _events(content["requestPayload"], depth + 1)
    elif content.get("Type") == "Notification":
        yield from _events(content.get("Message"), depth + 1)
    else:
        yield from _record_events(_records(content), depth)


def _record_events(records: Iterable[Any], depth: int) -> Iterator[Event]:
    """Read the records of an S3, SNS or SQS event."""
    found = False
    for record in records:
        found = True
        if _field(record, "eventSource") == "aws:s3":
            yield _s3_event(record)
        elif _field(record, "eventSource") == "aws:sqs":
            yield from _events(record.get("body"), depth + 1)
        elif _field(record, "EventSource") == "aws:sns":
            yield from _events(_at(record, "Sns").get("Message"), depth + 1)
        else:
            yield ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    if not found:
        yield ObjectEvent(problem=Reason.UNKNOWN_EVENT)


def _message_event(content: Mapping[str, Any]) -> Event:
    """Read a message that this product has sent to a queue of its own."""
    message = read_message(content)
    if message is None:
        return ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    if not isinstance(message, Check):
        return message
    if message.user_id:
        return UserEvent(user_id=message.user_id, again=message.again)
    return ObjectEvent(bucket=message.bucket, key=message.key, again=message.again)


def _s3_event(record: Mapping[str, Any]) -> ObjectEvent:
    """Read a record of S3's own, of major version 2, whose key is form-encoded."""
    major = _field(record, "eventVersion").partition(".")[0]
    if major != "2" or not _field(record, "eventName").startswith(S3_EVENTS):
        return ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    s3 = _at(record, "s3")
    item = _at(s3, "object")
    event = _encoded_event(_field(_at(s3, "bucket"), "name"), _field(item, "key"))
    is_expired = _field(record, "eventName") == "LifecycleExpiration:Delete"
    if is_expired and _field(item, "versionId"):
        return replace(event, problem=event.problem or Reason.OLD_VERSION_EXPIRED)
    return event


def _eventbridge_event(content: Mapping[str, Any]) -> ObjectEvent:
    """Read an event of EventBridge, whose key is not encoded at all."""
    detail = _at(content, "detail")
    bucket = _field(_at(detail, "bucket"), "name")
    key = _field(_at(detail, "object"), "key")
    if content.get("detail-type") not in EVENTBRIDGE_EVENTS or not (bucket and key):
        return ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    how = _field(detail, "reason"), _field(detail, "deletion-type")
    is_expired = how == ("Lifecycle Expiration", "Permanently Deleted")
    if is_expired and _field(_at(detail, "object"), "version-id"):
        return ObjectEvent(bucket=bucket, key=key, problem=Reason.OLD_VERSION_EXPIRED)
    return ObjectEvent(bucket=bucket, key=key)


def _encoded_event(bucket: str, key: str) -> ObjectEvent:
    """Make an object event of a form-encoded key."""
    try:
        decoded = unquote_plus(key, errors="strict")
    except UnicodeDecodeError:
        decoded = ""
    if not (bucket and decoded):
        return ObjectEvent(problem=Reason.UNKNOWN_EVENT)
    return ObjectEvent(bucket=bucket, key=decoded)


def _records(content: Any) -> list[Any]:
    """Return an event's records, or the event itself if it is a list of records."""
    records = content.get("Records") if isinstance(content, dict) else content
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
    """Return the JSON value of a text, `None` if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
