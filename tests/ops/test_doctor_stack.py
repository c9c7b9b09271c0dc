"""Doctor of a stack: every way in which an event gets lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ops.deployment import Stack
from ops.doctor.queue_checks import QueueChecks
from ops.doctor.role_checks import RoleCheck
from settings import Settings
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import follow, look, named, wrong
from tests.ops.stack import allow, drain, notify, queue_arn


@pytest.fixture
def arn(ops: Ops) -> str:
    """Return the function's ARN."""
    found = ops.aws.function.get_function_configuration(FunctionName=NAME)
    return found["FunctionArn"]


@pytest.mark.parametrize(
    "action",
    [
        *("s3:ListBucket", "s3:GetObject", "s3:GetObjectTagging"),
        *("s3:PutObjectTagging", "s3:GetObjectVersionTagging"),
        "s3:PutObjectVersionTagging",
    ],
    ids=str,
)
def test_doctor_names_a_missing_permission(ops: Ops, action: str) -> None:
    """IAM is asked about the function's role, not about the operator's."""
    ops.denied.add(action)

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["role"]
    assert action in checks["role"]["finding"]


@pytest.mark.parametrize(
    "action",
    [
        *("sqs:SendMessage", "sqs:ReceiveMessage"),
        *("sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    ],
    ids=str,
)
@pytest.mark.parametrize("output", ["RetryQueueUrl", "BulkQueueUrl"])
def test_doctor_names_a_missing_permission_on_a_queue(
    ops: Ops, stack: dict[str, str], output: str, action: str
) -> None:
    """Each right is asked for on each of the two queues that the function reads."""
    denied = f"{action} on {queue_arn(ops.aws, stack[output])}"
    ops.denied.add(denied)

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["role"]
    assert checks["role"]["finding"] == f"it may not {denied}"


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


def test_doctor_asks_iam_as_the_function_s_requests_are(ops: Ops) -> None:
    """The role's conditions hold: account and prefix go with the question."""
    asked: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return ops.simulate(request)

    answer_calls(ops.aws.iam, "SimulatePrincipalPolicy", answer)
    ops.run("doctor", "--stack", NAME)

    listed = next(it for it in asked if it["ActionNames"] == ["s3:ListBucket"])
    entries = listed["ContextEntries"]
    context = {it["ContextKeyName"]: it["ContextKeyValues"] for it in entries}
    assert context == {
        "aws:ResourceAccount": ["123456789012"],
        "s3:prefix": ["pictures/"],
    }


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (
            {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "A policy of the organization",
        ),
        (
            {
                "PermissionsBoundaryDecisionDetail": {
                    "AllowedByPermissionsBoundary": False
                }
            },
            "permissions boundary",
        ),
    ],
    ids=["organization", "boundary"],
)
def test_doctor_tells_who_denies(ops: Ops, detail: dict[str, Any], said: str) -> None:
    """No policy of the role's helps against a boundary or the organization."""

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        results = ops.simulate(request)["EvaluationResults"]
        denied = {"EvalDecision": "implicitDeny", **detail}
        return {"EvaluationResults": [{**it, **denied} for it in results]}

    answer_calls(ops.aws.iam, "SimulatePrincipalPolicy", answer)

    assert said in wrong(ops, "--stack", NAME)["role"]["remedy"]


@pytest.mark.parametrize("parameter", ["BucketKmsKeyArn", "SecretKmsKeyArn"])
def test_doctor_names_a_key_that_the_role_may_not_use(
    ops: Ops, arn: str, parameter: str
) -> None:
    """KMS is asked about with the service through which the key is used."""
    key = "arn:aws:kms:us-east-1:123456789012:key/0"
    settings = Settings.from_env(ops.environment)
    stack = replace(Stack.read(ops.aws, NAME), parameters={parameter: key})
    ops.denied.add("kms:Decrypt")

    check = RoleCheck(ops.aws, stack, settings, ["arn:aws:sqs:us-east-1:1:q"]).look()

    assert check.finding == f"it may not kms:Decrypt on {key}"


def test_doctor_names_a_bucket_whose_key_the_stack_does_not_know(ops: Ops) -> None:
    """A default key that was changed at the bucket keeps the function from reading."""
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    default: Any = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    ops.aws.s3.put_bucket_encryption(
        Bucket=ops.system.bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )

    checks = wrong(ops, "--stack", NAME)
    ops.aws.s3.delete_bucket_encryption(Bucket=ops.system.bucket)

    assert list(checks) == ["encryption"]
    assert f"BucketKmsKeyArn={key}" in checks["encryption"]["remedy"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prefix": "faces/"}, "its prefix is 'faces/', the pattern's is 'pictures/'"),
        ({"event": "s3:ObjectRemoved:*"}, "it does not report new objects"),
        ({"suffix": ".png"}, "it sends events only for names that end in '.png'"),
        ({"arn": "arn:aws:lambda:us-east-1:123456789012:function:old"}, "another"),
    ],
    ids=["prefix", "events", "suffix", "other-function"],
)
def test_doctor_names_a_notification_that_does_not_do(
    ops: Ops, arn: str, changes: dict[str, str], said: str
) -> None:
    """The console's way does not touch the bucket's other notifications."""
    notify(ops.aws, changes.pop("arn", arn), **changes)

    checks = wrong(ops, "--stack", NAME)
    notify(ops.aws, arn)

    assert list(checks) == ["trigger"]
    assert said in checks["trigger"]["finding"]
    assert "S3 console" in checks["trigger"]["remedy"]
    assert "'pictures/'" in checks["trigger"]["remedy"]
    assert wrong(ops, "--stack", NAME) == {}


