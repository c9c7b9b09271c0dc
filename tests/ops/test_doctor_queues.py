"""Doctor of the two queues that the function reads, and of the resync's schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ops.deployment import Stack
from ops.doctor.resync_check import check_resync
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import follow, look, wrong
from tests.ops.stack import RESOURCES, drain, queue_arn

TIMER = RESOURCES["ResyncTimer"].format(NAME)
QUEUES = pytest.mark.parametrize(
    ("check", "output", "queue"),
    [
        ("retries", "RetryQueueUrl", "retry queue"),
        ("bulk", "BulkQueueUrl", "bulk queue"),
    ],
    ids=["retry", "bulk"],
)


def find_mapping(ops: Ops, url: str) -> dict[str, Any]:
    """Return the event source mapping of a queue."""
    found = ops.aws.function.list_event_source_mappings(
        FunctionName=NAME, EventSourceArn=queue_arn(ops.aws, url)
    )
    return dict(found["EventSourceMappings"][0])


@QUEUES
def test_doctor_names_a_mapping_that_is_switched_off(
    ops: Ops, stack: dict[str, str], check: str, output: str, queue: str
) -> None:
    """Messages in the queue would wait until they expire."""
    identity = find_mapping(ops, stack[output])["UUID"]
    ops.aws.function.update_event_source_mapping(UUID=identity, Enabled=False)

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks[check]["remedy"])

    assert list(checks) == [check]
    assert f"reading of the {queue} is switched off" in checks[check]["finding"]
    assert wrong(ops, "--stack", NAME) == {}


def test_doctor_names_bulk_work_that_was_stopped(
    ops: Ops, stack: dict[str, str]
) -> None:
    """The command that resumes it is named, with the number of waiting messages."""
    url = stack["BulkQueueUrl"]
    ops.run("bulk", "stop", "--stack", NAME)
    ops.aws.sqs.send_message(QueueUrl=url, MessageBody="{}")

    check = wrong(ops, "--stack", NAME)["bulk"]
    ops.run("bulk", "resume", "--stack", NAME)
    waiting = look(ops, "--stack", NAME)["bulk"]
    drain(ops.aws, url)

    assert check["remedy"] == f"ops bulk resume --stack {NAME} --region us-east-1"
    assert "1 messages wait" in check["finding"]
    assert waiting["state"] == "fine"
    assert "1 messages wait" in waiting["finding"]


@QUEUES
def test_doctor_names_a_mapping_that_is_gone(
    ops: Ops, stack: dict[str, str], check: str, output: str, queue: str
) -> None:
    """The command makes one as the template's."""
    before = find_mapping(ops, stack[output])
    ops.aws.function.delete_event_source_mapping(UUID=before["UUID"])

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks[check]["remedy"])

    assert list(checks) == [check]
    assert f"does not read the {queue}" in checks[check]["finding"]
    assert wrong(ops, "--stack", NAME) == {}
    assert find_mapping(ops, stack[output])["BatchSize"] == before["BatchSize"]


@QUEUES
def test_doctor_names_a_queue_without_an_end(
    ops: Ops, stack: dict[str, str], check: str, output: str, queue: str
) -> None:
    """Nobody would notice a picture that fails forever."""
    url = stack[output]
    ops.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks[check]["remedy"])

    assert list(checks) == [check]
    assert f"the {queue} has no dead-letter queue" in checks[check]["finding"]
    assert wrong(ops, "--stack", NAME) == {}


def change_schedule(ops: Ops, **changes: Any) -> None:
    """Change the schedule of the resync."""
    found = ops.aws.scheduler.get_schedule(Name=TIMER)
    names = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target", "State")
    ops.aws.scheduler.update_schedule(**{it: found[it] for it in names} | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"State": "DISABLED"}, "is switched off"),
        ({"Target": {"Arn": "arn:aws:sqs:us-east-1:1:other"}}, "1:other, not to the"),
        ({"Target": {"Input": "{}"}}, "does not send the message"),
        ({"ScheduleExpression": "rate(9 days)"}, "has the time rate(9 days)"),
    ],
    ids=["disabled", "target", "message", "time"],
)
def test_doctor_names_a_schedule_that_starts_no_resync(
    ops: Ops, changes: dict[str, Any], said: str
) -> None:
    """The command gives back the whole schedule: an update replaces all of it."""
    before = ops.aws.scheduler.get_schedule(Name=TIMER)
    if "Target" in changes:
        changes = {"Target": {**before["Target"], **changes["Target"]}}
    change_schedule(ops, **changes)

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["resync"]["remedy"])

    assert list(checks) == ["resync"]
    assert said in checks["resync"]["finding"]
    assert wrong(ops, "--stack", NAME) == {}
    after = ops.aws.scheduler.get_schedule(Name=TIMER)
    assert after["Target"]["RoleArn"] == before["Target"]["RoleArn"]


def test_doctor_names_a_schedule_that_is_gone(ops: Ops) -> None:
    """The command makes it under the name by which CloudFormation knows it."""
    ops.aws.scheduler.delete_schedule(Name=TIMER)

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["resync"]["remedy"])

    assert list(checks) == ["resync"]
    assert f"the schedule {TIMER} is gone" in checks["resync"]["finding"]
    assert wrong(ops, "--stack", NAME) == {}


def test_doctor_looks_for_no_schedule_where_none_is_wanted(ops: Ops) -> None:
    """An empty ResyncSchedule is an operator's decision."""
    stack = replace(Stack.read(ops.aws, NAME), parameters={"ResyncSchedule": ""})

    check = check_resync(ops.aws, replace(stack, name="without-any"))

    assert (check.state, check.remedy) == ("fine", "")
    assert "ResyncSchedule is empty" in check.finding


def test_doctor_names_a_stack_that_is_too_old_for_bulk_work(ops: Ops) -> None:
    """An output that is missing is a finding, and the other checks go on."""
    found = ops.aws.cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
    outputs = [it for it in found["Outputs"] if it["OutputKey"] != "BulkQueueUrl"]
    old: Any = {"Stacks": [{**found, "Outputs": outputs, "Parameters": []}]}
    forget = answer_calls(ops.aws.cloudformation, "DescribeStacks", lambda _: old)

    checks = wrong(ops, "--stack", NAME)
    forget()

    assert list(checks) == ["bulk"]
    assert "Deploy the present template" in checks["bulk"]["remedy"]
