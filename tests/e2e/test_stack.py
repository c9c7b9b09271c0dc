"""The stack's own life: how it gets events, its changes, its end, and its rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from local.authgear import Authgear
from local.aws.clients import make_client, make_session
from local.aws.ministack import start_ministack
from local.aws.template import DIFFERENCES, PLAIN_S3
from local.loopback import fetch
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.faces import shows_quadrants
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
    """The bucket tells of the deletion, and the user has no picture any more."""
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
    """Bucket and objects outlive the stack, and the next one takes them up."""
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
        system.stack.delete()
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
        system.stack.differences = (*DIFFERENCES, PLAIN_S3)
        system.deploy({"RemoveOnDelete": "true"})
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


@pytest.mark.parametrize(
    "sid", ["FindNewestPicture", "ReadPicture", "KeepSyncTag", "ReadKeyPair"]
)
def test_every_right_of_the_role_is_needed(
    guarded: LocalSystem, picture: bytes, sid: str
) -> None:
    """Without any one of them the function is refused something."""
    iam = make_client(make_session(), "iam", guarded.aws.endpoint)
    role = next(
        it["RoleName"]
        for it in iam.list_roles()["Roles"]
        if "FunctionRole" in it["RoleName"]
    )
    names = {"RoleName": role, "PolicyName": "Function"}
    policy = iam.get_role_policy(**names)["PolicyDocument"]
    fewer = [it for it in policy["Statement"] if it["Sid"] != sid]
    assert len(fewer) == len(policy["Statement"]) - 1
    user = create_person(guarded.authgear, "Grace Hopper")
    known = len(refused(guarded))
    if sid == "ReadKeyPair":
        guarded.authgear.rotate_key()
        guarded.put_secret()

    iam.put_role_policy(
        **names, PolicyDocument=json.dumps(policy | {"Statement": fewer})
    )
    guarded.put(guarded.key_for(user, ".png"), picture)

    try:
        wait_until(lambda: len(refused(guarded)) > known)
    finally:
        iam.put_role_policy(**names, PolicyDocument=json.dumps(policy))


def test_bucket_refuses_plain_http(picture: bytes) -> None:
    """The bucket's policy holds as it stands: over plain http nothing is listed."""
    with start_ministack(enforces_iam=True) as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        system.deploy({})
        user = create_person(authgear, "Ada Lovelace")

        system.put(system.key_for(user, ".png"), picture)

        wait_until(lambda: bool(refused(system)))
        assert user.picture_object_id is None


def tags_of(system: LocalSystem, key: str) -> list[TagTypeDef]:
    """Return an object's tags."""
    tagging = system.aws.s3.get_object_tagging(Bucket=system.bucket, Key=key)
    return tagging["TagSet"]


def refused(system: LocalSystem) -> list[AWSRequest]:
    """Return the requests to S3 and Secrets Manager that were refused."""
    services = ("s3", "secretsmanager")
    return [
        it
        for it in read_requests(system.aws)
        if it.service in services and it.status >= 400
    ]
