"""
Every `aws` of the documents, and the commands beside it, against MiniStack.

The AWS command line is real, though of version 1: PyPI has no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import pytest

from hook.aws import WebhookKey
from local.aws.clients import make_client, make_session
from tests.docs.commands import COMMANDS
from tests.docs.system.conftest import BUCKET, USER_ID, VALUES, Account

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import TopicConfigurationTypeDef

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n"
SECRET = "authgear-admin-api-key"  # noqa: S105 - the secret's name
WEBHOOK_KEY = "0123456789abcdefghijklmnopqrstuv"
TOPIC: TopicConfigurationTypeDef = {
    "TopicArn": "arn:aws:sns:us-east-1:000000000000:topic",
    "Events": ["s3:ObjectCreated:*"],
}
PAGES = {
    "README.md",
    "change.md",
    "cost.md",  # run by tests/docs/test_cost.py
    "deploy.md",
    "existing-bucket.md",
    "hook.md",
    "terraform.md",  # run by test_terraform.py
    "troubleshooting.md",
    "uploads.md",
    "users.md",
}


def run(account: Account, page: str) -> str:
    """Run a page's commands in their order; return what they printed."""
    commands = [c for c in COMMANDS if c.page == page and is_ours(c.program)]
    assert commands
    return "".join(account.checkout.run(command.text) for command in commands)


def listen_to_event_bridge(account: Account) -> Callable[[], list[Any]]:
    """Return what returns the events of S3 that EventBridge has got since then."""
    sqs = account.aws.sqs
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:000000000000:told"
    events = make_client(make_session(), "events", account.aws.endpoint)
    events.put_rule(Name="s3", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="s3", Targets=[{"Id": "queue", "Arn": arn}])

    def told() -> list[Any]:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [json.loads(it["Body"]) for it in found.get("Messages", [])]

    return told


def is_ours(program: str) -> bool:
    """Tell whether commands of this program are run here."""
    return program in ("aws", "python3", "rm")


def test_all_pages_with_such_commands_are_here() -> None:
    """None is forgotten."""
    assert {c.page for c in COMMANDS if is_ours(c.program)} == PAGES


def test_secret_of_the_readme_can_be_read(account: Account) -> None:
    """The file that it shows becomes the secret."""
    pair = {"key_id": "key-1", "private_key": KEY}
    (account.checkout.folder / "secret.json").write_text(json.dumps(pair))

    output = run(account, "README.md")

    stored = account.aws.secrets.get_secret_value(SecretId=SECRET)
    assert json.loads(stored["SecretString"]) == pair
    assert json.loads(output) == stored["ARN"]


def test_page_on_deploying_makes_the_secret_of_the_key(account: Account) -> None:
    """Key id and key are in it, nothing of them stays, and a picture can be put."""
    folder = account.checkout.folder
    (folder / "key.pem").write_text(KEY)

    run(account, "deploy.md")

    stored = account.aws.secrets.get_secret_value(SecretId=SECRET)["SecretString"]
    assert json.loads(stored) == {"key_id": VALUES["KEY_ID"], "private_key": KEY}
    assert not (folder / "secret.json").exists()
    picture = account.aws.s3.get_object(Bucket=BUCKET, Key=f"pictures/{USER_ID}.jpg")
    assert picture["Body"].read() == (folder / "picture.jpg").read_bytes()


def test_page_on_the_hook_makes_the_secret_of_the_key(account: Account) -> None:
    """The hook function can use what the page makes, and the file does not stay."""
    file = account.checkout.folder / "webhook-key.txt"
    file.write_text(f"{WEBHOOK_KEY}\n")

    arn = json.loads(run(account, "hook.md"))

    assert WebhookKey(account.aws.secrets, arn).read() == WEBHOOK_KEY.encode()
    assert not file.exists()


