"""Is the function woken, may it do its work, and is anything left behind?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, looked_at, unknown, wrong
from ops.doctor.trigger_checks import check_trigger
from ops.problem import code_of
from settings import FACE, Settings

OBJECT_ACTIONS = [
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectVersionTagging",
]


@dataclass(frozen=True, kw_only=True)
class StackChecks:
    """
    Looks at what is deployed.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        settings: The function's.
    """

    aws: AWS
    stack: Stack
    settings: Settings

    def run(self) -> Iterator[Check]:
        """Look at everything; what may not be seen is unknown."""
        yield looked_at("function", self._function)
        yield looked_at(
            "trigger", lambda: check_trigger(self.aws, self.stack, self.settings)
        )
        yield looked_at("role", self._role)
        yield looked_at("retries", self._retries)
        yield looked_at("dead-letters", self._dead_letters)

    def _function(self) -> Check:
        """Tell whether the function can be invoked at all."""
        name = self.stack.outputs["FunctionName"]
        state = self.stack.function.get("State", "Active")
        if state not in ("Active", "Inactive"):
            return wrong("function", f"{name} is {state}", "Deploy it anew.")
        found = self.aws.function.get_function_concurrency(FunctionName=name)
        if found.get("ReservedConcurrentExecutions") == 0:
            finding = f"{name} is switched off: its reserved concurrency is 0"
            remedy = f"aws lambda delete-function-concurrency --function-name {name}"
            return wrong("function", finding, remedy)
        return fine("function", f"{name} can be invoked")

    def _role(self) -> Check:
        """Have IAM say what the function's role may do."""
        denied = []
        for actions, resource, context in self._needed():
            answer = self.aws.iam.simulate_principal_policy(
                PolicySourceArn=self.stack.function["Role"],
                ActionNames=actions,
                ResourceArns=[resource],
                ContextEntries=context,
            )
            denied += [
                f"{it['EvalActionName']} on {resource}"
                for it in answer["EvaluationResults"]
                if it["EvalDecision"] != "allowed"
            ]
        if denied:
            remedy = "Give it back to the role: docs/security.md lists what it needs."
            return wrong("role", "it may not " + ", ".join(denied), remedy)
        return fine("role", "all that it needs is open to it")

    def _needed(self) -> Iterator[tuple[list[str], str, list[Any]]]:
        """Return what the role needs: actions, resource, and what goes with them."""
        head, partition = self.settings.key_pattern.head, self._partition
        prefix = {
            "ContextKeyName": "s3:prefix",
            "ContextKeyType": "string",
            "ContextKeyValues": [head],
        }
        bucket = f"arn:{partition}:s3:::{self.settings.bucket_name}"
        yield ["s3:ListBucket"], bucket, [prefix]
        yield OBJECT_ACTIONS, f"{bucket}/{head}picture.jpg", []
        if self.settings.crop_position == FACE:
            yield ["rekognition:DetectFaces"], "*", []
        secret = self.settings.authgear_secret_id
        if secret.startswith("arn:"):
            yield ["secretsmanager:GetSecretValue"], secret, []
        queue = self._attributes("RetryQueueUrl")["QueueArn"]
        yield ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], queue, []

    @property
    def _partition(self) -> str:
        """Return the partition, which is `aws` but in China and for governments."""
        return self.stack.function_arn.split(":")[1]

    def _retries(self) -> Check:
        """Follow what has failed: to the retry queue, back, and to the dead letters."""
        name = self.stack.outputs["FunctionName"]
        queue = self._attributes("RetryQueueUrl")
        dead = self._attributes("DeadLetterQueueUrl")["QueueArn"]
        try:
            config = self.aws.function.get_function_event_invoke_config(
                FunctionName=name
            )
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            config = None
        destination: Any = dict(config or {}).get("DestinationConfig", {})
        on_failure = destination.get("OnFailure", {})
        mappings = self.aws.function.list_event_source_mappings(
            FunctionName=name, EventSourceArn=queue["QueueArn"]
        )["EventSourceMappings"]
        redrive = json.loads(queue.get("RedrivePolicy", "{}"))
        breaks = {
            "failures do not go to the retry queue": on_failure.get("Destination")
            != queue["QueueArn"],
            "the function does not read the retry queue": not any(
                it.get("State") in ("Enabled", "Creating", "Enabling")
                for it in mappings
            ),
            "the retry queue has no dead-letter queue": redrive.get(
                "deadLetterTargetArn"
            )
            != dead,
        }
        found = [text for text, is_broken in breaks.items() if is_broken]
        if found:
            return wrong("retries", "; ".join(found), "Deploy the stack anew.")
        waiting = queue.get("ApproximateNumberOfMessages", "0")
        return fine("retries", f"every way is whole; {waiting} wait for their turn")

    def _dead_letters(self) -> Check:
        """Count what has failed for a day."""
        attributes = self._attributes("DeadLetterQueueUrl")
        count = int(attributes.get("ApproximateNumberOfMessages", 0))
        if count:
            remedy = f"See and replay them: ops replay --stack {self.stack.name}"
            return wrong("dead-letters", f"{count} have failed for a day", remedy)
        return fine("dead-letters", "there are none")

    def _attributes(self, output: str) -> dict[str, str]:
        """Return a queue's attributes."""
        answer = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.stack.output(output), AttributeNames=["All"]
        )
        return {str(name): value for name, value in answer["Attributes"].items()}


def check_bucket(aws: AWS, settings: Settings) -> Iterator[Check]:
    """List a little of the bucket, with the operator's own credentials."""
    yield looked_at("bucket", lambda: _list(aws, settings))


def _list(aws: AWS, settings: Settings) -> Check:
    """List a little of the bucket."""
    name, head = settings.bucket_name, settings.key_pattern.head
    try:
        answer = aws.s3.list_objects_v2(Bucket=name, Prefix=head, MaxKeys=1)
    except ClientError as error:
        if code_of(error) == "NoSuchBucket":
            return wrong("bucket", f"there is no bucket {name}", "Check BucketName.")
        raise
    if not answer.get("Contents"):
        return unknown("bucket", f"{name} has no object under {head!r} yet")
    return fine("bucket", f"{name} can be listed")
