"""A new object becomes the picture, and what is there already is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from outcome import Reason
from sync.picture_job import run_in_thread
from tests.fakes.authgear_server import answered
from tests.sync.world import World, png


def test_address_is_asked_for_while_the_picture_is_made() -> None:
    """It is begun once the object is there, and not asked for again."""
    world = World()
    world.put("red")
    seen: list[tuple[str, list[str]]] = []

    @contextmanager
    def watch(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
        result = work()
        seen.append((world.s3.calls[-1], list(world.authgear.steps)))
        yield lambda: result

    result = world.run(run_during=watch)

    assert result.reason is Reason.PICTURE_SET
    assert seen == [("get_object", ["presign"])]
    assert world.authgear.steps == ["presign", "read", "upload", "update", "read"]


def test_rejection_does_not_depend_on_authgear() -> None:
    """A bad picture is reported even if no upload URL is available."""
    world = World()
    world.s3.put(world.key, b"no picture")
    world.authgear.fail("presign", *[answered({}, 403)] * 3)

    result = world.run(run_during=run_in_thread)

    assert result.reason is Reason.NOT_A_PICTURE
    assert set(world.authgear.steps) == {"presign"}


def test_new_object_becomes_picture() -> None:
    """The picture is made, uploaded and set, with five requests and five to S3."""
    world = World()
    world.put("red")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.clock.slept == []
    assert world.authgear.steps == ["read", "presign", "upload", "update", "read"]
    assert world.s3.calls == [
        *("list_objects_v2", "get_object_tagging", "get_object"),
        *("get_object_tagging", "put_object_tagging"),
        *("list_objects_v2", "get_object_tagging"),
    ]


def test_log_fields_of_new_object() -> None:
    """The log line has the source, the result, and the time of each step."""
    world = World()
    world.put("red")

    fields = world.run().fields

    assert fields["user_id"] == world.user_id
    assert fields["object_id"] in world.authgear.images
    assert fields["format"] == "png"
    assert fields["input_bytes"] == len(png("red"))
    assert (fields["input_width"], fields["input_height"]) == (300, 300)
    assert fields["output_bytes"] == len(world.authgear.picture_of(world.user_id) or "")
    assert "applied_key" not in fields
    assert sorted(name for name in fields if name.endswith("_ms")) == [
        *("download_ms", "list_ms", "picture_ms", "presign_ms", "read_ms"),
        *("read_tag_ms", "update_ms", "upload_ms", "verify_ms", "write_tag_ms"),
    ]


def test_other_attributes_stay_as_they_were() -> None:
    """Only the picture differs before and after."""
    world = World()
    world.put("red")
    before = dict(world.authgear.users[world.user_id])

    world.run()

    after = dict(world.authgear.users[world.user_id])
    assert after.pop("picture")
    assert after == before


def test_same_object_again_is_unchanged() -> None:
    """A second run uploads nothing: one request to Authgear, two to S3."""
    world = World()
    world.put("red")
    world.run()
    world.authgear.steps.clear()
    world.s3.calls.clear()

    result = world.run()

    assert result.reason is Reason.IN_SYNC
    assert world.authgear.steps == ["read"]
    assert world.s3.calls == ["list_objects_v2", "get_object_tagging"]


def test_overwritten_object_becomes_picture() -> None:
    """The tag of other content is ignored."""
    world = World()
    world.put("red")
    world.run()
    world.put("blue", **world.s3.objects[world.key].tags)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_late_event_of_older_object_keeps_newest() -> None:
    """Which object an event names does not matter: the newest is the picture."""
    world = World()
    older = f"pictures/{world.user_id}.jpg"
    world.put("red", older)
    world.put("blue")

    lines = world.run_all(older)

    assert [(line.key, line.result.reason) for line in lines] == [
        (older, Reason.NEWER_OBJECT),
        (world.key, Reason.PICTURE_SET),
    ]
    assert world.shown == "blue"


def test_error_that_nobody_foresaw_is_raised_as_it_is() -> None:
    """The log line names its type and its places."""
    world = World()
    world.s3.fail("list_objects_v2", ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        world.run()


def test_no_time_left_fails_before_anything_is_done() -> None:
    """A step is not begun after the deadline."""
    world = World()
    world.put("red")

    result = world.run(seconds=0)

    assert result.reason is Reason.NOT_SETTLED
    assert world.s3.calls == []
