"""sync: one user, from the bucket or from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.authgear import Fault, User
from local.demo.bad_files import TEXT
from local.demo.checks import attributes
from local.paths import PICTURES
from pictures.mark import read_mark
from tests.ops.conftest import Ops

PHOTO = str(PICTURES / "rocket.jpg")


@pytest.mark.parametrize("name", ["id", "email", "username", "phone"])
def test_sync_sets_the_picture_and_nothing_else(
    ops: Ops, user: User, name: str
) -> None:
    """Any name of the user will do, and no other attribute changes."""
    before = attributes(user)
    standard = user.standard_attributes()
    names = {
        "id": user.id.upper(),
        "email": standard["email"],
        "username": standard["preferred_username"],
        "phone": standard["phone_number"],
    }

    status, found = ops.json("sync", PHOTO, "--user", names[name])

    assert status == 0
    assert found["reason"] == "picture-set"
    assert user.picture_object_id == found["object_id"]
    assert attributes(user) == before


def test_sync_of_no_picture_uploads_nothing(
    ops: Ops, user: User, tmp_path: Path
) -> None:
    """The reason is the function's own."""
    file = tmp_path / "text.jpg"
    file.write_bytes(TEXT)
    before = len(ops.system.authgear.images)

    status, text = ops.run("sync", str(file), "--user", user.id)

    assert status == 1
    assert "not-a-picture" in text
    assert len(ops.system.authgear.images) == before


def test_sync_for_nobody_says_so(ops: Ops) -> None:
    """Nothing is uploaded for a user who does not exist."""
    before = len(ops.system.authgear.images)

    status, text = ops.run(
        "sync", PHOTO, "--user", "00000000-0000-4000-8000-000000000000"
    )

    assert status == 1
    assert "no such user" in text
    assert len(ops.system.authgear.images) == before


def test_sync_believes_no_untrue_answer(ops: Ops, user: User) -> None:
    """A commit that failed after a 200 is found by the read."""
    ops.system.authgear.faults.add(Fault(step="update", commit_fails=True))
    ops.changes["sleep"] = lambda _: None

    status, text = ops.run("sync", PHOTO, "--user", user.id)

    assert status == 1
    assert "shows another" in text


def test_sync_applies_the_bucket(ops: Ops, user: User) -> None:
    """A user is named in any way; what is in sync already stays."""
    ops.system.put(f"pictures/{user.id}.jpg", Path(PHOTO).read_bytes())
    email = user.standard_attributes()["email"]

    status, found = ops.json("sync", email)
    _, second = ops.json("sync", user.id)

    assert status == 0
    assert found["objects"][0]["reason"] == "picture-set"
    assert found["objects"][0]["object_id"] == user.picture_object_id
    assert second["objects"][0]["reason"] == "in-sync"


def test_sync_again_repairs_a_lost_image(ops: Ops, user: User) -> None:
    """An image that Authgear's store has lost is uploaded again."""
    ops.system.put(f"pictures/{user.id}.jpg", Path(PHOTO).read_bytes())
    ops.run("sync", user.id)
    lost = user.picture_object_id
    assert lost is not None
    del ops.system.authgear.images[lost]

    _, found = ops.json("sync", user.id)
    status, repaired = ops.json("sync", user.id, "--again")

    assert found["objects"][0]["reason"] == "in-sync"
    assert status == 0
    assert repaired["objects"][0]["reason"] == "picture-set"
    assert user.picture_object_id != lost
    assert user.picture_object_id in ops.system.authgear.images


def test_sync_again_uploads_nothing_that_is_there(ops: Ops, user: User) -> None:
    """The mark shows that the image is there, and of this object."""
    ops.system.put(f"pictures/{user.id}.jpg", Path(PHOTO).read_bytes())
    ops.run("sync", user.id)
    shown = user.picture_object_id

    status, _ = ops.json("sync", user.id, "--again")

    assert status == 0
    assert user.picture_object_id == shown


def test_sync_of_a_bad_object_says_so(ops: Ops, user: User) -> None:
    """The exit status and the reason are those of a rejection."""
    ops.system.put(f"pictures/{user.id}.jpg", TEXT)

    status, text = ops.run("sync", user.id)

    assert status == 1
    assert "not-a-picture" in text


def test_sync_marks_a_file(ops: Ops, user: User) -> None:
    """With keep-own a picture without a mark would pass for the user's own."""
    ops.run("sync", PHOTO, "--user", user.id)

    shown = ops.system.authgear.images[user.picture_object_id or ""]

    assert read_mark(shown)


def test_sync_does_not_upload_a_file_twice(ops: Ops, user: User) -> None:
    """The same file in the bucket is known by the mark of its content."""
    ops.run("sync", PHOTO, "--user", user.id)
    shown = user.picture_object_id
    ops.system.put(f"pictures/{user.id}.jpg", Path(PHOTO).read_bytes())

    status, _ = ops.run("sync", user.id)

    assert status == 0
    assert user.picture_object_id == shown


@pytest.mark.parametrize("more", [("--again",), ()], ids=["again", "no-file"])
def test_sync_refuses_what_contradicts_itself(
    ops: Ops, user: User, more: tuple[str, ...]
) -> None:
    """A file is set without the bucket, so that --again means nothing with it."""
    file = PHOTO if more else "missing.jpg"

    status, text = ops.run("sync", file, "--user", user.id, *more)

    assert status == 2
    assert "--user takes a file" in text
