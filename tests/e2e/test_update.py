"""A stack of version 0.1, with objects in its bucket, is updated to this version."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from local.authgear import Authgear, User
from local.aws.clients import make_client, make_session
from local.aws.ministack import start_ministack
from local.paths import ROOT
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.quick import Invocations, lose_events, start_resync
from tests.e2e.waiting import wait_until
from tests.samples.pictures import encode, quadrants

# The template of 0.1 as it was released; its function has today's code here, and gets
# no event before the update.
OLD_TEMPLATE = ROOT / "tests" / "samples" / "template-0.1.yaml"
KEPT = ("BucketName", "FunctionName", "RetryQueueUrl", "DeadLetterQueueUrl")


class Updated:
    """
    A system whose stack was updated.

    Args:
        system: The system, with a stack of version 0.1.

        picture: The content of all objects.
    """

    def __init__(self, system: LocalSystem, picture: bytes) -> None:
        self.system = system
        self.picture = picture
        self.before = system.stack.outputs
        with lose_events(system):
            self.synced = [self._sync(f"Synced {index}") for index in range(2)]
            self.missed = create_person(system.authgear, "Missed by 0.1")
            system.put(self.key(self.missed), picture)
        self.uploads = len(system.authgear.images)
        # Who deploys again names only what is to change: the rest stays as it was.
        stacks = system.aws.cloudformation.describe_stacks(StackName=system.stack.name)
        system.stack.parameters = {
            it["ParameterKey"]: it["ParameterValue"]
            for it in stacks["Stacks"][0]["Parameters"]
            if it["ParameterKey"] not in ("Remember", "VerifyUpdate", "BackfillRole")
        }
        system.deploy({})

    def key(self, user: User) -> str:
        """Return the key of a user's object."""
        return f"pictures/{user.id}.png"

    def tags(self, user: User) -> dict[str, str]:
        """Return the tags of a user's object."""
        found = self.system.aws.s3.get_object_tagging(
            Bucket=self.system.bucket, Key=self.key(user)
        )
        return {it["Key"]: it["Value"] for it in found["TagSet"]}

    def _sync(self, name: str) -> User:
        """Create a user, an image and an object as version 0.1 left them."""
        system, image_id = self.system, str(uuid.uuid4())
        system.authgear.images.add(image_id, encode(quadrants(512, 512), "JPEG"))
        user = system.authgear.users.create(
            email=f"{image_id}@example.com",
            standard_attributes={
                "name": name,
                "picture": f"authgearimages:///{system.authgear.app_id}/{image_id}",
            },
        )
        put = system.aws.s3.put_object(
            Bucket=system.bucket, Key=self.key(user), Body=self.picture
        )
        value = put["ETag"].strip('"') + "/" + image_id
        system.aws.s3.put_object_tagging(
            Bucket=system.bucket,
            Key=self.key(user),
            Tagging={"TagSet": [{"Key": "authgear-picture", "Value": value}]},
        )
        return user


@pytest.fixture(scope="module")
def updated(picture: bytes) -> Iterator[Updated]:
    """Deploy version 0.1, put objects, and update."""
    with start_ministack() as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        own = {
            "BucketName": system.bucket,
            "AuthgearEndpoint": authgear.endpoint,
            "AuthgearAppId": authgear.app_id,
            "AuthgearSecretArn": system.secret_arn,
        }
        system.stack.deploy(own, text=OLD_TEMPLATE.read_text())
        yield Updated(system, picture)


def test_bucket_queues_and_objects_are_the_same(updated: Updated) -> None:
    """Nothing that holds data is replaced."""
    stack = updated.system.stack
    assert stack.status == "UPDATE_COMPLETE"
    assert {name: stack.outputs[name] for name in KEPT} == {
        name: updated.before[name] for name in KEPT
    }

    for user in [*updated.synced, updated.missed]:
        found = updated.system.aws.s3.get_object(
            Bucket=updated.system.bucket, Key=updated.key(user)
        )
        assert found["Body"].read() == updated.picture


def test_new_resources_are_there_and_old_ones_gone(updated: Updated) -> None:
    """The bulk queue, its timer, and the alarms with their new names."""
    aws = updated.system.aws
    cloudwatch = make_client(make_session(), "cloudwatch", aws.endpoint)
    alarms = " ".join(
        it["AlarmName"] for it in cloudwatch.describe_alarms()["MetricAlarms"]
    )
    sources = aws.functions.list_event_source_mappings(
        FunctionName=updated.system.function_name
    )["EventSourceMappings"]

    assert "SlowLaneAlarm" not in alarms
    assert "RetryQueueAlarm" in alarms
    assert "UndeliveredAlarm" in alarms
    queues = {it["EventSourceArn"].rsplit("-", 2)[1] for it in sources}
    assert queues == {"RetryQueue", "BulkQueue"}


def test_old_tags_are_in_sync_and_only_what_is_missing_is_made(
    updated: Updated,
) -> None:
    """The first resync uploads nothing for users whose picture 0.1 has set."""
    system = updated.system
    shown = [user.picture_object_id for user in updated.synced]
    tags = [updated.tags(user) for user in updated.synced]
    group = system.stack.outputs["LogGroupName"]
    invocations = Invocations(system.aws, group)

    start_resync(system)
    wait_until(lambda: updated.missed.picture_object_id is not None)

    (run,) = [it for it in invocations.runs if "ResyncInSync" in it.metrics]
    assert run.metrics["ResyncInSync"] == [2]
    assert run.metrics["ResyncNewObject"] == [1]
    assert [user.picture_object_id for user in updated.synced] == shown
    assert [updated.tags(user) for user in updated.synced] == tags
    assert len(system.authgear.images) == updated.uploads + 1


def test_event_of_an_old_object_uploads_nothing(updated: Updated) -> None:
    """An event that S3 repeats after the update finds the user in sync."""
    system, user = updated.system, updated.synced[0]
    invocations = Invocations(system.aws, system.stack.outputs["LogGroupName"])
    uploads, shown = len(system.authgear.images), user.picture_object_id

    system.send(updated.key(user))
    wait_until(lambda: bool(invocations.of(updated.key(user))))

    (run,) = invocations.of(updated.key(user))
    assert "Unchanged" in run.metrics
    assert user.picture_object_id == shown
    assert len(system.authgear.images) == uploads


def test_new_picture_is_set_after_the_update(updated: Updated) -> None:
    """The bucket's notification leads to the new function."""
    user = create_person(updated.system.authgear, "Ada Lovelace")

    updated.system.put(updated.key(user), updated.picture)

    wait_until(lambda: user.picture_object_id is not None)
