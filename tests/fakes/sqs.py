"""An SQS queue in memory, as far as the bulk queue asks for it."""

from __future__ import annotations

import json
from typing import Any


class FakeSQS:
    """
    Answers as boto3's SQS client does.

    Attributes:
        bodies: The messages that can be received, parsed.

        delayed: The messages that cannot be received yet, parsed, with their delay.

        errors: Errors to raise, one for each coming call.

        is_partial: Whether the last message of each request is refused.
    """

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.delayed: list[tuple[dict[str, Any], int]] = []
        self.errors: list[Exception] = []
        self.is_partial = False

    def send_message_batch(
        self,
        *,
        QueueUrl: str,  # noqa: N803 - boto3's names
        Entries: list[dict[str, Any]],  # noqa: N803 - boto3's names
    ) -> dict[str, Any]:
        """Take at most ten messages."""
        self._raise()
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        refused = Entries[-1:] if self.is_partial else []
        for entry in Entries[: len(Entries) - len(refused)]:
            body = json.loads(entry["MessageBody"])
            if entry.get("DelaySeconds"):
                self.delayed.append((body, entry["DelaySeconds"]))
            else:
                self.bodies.append(body)
        return {"Failed": [{"Id": entry["Id"]} for entry in refused]}

    def get_queue_attributes(
        self,
        *,
        QueueUrl: str,  # noqa: N803 - boto3's names
        AttributeNames: list[str],  # noqa: N803 - boto3's names
    ) -> dict[str, Any]:
        """Count the messages."""
        self._raise()
        counts = {
            "ApproximateNumberOfMessages": len(self.bodies),
            "ApproximateNumberOfMessagesDelayed": len(self.delayed),
        }
        return {"Attributes": {name: str(counts[name]) for name in AttributeNames}}

    def _raise(self) -> None:
        """Raise the error that waits, if one does."""
        if self.errors:
            raise self.errors.pop(0)