def test_bucket_that_was_there_keeps_its_notifications(account: Account) -> None:
    """EventBridge is added to the bucket's notifications, and can be added again."""
    s3 = account.aws.s3
    told = listen_to_event_bridge(account)
    sns = make_client(make_session(), "sns", account.aws.endpoint)
    sns.create_topic(Name="topic")

    run(account, "existing-bucket.md")
    s3.put_object(Bucket=BUCKET, Key="first", Body=b"")
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"TopicConfigurations": [TOPIC]},
        SkipDestinationValidation=True,
    )
    run(account, "existing-bucket.md")
    s3.put_object(Bucket=BUCKET, Key="second", Body=b"")

    found = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    assert found["TopicConfigurations"][0]["TopicArn"] == TOPIC["TopicArn"]
    keys = {event["detail"]["object"]["key"] for event in told()}
    assert keys == {"first", "second"}


@pytest.mark.parametrize(
    "read",
    [
        "echo 'Could not connect to the endpoint URL' >&2; exit 255",
        "echo 'An error occurred (AccessDenied)' >&2; exit 254",
        "echo 'An error occurred (SlowDown)' >&2; exit 254",
        "exit 0",
        """printf '{"Now": {"TopicConfigurations": ['; exit 0""",
        "echo '{}'; exit 0",
    ],
    ids=["network", "denied", "throttled", "nothing", "cut", "other"],
)
def test_read_that_fails_erases_no_notification(account: Account, read: str) -> None:
    """Nothing is written but what was read and understood as a whole."""
    account.aws.s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"TopicConfigurations": [TOPIC]},
        SkipDestinationValidation=True,
    )
    (command,) = [
        c.text
        for c in COMMANDS
        if c.page == "existing-bucket.md" and c.program == "aws"
    ]

    status = account.checkout.run_with_failing_read(
        command, "get-bucket-notification", read
    )

    found = account.aws.s3.get_bucket_notification_configuration(Bucket=BUCKET)
    assert status != 0
    assert found["TopicConfigurations"][0]["TopicArn"] == TOPIC["TopicArn"]


@pytest.mark.parametrize("versioning", ["Enabled", "Suspended", None])
def test_page_on_users_erases_all_versions_of_one_user(
    account: Account, versioning: Literal["Enabled", "Suspended"] | None
) -> None:
    """Old versions and delete markers go as well; a similar id stays as it is."""
    s3, key = account.aws.s3, f"pictures/{USER_ID}.jpg"
    other = f"pictures/{USER_ID[:-1]}3.jpg"
    if versioning:
        s3.put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": versioning}
        )
    for name in (key, key, f"pictures/{USER_ID}.old.png", other):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"picture")
    if versioning:
        s3.delete_object(Bucket=BUCKET, Key=key)

    output = run(account, "users.md")

    left = s3.list_object_versions(Bucket=BUCKET)
    assert [it["Key"] for it in left["Versions"]] == [other]
    assert "DeleteMarkers" not in left
    assert output.startswith(f"{VALUES['NODE_ID']}\n{USER_ID}\n")
    assert not (account.checkout.folder / "erase.json").exists()


def test_page_on_changes_moves_the_objects_with_their_tags(account: Account) -> None:
    """They are under the new prefix, and no longer under the old one."""
    s3, key, tag = account.aws.s3, "pictures/a.jpg", "authgear-picture=etag/id/hash"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"", Tagging=tag)

    run(account, "change.md")

    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [it["Key"] for it in listed] == ["faces/a.jpg"]
    (copied,) = s3.get_object_tagging(Bucket=BUCKET, Key="faces/a.jpg")["TagSet"]
    assert f"{copied['Key']}={copied['Value']}" == tag


def test_page_on_trouble_shows_the_outputs_of_the_stack(account: Account) -> None:
    """Among them is the command that shows the log."""
    account.aws.cloudformation.create_stack(
        StackName=VALUES["STACK"],
        TemplateBody=json.dumps(
            {
                "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
                "Outputs": {"WatchLog": {"Value": "aws logs tail"}},
            }
        ),
    )

    outputs = json.loads(run(account, "troubleshooting.md"))

    assert [it["OutputKey"] for it in outputs] == ["WatchLog"]
