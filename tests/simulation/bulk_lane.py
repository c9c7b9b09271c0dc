"""The bulk queue and its workers, as SQS and Lambda have them, in virtual time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from greenlet import greenlet

from tests.simulation.lambda_service import Handler
from tests.simulation.lanes import BulkNumbers
from tests.simulation.limited import Time

URL = "https://sqs.us-east-1.amazonaws.com/123456789012/bulk"
ARN = "arn:aws:sqs:us-east-1:123456789012:bulk"
TIMEOUT = 120  # seconds of one invocation


@dataclass(kw_only=True)
class BulkLane:
    """
    Takes messages, and invokes the function with batches of them.

    Args:
        time: Its time.

        numbers: The template's numbers.

        start_execution: Starts the execution environment of a worker.

        random: Names messages.

    Attributes:
        dead: What ended in the dead-letter queue.

        batches: How many batches had which size.

        oldest: Seconds that the oldest message was queued.

        busy: Seconds of all invocations.
    """

    time: Time
    numbers: BulkNumbers
    start_execution: Callable[[], Handler]
    random: Random
    dead: list[dict[str, Any]] = field(default_factory=list)
    batches: Counter[int] = field(default_factory=Counter)
    oldest: float = 0.0
    busy: float = 0.0

    def __post_init__(self) -> None:
        """Begin with an empty queue."""
        self.queue: deque[dict[str, Any]] = deque()
        self.hidden = self.in_flight = 0

    def start(self) -> None:
        """Start the workers; they end with the work."""
        for _ in range(self.numbers.workers):
            self.time.after(0, greenlet(self._work).switch)

    def send_message_batch(self, *, QueueUrl: str, Entries: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Take messages, as SQS's client does."""
        assert QueueUrl == URL
        for entry in Entries:
            self.send({"body": entry["MessageBody"]}, entry.get("DelaySeconds", 0))
        return {}

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        """Count messages, as SQS's client does."""
        counts = {
            "ApproximateNumberOfMessages": str(len(self.queue)),
            "ApproximateNumberOfMessagesDelayed": str(self.hidden),
        }
        return {"Attributes": counts}

    @property
    def is_empty(self) -> bool:
        """Whether no bulk work is left."""
        return not (self.queue or self.hidden or self.in_flight)

    def send(self, message: dict[str, Any], delay: float = 0) -> None:
        """Make a message visible, at once or later."""
        message.setdefault("since", self.time.now)
        message.setdefault("messageId", f"m{self.random.getrandbits(64)}")
        if not delay:
            self.queue.append(message)
            return
        self.hidden += 1

        def show() -> None:
            self.hidden -= 1
            self.queue.append(message)

        self.time.after(delay, show)

    def _work(self) -> None:
        """Take batch after batch, until no work is left."""
        handler = self.start_execution()
        while not self.is_empty:
            if not self.queue:
                self.time.sleep(1)
                continue
            if len(self.queue) < self.numbers.batch:
                self.time.sleep(self.numbers.window)
            size = min(self.numbers.batch, len(self.queue))
            batch = [self.queue.popleft() for _ in range(size)]
            if batch:
                self._invoke(handler, batch)

    def _invoke(self, handler: Handler, batch: list[dict[str, Any]]) -> None:
        """Invoke the function with one batch."""
        start = self.time.now
        self.batches[len(batch)] += 1
        self.in_flight += len(batch)
        records = [
            {
                "messageId": it["messageId"],
                "body": it["body"],
                "eventSource": "aws:sqs",
                "eventSourceARN": ARN,
            }
            for it in batch
        ]
        answer = handler({"Records": records}, TIMEOUT)
        failed = {it["itemIdentifier"] for it in answer["batchItemFailures"]}
        self.busy += self.time.now - start
        for message in batch:
            self.oldest = max(self.oldest, self.time.now - message["since"])
            if message["messageId"] in failed:
                message["receives"] = message.get("receives", 1) + 1
                if message["receives"] > self.numbers.receives:
                    self.dead.append(message)
                else:
                    left = start + self.numbers.visibility - self.time.now
                    self.send(message, max(left, 1))
        self.in_flight -= len(batch)
