"""Does the schedule start a resync?"""

from __future__ import annotations

import json
import shlex
from typing import Any

from botocore.exceptions import ClientError

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong
from ops.doctor.function_queue import queue_arn
from ops.problem import code_of
from triggers.messages import Mode
from version import NAME

# The scheduler's message, as in the template.
MESSAGE = {"source": NAME, "resync": {"mode": Mode.SCHEDULED.value}}


def check_resync(aws: AWS, stack: Stack) -> Check:
    """Compare the schedule with the template's."""
    wanted = stack.parameters.get("ResyncSchedule", "")
    if not wanted:
        return fine("resync", "there is no schedule: ResyncSchedule is empty")
    name = stack.find_resource(aws, "ResyncTimer")
    try:
        found: dict[str, Any] = aws.scheduler.get_schedule(Name=name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        finding = f"the schedule {name} is gone: no resync is started"
        return wrong("resync", finding, _put("create-schedule", aws, stack, name))
    problem = _find_problem(found, wanted, queue_arn(stack, "BulkQueueUrl"))
    if problem:
        finding = f"the schedule {name} {problem}"
        return wrong("resync", finding, _put("update-schedule", aws, stack, name))
    return fine("resync", f"started by {wanted}, in UTC")


def _find_problem(found: dict[str, Any], wanted: str, queue: str) -> str:
    """Return why a schedule does not start the resyncs, or nothing."""
    target = found["Target"]
    if found.get("State") == "DISABLED":
        return "is switched off"
    if target["Arn"] != queue:
        return f"sends to {target['Arn']}, not to the bulk queue"
    if _parse(target.get("Input", "")) != MESSAGE:
        return "does not send the message that starts a resync"
    if found["ScheduleExpression"] != wanted:
        return f"has the time {found['ScheduleExpression']}, ResyncSchedule is {wanted}"
    return ""


def _parse(text: str) -> Any:
    """Return the message in a text, empty if absent."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _put(operation: str, aws: AWS, stack: Stack, name: str) -> str:
    """
    Return the command that makes the schedule as the template does.

    It gives all of it: an update sets what is left out to its default.
    """
    role = stack.find_resource(aws, "ResyncTimerRole")
    target = {
        "Arn": queue_arn(stack, "BulkQueueUrl"),
        "RoleArn": f"arn:{stack.partition}:iam::{stack.account}:role/{role}",
        "Input": json.dumps(MESSAGE),
    }
    return (
        f"aws scheduler {operation} --name {name} --state ENABLED "
        f"--schedule-expression {shlex.quote(stack.parameters['ResyncSchedule'])} "
        f"--flexible-time-window Mode=OFF --target {shlex.quote(json.dumps(target))}"
    )
