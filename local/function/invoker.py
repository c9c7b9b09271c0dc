"""Lambda's asynchronous invocation: a queue, two retries, a destination of failures."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local.function.execution import Execution, Invocation
from local.function.worker import FUNCTION_ARN

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# Lambda tries again after one minute and after two; a second stands for a minute.
RETRY_DELAYS = (1, 2)
POLL = 1  # seconds of long polling, and thus until a stop is noticed
HELD = 900  # seconds for which no other worker sees an event that one has


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """
    One event, answered or given up.

    Args:
        event: What the function was invoked with.

        invocations: Every attempt, the last one last.

        seconds: From the event to the end of the last attempt.
    """

    event: Any
    invocations: tuple[Invocation, ...]
    seconds: float


class Invoker:
    """
    Invokes the function for every event in a queue, as Lambda does for S3.

    Args:
        sqs: The client.

        events: URL of the queue of events.

        failures: URL of the queue that takes what failed for the last time.

        executions: As many events are worked on at once.

        on_delivery: Told of each event when it is done with.

        on_invocation: Told of each attempt as it ends.

        retry_delays: Seconds before each further attempt.
    """

    def __init__(
        self,
        sqs: SQSClient,
        *,
        events: str,
        failures: str,
        executions: Sequence[Execution],
        on_delivery: Callable[[Delivery], None],
        on_invocation: Callable[[Invocation], None] = lambda _: None,
        retry_delays: Sequence[int] = RETRY_DELAYS,
    ) -> None:
        self._sqs = sqs
        self._events = events
        self._failures = failures
        self._executions = executions
        self._on_delivery = on_delivery
        self._on_invocation = on_invocation
        self._retry_delays = retry_delays
        self._attempts: defaultdict[str, list[Invocation]] = defaultdict(list)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=[execution], daemon=True)
            for execution in executions
        ]

    def start(self) -> None:
        """Start the function's processes, then to invoke it."""
        for execution in self._executions:
            execution.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was begun; leave the rest in the queue."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident:
                thread.join()
        for execution in self._executions:
            execution.stop()

    def _work(self, execution: Execution) -> None:
        """Take events until stopped."""
        while not self._stopping.is_set():
            answer = self._sqs.receive_message(
                QueueUrl=self._events,
                WaitTimeSeconds=POLL,
                VisibilityTimeout=HELD,
                MessageSystemAttributeNames=["SentTimestamp"],
            )
            for message in answer.get("Messages", []):
                self._deliver(message, execution)

    def _deliver(self, message: MessageTypeDef, execution: Execution) -> None:
        """Invoke the function once; see to what must happen after it."""
        event, request_id = json.loads(message["Body"]), message["MessageId"]
        attempts = self._attempts[request_id]
        attempts.append(execution.invoke(event, request_id))
        self._on_invocation(attempts[-1])
        failed = attempts[-1].error is not None
        if failed and len(attempts) <= len(self._retry_delays):
            self._sqs.change_message_visibility(
                QueueUrl=self._events,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=self._retry_delays[len(attempts) - 1],
            )
            return
        if failed:
            record = failure_record(event, request_id, attempts)
            self._sqs.send_message(
                QueueUrl=self._failures, MessageBody=json.dumps(record)
            )
        self._sqs.delete_message(
            QueueUrl=self._events, ReceiptHandle=message["ReceiptHandle"]
        )
        self._finish(event, request_id, float(message["Attributes"]["SentTimestamp"]))

    def _finish(self, event: Any, request_id: str, sent: float) -> None:
        """Hand on an event that is done with; `sent` is in ms since the epoch."""
        self._on_delivery(
            Delivery(
                event=event,
                invocations=tuple(self._attempts.pop(request_id)),
                seconds=time.time() - sent / 1000,
            )
        )


def failure_record(
    event: Any, request_id: str, attempts: Sequence[Invocation]
) -> dict[str, Any]:
    """Return what Lambda sends to the destination of failures."""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{FUNCTION_ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": len(attempts),
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": attempts[-1].error,
    }
