"""Several users in one invocation: shared requests, and outcomes of their own."""

from __future__ import annotations

from typing import Any

import pytest

from outcome import Reason
from settings import Overwrite
from tests.fakes import transport
from tests.fakes.authgear_server import answered, dropped_after, dropped_before
from tests.resync.world import World
from tests.sync.world import png

SOURCE = "authgear-s3-profile-pictures"
NOBODY = "00000000-0000-4000-8000-000000000001"


def check(user_id: str) -> dict[str, Any]:
    """Return the message that has a user checked."""
    return {"source": SOURCE, "check": {"user_id": user_id}}


def reasons(answer: dict[str, Any]) -> dict[str, str]:
    """Return the reason of each user."""
    return {entry["user_id"]: entry["reason"] for entry in answer["objects"]}


@pytest.mark.parametrize(
    ("overwrite", "most"),
    [(Overwrite.ALWAYS, 13), (Overwrite.KEEP_OWN, 14), (Overwrite.IF_EMPTY, 14)],
)
def test_five_new_pictures(overwrite: Overwrite, most: int) -> None:
    """Five pictures need five presigns, five uploads, two reads and one update."""
    world = World(overwrite=overwrite)
    ids = world.add(5)

    answer = world.invoke(*map(check, ids))

    assert set(reasons(answer).values()) == {"picture-set"}
    steps = world.authgear.steps
    assert len(steps) <= most
    counts = {step: steps.count(step) for step in set(steps)}
    assert counts["presign"] == counts["upload"] == 5
    assert counts["update"] == 1
    assert all(world.authgear.picture_of(user_id) for user_id in ids)


def test_five_users_in_sync() -> None:
    """One request reads all of them."""
    world = World()
    ids = world.add(5)
    world.sync(*ids)
    world.authgear.steps.clear()

    answer = world.invoke(*map(check, ids))

    assert set(reasons(answer).values()) == {"in-sync"}
    assert world.authgear.steps == ["read"]


def test_no_url_is_requested_for_a_file_that_is_no_picture() -> None:
    """A presigned URL is requested once the picture could be made."""
    world = World()
    ids = world.add(4)
    bad = world.authgear.add_user()
    world.s3.put(world.key_of(bad), b"no picture")

    answer = world.invoke(*map(check, [*ids, bad]))

    found = reasons(answer)
    assert [found[user_id] for user_id in ids] == ["picture-set"] * 4
    assert found[bad] == Reason.NOT_A_PICTURE
    assert world.authgear.steps.count("presign") == 4


def test_user_who_is_gone_rolls_back_all_and_then_goes_alone() -> None:
    """The server rolls back the whole request; the others are then set one by one."""
    world = World()
    ids = world.add(5)

    def leave() -> None:
        del world.authgear.users[ids[2]]

    world.authgear.before["update"] = leave

    answer = world.invoke(*map(check, ids))

    found = reasons(answer)
    assert found.pop(ids[2]) == "unknown-user"
    assert set(found.values()) == {"picture-set"}
    assert world.authgear.steps.count("update") == 1 + 5
    assert answer["batchItemFailures"] == []


def test_unknown_user_has_an_outcome_of_its_own() -> None:
    """Nothing is uploaded for it, and the others are set."""
    world = World()
    ids = world.add(3)
    world.s3.put(f"pictures/{NOBODY}.png", png("red"))

    found = reasons(world.invoke(*map(check, [*ids, NOBODY])))

    assert found.pop(NOBODY) == "unknown-user"
    assert set(found.values()) == {"picture-set"}
    assert len(world.authgear.images) == 3


@pytest.mark.parametrize("fault", [dropped_before, dropped_after])
def test_update_without_an_answer_fails_for_all(fault: Any) -> None:
    """All of the messages come again, and find the images that are uploaded."""
    world = World()
    ids = world.add(5)
    world.authgear.fail("update", fault)

    answer = world.invoke(*map(check, ids))

    assert len(answer["batchItemFailures"]) == 5
    answer = world.invoke(*map(check, ids))
    assert set(reasons(answer).values()) == {"in-sync"}
    assert len(world.authgear.images) == 5


def test_rate_limit_of_an_update_is_waited_for_once() -> None:
    """The pause that Authgear asks for holds for all five users together."""
    world = World()
    ids = world.add(5)
    refused = transport.answer({}, 429, headers={"Retry-After": "30"})
    world.authgear.fail("update", lambda _: refused)

    answer = world.invoke(*map(check, ids))

    assert set(reasons(answer).values()) == {"picture-set"}
    assert sum(world.clock.slept) == 30.0


def test_upload_that_fails_fails_for_one() -> None:
    """Only that message comes again."""
    world = World()
    ids = world.add(5)
    world.authgear.fail("upload", *[answered({}, 502)] * 3)

    answer = world.invoke(*map(check, ids))

    assert len(answer["batchItemFailures"]) == 1
    assert sorted(reasons(answer).values()) == [
        "authgear-unavailable",
        *["picture-set"] * 4,
    ]


def test_bug_in_one_user_does_not_lose_the_rest() -> None:
    """An unexpected error ends the run of one user."""
    world = World()
    ids = world.add(5)
    world.s3.fail("get_object", ZeroDivisionError())

    answer = world.invoke(*map(check, ids))

    assert sorted(reasons(answer).values()) == [
        *["picture-set"] * 4,
        "unexpected-error",
    ]
    assert len(answer["batchItemFailures"]) == 1


def test_message_that_comes_twice_in_one_batch() -> None:
    """The second one finds the user in sync."""
    world = World()
    [user_id] = world.add()

    world.invoke(check(user_id), check(user_id))

    assert len(world.authgear.images) == 1


def test_attributes_are_as_they_were() -> None:
    """Five updates in one request send each user's own attributes."""
    world = World()
    ids = [
        *world.add(3, address={"country": "HK"}),
        *world.add(2, email="ada@example.com"),
    ]
    before = {user_id: dict(world.authgear.users[user_id]) for user_id in ids}

    world.invoke(*map(check, ids))

    for user_id in ids:
        after = dict(world.authgear.users[user_id])
        assert after.pop("picture")
        assert after == before[user_id]
