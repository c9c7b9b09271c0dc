"""A stack whose key pattern is changed later, as docs/change.md describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.authgear import User
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.commands import ops


@pytest.fixture
def system() -> Iterator[LocalSystem]:
    """Run a system whose pattern the test changes."""
    with LocalSystem.start(retry_delay=0) as system:
        yield system


@pytest.fixture
def user(system: LocalSystem, picture: bytes) -> User:
    """Create a user whose picture came from an object of the first pattern."""
    user = create_person(system.authgear, "Ada Lovelace")
    system.drop(f"pictures/{user.id}.png", picture)
    return user


def copy(system: LocalSystem, user: User, key: str) -> None:
    """Copy the user's object with its tags, as S3 does by itself."""
    source = f"{system.bucket}/pictures/{user.id}.png"
    system.aws.s3.copy_object(Bucket=system.bucket, Key=key, CopySource=source)


def count(system: LocalSystem) -> dict[str, int]:
    """Return the users by cause, as the operator sees them."""
    result = ops(system, "backfill", "--dry-run", "--json")
    assert result.returncode in (0, 1), result.stderr
    found: dict[str, int] = json.loads(result.stdout)["counts"]
    return found


def uploads(system: LocalSystem) -> int:
    """Return how many images were uploaded to Authgear."""
    return sum(it.step == "upload" for it in system.authgear.requests)


def test_copied_objects_are_in_sync_under_another_prefix(
    system: LocalSystem, user: User
) -> None:
    """The sync tags come along, so that nothing is uploaded again."""
    copy(system, user, f"faces/{user.id}.png")
    before = uploads(system)

    system.deploy({"KeyPattern": "faces/{user_id}.*"})

    assert count(system)["in_sync"] == 1
    assert uploads(system) == before


def test_objects_are_new_under_another_placeholder(
    system: LocalSystem, user: User
) -> None:
    """The tag is about another text, and counts as none."""
    name = user.standard_attributes()["preferred_username"]
    copy(system, user, f"people/{name}.png")

    system.deploy({"KeyPattern": "people/{username}.*"})

    assert count(system)["new_object"] == 1
