"""The stack's own life: how it gets events, its changes, its end, and its rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from local.authgear import Authgear
from local.aws.clients import make_client, make_session
from local.aws.ministack import start_ministack
from local.aws.template import DIFFERENCES, PLAIN_S3, PLAIN_SQS
from local.loopback import fetch
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.faces import shows_quadrants
from tests.e2e.hooks import change_by_others
from tests.e2e.quick import create_hook_secret
from tests.e2e.waiting import wait_until
from tests.fakes.aws_requests import AWSRequest, read_requests

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import TagTypeDef


def side(system: LocalSystem, user_id: str) -> int:
    """Return the width of the picture that was uploaded for a user."""
    image_id = system.authgear.users.get(user_id).picture_object_id
    url = f"{system.authgear.endpoint}/_images/{system.authgear.app_id}/{image_id}"
    with Image.open(BytesIO(fetch(f"{url}/original"))) as picture:
        return picture.width


@pytest.fixture
def removing() -> Iterator[LocalSystem]:
    """Run a stack in which the picture goes with its object."""
    with LocalSystem.start(parameters={"RemoveOnDelete": "true"}) as system:
        yield system


def test_picture_goes_with_its_object_if_the_stack_is_told_so(
    removing: LocalSystem, picture: bytes
) -> None:
    """The bucket reports the deletion, and the user has no picture any more."""
    user = create_person(removing.authgear, "Ada Lovelace")
    key = removing.key_for(user, ".png")
    removing.drop(key, picture)

    removing.delete(key)

    assert removing.wait_for(key, count=2).outcome == "removed"
    assert user.picture_object_id is None


def test_existing_bucket_sends_its_events_by_event_bridge(picture: bytes) -> None:
    """The stack makes no bucket; the one that was there is switched on by hand."""
    with start_ministack() as aws, Authgear.start() as authgear:
        aws.s3.create_bucket(Bucket=LocalSystem.bucket)
        aws.s3.put_bucket_notification_configuration(
            Bucket=LocalSystem.bucket,
            NotificationConfiguration={"EventBridgeConfiguration": {}},
        )
        system = LocalSystem(authgear, aws)
        system.deploy({"CreateBucket": "false"})
        user = create_person(authgear, "Ada Lovelace")

        system.put(system.key_for(user, ".png"), picture)

        wait_until(lambda: user.picture_object_id is not None)
        assert shows_quadrants(user)


def test_stack_is_changed_deleted_and_deployed_again(picture: bytes) -> None:
    """Bucket and objects remain after the stack is deleted, for the next one to use."""
    with start_ministack() as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        user = create_person(authgear, "Ada Lovelace")
        key = system.key_for(user, ".png")

        system.deploy({})
        system.put(key, picture)
        wait_until(lambda: user.picture_object_id is not None)
        first = side(system, user.id)
        system.deploy({"PictureSize": "256"})
        other = create_person(authgear, "Grace Hopper")
        system.put(system.key_for(other, ".png"), picture)
        wait_until(lambda: other.picture_object_id is not None)
        aws.cloudformation.delete_stack(StackName=system.stack.name)
        wait_until(lambda: system.stack.status in ("", "DELETE_COMPLETE"))
        kept = aws.s3.get_object(Bucket=system.bucket, Key=key)["Body"].read()
        aws.s3.put_bucket_notification_configuration(
            Bucket=system.bucket,
            NotificationConfiguration={"EventBridgeConfiguration": {}},
        )
        system.deploy({"CreateBucket": "false"})
        third = create_person(authgear, "Alan Turing")
        system.put(system.key_for(third, ".png"), picture)
        wait_until(lambda: third.picture_object_id is not None)

        assert (first, side(system, other.id)) == (512, 256)
        assert kept == picture


@pytest.fixture(scope="module")
def guarded() -> Iterator[LocalSystem]:
    """Run a stack whose function has the rights of its role, and no others."""
    with start_ministack(enforces_iam=True) as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        system.stack.differences = (*DIFFERENCES, PLAIN_S3, PLAIN_SQS)
        secret = create_hook_secret(system)
        system.deploy({"RemoveOnDelete": "true", "HookSecretArn": secret})
        yield system


def test_role_has_the_rights_that_the_function_needs(
    guarded: LocalSystem, picture: bytes
) -> None:
    """Listing, reading, tags, the secret: a picture is set, noted and removed."""
    user = create_person(guarded.authgear, "Ada Lovelace")
    key = guarded.key_for(user, ".png")

    guarded.put(key, picture)
    wait_until(lambda: user.picture_object_id is not None)
    wait_until(lambda: bool(tags_of(guarded, key)))
    guarded.delete(key)
    wait_until(lambda: user.picture_object_id is None)

    assert refused(guarded) == []


def test_hook_role_has_the_rights_that_the_hook_function_needs(
    guarded: LocalSystem,
) -> None:
    """It reads its own secret, and sends to the retry queue."""
    user = create_person(guarded.authgear, "Grace Hopper")

    assert change_by_others(guarded, user) == 200
    assert refused(guarded, "secretsmanager", "sqs") == []


def test_hook_function_needs_the_right_to_send(guarded: LocalSystem) -> None:
    """Without it the report fails, and Lambda counts an error."""
    user = create_person(guarded.authgear, "Alan Turing")
    known = len(refused(guarded, "sqs"))

    with take_right(guarded, "HookRole", "SendUserCheck"):
        status = change_by_others(guarded, user)

    assert status != 200
    assert len(refused(guarded, "sqs")) > known


@pytest.mark.parametrize(
    "sid", ["FindNewestPicture", "ReadPicture", "KeepSyncTag", "ReadKeyPair"]
)
def test_every_right_of_the_role_is_needed(
    guarded: LocalSystem, picture: bytes, sid: str
) -> None:
    """Without any one of them the function is refused something."""
    user = create_person(guarded.authgear, "Grace Hopper")
    known = len(refused(guarded))
    if sid == "ReadKeyPair":
        guarded.authgear.rotate_key()
        guarded.put_secret()

    with take_right(guarded, "FunctionRole", sid):
        guarded.put(guarded.key_for(user, ".png"), picture)
        wait_until(lambda: len(refused(guarded)) > known)


@contextmanager
def take_right(system: LocalSystem, role: str, sid: str) -> Iterator[None]:
    """Take a statement out of a role's policy until the block ends."""
    iam = make_client(make_session(), "iam", system.aws.endpoint)
    (name,) = [
        it["RoleName"] for it in iam.list_roles()["Roles"] if role in it["RoleName"]
    ]
    names = {"RoleName": name, "PolicyName": role.removesuffix("Role")}
    policy = iam.get_role_policy(**names)["PolicyDocument"]
    fewer = [it for it in policy["Statement"] if it["Sid"] != sid]
    assert len(fewer) == len(policy["Statement"]) - 1
    changed = policy | {"Statement": fewer}
    iam.put_role_policy(**names, PolicyDocument=json.dumps(changed))
    try:
        yield
    finally:
        iam.put_role_policy(**names, PolicyDocument=json.dumps(policy))


def test_bucket_and_queues_refuse_plain_http(picture: bytes) -> None:
    """Their policies work unchanged: nothing is listed, and nothing is sent."""
    with start_ministack(enforces_iam=True) as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        system.deploy({})
        user = create_person(authgear, "Ada Lovelace")

        system.put(system.key_for(user, ".png"), picture)

        wait_until(lambda: bool(refused(system)))
        assert user.picture_object_id is None
        for queue in ("RetryQueueUrl", "BulkQueueUrl", "DeadLetterQueueUrl"):
            url = system.stack.outputs[queue]
            with pytest.raises(ClientError, match="AccessDenied"):
                aws.sqs.send_message(QueueUrl=url, MessageBody="{}")


def tags_of(system: LocalSystem, key: str) -> list[TagTypeDef]:
    """Return an object's tags."""
    tagging = system.aws.s3.get_object_tagging(Bucket=system.bucket, Key=key)
    return tagging["TagSet"]


def refused(system: LocalSystem, *services: str) -> list[AWSRequest]:
    """Return the requests that were refused, to S3 and Secrets Manager or others."""
    asked = services or ("s3", "secretsmanager")
    return [
        it
        for it in read_requests(system.aws)
        if it.service in asked and it.status >= 400
    ]
