"""The bulk queue: what a resync sends to it, and how much waits in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from outcome import Reason
from triggers.messages import Message, write_message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_IN_A_REQUEST = 10  # messages; SQS's own limit


class QueueFailed(Exception):
    """Raised when the bulk queue does not take a message, or does not answer."""

    reason = Reason.QUEUE_UNAVAILABLE


class BulkQueue:
    """
    The queue of bulk work.

    Args:
        make_client: Makes the client when it is first needed, which most containers
            never do; its timeouts and retries bound every call.

        url: The queue's URL.
    """

    def __init__(self, make_client: Callable[[], SQSClient], url: str) -> None:
        self._make_client = make_client
        self._url = url

    @cached_property
    def _sqs(self) -> SQSClient:
        """Make the client."""
        return self._make_client()

    def send(self, messages: Iterable[Message], *, delay: int = 0) -> None:
        """
        Send messages.

        Args:
            messages: Any number of them.

            delay: Seconds until they can be received, at most 900.

        Raises:
            QueueFailed: One of them was not taken; those before it were.
        """
        for batch in _batched(iter(map(write_message, messages))):
            try:
                answer = self._sqs.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {"Id": str(n), "MessageBody": body, "DelaySeconds": delay}
                        for n, body in enumerate(batch)
                    ],
                )
            except (BotoCoreError, ClientError) as error:
                raise _failed(error) from error
            if answer.get("Failed"):
                message = "SQS: send failed for a part of the messages"
                raise QueueFailed(message)

    def count_waiting(self) -> int:
        """
        Return about how many messages wait, delayed ones included.

        Raises:
            QueueFailed: SQS does not say.
        """
        return sum(self._count())

    def count_visible(self) -> int:
        """
        Return about how many messages can be received now.

        Raises:
            QueueFailed: SQS does not say.
        """
        visible, _ = self._count()
        return visible

    def _count(self) -> tuple[int, int]:
        """Return how many messages can be received now, and how many later."""
        try:
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )
            counts = answer["Attributes"]
            visible = int(counts["ApproximateNumberOfMessages"])
            return visible, int(counts["ApproximateNumberOfMessagesDelayed"])
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:
            raise _failed(error) from error


def _batched(bodies: Iterator[str]) -> Iterator[list[str]]:
    """Yield as many texts as one request takes, until no text is left."""
    while batch := list(islice(bodies, MOST_IN_A_REQUEST)):
        yield batch


def _failed(error: Exception) -> QueueFailed:
    """Return the error of a call that failed."""
    code = type(error).__name__
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "unknown")
    return QueueFailed(f"SQS: a request failed ({code})")
