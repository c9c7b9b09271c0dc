"""The whole system on this machine."""

from __future__ import annotations

import json
import os

import pytest

from local.authgear import Fault, User
from local.aws.stack import StackFailed
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.waiting import wait_until
from tests.samples.pictures import encode, quadrants

PICTURE = encode(quadrants(), "PNG")


@pytest.fixture
def user(system: LocalSystem) -> User:
    """Create a user."""
    return create_person(system.authgear, "Ada Lovelace")


def test_drop_reaches_the_function_and_authgear(
    system: LocalSystem, user: User
) -> None:
    """A picture put into the bucket becomes the user's, with no further help."""
    settled = system.drop(f"pictures/{user.id}.png", PICTURE)

    assert (settled.outcome, settled.reason) == ("synced", "picture-set")
    assert settled.attempts == 1
    assert settled.facts["bucket"] == system.bucket
    assert user.picture_object_id == settled.facts["object_id"]


def test_object_outside_the_prefix_causes_no_event(
    system: LocalSystem, user: User
) -> None:
    """The notification is for pictures only."""
    system.put("elsewhere/a.png", PICTURE)
    system.drop(f"pictures/{user.id}.png", PICTURE)

    assert system.history.count("elsewhere/a.png") == 0


def test_test_event_of_s3_is_ignored(system: LocalSystem) -> None:
    """The test message that S3 sends first is recognised."""
    assert system.wait_for("").reason == "test-event"


def test_failed_object_is_tried_again(system: LocalSystem, user: User) -> None:
    """An invocation that fails is followed by another, which goes well."""
    system.authgear.faults.add(Fault(step="presign", status=403, times=2))

    settled = system.drop(f"pictures/{user.id}.png", PICTURE)

    assert (settled.outcome, settled.attempts) == ("synced", 2)
    assert settled.milliseconds > settled.facts["total_ms"]


def test_object_that_keeps_failing_is_kept_for_later(
    system: LocalSystem, user: User
) -> None:
    """After three attempts the event waits in the retry queue."""
    system.authgear.faults.add(Fault(step="presign", status=403, times=None))

    settled = system.drop(f"pictures/{user.id}.png", PICTURE)

    messages = [json.loads(body) for body in system.read_failures()]
    records = [it["requestPayload"]["Records"][0]["s3"] for it in messages]
    assert (settled.outcome, settled.reason) == ("failed", "authgear-forbidden")
    assert settled.attempts == 3
    assert settled.key in {it["object"]["key"] for it in records}


def test_deliver_failures_tries_again_what_was_given_up(
    system: LocalSystem, user: User
) -> None:
    """An event that has failed for good is delivered once more, and the queue empty."""
    system.authgear.faults.add(Fault(step="presign", status=403, times=None))
    key = f"pictures/{user.id}.png"
    system.drop(key, PICTURE)
    waiting = len(system.read_failures())
    system.authgear.faults.clear()

    system.deliver_failures()

    assert waiting >= 1
    assert system.wait_for(key, count=2).outcome == "synced"
    wait_until(lambda: not system.read_failures())


def test_records_tell_of_every_attempt(system: LocalSystem, user: User) -> None:
    """The log has a record of the attempt that failed, and one of the next."""
    system.authgear.faults.add(Fault(step="presign", status=403, times=2))

    system.drop(f"pictures/{user.id}.png", PICTURE)

    records = [r for r in system.history.records if user.id in r.get("key", "")]
    assert [record["outcome"] for record in records] == ["failed", "synced"]


def test_wait_for_gives_up(system: LocalSystem) -> None:
    """Waiting for what does not happen ends with an error that names the object."""
    with pytest.raises(TimeoutError, match=r"pictures/none.png .* 0.05 s"):
        system.wait_for("pictures/none.png", timeout=0.05)


def test_settings_reach_the_function() -> None:
    """A setting that differs from its default is the function's."""
    with LocalSystem.start(parameters={"MaxInputBytes": "9"}) as system:
        user = create_person(system.authgear, "Ada Lovelace")

        settled = system.drop(f"pictures/{user.id}.png", PICTURE)

    assert settled.reason == "too-many-bytes"


def test_start_fails_with_wrong_parameters() -> None:
    """A value that the template does not allow is reported in one sentence."""
    with (
        pytest.raises(StackFailed, match=r"PictureSize|PICTURE_SIZE"),
        LocalSystem.start(parameters={"PictureSize": "7"}),
    ):
        pass


def test_key_follows_the_pattern(system: LocalSystem, user: User) -> None:
    """A picture under another pattern's key is the user's as well."""
    with LocalSystem.start(parameters={"KeyPattern": "faces/{email}.*"}) as other:
        person = create_person(other.authgear, "Ada Lovelace")
        key = other.key_for(person, ".jpg")
        settled = other.drop(key, PICTURE)

    assert key == "faces/ada.lovelace@example.com.jpg"
    assert settled.reason == "picture-set"


def test_environment_of_this_process_is_left_alone(system: LocalSystem) -> None:
    """The function's variables are its own."""
    assert "BUCKET_NAME" in system.environment()
    assert "BUCKET_NAME" not in os.environ
    assert "AWS_ENDPOINT_URL" not in os.environ
