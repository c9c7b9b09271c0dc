"""Bad input and what it gets: no exception, no upload, no harm."""

from __future__ import annotations

import uuid

import pytest

from local.authgear import User
from local.demo import bad_files
from local.demo.checks import attributes
from local.system import LocalSystem
from outcome import Reason
from tests.e2e.faces import shows_quadrants
from tests.fakes.aws_requests import read_requests
from tests.samples.pictures import foreign, png_header

BAD_FILES = {
    "text-named-jpg": (bad_files.TEXT, Reason.NOT_A_PICTURE),
    "truncated-jpeg": (bad_files.truncated_jpeg(), Reason.BROKEN_PICTURE),
    "png-bomb": (bad_files.png_bomb(), Reason.TOO_MANY_PIXELS),
    "png-header": (png_header(60_000, 60_000), Reason.TOO_MANY_PIXELS),
    "svg": (bad_files.SVG, Reason.NOT_A_PICTURE),
    "pdf": (foreign()["pdf"], Reason.NOT_A_PICTURE),
    "html": (foreign()["html"], Reason.NOT_A_PICTURE),
    "empty": (b"", Reason.EMPTY_OBJECT),
    "too-large": (bytes(bad_files.TOO_LARGE), Reason.TOO_MANY_BYTES),
}
USER_ID = "0a1b2c3d-0000-4000-8000-abcdef000001"
BAD_KEYS = {
    "no-user": ("pictures/holiday.jpg", Reason.KEY_OUTSIDE_PATTERN),
    "no-suffix": (f"pictures/{USER_ID}", Reason.KEY_OUTSIDE_PATTERN),
    "longer-id": (f"pictures/{USER_ID}0.jpg", Reason.KEY_OUTSIDE_PATTERN),
    "deeper": (f"pictures/a/{USER_ID}.jpg", Reason.KEY_OUTSIDE_PATTERN),
    "capitals": (f"pictures/{USER_ID.upper()}.jpg", Reason.KEY_SPELLED_OTHERWISE),
    "braces": (f"pictures/{{{USER_ID}}}.jpg", Reason.KEY_SPELLED_OTHERWISE),
    "folder": (f"pictures/{USER_ID}.d/", Reason.FOLDER_MARKER),
    "longest": ("pictures/" + "x" * 1015, Reason.KEY_OUTSIDE_PATTERN),
}


@pytest.mark.parametrize(("data", "reason"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_file_is_rejected(
    data: bytes, reason: Reason, system: LocalSystem, user: User, key: str
) -> None:
    """A file that cannot be a picture is rejected at once; the profile is unchanged."""
    before = attributes(user)
    updated: list[str] = []
    system.authgear.on_update = lambda update: updated.append(update.record.id)

    settled = system.drop(key, data)

    assert (settled.outcome, settled.reason) == ("rejected", reason)
    assert settled.attempts == 1
    assert user.picture_object_id is None
    assert attributes(user) == before
    assert user.id not in updated


@pytest.mark.parametrize(("data", "reason"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_file_does_not_hide_a_good_one(
    data: bytes, reason: Reason, system: LocalSystem, user: User, picture: bytes
) -> None:
    """A user keeps their picture if a bad file is put beside it."""
    system.drop(f"pictures/{user.id}.a", picture)

    settled = system.drop(f"pictures/{user.id}.b", data)

    assert (settled.outcome, settled.reason) == ("rejected", reason)
    assert shows_quadrants(user)


def test_too_large_object_is_not_downloaded(
    system: LocalSystem, user: User, key: str
) -> None:
    """Its size is known from the list."""
    known = len(read_requests(system.aws))

    system.drop(key, bytes(bad_files.TOO_LARGE))

    operations = [it.operation for it in read_requests(system.aws)[known:] if it.path]
    assert "GET" not in operations


@pytest.mark.parametrize(("key", "reason"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_bad_key_is_ignored(
    key: str, reason: Reason, system: LocalSystem, picture: bytes
) -> None:
    """A key that names no user, or not in the one spelling, is not for us."""
    known = len(system.authgear.requests)

    settled = system.drop(key, b"" if key.endswith("/") else picture)

    assert (settled.outcome, settled.reason) == ("ignored", reason)
    assert settled.attempts == 1
    assert len(system.authgear.requests) == known


def test_other_bucket_is_ignored(system: LocalSystem, key: str) -> None:
    """An event of another bucket is ignored."""
    event = system.event(key)
    event["Records"][0]["s3"]["bucket"]["name"] = "somebody-elses"

    system.invoke(event)
    settled = system.wait_for(key)

    assert (settled.outcome, settled.reason) == ("ignored", "other-bucket")


def test_unknown_event_is_ignored(system: LocalSystem) -> None:
    """An event that is none of S3's ends as one, not as an error."""
    known = system.history.count("")

    system.invoke({"unknown": str(uuid.uuid4())})
    settled = system.wait_for("", count=known + 1)

    assert (settled.outcome, settled.reason) == ("ignored", "unknown-event")
