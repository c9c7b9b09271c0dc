"""
The template deployed into MiniStack.

The changes in the deployed copy are in `local/aws/template.py`, and tried
here: a change that is no longer needed fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.aws import LocalAWS
from local.aws.clients import REGION, make_client, make_session
from local.aws.ministack import start_ministack
from local.aws.stack import Stack, StackFailed
from local.aws.template import DIFFERENCES, METRIC_MATH, SAVED_QUERIES, Difference
from settings import Settings
from storage.key_pattern import KeyPattern

BUCKET = "pictures-example"
ACCOUNT = "000000000000"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:key-abcdef"
GIVEN = {
    "BucketName": BUCKET,
    "AuthgearEndpoint": "https://example.authgear.cloud",
    "AuthgearAppId": "example",
    "AuthgearSecretArn": SECRET,
}


@pytest.fixture
def aws() -> Iterator[LocalAWS]:
    """Run an account with nothing in it."""
    with start_ministack() as aws:
        yield aws


def deploy(aws: LocalAWS, **parameters: str) -> Stack:
    """Deploy the template."""
    stack = Stack(aws, "pictures")
    stack.deploy(GIVEN | parameters)
    return stack


def client(aws: LocalAWS, service: str) -> Any:
    """Make a client of another service."""
    return make_client(make_session(), service, aws.endpoint)


@pytest.mark.parametrize("needed", [SAVED_QUERIES, METRIC_MATH], ids=lambda it: it.name)
def test_difference_is_needed(aws: LocalAWS, needed: Difference) -> None:
    """Without it MiniStack does not take the template: else it must go."""
    others = tuple(it for it in DIFFERENCES if it is not needed)

    with pytest.raises(StackFailed):
        Stack(aws, "pictures", differences=others).deploy(GIVEN)


def test_plain_http_is_refused_by_the_template_alone(aws: LocalAWS) -> None:
    """Only the copy takes an Authgear without a certificate."""
    plain = GIVEN | {"AuthgearEndpoint": "http://127.0.0.1:3100"}
    differences = (SAVED_QUERIES, METRIC_MATH)

    with pytest.raises(StackFailed, match="AuthgearEndpoint"):
        Stack(aws, "pictures", differences=differences).deploy(plain)

    assert deploy(aws, **plain).status == "CREATE_COMPLETE"


def test_stack_function_gets_its_settings(aws: LocalAWS) -> None:
    """The function can be started with what the stack hands it."""
    stack = deploy(aws, PictureSize="256")

    settings = Settings.from_env(stack.variables)
    assert settings.bucket_name == BUCKET
    assert settings.picture_size == 256


def test_stack_queues_are_connected(aws: LocalAWS) -> None:
    """The function reads the retry queue, whose end is the dead-letter queue."""
    stack = deploy(aws)

    retry = aws.sqs.get_queue_attributes(
        QueueUrl=stack.outputs["RetryQueueUrl"], AttributeNames=["All"]
    )["Attributes"]
    mappings = aws.functions.list_event_source_mappings()["EventSourceMappings"]
    redrive = json.loads(retry["RedrivePolicy"])
    assert retry["QueueArn"] in [it["EventSourceArn"] for it in mappings]
    assert redrive["deadLetterTargetArn"] == stack.outputs["DeadLetterQueueArn"]


def test_stack_policy_holds_the_pattern_s_prefix(aws: LocalAWS) -> None:
    """The role's policy has the pattern's prefix, which CloudFormation cuts out."""
    deploy(aws, KeyPattern="people/{email}.jpg")

    iam = client(aws, "iam")
    role = next(r for r in iam.list_roles()["Roles"] if "FunctionRole" in r["RoleName"])
    document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName="Function")
    found = document["PolicyDocument"]["Statement"]
    statements = {statement["Sid"]: statement for statement in found if statement}
    assert statements["ReadPicture"]["Resource"] == f"arn:aws:s3:::{BUCKET}/people/*"
    assert statements["FindNewestPicture"]["Condition"] == {
        "StringLike": {"s3:prefix": "people/*"},
        "StringEquals": {"aws:ResourceAccount": ACCOUNT},
    }
    assert set(statements) & {"DecryptPicture", "JoinVpc", "WriteTraces"} == set()


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        ("pictures/{user_id}.*", "pictures/USER_ID.jpg"),
        ("people/{email}/*", "people/EMAIL/jpg"),
        ("{username}.png", "USERNAME.png"),
        ("p/{node_id}", "p/NODE_ID"),
        ("p/{phone}.*.*", "p/PHONE.jpg.jpg"),
    ],
)
def test_stack_s_next_step_can_be_pasted(aws: LocalAWS, pattern: str, key: str) -> None:
    """No star and no brace gets into a key; only the user is filled in by hand."""
    stack = deploy(aws, KeyPattern=pattern)

    assert stack.outputs["NextStep"] == (
        f"aws s3 cp picture.jpg 's3://{BUCKET}/{key}' --region {REGION}"
    )
    placeholder = re.findall("[A-Z_]+", key)[0].lower()
    assert KeyPattern.parse(pattern).placeholder == placeholder


def test_stack_takes_a_bucket_with_dots(aws: LocalAWS) -> None:
    """Old buckets have them; over TLS boto3 then puts the name into the path."""
    stack = deploy(aws, BucketName="old.pictures.example", CreateBucket="false")

    s3 = make_session().client("s3", region_name="eu-west-1")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "old.pictures.example", "Key": "a"}
    )
    assert Settings.from_env(stack.variables).bucket_name == "old.pictures.example"
    assert url.startswith("https://s3.eu-west-1.amazonaws.com/old.pictures.example/a?")


def test_stack_with_an_existing_bucket_has_a_rule(aws: LocalAWS) -> None:
    """It makes no bucket; its rule hands the bucket's events to the function."""
    stack = deploy(aws, CreateBucket="false")

    events = client(aws, "events")
    rule = next(
        it
        for it in events.list_rules()["Rules"]
        if BUCKET in it.get("EventPattern", "")
    )
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    names = [it["Name"] for it in aws.s3.list_buckets()["Buckets"]]
    assert target["Arn"].endswith(":function:" + stack.outputs["FunctionName"])
    assert json.loads(rule["EventPattern"])["detail"]["bucket"] == {"name": [BUCKET]}
    assert BUCKET not in names
    assert stack.outputs["ConnectBucket"]


def test_stack_with_a_webhook_key_has_a_second_function(aws: LocalAWS) -> None:
    """It gets the secret and the retry queue, and its log is an output."""
    secret = SECRET.replace("key", "hook")
    stack = deploy(aws, HookSecretArn=secret)

    functions = aws.functions.list_functions()["Functions"]
    hook = next(it for it in functions if it["Handler"] == "hook.handler.handler")
    variables = hook["Environment"]["Variables"]
    assert variables["HOOK_SECRET_ID"] == secret
    assert variables["RETRY_QUEUE_URL"] == stack.outputs["RetryQueueUrl"]
    assert stack.outputs["WatchHookLog"].startswith("aws logs tail ")
