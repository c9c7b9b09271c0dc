"""
The template deployed into moto's CloudFormation, as far as that goes.

moto makes the function's configuration, role, queues, log group, bucket and mapping. It
makes no alarms, dashboard, queries or bucket policy, sets no notification on the bucket
and no failure destination on the function, and runs no function without Docker: what
follows an event is for the end-to-end tests.
"""

from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from settings import Settings
from storage.key_pattern import KeyPattern
from tests.deploy.translation import REGION, known_to_moto

BUCKET = "pictures-example"
SECRET = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:key-abcdef"
GIVEN = {
    "BucketName": BUCKET,
    "AuthgearEndpoint": "https://example.authgear.cloud",
    "AuthgearAppId": "example",
    "AuthgearSecretArn": SECRET,
    "BackfillRole": "true",
}

# moto says so of resources that it passes over.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")


class Stack:
    """A deployed stack: what came out of it, and clients to look at the rest."""

    def __init__(self, template: dict[str, Any], **parameters: str) -> None:
        # boto3's types know the literal names of services, not a variable.
        self.client: Callable[..., Any] = boto3.Session(region_name=REGION).client
        self._store_code()
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(
            StackName="pictures",
            TemplateBody=json.dumps(known_to_moto(template)),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in (GIVEN | parameters).items()
            ],
        )
        found = cloudformation.describe_stacks(StackName="pictures")["Stacks"][0]
        self.status: str = found["StackStatus"]
        self.outputs: dict[str, str] = {
            output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]
        }

    def _store_code(self) -> None:
        """Put some code where the translated template says that it is."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("handler.py", "")
        s3 = self.client("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=archive.getvalue())


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every client of this process speak to moto, with no user's credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


@pytest.mark.usefixtures("aws")
def test_stack_function_gets_its_settings(template: dict[str, Any]) -> None:
    """The function can be started with what the stack hands it."""
    stack = Stack(template, PictureSize="256")

    name = stack.outputs["FunctionName"]
    configuration = stack.client("lambda").get_function_configuration(FunctionName=name)
    variables = configuration["Environment"]["Variables"]
    settings = Settings.from_env({k: str(v) for k, v in variables.items()})
    assert stack.status == "CREATE_COMPLETE"
    assert settings.bucket_names == {BUCKET}
    assert settings.picture_size == 256


@pytest.mark.usefixtures("aws")
def test_stack_queues_are_connected(template: dict[str, Any]) -> None:
    """The function reads the retry queue, whose end is the dead-letter queue."""
    stack = Stack(template)

    sqs, outputs = stack.client("sqs"), stack.outputs
    retry = sqs.get_queue_attributes(
        QueueUrl=outputs["RetryQueueUrl"], AttributeNames=["All"]
    )["Attributes"]
    mappings = stack.client("lambda").list_event_source_mappings()
    sources = [it["EventSourceArn"] for it in mappings["EventSourceMappings"]]
    assert sources == [retry["QueueArn"]]
    redrive = json.loads(retry["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == outputs["DeadLetterQueueArn"]


@pytest.mark.usefixtures("aws")
def test_stack_policy_holds_the_pattern_s_prefix(template: dict[str, Any]) -> None:
    """What the pattern begins with is cut out by CloudFormation's own functions."""
    stack = Stack(template, KeyPattern="people/{email}.jpg")

    iam = stack.client("iam")
    role = next(r for r in iam.list_roles()["Roles"] if "FunctionRole" in r["RoleName"])
    document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName="Function")
    # moto keeps the policy as Python prints it, with `None` in place of `AWS::NoValue`.
    found = ast.literal_eval(document["PolicyDocument"])["Statement"]
    statements = {statement["Sid"]: statement for statement in found if statement}
    assert statements["ReadPicture"]["Resource"] == f"arn:aws:s3:::{BUCKET}/people/*"
    assert statements["FindNewestPicture"]["Condition"] == {
        "StringLike": {"s3:prefix": "people/*"},
        "StringEquals": {"aws:ResourceAccount": "123456789012"},
    }
    assert set(statements) & {"DecryptPicture", "JoinVpc", "WriteTraces"} == set()


@pytest.mark.usefixtures("aws")
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
def test_stack_s_next_step_can_be_pasted(
    template: dict[str, Any], pattern: str, key: str
) -> None:
    """No star and no brace gets into a key; only the user is filled in by hand."""
    stack = Stack(template, KeyPattern=pattern)

    assert stack.outputs["NextStep"] == (
        f"aws s3 cp picture.jpg 's3://{BUCKET}/{key}' --region {REGION}"
    )
    word = re.findall("[A-Z_]+", key)[0]
    placeholder = word.lower()
    assert KeyPattern.parse(pattern).placeholder == placeholder


@pytest.mark.usefixtures("aws")
def test_stack_takes_a_bucket_with_dots(template: dict[str, Any]) -> None:
    """Old buckets have them; over TLS boto3 then puts the name into the path."""
    stack = Stack(template, BucketName="old.pictures.example", CreateBucket="false")

    name = stack.outputs["FunctionName"]
    found = stack.client("lambda").get_function_configuration(FunctionName=name)
    variables = found["Environment"]["Variables"]
    settings = Settings.from_env({k: str(v) for k, v in variables.items()})
    s3 = stack.client("s3", region_name="eu-west-1")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "old.pictures.example", "Key": "a"}
    )
    assert settings.bucket_names == {"old.pictures.example"}
    assert url.startswith("https://s3.eu-west-1.amazonaws.com/old.pictures.example/a?")


@pytest.mark.usefixtures("aws")
def test_stack_with_an_existing_bucket_has_a_rule(template: dict[str, Any]) -> None:
    """It makes no bucket; its rule hands the bucket's events to the function."""
    stack = Stack(template, CreateBucket="false")

    events = stack.client("events")
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    names = [it["Name"] for it in stack.client("s3").list_buckets()["Buckets"]]
    assert target["Arn"] == stack.outputs["FunctionArn"]
    assert json.loads(rule["EventPattern"])["detail"]["bucket"] == {"name": [BUCKET]}
    assert BUCKET not in names
    assert stack.outputs["ConnectBucket"]
