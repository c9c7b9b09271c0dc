"""What is in the dead-letter queue, by reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ops.aws import read_object
from outcome import read_reasons
from triggers.messages import Resync, ResyncRange
from triggers.parser import read_event
from triggers.sources import ObjectEvent, UserEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HIDDEN = 60  # seconds for which a message that was looked at may stay hidden
BATCH = 10  # messages; SQS's limit


@dataclass
class Letters:
    """
    What was seen in the queue.

    Args:
        total: How many there are, by SQS's own count.

        reasons: How many failed for which reason, when they first failed.

        keys: How many objects are meant, each once.

        users: How many users are meant by their ids, each once.
    """

    total: int
    seen: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)


def peek(sqs: SQSClient, queue_url: str, limit: int) -> Letters:
    """
    Look at messages and put them back at once.

    Args:
        sqs: The client.

        queue_url: The dead-letter queue.

        limit: How many to look at.
    """
    attributes = sqs.get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    letters = Letters(int(attributes["ApproximateNumberOfMessages"]))
    handles: dict[str, str] = {}  # by message id
    try:
        while letters.seen < limit:
            found = sqs.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=min(BATCH, limit - letters.seen),
                VisibilityTimeout=HIDDEN,
                WaitTimeSeconds=0 if handles else 1,
            ).get("Messages", [])
            # A long look outlasts HIDDEN: the first messages are received again.
            new = [it for it in found if it["MessageId"] not in handles]
            handles |= {it["MessageId"]: it["ReceiptHandle"] for it in found}
            if not new:
                break
            for message in new:
                note(letters, message["Body"])
    finally:
        _show_again(sqs, queue_url, list(handles.values()))
    letters.total = max(letters.total, letters.seen)
    return letters


def is_resync(body: str) -> bool:
    """Tell whether a message starts a resync, or compares a range of keys."""
    return any(
        isinstance(event, Resync | ResyncRange)
        for event in read_event(read_object(body)).events
    )


def note(letters: Letters, body: str) -> None:
    """Count a message by the reasons in Lambda's record of the failure."""
    letters.seen += 1
    kinds = set()
    for event in read_event(read_object(body)).events:
        if isinstance(event, UserEvent):
            letters.users.add(event.user_id)
            kinds.add("user-check")
        elif isinstance(event, ObjectEvent):
            letters.keys.add(f"{event.bucket}/{event.key}")
        else:
            kinds.add("resync")
    # No record of Lambda's is around a message that was queued without a failure.
    letters.reasons.update(kinds or _reasons(body))


def _reasons(body: str) -> list[str]:
    """Return why an event failed, in codes; the text of an error may hold anything."""
    content = read_object(body)
    error = content.get("responsePayload") or {}
    message = str(error.get("errorMessage", "")) if isinstance(error, dict) else ""
    found = read_reasons(message)
    if found:
        return [str(reason) for reason in found]
    kind = str(error.get("errorType", "")) if isinstance(error, dict) else ""
    return [kind if re.fullmatch(r"[\w.]{1,64}", kind) else "never-ran"]


def _show_again(sqs: SQSClient, queue_url: str, handles: list[str]) -> None:
    """Make messages that were read visible in the queue again."""
    for start in range(0, len(handles), BATCH):
        # A message that is visible already fails by itself: MessageNotInflight.
        sqs.change_message_visibility_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(index), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for index, handle in enumerate(handles[start : start + BATCH])
            ],
        )
