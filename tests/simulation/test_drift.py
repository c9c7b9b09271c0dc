"""Drift of eight kinds: one resync, one backfill or one hook repairs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.simulation import town as drifts
from tests.simulation.drift import Drift
from tests.simulation.limited import Weather
from tests.simulation.project import OWN
from tests.simulation.town import FIRST, NEXT, READS, USERS, Town
from triggers.messages import Mode

SECONDS = 10.0  # until a user is in sync whom the hook reports
BY_ID, BY_EMAIL, BY_USERNAME = "pictures/{user_id}.*", "{email}.*", "p/{username}.*"
BY_NAME = (BY_EMAIL, BY_USERNAME)
EVERY = (BY_ID, *BY_NAME)


class Kind(NamedTuple):
    """
    A kind of drift.

    Args:
        drift: Lets bucket and Authgear drift apart.

        cause: What a resync says of it.

        users: How many users drift.

        uploads: How many images repair it.

        mode: The resync that repairs it.

        is_reported: Whether Authgear's hook reports it.

        patterns: For which patterns it exists.
    """

    drift: Callable[[Town], None]
    cause: str
    users: int = 1
    uploads: int = 1
    mode: Mode = Mode.SCHEDULED
    is_reported: bool = False
    patterns: tuple[str, ...] = EVERY


NEW, CHANGED, SETTINGS = "new_object", "changed_in_authgear", "other_settings"
ALL = (USERS, USERS, Mode.BACKFILL)
KINDS = (
    Kind(drifts.lose_create, NEW),
    Kind(drifts.lose_delete, CHANGED, uploads=0),
    Kind(drifts.lose_delete_before_upload, NEW),
    Kind(drifts.create_user_late, NEW, is_reported=True),
    Kind(drifts.choose_picture, CHANGED, uploads=0, is_reported=True),
    Kind(drifts.remove_picture, CHANGED, uploads=0, is_reported=True),
    Kind(drifts.change_size, SETTINGS, *ALL),
    Kind(drifts.change_quality, SETTINGS, *ALL),
    Kind(drifts.change_crop, SETTINGS, *ALL),
    Kind(drifts.copy_project, SETTINGS, *ALL),
    Kind(drifts.found_project, SETTINGS, *ALL),
    Kind(drifts.rename_login_id, NEW, is_reported=True, patterns=BY_NAME),
)
CASES = [
    pytest.param(kind, pattern, id=f"{kind.drift.__name__}-{pattern}")
    for kind in KINDS
    for pattern in kind.patterns
]
REPORTED = [case for case in CASES if case.values[0].is_reported]  # type: ignore[union-attr]


def drift_apart(kind: Kind, pattern: str, overwrite: str = "always") -> Town:
    """Return users of whom some have drifted."""
    town = Town(pattern, OVERWRITE=overwrite)
    kind.drift(town)
    town.begin()
    assert not town.is_in_sync
    return town


def assert_mended(town: Town, kind: Kind) -> None:
    """The pictures are right, nothing else has changed, and all is at rest."""
    assert town.is_in_sync
    assert town.uploads == kind.uploads
    assert town.authgear.harmed == []

    town.begin()
    for mode in (Mode.SCHEDULED, Mode.BACKFILL):
        counts = town.resync(mode)
        assert (counts["in_sync"], counts["queued"]) == (len(town.want), 0)
    assert town.changes == set()


@pytest.mark.parametrize(("kind", "pattern"), CASES)
def test_one_resync_mends(kind: Kind, pattern: str) -> None:
    """It queues the users who drifted, and no other; a second one queues nobody."""
    town = drift_apart(kind, pattern)

    counts = town.resync(kind.mode)

    assert (counts[kind.cause], counts["queued"]) == (kind.users, kind.users)
    assert_mended(town, kind)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [it for it in CASES if it.values[0].mode is Mode.BACKFILL],  # type: ignore[union-attr]
)
def test_scheduled_resync_leaves_settings_alone(kind: Kind, pattern: str) -> None:
    """It counts the users, and sends no request that changes anything."""
    town = drift_apart(kind, pattern)

    assert town.resync() == {SETTINGS: USERS}

    assert town.changes == set()
    assert not town.is_in_sync


@pytest.mark.parametrize("pattern", EVERY)
@pytest.mark.parametrize(
    "kind", KINDS[:4] + KINDS[6:9], ids=lambda it: it.drift.__name__
)
def test_keep_own_mends_the_same(kind: Kind, pattern: str) -> None:
    """Our own pictures follow every change in the bucket."""
    town = drift_apart(kind, pattern, "keep-own")

    counts = town.resync(kind.mode)

    assert counts["queued"] == kind.users
    assert_mended(town, kind)


@pytest.mark.parametrize(("kind", "pattern"), REPORTED)
def test_hook_mends_within_seconds(kind: Kind, pattern: str) -> None:
    """One check of the user, as the hook function asks for it, does the same."""
    town = drift_apart(kind, pattern)

    assert town.check(town.victim) <= SECONDS

    assert_mended(town, kind)


@pytest.mark.parametrize("pattern", EVERY)
@pytest.mark.parametrize("is_reported", [False, True])
def test_keep_own_keeps_a_removal(pattern: str, is_reported: bool) -> None:
    """A removal in Authgear remains until a newer object comes."""
    town = Town(pattern, OVERWRITE="keep-own")
    town.authgear.choose(town.victim)

    if is_reported:
        town.check(town.victim)
    for _ in range(2):
        assert town.resync() == {"in_sync": USERS - 1, "settled": 1}

    assert town.changes == set()
    assert "picture" not in town.authgear.users[town.victim]

    town.store(town.victim, NEXT, "jpg")
    assert town.resync()["queued"] == 1
    assert town.is_in_sync
    assert (town.uploads, town.authgear.harmed) == (1, [])


@pytest.mark.parametrize("pattern", EVERY)
@pytest.mark.parametrize("is_reported", [False, True])
def test_keep_own_keeps_a_choice(pattern: str, is_reported: bool) -> None:
    """A picture chosen in Authgear stays, even if the bucket changes."""
    town = Town(pattern, OVERWRITE="keep-own")
    town.authgear.choose(town.victim, OWN)

    if is_reported:
        town.check(town.victim)
    town.resync()
    assert town.resync() == {"in_sync": USERS - 1, "settled": 1}

    town.store(town.victim, NEXT, "jpg")
    town.resync()
    assert town.resync() == {"in_sync": USERS - 1, "settled": 1}
    assert town.changes == set()
    assert town.authgear.users[town.victim]["picture"] == OWN


def start_wrong_stack(users: int) -> Drift:
    """Return a new stack, before its first resync, with a bucket of other pictures."""
    stack = Drift(Weather(per_minute=60))
    for number in range(users):
        user_id = stack.authgear.create(f"user{number}")
        stack.authgear.choose(user_id, OWN if number % 2 else "")
        stack.put(stack.key(user_id), FIRST)
    return stack


@pytest.mark.parametrize("users", [51, 300, 1_000, 1_001, 1_050, 1_051, 2_030])
def test_wrong_bucket_touches_nobody(users: int) -> None:
    """A new stack's resync is held, each day again, until the operator applies it."""
    stack = start_wrong_stack(users)
    pictures = {name: dict(user) for name, user in stack.authgear.users.items()}

    for _ in range(2):
        counts = stack.resync()
        reasons = {result.reason.value for _, result in stack.lines}
        assert reasons == {"resync-started", "resync-held"}
        assert counts == {"new_object": users}

    assert set(stack.authgear.steps) <= READS
    assert stack.authgear.users == pictures
    assert stack.s3.operations == {"list_objects_v2", "get_object_tagging"}

    if users < 100:
        assert stack.resync(Mode.BACKFILL)["queued"] == users
        assert len(stack.authgear.images) == users


def test_our_own_code_holds_nothing_back() -> None:
    """
    Where calls take no time and nothing limits, 20 pictures a second are set.

    The time is that of the function's own waits, and of the queue's short window.
    """
    users = 400
    stack = Drift(Weather(), call=0.0, BULK_REQUESTS_PER_MINUTE="0")
    for number in range(users):
        stack.put(stack.key(stack.authgear.create(f"user{number}")), FIRST)

    stack.resync(Mode.BACKFILL)

    assert len(stack.authgear.images) == users
    seconds = stack.synced_at - 2 * stack.lane.numbers.window
    assert users / stack.lane.numbers.workers >= 20 * seconds
