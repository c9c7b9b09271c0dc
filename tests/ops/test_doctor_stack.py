"""Doctor of a stack: every way in which an event gets lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import wrong
from tests.ops.stack import allow, drain, notify


@pytest.mark.parametrize(
    "action", ["s3:ListBucket", "s3:GetObject", "sqs:SendMessage"], ids=str
)
def test_doctor_names_a_missing_permission(ops: Ops, action: str) -> None:
    """IAM is asked about the function's role, not about the operator's."""
    ops.denied.add(action)

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["role"]
    assert action in checks["role"]["finding"]


@pytest.mark.parametrize(
    ("position", "names"), [("face", ["role"]), ("auto", [])], ids=["wanted", "not"]
)
def test_doctor_asks_about_faces_if_they_are_wanted(
    ops: Ops, position: str, names: list[str]
) -> None:
    """The permission that CROP_POSITION=face needs is missed with it alone."""
    ops.denied.add("rekognition:DetectFaces")

    with ops.variables(CROP_POSITION=position):
        checks = wrong(ops, "--stack", NAME)

    assert list(checks) == names


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda ops, arn: notify(ops.aws, arn, prefix="faces/"), "prefix"),
        (
            lambda ops, arn: notify(ops.aws, arn, event="s3:ObjectRemoved:*"),
            "new objects",
        ),
        (
            lambda ops, arn: ops.aws.s3.put_bucket_notification_configuration(
                Bucket=ops.system.bucket, NotificationConfiguration={}
            ),
            "tells nobody",
        ),
        (
            lambda ops, arn: ops.aws.function.remove_permission(
                FunctionName=NAME, StatementId="s3"
            ),
            "may not invoke",
        ),
    ],
    ids=["prefix", "events", "nothing", "permission"],
)
def test_doctor_names_a_bucket_that_does_not_wake_the_function(
    ops: Ops, break_it: Callable[[Ops, str], object], said: str
) -> None:
    """Every way in which an event gets lost is told by its cause."""
    arn = ops.aws.function.get_function_configuration(FunctionName=NAME)["FunctionArn"]
    break_it(ops, arn)

    checks = wrong(ops, "--stack", NAME)
    notify(ops.aws, arn)
    if said == "may not invoke":
        allow(ops.aws, NAME, "s3.amazonaws.com")

    assert list(checks) == ["trigger"]
    assert said in checks["trigger"]["finding"]


def test_doctor_names_a_function_that_is_switched_off(ops: Ops) -> None:
    """A reserved concurrency of 0 sends everything to the retry queue."""
    ops.aws.function.put_function_concurrency(
        FunctionName=NAME, ReservedConcurrentExecutions=0
    )

    checks = wrong(ops, "--stack", NAME)
    ops.aws.function.delete_function_concurrency(FunctionName=NAME)

    assert list(checks) == ["function"]


def test_doctor_names_failures_that_go_nowhere(ops: Ops, stack: dict[str, str]) -> None:
    """Without its destination an event that failed is lost."""
    config = ops.aws.function.get_function_event_invoke_config(FunctionName=NAME)
    ops.aws.function.delete_function_event_invoke_config(FunctionName=NAME)

    checks = wrong(ops, "--stack", NAME)
    ops.aws.function.put_function_event_invoke_config(
        FunctionName=NAME, DestinationConfig=config["DestinationConfig"]
    )

    assert list(checks) == ["retries"]


def test_doctor_names_dead_letters(ops: Ops, stack: dict[str, str]) -> None:
    """What has failed for a day is no good state, and the remedy is a command."""
    url = stack["DeadLetterQueueUrl"]
    ops.aws.sqs.send_message(QueueUrl=url, MessageBody="{}")

    checks = wrong(ops, "--stack", NAME)
    drain(ops.aws, url)

    assert "ops replay" in checks["dead-letters"]["remedy"]


def test_doctor_without_such_a_stack_is_used_wrongly(ops: Ops) -> None:
    """A mistyped name is a matter of the command."""
    status, text = ops.run("doctor", "--stack", "nowhere")

    assert status == 2
    assert "There is no stack nowhere" in text


@pytest.fixture
def event_bridge(ops: Ops, stack: dict[str, str]) -> Iterator[Callable[..., None]]:
    """Wake the function by EventBridge; return what puts the rule anew."""
    arn = ops.aws.function.get_function_configuration(FunctionName=NAME)["FunctionArn"]
    # moto takes the switch, and does not show it again.
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
    forget = answer_calls(
        ops.aws.s3, "GetBucketNotificationConfiguration", lambda _: configuration
    )
    allow(ops.aws, NAME, "events.amazonaws.com")

    def put_rule(bucket: str, prefix: str, state: Any = "ENABLED") -> None:
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [bucket]},
                "object": {"key": [{"prefix": prefix}]},
            },
        }
        ops.aws.events.put_rule(
            Name="created", EventPattern=json.dumps(pattern), State=state
        )
        ops.aws.events.put_targets(Rule="created", Targets=[{"Id": "f", "Arn": arn}])

    yield put_rule
    forget()
    ops.aws.events.remove_targets(Rule="created", Ids=["f"])
    ops.aws.events.delete_rule(Name="created")
    ops.aws.function.remove_permission(FunctionName=NAME, StatementId="events")


def test_doctor_follows_an_event_by_event_bridge(
    ops: Ops, event_bridge: Callable[..., None]
) -> None:
    """A bucket that was there before wakes the function by a rule."""
    event_bridge(ops.system.bucket, "pictures/")

    assert wrong(ops, "--stack", NAME) == {}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (("other-bucket", "pictures/"), "it is for other-bucket"),
        (("pictures-example", "faces/"), "faces/"),
        (("pictures-example", "pictures/", "DISABLED"), "switched off"),
    ],
    ids=["bucket", "prefix", "disabled"],
)
def test_doctor_names_a_rule_that_does_not_pass_events_on(
    ops: Ops, event_bridge: Callable[..., None], rule: tuple[str, ...], said: str
) -> None:
    """A rule for something else is told by what it is for."""
    event_bridge(*rule)

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["trigger"]
    assert said in checks["trigger"]["finding"]


def test_doctor_names_a_bucket_that_sends_no_events(
    ops: Ops, event_bridge: Callable[..., None]
) -> None:
    """The rule alone is not enough: the bucket must be told once."""
    event_bridge(ops.system.bucket, "pictures/")
    answer_calls(ops.aws.s3, "GetBucketNotificationConfiguration", lambda _: {})

    checks = wrong(ops, "--stack", NAME)

    assert "does not send events to EventBridge" in checks["trigger"]["finding"]
