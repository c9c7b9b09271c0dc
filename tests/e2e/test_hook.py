"""Authgear reports a change to the deployed hook function's URL."""

from __future__ import annotations

from local.authgear import User
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.faces import shows_quadrants
from tests.e2e.hooks import change_by_others
from tests.e2e.waiting import wait_until


def sync_user(system: LocalSystem, picture: bytes) -> User:
    """Create a user whose picture comes from the bucket."""
    user = create_person(system.authgear, "Ada Lovelace")
    system.drop(system.key_for(user, ".png"), picture)
    assert user.picture_object_id
    return user


def test_report_brings_a_lost_picture_back(quick: LocalSystem, picture: bytes) -> None:
    """Another client replaced all attributes; no object changed, and no timer ran."""
    user = sync_user(quick, picture)

    status = change_by_others(quick, user)

    assert status == 200
    wait_until(lambda: user.picture_object_id is not None)
    assert shows_quadrants(user)


def test_report_with_a_wrong_signature_is_refused(
    quick: LocalSystem, picture: bytes
) -> None:
    """Nothing is queued; the change stays until the next resync."""
    user = sync_user(quick, picture)

    status = change_by_others(quick, user, key="somebody-elses-key")

    assert status == 401
    assert user.picture_object_id is None
    assert quick.read_failures() == []
