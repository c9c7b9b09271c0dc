"""A queue that the function reads: is the way through it whole?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from ops.aws import AWS
from ops.bulk import ON, WAITING
from ops.deployment import Stack

Found = tuple[str, str] | None  # what is wrong, and what to do about it
MOST_TRIES = 96  # the template's: x 15 minutes = one day


@dataclass
class FunctionQueue:
    """
    Looks at a queue that the function reads.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        name: How a finding calls it.

        output: The stack's output that holds its URL.

        mapping: How the template connects it, as options of the AWS CLI.

        resume: The command that switches a mapping on; empty for the AWS CLI's.
    """

    aws: AWS
    stack: Stack
    name: str
    output: str
    mapping: str
    resume: str = ""

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The queue's attributes."""
        return read_attributes(self.aws, self.stack.output(self.output))

    @property
    def arn(self) -> str:
        """The queue's ARN, whether or not it is still there."""
        return queue_arn(self.stack, self.output)

    @property
    def waiting(self) -> int:
        """About how many messages wait, those that are being tried included."""
        return sum(int(self.attributes.get(name, 0)) for name in WAITING)

    def find_mapping_problem(self) -> Found:
        """Return what is wrong on the way from the queue to the function."""
        name = self.stack.function_name
        found = self.aws.function.list_event_source_mappings(
            FunctionName=name, EventSourceArn=self.arn
        )["EventSourceMappings"]
        if any(it.get("State") in ON for it in found):
            return None
        if found:
            identity = found[0].get("UUID", "")
            return f"the function's reading of the {self.name} is switched off", (
                self.resume
                or f"aws lambda update-event-source-mapping --uuid {identity} --enabled"
            )
        return f"the function does not read the {self.name}", (
            f"aws lambda create-event-source-mapping --function-name {name} "
            f"--event-source-arn {self.arn} {self.mapping} "
            "--function-response-types ReportBatchItemFailures "
            "--scaling-config MaximumConcurrency=2"
        )

    def find_redrive_problem(self) -> Found:
        """Return what is wrong on the way from the queue to the dead letters."""
        dead = queue_arn(self.stack, "DeadLetterQueueUrl")
        redrive = json.loads(self.attributes.get("RedrivePolicy") or "{}")
        if redrive.get("deadLetterTargetArn") == dead:
            return None
        policy = json.dumps(
            {"deadLetterTargetArn": dead, "maxReceiveCount": MOST_TRIES}
        )
        attributes = json.dumps({"RedrivePolicy": policy})
        return f"the {self.name} has no dead-letter queue", (
            f"aws sqs set-queue-attributes --queue-url "
            f"{self.stack.output(self.output)} --attributes '{attributes}'"
        )


def read_attributes(aws: AWS, url: str) -> dict[str, str]:
    """Return a queue's attributes."""
    answer = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return {str(name): value for name, value in answer["Attributes"].items()}


def queue_arn(stack: Stack, output: str) -> str:
    """Return the ARN of the queue whose URL is an output: a URL ends with its name."""
    name = stack.output(output).rpartition("/")[2]
    return f"arn:{stack.partition}:sqs:{stack.region}:{stack.account}:{name}"
