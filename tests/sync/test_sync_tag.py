"""The tag on an object: what it saves, and where it is not believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outcome import Outcome, Reason, Result
from storage.bucket import TAG
from sync.decide import Policy
from tests.fakes.authgear_server import dropped_before
from tests.fakes.s3 import client_error
from tests.sync.world import UNKNOWN_ID, World, png


def assert_done(result: Result) -> None:
    """Check that a nested run came through."""
    assert result.reason is Reason.PICTURE_SET


def test_image_noted_long_ago_is_not_taken_up() -> None:
    """An object may be copied with its tags; their image need not be in Authgear."""
    world = World()
    world.put("red")
    world.note(UNKNOWN_ID)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"


def test_other_tags_stay() -> None:
    """Tags of others are kept beside ours."""
    world = World()
    world.put("red", project="x", owner="y")

    world.run()

    tags = dict(world.s3.objects[world.key].tags)
    etag, _, image_id = tags.pop(TAG).partition("/")
    assert tags == {"project": "x", "owner": "y"}
    assert etag == world.s3.objects[world.key].etag.strip('"')
    assert image_id in world.authgear.images


@pytest.mark.parametrize("operation", ["get_object_tagging", "put_object_tagging"])
def test_tag_that_s3_refuses_costs_only_the_memory(operation: str) -> None:
    """A role without a tagging permission still syncs, and loses no tag."""
    world = World()
    world.put("red", project="x")
    world.s3.fail(operation, client_error("AccessDenied"))

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["sync_tag_written"] is False
    assert world.s3.objects[world.key].tags == {"project": "x"}


def test_memory_switched_off() -> None:
    """No tag is read or written."""
    world = World(remember=False)
    world.put("red")

    world.run()

    assert world.s3.calls == ["list_objects_v2", "get_object", "list_objects_v2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture at all", Reason.NOT_A_PICTURE),
        (png("red")[:99], Reason.BROKEN_PICTURE),
    ],
    ids=["no-picture", "broken"],
)
def test_bad_object_noted_is_not_downloaded_again(data: bytes, reason: Reason) -> None:
    """What is noted on the object is believed, and reported the same way."""
    world = World()
    world.s3.put(world.key, data)
    world.run()
    world.s3.calls.clear()

    result = world.run()

    assert result.reason is reason
    assert world.s3.calls == ["list_objects_v2", "get_object_tagging"]
    assert world.authgear.steps == []


def test_two_runs_for_one_object_settle() -> None:
    """A run that was overtaken by another for the same object ends in sync with it."""
    world = World()
    world.put("red")
    world.authgear.before["update"] = lambda: assert_done(world.run())

    result = world.run()

    assert result.outcome in (Outcome.SYNCED, Outcome.UNCHANGED)
    tag = world.s3.objects[world.key].tags[TAG]
    assert tag.rpartition("/")[2] in world.authgear.users[world.user_id]["picture"]


def test_image_of_a_concurrent_run_is_taken_up() -> None:
    """Who was overtaken sets the other's picture, so that neither chases the other."""
    world = World()
    world.put("red")
    others: list[Result] = []

    def overtaken(work: Callable[[], Any]) -> Any:
        world.authgear.fail("update", world.commit_fails)
        others.append(world.run(policy=Policy(verify_update=False)))
        return dropped_before(work)

    world.authgear.fail("update", overtaken)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["object_id"] == others[0].fields["object_id"]
    assert result.fields["object_id"] in world.authgear.users[world.user_id]["picture"]


def test_rejection_noted_by_a_concurrent_run_is_no_image() -> None:
    """A run with lower limits may reject what this one has made a picture of."""
    world = World()
    world.put("red")
    world.note(UNKNOWN_ID)

    def overtaken(work: Callable[[], Any]) -> Any:
        world.note(Reason.TOO_MANY_BYTES)
        return dropped_before(work)

    world.authgear.fail("update", overtaken)

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 1
