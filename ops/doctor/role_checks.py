"""May the function do its work? IAM is asked about the function's own role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong
from settings import FACE, Settings

OBJECT_ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectVersionTagging",
)
QUEUE_ACTIONS = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
)
# Actions, a resource, and what goes with a request for them.
Need = tuple[Iterable[str], str, Mapping[str, str]]
REMEDY = (
    "Restore the role's policy from the stack's template; docs/security.md lists what "
    "it needs. `sam deploy` alone does not: CloudFormation sees no change."
)


@dataclass(frozen=True)
class RoleCheck:
    """
    Looks at the role.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        settings: The function's.

        queue_arns: Of the queues that the function reads and fills.
    """

    aws: AWS
    stack: Stack
    settings: Settings
    queue_arns: Iterable[str]

    def look(self) -> Check:
        """Have IAM say what the role may do."""
        role = self.stack.function["Role"]
        return find_denial(self.aws, role, self._needed()) or fine(
            "role", "it may do all that it needs"
        )

    def _needed(self) -> Iterator[Need]:
        """Return what the role needs: actions, resource, and what goes with them."""
        head, partition = self.settings.key_pattern.head, self.stack.partition
        ours = {"aws:ResourceAccount": self.stack.account}
        bucket = f"arn:{partition}:s3:::{self.settings.bucket_name}"
        yield ["s3:ListBucket"], bucket, ours | {"s3:prefix": head}
        yield OBJECT_ACTIONS, f"{bucket}/{head}picture.jpg", ours
        if self.settings.crop_position == FACE:
            yield ["rekognition:DetectFaces"], "*", {}
        secret = self.settings.authgear_secret_id
        if secret.startswith("arn:"):
            yield ["secretsmanager:GetSecretValue"], secret, {}
        for queue_arn in self.queue_arns:
            yield QUEUE_ACTIONS, queue_arn, {}
        yield from need_key(self.stack, "BucketKmsKeyArn", "s3")
        yield from need_key(self.stack, "SecretKmsKeyArn", "secretsmanager")


def need_key(stack: Stack, parameter: str, service: str) -> Iterator[Need]:
    """Return the need for a KMS key, if the stack has one, through a service."""
    key = stack.parameters.get(parameter, "")
    if key:
        suffix = "amazonaws.com.cn" if stack.partition == "aws-cn" else "amazonaws.com"
        via = f"{service}.{stack.region}.{suffix}"
        yield ["kms:Decrypt"], key, {"kms:ViaService": via}


def find_denial(
    aws: AWS, role: str, needs: Iterable[Need], name: str = "role"
) -> Check | None:
    """
    Have IAM say what a role may not do.

    Args:
        aws: Clients of AWS.

        role: The role's ARN.

        needs: The rights that it needs.

        name: The check's.
    """
    denied, remedies = [], []
    for actions, resource, context in needs:
        answer = aws.iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=[*actions],
            ResourceArns=[resource],
            ContextEntries=[_entry(key, value) for key, value in context.items()],
        )
        for result in answer["EvaluationResults"]:
            if result["EvalDecision"] != "allowed":
                action = result["EvalActionName"]
                denied.append(f"{action} on {resource}")
                remedies.append(_remedy(action, result))
    if not denied:
        return None
    subject = "it" if name == "role" else f"the {name} function"
    return wrong(name, f"{subject} may not " + ", ".join(denied), remedies[0])


def _entry(name: str, value: str) -> Any:
    """Return a condition's key with its value, as IAM takes it."""
    return {
        "ContextKeyName": name,
        "ContextKeyType": "string",
        "ContextKeyValues": [value],
    }


def _remedy(action: str, result: Any) -> str:
    """Say who denies it: the organization, a boundary, or the role's own policy."""
    organization = result.get("OrganizationsDecisionDetail", {})
    if organization.get("AllowedByOrganizations") is False:
        return f"A policy of the organization denies it: have it allow {action}."
    boundary = result.get("PermissionsBoundaryDecisionDetail", {})
    if boundary.get("AllowedByPermissionsBoundary") is False:
        return f"The role's permissions boundary denies it: have it allow {action}."
    if action == "rekognition:DetectFaces":
        return "Deploy with CropPosition=face: it was only set at the function."
    return REMEDY
