"""ops replay: what is in the dead-letter queue, and back to where it came from."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.deployment import Stack
from ops.session import JSONOption, NeededStackOption, Session, YesOption
from outcome import read_reasons
from triggers.messages import Resync, ResyncRange
from triggers.parser import read_event
from triggers.sources import ObjectEvent, UserEvent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HIDDEN = 60  # seconds for which a message that was looked at may stay hidden
BATCH = 10  # messages; SQS's limit
PAUSE = 1.0  # seconds between two looks at the move
FINAL = ("COMPLETED", "FAILED", "CANCELLED")


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


def replay(
    context: typer.Context,
    stack: NeededStackOption,
    limit: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="How many messages are looked at."),
    ] = 200,
    yes: YesOption = False,
    as_json: JSONOption = False,
) -> None:
    """
    Retry what has failed for a day.

    Shows by reason what is in the dead-letter queue, and asks before it moves all of
    it back to be tried again. This is always safe: an event only says whose picture
    to look at again. Messages of a resync are dropped; the next resync covers the
    same users.
    """
    session = Session.of(context)
    deployed = Stack.read(session.aws, stack)
    queue_url = deployed.output("DeadLetterQueueUrl")
    letters = peek(session.aws.sqs, queue_url, limit)
    if not as_json:
        _show(session, letters)
    moved = dropped = 0
    # With --json alone it only tells: nobody is there to ask.
    if letters.total and (yes or not as_json):
        if not as_json:
            session.say(deployed.describe())
        session.confirm(f"Move {letters.total} back to be tried again?", yes=yes)
        dropped = drop_resyncs(session.aws.sqs, queue_url, letters.total)
        moved = move(session, queue_url)
    if as_json:
        session.print_json(
            {
                **deployed.place,
                "total": letters.total,
                "seen": letters.seen,
                "objects": len(letters.keys),
                "users": len(letters.users),
                "reasons": letters.reasons,
                "moved": moved,
                "dropped": dropped,
            }
        )
    elif letters.total:
        if dropped:
            session.say(f"{dropped} of a resync dropped: the next one covers them.")
        session.say(f"{moved} moved; the function takes them from their queues.")


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
    handles: list[str] = []
    try:
        while letters.seen < limit:
            found = sqs.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=min(BATCH, limit - letters.seen),
                VisibilityTimeout=HIDDEN,
                WaitTimeSeconds=0 if handles else 1,
            ).get("Messages", [])
            if not found:
                break
            for message in found:
                handles.append(message["ReceiptHandle"])
                note(letters, message["Body"])
    finally:
        _show_again(sqs, queue_url, handles)
    letters.total = max(letters.total, letters.seen)
    return letters


def drop_resyncs(sqs: SQSClient, queue_url: str, total: int) -> int:
    """
    Delete the messages of a resync: what they say of the bucket is a day old.

    Args:
        sqs: The client.

        queue_url: The dead-letter queue.

        total: How many messages there are, at most.

    Returns:
        How many were deleted.
    """
    others: list[str] = []
    dropped = 0
    try:
        while len(others) + dropped < total:
            found = sqs.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=HIDDEN + total,
                WaitTimeSeconds=1,
            ).get("Messages", [])
            if not found:
                break
            for message in found:
                handle = message["ReceiptHandle"]
                if _is_resync(message["Body"]):
                    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
                    dropped += 1
                else:
                    others.append(handle)
    finally:
        _show_again(sqs, queue_url, others)
    return dropped


def _show_again(sqs: SQSClient, queue_url: str, handles: list[str]) -> None:
    """Let messages that were looked at be received again."""
    for handle in handles:
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0
        )


def _is_resync(body: str) -> bool:
    """Tell whether a message starts a resync, or compares a range of keys."""
    return any(
        isinstance(event, Resync | ResyncRange)
        for event in read_event(_parse(body)).events
    )


def note(letters: Letters, body: str) -> None:
    """Count a message by the reasons in Lambda's record of the failure."""
    letters.seen += 1
    kinds = set()
    for event in read_event(_parse(body)).events:
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
    content = _parse(body)
    error = content.get("responsePayload") or {}
    message = str(error.get("errorMessage", "")) if isinstance(error, dict) else ""
    found = read_reasons(message)
    if found:
        return [str(reason) for reason in found]
    kind = str(error.get("errorType", "")) if isinstance(error, dict) else ""
    return [kind if re.fullmatch(r"[\w.]{1,64}", kind) else "never-ran"]


def _parse(body: str) -> dict[str, Any]:
    """Return a message's JSON object, an empty one for anything else."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def move(session: Session, queue_url: str) -> int:
    """Move everything back, and wait for the end; return how many were moved."""
    sqs = session.aws.sqs
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    sqs.start_message_move_task(SourceArn=arn)
    while True:
        task = sqs.list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"][0]
        if task.get("Status", "") in FINAL:
            return task.get("ApproximateNumberOfMessagesMoved", 0)
        session.sleep(PAUSE)


def _show(session: Session, letters: Letters) -> None:
    """Print how many there are, by reason."""
    if not letters.total:
        session.say("The dead-letter queue is empty.")
        return
    users = f" and {len(letters.users)} users" if letters.users else ""
    session.say(
        f"{letters.total} have failed for a day, of {len(letters.keys)} objects{users}."
    )
    for reason, count in letters.reasons.most_common():
        session.say(f"{count:6}  {reason}")
    if letters.seen < letters.total:
        session.say(f"Only {letters.seen} were looked at; see --limit.")
