"""The sync tag and the mark: what they save, and where they are not believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from outcome import Outcome, Reason, Result
from sync.sync_tag import TAG
from tests.fakes.authgear_server import answered, dropped_before
from tests.fakes.s3 import client_error
from tests.sync.world import UNKNOWN_ID, World, png


def assert_done(result: Result) -> None:
    """Check that a nested run came through."""
    assert result.reason is Reason.PICTURE_SET


def test_old_tag_whose_image_is_shown_is_in_sync() -> None:
    """Tags of version 0.1 have no fingerprint; nothing is uploaded for them."""
    world = World()
    world.put("red")
    world.run()
    image_id = next(iter(world.authgear.images))
    world.note(image_id, is_old=True)

    assert world.run().reason is Reason.IN_SYNC
    assert len(world.authgear.images) == 1


def test_old_tag_whose_image_is_not_shown_is_not_believed() -> None:
    """It says nothing about the settings that its image was made with."""
    world = World()
    world.put("red")
    world.note(UNKNOWN_ID, is_old=True)

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "red"


def test_picture_changed_in_authgear_is_set_again_without_an_upload() -> None:
    """With `always` the bucket wins, and its image is there already."""
    world = World()
    world.put("red")
    world.run()
    world.authgear.users[world.user_id]["picture"] = "https://example.com/me.png"

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert len(world.authgear.images) == 1


def test_changed_settings_are_a_difference() -> None:
    """An image of other settings is made again, once."""
    world = World()
    world.put("red")
    world.run()
    changed = {"policy": _with_settings(world, ("another size",))}

    assert world.run(**changed).reason is Reason.PICTURE_SET
    assert world.run(**changed).reason is Reason.IN_SYNC
    assert len(world.authgear.images) == 2


@pytest.mark.parametrize("reason", [Reason.BROKEN_PICTURE, Reason.NOT_A_PICTURE])
def test_rejection_by_other_limits_is_looked_at_again(reason: Reason) -> None:
    """A file that older code or lower limits rejected may be a picture now."""
    world = World()
    world.put("red")
    world.note(reason, rejection_settings=("older",))

    assert world.run().reason is Reason.PICTURE_SET


def _with_settings(world: World, settings: tuple[object, ...]) -> Any:
    """Return the policy with other settings of images."""
    return replace(world.reconciler.policy, image_settings=settings)


def test_other_tags_stay() -> None:
    """Tags of others are kept beside ours."""
    world = World()
    world.put("red", project="x", owner="y")

    world.run()

    tags = dict(world.s3.objects[world.key].tags)
    etag, image_id, _ = tags.pop(TAG).split("/")
    assert tags == {"project": "x", "owner": "y"}
    assert etag == world.s3.objects[world.key].etag.strip('"')
    assert image_id in world.authgear.images


def test_tag_written_by_another_program_during_the_upload_stays() -> None:
    """Tags are read directly before they are written."""
    world = World()
    world.put("red")
    tags = world.s3.objects[world.key].tags
    world.authgear.before["upload"] = lambda: tags.update(Scan="clean")

    world.run()

    assert world.s3.objects[world.key].tags["Scan"] == "clean"


def deny(world: World) -> None:
    """Deny all reading and writing of tags."""
    denied = [client_error("AccessDenied")] * 1000
    world.s3.fail("get_object_tagging", *denied)


def fill(world: World) -> None:
    """Give the object ten tags of others."""
    world.s3.objects[world.key].tags = {f"t{i}": "x" for i in range(10)}


def replace_daily(world: World) -> None:
    """Replace all tags, as a program that knows only its own does."""
    world.s3.objects[world.key].tags = {"Scan": "clean"}


@pytest.mark.parametrize("spoil", [deny, fill, replace_daily])
def test_mark_stands_in_where_no_tag_can_be_had(
    spoil: Callable[[World], None],
) -> None:
    """In thirty looks there is one upload."""
    world = World()
    world.put("red", f"pictures/{world.user_id}.jpg")
    world.put("blue")

    for _ in range(30):
        spoil(world)
        assert world.run().outcome in (Outcome.SYNCED, Outcome.UNCHANGED)

    assert len(world.authgear.images) == 1
    assert world.shown == "blue"


@pytest.mark.parametrize("spoil", [deny, fill])
def test_update_that_fails_where_no_tag_can_be_had(
    spoil: Callable[[World], None],
) -> None:
    """Within a run the image is still used again."""
    world = World()
    world.put("red")
    spoil(world)
    world.authgear.fail("update", dropped_before)

    world.run()

    assert len(world.authgear.images) == 1
    assert world.shown == "red"


@pytest.mark.parametrize("status", [403, 500, 302])
def test_mark_that_cannot_be_read_fails(status: int) -> None:
    """Only a 404 or a 410 says that the image is not ours."""
    world = World()
    world.put("red")
    world.run()
    world.s3.objects[world.key].tags.clear()
    world.authgear.fail("mark", *[answered_by(status)] * 10)

    result = world.run()

    assert result.outcome is Outcome.FAILED
    assert result.fields["step"] == "mark"
    assert len(world.authgear.images) == 1


def answered_by(status: int) -> Any:
    """Return a fault that answers with a status."""
    return answered("", status)


def test_image_lost_in_the_store_is_made_again_on_demand() -> None:
    """An image that Authgear shows and its store has lost is found by `again`."""
    world = World()
    world.put("red")
    world.run()
    world.authgear.images.clear()

    assert world.run().reason is Reason.IN_SYNC
    assert world.run(again=True).reason is Reason.PICTURE_SET
    assert world.shown == "red"


def test_again_uploads_nothing_that_is_there() -> None:
    """An image with the right mark is left alone."""
    world = World()
    world.put("red")
    world.run()

    assert world.run(again=True).reason is Reason.IN_SYNC
    assert len(world.authgear.images) == 1


@pytest.mark.parametrize("again", [False, True])
def test_settled_end_is_tried_again_on_demand(again: bool) -> None:
    """An end that only a new object or other settings can change costs no request."""
    world = World()
    world.put("red")
    world.note(Reason.ATTRIBUTES_INVALID)

    result = world.run(again=again)

    expected = Reason.PICTURE_SET if again else Reason.ATTRIBUTES_INVALID
    assert result.reason is expected
    assert bool(world.authgear.steps) is again


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture at all", Reason.NOT_A_PICTURE),
        (png("red")[:99], Reason.BROKEN_PICTURE),
    ],
    ids=["no-picture", "broken"],
)
def test_bad_object_tagged_is_not_downloaded_again(data: bytes, reason: Reason) -> None:
    """The sync tag is believed, and reported the same way."""
    world = World()
    world.s3.put(world.key, data)
    world.run()
    world.s3.calls.clear()
    world.authgear.steps.clear()

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
    image_id = world.tag().split("/")[1]
    assert image_id in world.authgear.users[world.user_id]["picture"]


def test_image_of_a_concurrent_run_is_taken_up() -> None:
    """A run that was overtaken sets the other's picture: neither chases the other."""
    world = World()
    world.put("red")
    others: list[Result] = []

    def overtaken(work: Callable[[], Any]) -> Any:
        others.append(world.run())
        world.authgear.users[world.user_id].pop("picture")
        return dropped_before(work)

    world.authgear.fail("update", overtaken)

    world.run()

    image_id = others[0].fields["object_id"]
    assert image_id in world.authgear.users[world.user_id]["picture"]
    assert world.authgear.steps.count("upload") == 1


def test_bad_file_overwritten_by_a_good_one_meanwhile() -> None:
    """The result is the one of the object that is there in the end."""
    world = World()
    world.put("red", f"pictures/{world.user_id}.jpg")
    world.s3.put(world.key, b"no picture at all")
    world.authgear.before["update"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"
