"""Does a new object wake the function?"""

from __future__ import annotations

import json
from collections.abc import Iterator
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
REMEDY = (
    "Deploy the stack anew; a bucket that was there before needs EventBridge "
    "switched on."
)


def check_trigger(aws: AWS, stack: Stack, settings: Settings) -> Check:
    """Follow an object's event from the bucket to the function."""
    name, head = settings.bucket_name, settings.key_pattern.head
    notification = aws.s3.get_bucket_notification_configuration(Bucket=name)
    ways = [*_notified(notification, stack, head)]
    ways += [*_rules(aws, stack, name, head)]
    if "EventBridgeConfiguration" not in notification:
        ways = [
            (way, why or "the bucket does not send events to EventBridge")
            if way.startswith("rule")
            else (way, why)
            for way, why in ways
        ]
    if not ways:
        return wrong("trigger", f"{name} tells nobody of new objects", REMEDY)
    found = next((way for way, why in ways if why == ""), None)
    if found is None:
        reasons = "; ".join(f"{way}: {why}" for way, why in ways)
        return wrong("trigger", f"{name} does not wake it: {reasons}", REMEDY)
    service = "events" if found.startswith("rule") else "s3"
    if f"{service}.amazonaws.com" not in _invokers(aws, stack):
        finding = f"{service}.amazonaws.com may not invoke the function"
        return wrong(
            "trigger", finding, "Deploy the stack anew: its permission is gone."
        )
    return fine("trigger", f"woken by {name} by {found}")


def _notified(
    notification: Notification, stack: Stack, head: str
) -> Iterator[tuple[str, str]]:
    """Return each notification to the function, and why it does not do."""
    for it in notification.get("LambdaFunctionConfigurations", []):
        if it["LambdaFunctionArn"] != stack.function_arn:
            continue
        rules = it.get("Filter", {}).get("Key", {}).get("FilterRules", [])
        limits = {rule.get("Name", "").lower(): rule.get("Value", "") for rule in rules}
        why = ""
        if not CREATED & set(it["Events"]):
            why = "it does not tell of new objects"
        elif not head.startswith(limits.get("prefix", "")):
            why = f"its prefix is {limits['prefix']!r}, the pattern's is {head!r}"
        elif limits.get("suffix"):
            why = f"it tells only of names that end in {limits['suffix']!r}"
        yield "notification", why


def _rules(aws: AWS, stack: Stack, bucket: str, head: str) -> Iterator[tuple[str, str]]:
    """Return each rule of EventBridge with the function, and why it does not do."""
    names = aws.events.list_rule_names_by_target(TargetArn=stack.function_arn)
    for name in names["RuleNames"]:
        rule = aws.events.describe_rule(Name=name)
        pattern = json.loads(rule.get("EventPattern", "{}"))
        yield f"rule {name}", _why_not(pattern, rule.get("State", ""), bucket, head)


def _why_not(pattern: dict[str, Any], state: str, bucket: str, head: str) -> str:
    """Return why a rule does not pass a new object on, or nothing."""
    detail = pattern.get("detail", {})
    names = detail.get("bucket", {}).get("name", [bucket])
    keys = detail.get("object", {}).get("key", [{"prefix": ""}])
    prefixes = [key.get("prefix") for key in keys if isinstance(key, dict)]
    if state == "DISABLED":
        return "it is switched off"
    if "Object Created" not in pattern.get("detail-type", ["Object Created"]):
        return "it does not pass on new objects"
    if bucket not in names:
        return f"it is for {', '.join(map(str, names))}"
    if not any(prefix is not None and head.startswith(prefix) for prefix in prefixes):
        return f"it is for {prefixes}, the pattern's prefix is {head!r}"
    return ""


def _invokers(aws: AWS, stack: Stack) -> set[str]:
    """Return the services that the function's own policy lets in."""
    name = stack.outputs["FunctionName"]
    try:
        policy = json.loads(aws.function.get_policy(FunctionName=name)["Policy"])
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return set()
    principals = [it.get("Principal", {}) for it in policy.get("Statement", [])]
    return {p.get("Service", "") for p in principals if isinstance(p, dict)}
