"""The bulk queue's event source mapping: the function works while a command sleeps."""

from __future__ import annotations

import io
import json
from typing import Any

from ops.aws import AWS
from tests.fakes.aws_calls import answer_calls
from tests.fakes.execution import Execution

BATCH = 5  # messages of one invocation, as in template.yaml


class FakeBulkMapping:
    """
    Invokes the function: when a command asks, and with messages of the bulk queue.

    Args:
        aws: Clients of the local system.

        execution: Runs the function.

        queue_url: The bulk queue.

        queue_arn: Its ARN.

    Attributes:
        answers: The answers to the next direct invocations, instead of the function's.

        invoked: The events of direct invocations.
    """

    def __init__(
        self, aws: AWS, execution: Execution, queue_url: str, queue_arn: str
    ) -> None:
        self._sqs = aws.sqs
        self._execution = execution
        self._queue_url = queue_url
        self._queue_arn = queue_arn
        self.answers: list[dict[str, Any]] = []
        self.invoked: list[dict[str, Any]] = []
        answer_calls(aws.invoker, "Invoke", self._invoke)

    def sleep(self, seconds: float) -> None:
        """Work on one batch."""
        found = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=BATCH, VisibilityTimeout=900
        ).get("Messages", [])
        if not found:
            return
        records = [
            {
                "messageId": it["MessageId"],
                "body": it["Body"],
                "eventSource": "aws:sqs",
                "eventSourceARN": self._queue_arn,
            }
            for it in found
        ]
        done = self._execution.invoke({"Records": records})
        failed = {it["itemIdentifier"] for it in done["batchItemFailures"]}
        for message in found:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(
                    QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def _invoke(self, request: dict[str, Any]) -> dict[str, Any]:
        """Invoke the function, as Lambda does with a call that waits for the answer."""
        assert request["InvocationType"] == "RequestResponse"
        event = json.loads(request["Payload"])
        self.invoked.append(event)
        if self.answers:
            answer = self.answers.pop(0)
        else:
            answer = {"content": self._execution.invoke(event)}
        content = io.BytesIO(json.dumps(answer.pop("content")).encode())
        return {"StatusCode": 200, "Payload": content, **answer}
