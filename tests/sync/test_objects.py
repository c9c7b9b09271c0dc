"""Objects that are bad, gone or overwritten while they are worked on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outcome import Outcome, Reason
from sync.sync_tag import TAG
from sync.user_run import ATTEMPTS
from tests.fakes.s3 import client_error
from tests.sync.world import World, png


def test_bad_object_does_not_hide_a_good_one() -> None:
    """An object that can never be a picture is tagged and passed over."""
    world = World()
    good = f"pictures/{world.user_id}.jpg"
    world.put("red", good)
    world.s3.put(world.key, b"no picture at all")

    result = world.run()

    assert result.reason is Reason.NOT_A_PICTURE
    assert result.detail.startswith("the content is none of")
    assert result.fields["format"] is None  # the good one's is not told as this one's
    assert world.shown == "red"
    etag = world.s3.objects[world.key].etag.strip('"')
    assert world.s3.objects[world.key].tags[TAG].startswith(f"{etag}/not-a-picture/")


def test_deleted_object_beside_a_bad_one_is_ignored() -> None:
    """The result of the other object is not reported as this one's."""
    world = World()
    world.s3.put(f"pictures/{world.user_id}.txt", b"no picture at all")

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_over_the_limit_is_not_downloaded() -> None:
    """The size that S3 lists decides."""
    world = World()
    world.s3.put(world.key, bytes(100_001))

    result = world.run()

    assert result.reason is Reason.TOO_MANY_BYTES
    assert result.detail.startswith("the object is 0.2 MB; 0.1 MB are allowed")
    assert "get_object" not in world.s3.calls
    assert world.authgear.steps == []


def test_archived_object_is_passed_over_unnoted() -> None:
    """It can be restored: what it is now is not tagged, and hides no other."""
    world = World()
    world.put("blue", f"pictures/{world.user_id}.jpg")
    world.put("red")
    world.s3.objects[world.key].archived = True

    result = world.run()

    assert result.reason is Reason.ARCHIVED_OBJECT
    assert world.s3.objects[world.key].tags == {}
    assert world.shown == "blue"


def test_object_deleted_meanwhile_is_ignored() -> None:
    """There is nothing to do for a user without objects."""
    world = World()

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_deleted_between_list_and_download_is_ignored() -> None:
    """The next round lists nothing."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = world.s3.objects.clear

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_deleted_and_thus_denied_is_ignored() -> None:
    """S3 answers 403 instead of 404 to a role that may list only a prefix."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = lambda: world.s3.objects.pop(world.key)
    world.s3.fail("get_object", client_error("AccessDenied"))

    assert world.run().reason is Reason.OBJECT_GONE


def test_object_that_is_there_and_denied_fails() -> None:
    """A true denial is reported as one, at the first attempt."""
    world = World()
    world.put("red")
    world.s3.fail("get_object", client_error("AccessDenied"))

    assert world.run().reason is Reason.S3_DENIED
    assert world.s3.calls.count("get_object") == 1


def test_object_overwritten_between_list_and_download_is_followed() -> None:
    """The bytes of the newer object are not taken for those of the older."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"
    assert world.authgear.steps.count("upload") == 1


def test_object_overwritten_during_upload_is_followed_by_the_newer() -> None:
    """The run looks again, and sets the newest bytes."""
    world = World()
    world.put("red")
    world.authgear.before["update"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_bucket_that_never_rests_fails() -> None:
    """After a few rounds somebody else may try."""
    world = World()
    world.put("red")
    colors = iter(range(100))

    def overwrite(work: Callable[[], Any]) -> Any:
        world.s3.put(world.key, png(f"#0000{next(colors):02x}"))
        return work()

    world.authgear.fail("update", *[overwrite] * 100)

    result = world.run()

    assert result.reason is Reason.NOT_SETTLED
    assert world.authgear.steps.count("update") == ATTEMPTS


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDenied", Reason.S3_DENIED),
        ("InternalError", Reason.S3_UNAVAILABLE),
        ("NoSuchBucket", Reason.S3_UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("operation", ["list_objects_v2", "get_object"])
def test_fault_of_s3_fails(operation: str, code: str, reason: Reason) -> None:
    """S3's faults have different reasons, and nothing is lost."""
    world = World()
    world.put("red")
    world.s3.fail(operation, client_error(code))

    result = world.run()

    assert result.reason is reason
    assert result.outcome is Outcome.FAILED
