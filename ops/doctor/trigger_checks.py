"""Does a new object invoke the function?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong
from ops.problem import code_of
from settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        NotificationConfigurationResponseTypeDef as Notification,
    )

CREATED = {"s3:ObjectCreated:*", "s3:ObjectCreated:Put"}
EVENT_BRIDGE = (
    "Switch EventBridge on for the bucket: docs/existing-bucket.md has the command."
)


@dataclass(frozen=True)
class Way:
    """
    A way on which a bucket's event may come to the function.

    Args:
        name: The notification or the rule.

        service: The service that invokes the function on it.

        problem: Why no event comes; empty if they do.

        remedy: The remedy for that.
    """

    name: str
    service: str
    problem: str = ""
    remedy: str = ""


def check_trigger(aws: AWS, stack: Stack, settings: Settings) -> Check:
    """Follow an object's event from the bucket to the function."""
    bucket, head = settings.bucket_name, settings.key_pattern.head
    notification = aws.s3.get_bucket_notification_configuration(Bucket=bucket)
    ways = [*_notified(notification, stack, head)]
    has_events = "EventBridgeConfiguration" in notification
    ways += _rules(aws, stack, bucket, head, has_events=has_events)
    way = next((it for it in ways if not it.problem), None)
    if way is None:
        return _broken(bucket, ways, notification, stack, head)
    if way.service not in _invokers(aws, stack):
        remedy = _permission(stack, bucket, way)
        return wrong("trigger", f"{way.service} may not invoke it", remedy)
    return fine("trigger", f"{bucket} invokes the function, by {way.name}")


def _broken(
    bucket: str, ways: list[Way], notification: Notification, stack: Stack, head: str
) -> Check:
    """Return the check of a bucket whose events do not come to the function."""
    if ways:
        reasons = "; ".join(f"{way.name}: {way.problem}" for way in ways)
        return wrong(
            "trigger", f"{bucket} does not invoke it: {reasons}", ways[0].remedy
        )
    if stack.parameters.get("CreateBucket", "true") == "false":
        finding = "no rule of EventBridge passes the bucket's events to the function"
        remedy = (
            "The stack's rule has lost its target: remove the stack and deploy it "
            "again; bucket and pictures stay."
        )
        return wrong("trigger", finding, remedy)
    finding = f"{bucket} sends no events of new objects"
    others = [
        it["LambdaFunctionArn"].rpartition(":")[2]
        for it in notification.get("LambdaFunctionConfigurations", [])
    ]
    if others:
        finding = f"{bucket} sends its events to another function: {', '.join(others)}"
    return wrong("trigger", finding, _notify(bucket, stack, head))


def _notify(bucket: str, stack: Stack, head: str) -> str:
    """
    Say how a notification is put back without touching the others.

    The AWS CLI can only replace all of a bucket's notifications; a deployment changes
    nothing, since CloudFormation compares templates, not buckets.
    """
    return (
        f"In the S3 console, {bucket} > Properties > Event notifications: one for all "
        f"object create events, prefix {head!r}, no suffix, to the Lambda function "
        f"{stack.function_name}."
    )


def _permission(stack: Stack, bucket: str, way: Way) -> str:
    """Return the command that lets a service invoke the function again."""
    source = f"arn:{stack.partition}:s3:::{bucket} --source-account {stack.account}"
    if way.service.startswith("events"):
        place = f"{stack.region}:{stack.account}"
        rule = way.name.replace(" ", "/")
        source = f"arn:{stack.partition}:events:{place}:{rule}"
    return (
        f"aws lambda add-permission --function-name {stack.function_name} "
        f"--statement-id {way.service.partition('.')[0]}-invokes "
        f"--action lambda:InvokeFunction --principal {way.service} "
        f"--source-arn {source}"
    )


def _notified(notification: Notification, stack: Stack, head: str) -> Iterator[Way]:
    """Return each notification to the function, and why it does not do."""
    for it in notification.get("LambdaFunctionConfigurations", []):
        if it["LambdaFunctionArn"] != stack.function_arn:
            continue
        rules = it.get("Filter", {}).get("Key", {}).get("FilterRules", [])
        limits = {rule.get("Name", "").lower(): rule.get("Value", "") for rule in rules}
        why = ""
        if not CREATED & set(it["Events"]):
            why = "it does not report new objects"
        elif not head.startswith(limits.get("prefix", "")):
            why = f"its prefix is {limits['prefix']!r}, the pattern's is {head!r}"
        elif limits.get("suffix"):
            why = f"it sends events only for names that end in {limits['suffix']!r}"
        bucket = stack.outputs.get("BucketName", "the bucket")
        remedy = f"Replace it. {_notify(bucket, stack, head)}" if why else ""
        yield Way("notification", "s3.amazonaws.com", why, remedy)


def _rules(
    aws: AWS, stack: Stack, bucket: str, head: str, *, has_events: bool
) -> Iterator[Way]:
    """Return each rule of EventBridge with the function, and why it does not do."""
    names = aws.events.list_rule_names_by_target(TargetArn=stack.function_arn)
    for name in names["RuleNames"]:
        rule = aws.events.describe_rule(Name=name)
        pattern = json.loads(rule.get("EventPattern", "{}"))
        why = _why_not(pattern, bucket, head)
        remedy = f"Deploy with BucketName={bucket} and the pattern of the function."
        if rule.get("State") == "DISABLED":
            why, remedy = "it is switched off", f"aws events enable-rule --name {name}"
        if not why and not has_events:
            why = "the bucket does not send events to EventBridge"
            remedy = EVENT_BRIDGE
        yield Way(f"rule {name}", "events.amazonaws.com", why, remedy if why else "")


def _why_not(pattern: dict[str, Any], bucket: str, head: str) -> str:
    """Return why a rule does not pass a new object on, or nothing."""
    detail = pattern.get("detail", {})
    names = detail.get("bucket", {}).get("name", [bucket])
    keys = detail.get("object", {}).get("key", [{"prefix": ""}])
    prefixes = [key.get("prefix") for key in keys if isinstance(key, dict)]
    if "Object Created" not in pattern.get("detail-type", ["Object Created"]):
        return "it does not pass on new objects"
    if bucket not in names:
        return f"it is for {', '.join(map(str, names))}"
    if not any(prefix is not None and head.startswith(prefix) for prefix in prefixes):
        return f"it is for {prefixes}, the pattern's prefix is {head!r}"
    return ""


def _invokers(aws: AWS, stack: Stack) -> set[str]:
    """Return the services that the function's own policy lets in."""
    try:
        answer = aws.function.get_policy(FunctionName=stack.function_name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return set()
    policy = json.loads(answer["Policy"])
    principals = [it.get("Principal", {}) for it in policy.get("Statement", [])]
    return {p.get("Service", "") for p in principals if isinstance(p, dict)}