def test_doctor_names_a_bucket_that_notifies_nobody(ops: Ops, arn: str) -> None:
    """A list of notifications that somebody replaced is the usual cause."""
    ops.aws.s3.put_bucket_notification_configuration(
        Bucket=ops.system.bucket, NotificationConfiguration={}
    )

    checks = wrong(ops, "--stack", NAME)
    notify(ops.aws, arn)

    assert list(checks) == ["trigger"]
    assert "sends no events of new objects" in checks["trigger"]["finding"]


def test_doctor_names_a_permission_that_is_gone(ops: Ops) -> None:
    """The command that it gives lets S3 in again, for this bucket and account."""
    ops.aws.function.remove_permission(FunctionName=NAME, StatementId="s3")

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["trigger"]["remedy"])

    assert list(checks) == ["trigger"]
    assert "s3.amazonaws.com may not invoke it" in checks["trigger"]["finding"]
    assert wrong(ops, "--stack", NAME) == {}
    policy = json.loads(ops.aws.function.get_policy(FunctionName=NAME)["Policy"])
    condition = policy["Statement"][-1]["Condition"]
    assert condition["StringEquals"] == {"AWS:SourceAccount": "123456789012"}


def test_doctor_names_a_function_that_is_switched_off(ops: Ops) -> None:
    """A reserved concurrency of 0 sends everything to the retry queue."""
    ops.aws.function.put_function_concurrency(
        FunctionName=NAME, ReservedConcurrentExecutions=0
    )

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["function"]["remedy"])

    assert list(checks) == ["function"]
    assert wrong(ops, "--stack", NAME) == {}


def test_doctor_names_failures_that_go_nowhere(ops: Ops, stack: dict[str, str]) -> None:
    """Without its destination an event that failed is lost."""
    ops.aws.function.delete_function_event_invoke_config(FunctionName=NAME)

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["retries"]["remedy"])

    assert list(checks) == ["retries"]
    assert wrong(ops, "--stack", NAME) == {}


def test_doctor_prints_a_command_in_one_line(ops: Ops) -> None:
    """However narrow the terminal, it can be pasted."""
    ops.aws.function.put_function_concurrency(
        FunctionName=NAME, ReservedConcurrentExecutions=0
    )

    _, text = ops.run("doctor", "--stack", NAME, width=40)
    ops.aws.function.delete_function_concurrency(FunctionName=NAME)

    command = f"aws lambda delete-function-concurrency --function-name {NAME}"
    assert f"    {command} --region us-east-1\n" in text


def test_doctor_of_a_stack_whose_bucket_is_gone_blames_the_bucket(ops: Ops) -> None:
    """Notification and key are its own: they cannot be looked at."""
    with ops.variables(BUCKET_NAME="no-such-bucket"):
        checks = look(ops, "--stack", NAME)

    assert named(checks, "wrong") == {"bucket"}
    assert named(checks, "skipped") == {"trigger", "encryption"}


@pytest.mark.parametrize(
    ("principal", "is_fine"),
    [({"Service": "events.amazonaws.com"}, True), ("*", False)],
    ids=["whole", "gone"],
)
def test_doctor_names_a_queue_that_does_not_let_event_bridge_in(
    ops: Ops, principal: Any, is_fine: bool
) -> None:
    """Only a bucket that was there before needs it."""
    effect = "Allow" if is_fine else "Deny"
    policy = {"Statement": [{"Effect": effect, "Principal": principal}]}
    stack = replace(Stack.read(ops.aws, NAME), parameters={"CreateBucket": "false"})
    checks = QueueChecks(ops.aws, stack)
    checks.retry_queue.attributes["Policy"] = json.dumps(policy)

    check = checks.check_retries()

    assert (check.state == "fine") is is_fine
    assert is_fine or "TakeWhatTheRuleCouldNotDeliver" in check.remedy


def test_doctor_names_dead_letters(ops: Ops, stack: dict[str, str]) -> None:
    """Messages that failed for a day are reported, and the remedy is a command."""
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
    """Invoke the function by EventBridge; return a call that restores the rule."""
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
    """A bucket that was there before invokes the function by a rule."""
    event_bridge(ops.system.bucket, "pictures/")

    assert wrong(ops, "--stack", NAME) == {}


@pytest.mark.parametrize(
    ("rule", "said", "remedy"),
    [
        (("other-bucket", "pictures/"), "it is for other-bucket", "Deploy with"),
        (("pictures-example", "faces/"), "faces/", "Deploy with"),
        (
            ("pictures-example", "pictures/", "DISABLED"),
            "switched off",
            "aws events enable-rule --name created",
        ),
    ],
    ids=["bucket", "prefix", "disabled"],
)
def test_doctor_names_a_rule_that_does_not_pass_events_on(
    ops: Ops,
    event_bridge: Callable[..., None],
    rule: tuple[str, ...],
    said: str,
    remedy: str,
) -> None:
    """A rule for other events, or a disabled one, is reported with its fault."""
    event_bridge(*rule)

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["trigger"]
    assert said in checks["trigger"]["finding"]
    assert remedy in checks["trigger"]["remedy"]


def test_doctor_names_a_bucket_that_sends_no_events(
    ops: Ops, event_bridge: Callable[..., None]
) -> None:
    """The rule alone is not enough: the bucket must send its events, too."""
    event_bridge(ops.system.bucket, "pictures/")
    answer_calls(ops.aws.s3, "GetBucketNotificationConfiguration", lambda _: {})

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["trigger"]
    assert "does not send events to EventBridge" in checks["trigger"]["finding"]
    assert "docs/existing-bucket.md" in checks["trigger"]["remedy"]
