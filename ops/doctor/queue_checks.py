"""Does what has failed come back, and is anything left behind?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong

ON = ("Enabled", "Creating", "Enabling", "Updating")


@dataclass
class QueueChecks:
    """
    Looks at the retry queue and the dead-letter queue.

    Args:
        aws: Clients of AWS.

        stack: The stack.
    """

    aws: AWS
    stack: Stack

    @cached_property
    def retry_queue(self) -> dict[str, str]:
        """The retry queue's attributes."""
        return self._attributes("RetryQueueUrl")

    def check_retries(self) -> Check:
        """Follow what has failed: to the retry queue, back, and to the dead letters."""
        for problem in (self._destination, self._mapping, self._redrive, self._policy):
            found = problem()
            if found:
                return wrong("retries", *found)
        waiting = self.retry_queue.get("ApproximateNumberOfMessages", "0")
        return fine("retries", f"every way is whole; {waiting} wait for their turn")

    def check_dead_letters(self) -> Check:
        """Count what has failed for a day."""
        attributes = self._attributes("DeadLetterQueueUrl")
        count = int(attributes.get("ApproximateNumberOfMessages", 0))
        if count:
            remedy = f"ops replay --stack {self.stack.name}"
            return wrong("dead-letters", f"{count} have failed for a day", remedy)
        return fine("dead-letters", "there are none")

    def _destination(self) -> tuple[str, str] | None:
        """Return what is wrong on the way from the function to the retry queue."""
        name, arn = self.stack.function_name, self.retry_queue["QueueArn"]
        # The template's configuration has the qualifier $LATEST; one that was put by
        # hand may have none. S3 invokes the function of either.
        found = self.aws.function.list_function_event_invoke_configs(FunctionName=name)
        for config in found["FunctionEventInvokeConfigs"]:
            is_ours = config["FunctionArn"].rpartition(":")[2] in (name, "$LATEST")
            on_failure = config.get("DestinationConfig", {}).get("OnFailure", {})
            if is_ours and on_failure.get("Destination") == arn:
                return None
        wanted = json.dumps({"OnFailure": {"Destination": arn}}, separators=(",", ":"))
        remedy = (
            f"aws lambda put-function-event-invoke-config --function-name {name} "
            "--maximum-retry-attempts 2 --maximum-event-age-in-seconds 21600 "
            f"--destination-config '{wanted}'"
        )
        return "failures do not go to the retry queue", remedy

    def _mapping(self) -> tuple[str, str] | None:
        """Return what is wrong on the way from the retry queue to the function."""
        name, arn = self.stack.function_name, self.retry_queue["QueueArn"]
        found = self.aws.function.list_event_source_mappings(
            FunctionName=name, EventSourceArn=arn
        )["EventSourceMappings"]
        if any(it.get("State") in ON for it in found):
            return None
        if found:
            finding = "the function's reading of the retry queue is switched off"
            identity = found[0].get("UUID", "")
            return finding, (
                f"aws lambda update-event-source-mapping --uuid {identity} --enabled"
            )
        return "the function does not read the retry queue", (
            f"aws lambda create-event-source-mapping --function-name {name} "
            f"--event-source-arn {arn} --batch-size 1 "
            "--function-response-types ReportBatchItemFailures "
            "--scaling-config MaximumConcurrency=2"
        )

    def _redrive(self) -> tuple[str, str] | None:
        """Return what is wrong on the way from the retry queue to the dead letters."""
        dead = self._attributes("DeadLetterQueueUrl")["QueueArn"]
        redrive = json.loads(self.retry_queue.get("RedrivePolicy", "{}"))
        if redrive.get("deadLetterTargetArn") == dead:
            return None
        policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 96})
        attributes = json.dumps({"RedrivePolicy": policy})
        return "the retry queue has no dead-letter queue", (
            f"aws sqs set-queue-attributes --queue-url "
            f"{self.stack.output('RetryQueueUrl')} --attributes '{attributes}'"
        )

    def _policy(self) -> tuple[str, str] | None:
        """Return what is wrong on the way from EventBridge to the retry queue."""
        if self.stack.parameters.get("CreateBucket", "true") != "false":
            return None
        policy = json.loads(self.retry_queue.get("Policy") or "{}")
        for statement in policy.get("Statement", []):
            principal = statement.get("Principal", {})
            service = principal.get("Service") if isinstance(principal, dict) else ""
            if service == "events.amazonaws.com" and statement["Effect"] == "Allow":
                return None
        finding = "EventBridge may not put into the retry queue what it cannot deliver"
        remedy = (
            "Give the queue's policy the statement TakeWhatTheRuleCouldNotDeliver of "
            "template.yaml again. `sam deploy` alone does not: CloudFormation sees no "
            "change."
        )
        return finding, remedy

    def _attributes(self, output: str) -> dict[str, str]:
        """Return a queue's attributes."""
        answer = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.stack.output(output), AttributeNames=["All"]
        )
        return {str(name): value for name, value in answer["Attributes"].items()}
