"""One user's objects: which they are, and their sync tags."""

from __future__ import annotations

from typing import Any, cast

import pytest

from authgear import Budget
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.run_log import OutOfTime, RunLog
from sync.sync_tag import TAG, SyncTag, fingerprint_image
from sync.user_objects import UserObjects
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3, client_error

IMAGE = "0a7b1a83-31f1-4d3c-8a57-6f1d3f6f2f10"


def open_objects(s3: FakeS3, *, left: float = 10) -> UserObjects:
    """Return the objects of the user `ada` in a store."""
    clock = FakeClock()
    budget = Budget(deadline=clock() + left, clock=clock, sleep=clock.sleep)
    return UserObjects(
        bucket=Bucket(cast(Any, s3), s3.bucket),
        pattern=KeyPattern.parse("{username}.*"),
        text="ada",
        log=RunLog(budget=budget),
    )


@pytest.fixture(params=[False, True], ids=["plain", "versioned"])
def s3(request: pytest.FixtureRequest) -> FakeS3:
    """Return a store with objects of `ada` and of two others."""
    s3 = FakeS3(is_versioned=request.param)
    for key in ("ada.jpg", "ada.png", "ada.b.jpg", "adam.jpg"):
        s3.put(key, key.encode())
    return s3


def test_list(s3: FakeS3) -> None:
    """Objects of others whose keys begin alike are not the user's."""
    objects = open_objects(s3)

    listed = [item.key for item in objects.list_newest_first()]

    assert listed == ["ada.png", "ada.jpg"]
    assert "list_ms" in objects.log.times


def test_sync_tag_is_read_back(s3: FakeS3) -> None:
    """A sync tag that was written is read again, and the log says that S3 took it."""
    objects = open_objects(s3)
    item = objects.list_newest_first()[0]
    tag = SyncTag(item.etag, IMAGE, fingerprint_image((), "ada"))

    objects.write_sync_tag(item, tag)

    assert objects.read_sync_tag(item) == tag
    assert objects.log.facts["sync_tag_written"] is True
    assert {"read_tag_ms", "write_tag_ms"} <= set(objects.log.times)


@pytest.mark.parametrize(
    "value",
    ["", "etag", f"other-etag/{IMAGE}/f", "etag//f", "a/b/c/d"],
    ids=["empty", "one-part", "other-content", "no-result", "four-parts"],
)
def test_other_values_are_no_sync_tag(s3: FakeS3, value: str) -> None:
    """The tag of another content, or another text under its name, says nothing."""
    objects = open_objects(s3)
    item = objects.list_newest_first()[0]
    s3.objects[item.key].tags = {TAG: value.replace("etag", item.etag)}
    if value == f"other-etag/{IMAGE}/f":
        s3.objects[item.key].tags = {TAG: value}

    assert objects.read_sync_tag(item) is None


def test_sync_tag_of_another_user_is_none(s3: FakeS3) -> None:
    """S3 copies tags with an object; a rejection is still about the content."""
    objects = open_objects(s3)
    item = objects.list_newest_first()[0]
    copied = SyncTag(item.etag, IMAGE, fingerprint_image((), "eve"))
    rejected = SyncTag(item.etag, "not-a-picture", fingerprint_image((), "eve"))

    s3.objects[item.key].tags = {TAG: str(copied)}
    assert objects.read_sync_tag(item) is None
    s3.objects[item.key].tags = {TAG: str(rejected)}
    assert objects.read_sync_tag(item) == rejected


@pytest.mark.parametrize("operation", ["get_object_tagging", "put_object_tagging"])
def test_sync_tag_that_s3_refuses_holds_for_the_run(s3: FakeS3, operation: str) -> None:
    """A run does not forget what S3 does not keep for it."""
    objects = open_objects(s3)
    item = objects.list_newest_first()[0]
    tag = SyncTag(item.etag, IMAGE, "f")
    s3.fail(operation, client_error("AccessDenied"))

    objects.write_sync_tag(item, tag)

    assert objects.log.facts["sync_tag_written"] is False
    assert objects.read_sync_tag(item) == tag
    assert open_objects(s3).read_sync_tag(item) is None


def test_version_that_was_read_is_tagged() -> None:
    """An object that is overwritten during the run keeps its new tags."""
    s3 = FakeS3(is_versioned=True)
    s3.put("ada.png", b"old")
    objects = open_objects(s3)
    item = objects.list_newest_first()[0]
    objects.download(item)
    new = s3.put("ada.png", b"new", project="x")

    objects.write_sync_tag(item, SyncTag(item.etag, IMAGE, "f"))

    assert new.tags == {"project": "x"}
    assert TAG in s3.versions["ada.png"][0].tags


def test_out_of_time(s3: FakeS3) -> None:
    """Every step looks at the time before it begins."""
    item = open_objects(s3).list_newest_first()[0]
    objects = open_objects(s3, left=0)
    s3.calls.clear()

    for step in (
        objects.list_newest_first,
        lambda: objects.read_sync_tag(item),
        lambda: objects.download(item),
        lambda: objects.write_sync_tag(item, SyncTag(item.etag, IMAGE)),
    ):
        with pytest.raises(OutOfTime):
            step()

    assert s3.calls == []
