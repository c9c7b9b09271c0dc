"""sync: one picture, without the bucket."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.authgear import Fault, User
from local.demo.bad_files import TEXT
from local.demo.checks import attributes
from local.paths import PICTURES
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
