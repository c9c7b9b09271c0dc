"""Dead-letter queues that do what an emulator of SQS cannot be made to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def letter(text: str, source: str = "") -> Any:
    """Return a message as SQS hands it out, with where it came from."""
    arn = f"arn:aws:sqs:us-east-1:123456789012:{source}"
    attributes = {"DeadLetterQueueSourceArn": arn} if source else {}
    return {"Body": text, "ReceiptHandle": text, "Attributes": attributes}


class FakeQueues:
    """
    A dead-letter queue that is received once, and the queues before it.

    Args:
        letters: What is in the dead-letter queue.

        refused: The texts that no queue takes.

    Attributes:
        calls: How many requests it got.
    """

    def __init__(self, letters: list[Any], refused: Sequence[str] = ()) -> None:
        self._waiting = [letters, []]
        self._refused = refused
        self.sent: dict[str, list[list[str]]] = {}
        self.deleted: list[str] = []
        self.calls = 0

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        """Return all at once, then nothing."""
        assert asked["MessageSystemAttributeNames"] == ["DeadLetterQueueSourceArn"]
        self.calls += 1
        return {"Messages": self._waiting.pop(0)}

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        """Take what is not refused."""
        self.calls += 1
        taken = [
            it for it in asked["Entries"] if it["MessageBody"] not in self._refused
        ]
        texts = [it["MessageBody"] for it in taken]
        self.sent.setdefault(asked["QueueUrl"], []).append(texts)
        return {"Successful": [{"Id": it["Id"]} for it in taken]}

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        """Note what is deleted."""
        self.calls += 1
        assert 1 <= len(asked["Entries"]) <= 10
        self.deleted += [it["ReceiptHandle"] for it in asked["Entries"]]
        return {}


class SlowQueue:
    """
    A dead-letter queue so far away that messages are visible again while it is read.

    Args:
        count: How many messages it holds.

        shown_again: After how many calls a message that was received is visible again.
    """

    def __init__(self, count: int, shown_again: int) -> None:
        self._seen = dict.fromkeys(range(count), -shown_again)  # call, by message
        self._shown_again = shown_again
        self._calls = 0

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        """Return the number of messages."""
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(self._seen))}}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        """Return visible messages, those first that were not received yet."""
        self._calls += 1
        visible = [it for it in self._seen if not self._is_hidden(it)]
        visible.sort(key=self._seen.__getitem__)
        taken = visible[: asked["MaxNumberOfMessages"]]
        self._seen |= dict.fromkeys(taken, self._calls)
        return {"Messages": [self._show(number) for number in taken]}

    def change_message_visibility_batch(self, **asked: Any) -> dict[str, Any]:
        """Refuse the messages that are visible already, as SQS does."""
        assert len(asked["Entries"]) <= 10
        self._calls += 1
        handles = {it["Id"]: it["ReceiptHandle"] for it in asked["Entries"]}
        failed = [it for it in handles if not self._is_hidden(int(handles[it]))]
        for name in handles.keys() - failed:
            self._seen[int(handles[name])] = -self._shown_again
        return {"Failed": [{"Id": it, "Code": "MessageNotInflight"} for it in failed]}

    @property
    def hidden(self) -> int:
        """How many messages nobody can receive now."""
        return sum(self._is_hidden(it) for it in self._seen)

    def _is_hidden(self, number: int) -> bool:
        """Tell whether nobody can receive a message now."""
        return self._calls - self._seen[number] < self._shown_again

    def _show(self, number: int) -> dict[str, str]:
        """Return a message as SQS hands it out."""
        body = json.dumps({"responsePayload": {"errorType": "Oops"}})
        return {"MessageId": str(number), "ReceiptHandle": str(number), "Body": body}
