"""Does what has failed come back, does bulk work go on, and is anything left behind?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong
from ops.doctor.function_queue import Found, FunctionQueue, read_attributes


@dataclass
class QueueChecks:
    """
    Looks at the retry queue, the bulk queue and the dead-letter queue.

    Args:
        aws: Clients of AWS.

        stack: The stack.
    """

    aws: AWS
    stack: Stack

    @cached_property
    def retry_queue(self) -> FunctionQueue:
        """The retry queue."""
        return FunctionQueue(
            self.aws, self.stack, "retry queue", "RetryQueueUrl", "--batch-size 1"
        )

    @cached_property
    def bulk_queue(self) -> FunctionQueue:
        """The bulk queue."""
        return FunctionQueue(
            self.aws,
            self.stack,
            "bulk queue",
            "BulkQueueUrl",
            "--batch-size 5 --maximum-batching-window-in-seconds 2",
            f"ops bulk resume --stack {self.stack.name}",
        )

    def check_retries(self) -> Check:
        """Follow what has failed: to the retry queue, back, and to the dead letters."""
        queue = self.retry_queue
        for problem in (
            self._find_destination_problem,
            queue.find_mapping_problem,
            queue.find_redrive_problem,
            self._find_policy_problem,
        ):
            found = problem()
            if found:
                return wrong("retries", *found)
        return fine(
            "retries",
            f"failures get there and are repeated; {queue.waiting} wait",
        )

    def check_bulk(self) -> Check:
        """Follow bulk work: from its queue to the function, and the dead letters."""
        queue = self.bulk_queue
        waiting = f"{queue.waiting} messages wait"
        for problem in (queue.find_mapping_problem, queue.find_redrive_problem):
            found = problem()
            if found:
                finding, remedy = found
                return wrong("bulk", f"{finding}; {waiting}", remedy)
        return fine("bulk", f"the function reads the queue; {waiting}")

    def check_dead_letters(self) -> Check:
        """Count what has failed for a day."""
        url = self.stack.output("DeadLetterQueueUrl")
        attributes = read_attributes(self.aws, url)
        count = int(attributes.get("ApproximateNumberOfMessages", 0))
        if count:
            remedy = f"ops replay --stack {self.stack.name}"
            return wrong("dead-letters", f"{count} have failed for a day", remedy)
        return fine("dead-letters", "the queue is empty")

    def _find_destination_problem(self) -> Found:
        """Return what is wrong on the way from the function to the retry queue."""
        name, arn = self.stack.function_name, self.retry_queue.arn
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

    def _find_policy_problem(self) -> Found:
        """Return what is wrong on the way from EventBridge to the retry queue."""
        if self.stack.parameters.get("CreateBucket", "true") != "false":
            return None
        policy = json.loads(self.retry_queue.attributes.get("Policy") or "{}")
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
