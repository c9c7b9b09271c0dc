"""One user's objects: which they are, and what is noted on them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from outcome import Reason, Result
from pictures.errors import PictureRejected
from storage.bucket import TAG, Bucket, SyncTag
from storage.key_pattern import KeyPattern
from sync.run_log import OutOfTime, RunLog
from sync.user_objects import UserObjects
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3

REJECTED = Result(reason=Reason.NOT_A_PICTURE)


def open_objects(s3: FakeS3, *, tagged: bool = True, left: float = 10) -> UserObjects:
    """Return what the user `ada` has in a store."""
    clock = FakeClock()
    return UserObjects(
        bucket=Bucket(cast(Any, s3), s3.bucket),
        pattern=KeyPattern.parse("{username}.*"),
        text="ada",
        run_log=RunLog(deadline=clock() + left, clock=clock, sleep=clock.sleep),
        tagged=tagged,
    )


@pytest.fixture
def s3() -> FakeS3:
    """Return a store with objects of `ada` and of two others."""
    s3 = FakeS3()
    for key in ("ada.jpg", "ada.png", "ada.b.jpg", "adam.jpg"):
        s3.put(key, key.encode())
    return s3


def test_list(s3: FakeS3) -> None:
    """Objects of others whose keys begin alike are not the user's."""
    objects = open_objects(s3)

    assert [item.key for item in objects.list()] == ["ada.png", "ada.jpg"]
    assert "list_ms" in objects.run_log.facts


def test_is_newest(s3: FakeS3) -> None:
    """Only the last object counts, with the content that it had."""
    objects = open_objects(s3)
    newest, older = objects.list()

    assert objects.is_newest(newest)
    assert not objects.is_newest(older)
    s3.put("ada.png", b"new")
    assert not objects.is_newest(newest)


def test_is_newest_after_passed_over(s3: FakeS3) -> None:
    """An object that was passed over hides none, until it has other content."""
    objects = open_objects(s3)
    newest, older = objects.list()
    objects.skipped[newest.key] = newest.etag, REJECTED

    assert objects.is_newest(older)
    s3.put(newest.key, b"new")
    assert not objects.is_newest(older)


def test_is_newest_of_none(s3: FakeS3) -> None:
    """Where there is no object left, none is the newest."""
    objects = open_objects(s3)
    newest, older = objects.list()
    objects.skipped[older.key] = older.etag, REJECTED
    del s3.objects[newest.key]

    assert not objects.is_newest(newest)


@pytest.mark.parametrize("limit", [7, 8])
def test_download(s3: FakeS3, limit: int) -> None:
    """An object up to the limit is downloaded."""
    objects = open_objects(s3)

    assert objects.download(objects.list()[0], limit=limit) == b"ada.png"
    assert objects.run_log.facts["input_bytes"] == 7
    assert "download_ms" in objects.run_log.facts


def test_download_too_large(s3: FakeS3) -> None:
    """A larger object is rejected before any byte is asked for."""
    objects = open_objects(s3)
    item = objects.list()[0]

    with pytest.raises(PictureRejected, match="7 bytes are more than the 6") as caught:
        objects.download(item, limit=6)

    assert caught.value.reason is Reason.TOO_MANY_BYTES
    assert "get_object" not in s3.calls
    assert objects.run_log.facts["input_bytes"] == 7


def test_remember_and_recall(s3: FakeS3) -> None:
    """What is noted is recalled, and the log tells that S3 took it."""
    objects = open_objects(s3)
    item = objects.list()[0]

    objects.write_sync_tag(item, objects.read_sync_tag(item), "result")

    assert objects.read_sync_tag(item).result == "result"
    assert objects.run_log.facts["sync_tag_written"] is True
    assert {"read_tag_ms", "write_tag_ms"} <= set(objects.run_log.facts)


def test_remember_refused(s3: FakeS3) -> None:
    """The log tells that S3 did not take the note."""
    objects = open_objects(s3)

    objects.write_sync_tag(objects.list()[0], SyncTag(), "result")

    assert objects.run_log.facts["sync_tag_written"] is False


def test_without_tags(s3: FakeS3) -> None:
    """Where nothing may be noted, nothing is asked, and nothing is told."""
    objects = open_objects(s3, tagged=False)
    item = objects.list()[0]
    s3.objects[item.key].tags = {TAG: f"{item.etag}/result"}

    assert objects.read_sync_tag(item) == SyncTag()
    objects.write_sync_tag(item, SyncTag(other_tags=()), "other")

    assert s3.calls == ["list_objects_v2"]
    assert set(objects.run_log.facts) == {"list_ms"}


def test_out_of_time(s3: FakeS3) -> None:
    """Every step looks at the time before it begins."""
    item = open_objects(s3).list()[0]
    objects = open_objects(s3, left=0)
    s3.calls.clear()

    for step in (
        objects.list,
        lambda: objects.read_sync_tag(item),
        lambda: objects.download(item, limit=10),
        lambda: objects.write_sync_tag(item, SyncTag(other_tags=()), "result"),
    ):
        with pytest.raises(OutOfTime):
            step()

    assert s3.calls == []
