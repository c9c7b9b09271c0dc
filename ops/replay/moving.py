"""The way from the dead-letter queue back to the queues before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.replay.letters import BATCH, HIDDEN, is_resync

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

BATCH_BYTES = 262_144  # of a batch's texts; SQS's limit is 1 MiB, and was this one


@dataclass
class Moved:
    """
    The counts of messages that were moved and dropped.

    Args:
        moved: How many went back to their queues.

        dropped: How many were messages of a resync, and were deleted.

        refused: How many SQS did not take back; they stay in the dead-letter queue.
    """

    moved: int = 0
    dropped: int = 0
    refused: int = 0


def move(sqs: SQSClient, queue_url: str, homes: list[str], total: int) -> Moved:
    """
    Send messages back to where they came from, and delete them here.

    A message that is sent and not deleted, because something fails in between, is
    replayed once more by the next call: an event that comes twice changes nothing.
    Messages of a resync are only deleted: what they say of the bucket is a day old.

    SQS has a task for this, StartMessageMoveTask. It cannot leave the messages of a
    resync out, so that all messages would be received here first in any case.

    Args:
        sqs: The client.

        queue_url: The dead-letter queue.

        homes: The queues that messages come from; the first one is also the home of
            those that do not say where they come from.

        total: How many messages there are, at most.
    """
    done = Moved()
    while done.moved + done.dropped < total and not done.refused:
        found = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HIDDEN,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["DeadLetterQueueSourceArn"],
        ).get("Messages", [])
        if not found:
            break
        _move_batch(sqs, queue_url, homes, found, done)
    return done


def _move_batch(
    sqs: SQSClient,
    queue_url: str,
    homes: list[str],
    found: list[MessageTypeDef],
    done: Moved,
) -> None:
    """Send a batch of messages back, delete what was sent, and count it."""
    resyncs = [it for it in found if is_resync(it["Body"])]
    events = [it for it in found if it not in resyncs]
    sent = [
        message
        for home in homes
        for message in _send(
            sqs, home, [it for it in events if _home(it, homes) == home]
        )
    ]
    _delete(sqs, queue_url, resyncs + sent)
    done.moved += len(sent)
    done.dropped += len(resyncs)
    done.refused += len(events) - len(sent)


def _home(message: MessageTypeDef, homes: list[str]) -> str:
    """Return the queue that a message was moved away from by SQS."""
    source = message.get("Attributes", {}).get("DeadLetterQueueSourceArn", "")
    name = source.rpartition(":")[2]
    return next((it for it in homes if it.rpartition("/")[2] == name), homes[0])


def _send(
    sqs: SQSClient, queue_url: str, messages: list[MessageTypeDef]
) -> list[MessageTypeDef]:
    """Send copies of messages to a queue; return those that it has taken."""
    size = sum(len(it["Body"].encode()) for it in messages)
    if size > BATCH_BYTES and len(messages) > 1:
        return [it for one in messages for it in _send(sqs, queue_url, [one])]
    if not messages:
        return []
    answer = sqs.send_message_batch(
        QueueUrl=queue_url,
        Entries=[
            {"Id": str(index), "MessageBody": message["Body"]}
            for index, message in enumerate(messages)
        ],
    )
    return [messages[int(it["Id"])] for it in answer.get("Successful", [])]


def _delete(sqs: SQSClient, queue_url: str, messages: list[MessageTypeDef]) -> None:
    """Delete up to ten messages; one that SQS does not delete is replayed again."""
    if messages:
        sqs.delete_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages)
            ],
        )
