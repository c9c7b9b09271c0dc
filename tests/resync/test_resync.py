"""A resync finds each kind of drift, and queues those users alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from authgear import RateLimited
from outcome import Reason
from resync.bulk_queue import BulkQueue, QueueFailed
from resync.pace import BulkPace
from resync.resync import ENOUGH_WAITING, LATER
from settings import Overwrite
from tests.fakes.authgear_server import answered
from tests.fakes.s3 import client_error
from tests.resync.world import QUEUE_URL, World
from tests.sync.world import color_of, png
from triggers.messages import Check, Mode, Resync, ResyncRange, write_message

PATTERNS = {
    "pictures/{user_id}.*": {},
    "pictures/{node_id}.*": {},
    "{user_id}.*": {},
    "faces/{email}.*": {"email": "{}@example.com"},
    "{username}.*": {"preferred_username": "{}"},
    "{phone}.*": {"phone_number": "+8529876{:04}"},
}


def add_users(world: World, count: int) -> list[str]:
    """Create users, each with the attribute that the pattern asks for."""
    named = PATTERNS[str(world.pattern)]
    ids = []
    for number in range(count):
        attributes: Any = {name: form.format(number) for name, form in named.items()}
        ids += world.add(**attributes)
    return ids


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("overwrite", list(Overwrite))
@pytest.mark.parametrize("keys", [1_000, 3, 1])
def test_second_resync_queues_nothing(
    pattern: str, overwrite: Overwrite, keys: int
) -> None:
    """The first resync sets all pictures, for any ranges; the second sets none."""
    world = World(pattern, overwrite=overwrite, keys=keys)
    ids = add_users(world, 7)

    assert world.counts() == {"new_object": 7, "queued": 7}
    assert all(world.authgear.picture_of(user_id) for user_id in ids)
    assert world.counts() == {"in_sync": 7}


def test_range_in_sync_costs_one_request() -> None:
    """A thousand users are read by one request."""
    world = World()
    world.sync(*world.add(20))
    world.authgear.steps.clear()

    assert world.counts() == {"in_sync": 20}
    assert world.authgear.steps == ["read"]


def test_unknown_users_cost_nothing_more() -> None:
    """Users who do not exist are not queued; once they exist, they are found."""
    world = World()
    key = "pictures/00000000-0000-4000-8000-000000000001.png"
    world.s3.put(key, png("red"))

    assert world.counts() == {"unknown_user": 1}

    world.authgear.add_user("00000000-0000-4000-8000-000000000001")
    assert world.counts() == {"new_object": 1, "queued": 1}


def delete_event_lost(world: World, user_id: str) -> None:
    """Delete the newer of two objects, and lose the event."""
    world.s3.put(f"pictures/{user_id}.jpg", png("blue"))
    world.sync(user_id)
    world.s3.delete(f"pictures/{user_id}.jpg")


def overwrite_event_lost(world: World, user_id: str) -> None:
    """Overwrite the object, and lose the event."""
    world.s3.put(world.key_of(user_id), png("red", (310, 310)))


def change_picture(world: World, user_id: str) -> None:
    """Let somebody choose another picture in Authgear."""
    world.authgear.users[user_id]["picture"] = "https://example.com/me.png"


def remove_picture(world: World, user_id: str) -> None:
    """Let somebody remove the picture in Authgear."""
    del world.authgear.users[user_id]["picture"]


@pytest.mark.parametrize(
    "drift", [delete_event_lost, overwrite_event_lost, change_picture, remove_picture]
)
def test_drift_is_mended(drift: Any) -> None:
    """One resync finds the user, and another finds all in sync."""
    world = World()
    ids = world.add(5)
    world.sync(*ids)
    drift(world, ids[2])

    assert world.counts()["queued"] == 1
    assert world.counts() == {"in_sync": 5}
    data = world.authgear.picture_of(ids[2])
    assert data
    assert color_of(data) == "red"


def test_lost_delete_is_mended_where_own_pictures_stay() -> None:
    """No tag names the shown image: the cause is a change in Authgear."""
    world = World(overwrite=Overwrite.KEEP_OWN)
    ids = world.add(2)
    world.sync(*ids)
    delete_event_lost(world, ids[0])

    assert world.counts() == {"changed_in_authgear": 1, "in_sync": 1, "queued": 1}
    assert world.counts() == {"in_sync": 2}
    assert color_of(world.authgear.picture_of(ids[0])) == "red"


@pytest.mark.parametrize("overwrite", [Overwrite.KEEP_OWN, Overwrite.IF_EMPTY])
def test_own_picture_is_settled(overwrite: Overwrite) -> None:
    """It is looked at once, and costs nothing after it."""
    world = World(overwrite=overwrite)
    [user_id] = world.add()
    change_picture(world, user_id)

    world.run()

    assert world.counts() == {"settled": 1}
    assert world.authgear.users[user_id]["picture"] == "https://example.com/me.png"


def test_rejected_file_is_settled() -> None:
    """A file without a picture is looked at once."""
    world = World()
    user_id = world.authgear.add_user()
    world.s3.put(world.key_of(user_id), b"no picture")

    world.run()
    world.authgear.steps.clear()

    assert world.counts() == {"settled": 1}
    assert world.authgear.steps == []


def test_changed_settings_are_left_to_the_operator() -> None:
    """A scheduled run counts them; a backfill applies them."""
    world = World()
    world.sync(*world.add(3))
    world.change(image_settings=("larger",))

    assert world.counts() == {"other_settings": 3}
    assert world.counts(Mode.BACKFILL) == {"other_settings": 3, "queued": 3}
    assert world.counts(Mode.BACKFILL) == {"in_sync": 3}


def test_again_queues_what_is_settled() -> None:
    """With `again` a rejection is tried once more."""
    world = World()
    user_id = world.authgear.add_user()
    world.s3.put(world.key_of(user_id), b"no picture")
    world.run()
    world.s3.calls.clear()

    assert world.counts(Mode.AGAIN) == {"settled": 1, "queued": 1}
    assert "get_object" in world.s3.calls


@pytest.mark.parametrize(
    ("different", "in_sync", "is_held"),
    [(50, 0, False), (51, 0, True), (51, 203, True), (51, 204, False)],
)
def test_range_that_differs_too_much_is_held(
    different: int, in_sync: int, is_held: bool
) -> None:
    """A wrong bucket does not rewrite a user base, unless the operator asks."""
    world = World()
    world.sync(*world.add(in_sync))
    world.add(different)

    [entry] = [it for it in world.run() if "users" in it]

    expected = Reason.RESYNC_HELD if is_held else Reason.RESYNC_COMPARED
    assert entry["reason"] == expected
    assert entry["queued"] == (0 if is_held else different)
    if is_held:
        assert world.counts(Mode.BACKFILL)["queued"] == different


def test_start_while_work_waits_is_skipped() -> None:
    """The work of the last run goes on, and no other is put on top."""
    world = World()
    world.add(2)
    world.send(Check(user_id="00000000-0000-4000-8000-000000000001"))

    result = world.resyncer.start(Resync(mode=Mode.SCHEDULED), world.budget())

    assert result.reason is Reason.RESYNC_SKIPPED
    assert len(world.sqs.bodies) == 1


def test_range_waits_while_much_work_waits() -> None:
    """It comes again a quarter of an hour later, without a look at any user."""
    world = World()
    world.add(2)
    message = ResyncRange(mode=Mode.BACKFILL, after="", until="")
    world.sqs.bodies = [{}] * (ENOUGH_WAITING + 1)

    result = world.resyncer.compare(message, world.budget())

    assert result.reason is Reason.RESYNC_DELAYED
    assert world.s3.calls == []
    [(body, delay)] = world.sqs.delayed
    assert (body["resync-range"], delay) == ({"mode": "backfill"}, LATER)

    world.sqs.bodies.pop()
    world.sqs.delayed.clear()
    result = world.resyncer.compare(message, world.budget())
    assert result.reason is Reason.RESYNC_COMPARED


def test_long_listing_goes_on_in_another_message() -> None:
    """A message lists for up to a minute; what is left comes behind the last range."""
    world = World(keys=2)
    ids = world.add(9)
    world.s3.slow = lambda: world.clock.sleep(40)
    world.resyncer.start(Resync(mode=Mode.SCHEDULED), world.budget(200))
    world.s3.slow = lambda: None

    kinds = [next(iter(body.keys() - {"source"})) for body in world.sqs.bodies]
    assert kinds == ["resync-range", "resync-range", "resync"]

    world.drain()
    assert all(world.authgear.picture_of(user_id) for user_id in ids)


def test_listing_that_breaks_off_goes_on_in_another_message() -> None:
    """A start whose ranges wait already would be skipped if it came again itself."""
    world = World(keys=2)
    ids = world.add(9)
    pages = iter([None, None, client_error("SlowDown")])

    def break_off() -> None:
        error = next(pages, None)
        if error:
            raise error

    world.s3.slow = break_off
    world.send(Resync(mode=Mode.BACKFILL))
    world.drain()

    assert all(world.authgear.picture_of(user_id) for user_id in ids)


def test_user_split_over_two_ranges_is_compared_once() -> None:
    """The range of the first object compares all objects of the user."""
    world = World(keys=1)
    [user_id] = world.add()
    for name in ("a", "b", "c"):
        world.s3.put(f"pictures/{user_id}.{name}.png", png("blue"))

    assert world.counts() == {"new_object": 1, "queued": 1}
    assert world.counts() == {"in_sync": 1}


def test_users_whose_keys_interleave() -> None:
    """One user's keys may be between another's, in any ranges."""
    world = World("{username}.*", keys=2)
    for name in ("x", "x.k", "x.k.l", "xy"):
        world.add(preferred_username=name)
    world.s3.put("x.jpg", png("blue"))
    world.s3.put("x.z", png("blue"))

    assert world.counts() == {"new_object": 4, "queued": 4}
    assert world.counts() == {"in_sync": 4}


def test_range_twice_does_no_harm() -> None:
    """A message that comes twice queues users twice, who are checked twice."""
    world = World()
    ids = world.add(3)
    for _ in range(2):
        world.send(ResyncRange(mode=Mode.SCHEDULED, after="", until=""))

    world.run()

    assert len(world.authgear.images) == 3
    assert all(world.authgear.picture_of(user_id) for user_id in ids)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda world: world.authgear.fail("read", *[answered({}, 502)] * 3),
        lambda world: world.s3.fail("list_objects_v2", client_error("InternalError")),
        lambda world: world.sqs.errors.append(client_error("ServiceUnavailable")),
    ],
    ids=["authgear", "s3", "sqs"],
)
def test_range_that_fails_comes_again(spoil: Any) -> None:
    """The message is named in the answer, and queues its users the next time."""
    world = World()
    world.add(3)
    message = {"source": "authgear-s3-profile-pictures"}
    message["resync-range"] = {"mode": "scheduled"}  # type: ignore[assignment]
    spoil(world)

    assert world.invoke(message)["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert world.sqs.bodies == []

    assert world.invoke(message)["batchItemFailures"] == []
    assert len(world.sqs.bodies) == 3


def test_count_compares_and_queues_nothing() -> None:
    """The operator sees the counts before anything is done."""
    world = World(keys=2)
    world.sync(*world.add(3))
    world.add(2)
    message = Resync(mode=Mode.COUNT)

    result = world.resyncer.start(message, world.budget())

    assert result.fields["in_sync"] == 3
    assert result.fields["new_object"] == 2
    assert result.fields["next_after"] == ""
    assert world.sqs.bodies == []


def test_count_says_where_to_go_on() -> None:
    """Users that did not fit into one invocation are counted by the next one."""
    world = World(keys=1)
    world.add(4)
    world.s3.slow = lambda: world.clock.sleep(21)
    total, after = 0, ""
    for _ in range(9):
        message = Resync(mode=Mode.COUNT, after=after)
        fields = world.resyncer.start(message, world.budget()).fields
        total, after = total + fields["new_object"], fields["next_after"]
        if not after:
            break

    assert total == 4


def test_ranges_that_are_put_off_do_not_hold_up_each_other() -> None:
    """A bucket of more than a million objects has more ranges than may wait."""
    world = World()
    world.add(2)
    message = ResyncRange(mode=Mode.BACKFILL, after="", until="")
    world.sqs.delayed += [({}, LATER)] * (ENOUGH_WAITING + 1)

    result = world.resyncer.compare(message, world.budget())

    assert result.reason == "resync-compared"
    assert len(world.sqs.bodies) == 2


def test_count_ends_at_the_rate_limit() -> None:
    """Counts so far are kept; the next invocation continues behind them."""
    world = World(keys=2)
    world.add(4)
    for user_id in world.authgear.users:
        world.sync(user_id)
    world.authgear.fail("read", None, answered({}, 429))
    budget = replace(world.budget(), max_wait=0)

    fields = world.resyncer.start(Resync(mode=Mode.COUNT), budget).fields
    rest = Resync(mode=Mode.COUNT, after=fields["next_after"])

    assert fields["in_sync"] == 2
    assert world.resyncer.start(rest, world.budget()).fields["in_sync"] == 2


def test_count_that_compares_nothing_fails() -> None:
    """Without any progress the caller has to know why."""
    world = World()
    world.sync(*world.add(2))
    world.authgear.fail("read", answered({}, 429))

    with pytest.raises(RateLimited):
        world.resyncer.start(
            Resync(mode=Mode.COUNT), replace(world.budget(), max_wait=0)
        )


def test_range_without_time_for_its_turn_is_put_off() -> None:
    """It comes again when it is its turn, and sends no request until then."""
    world = World()
    world.sync(*world.add(2))
    world.sent = 0
    pace = BulkPace(50, lambda: world.sent)
    with pace.work(world.budget()):
        world.sent = 50
    function = replace(world.function, pace=pace)
    world.authgear.steps.clear()

    entry = world.invoke(
        json.loads(write_message(ResyncRange(mode=Mode.SCHEDULED, after="", until=""))),
        function=function,
    )["objects"][0]

    [(body, delay)] = world.sqs.delayed
    assert entry["reason"] == "resync-delayed"
    assert body["resync-range"] == {"mode": "scheduled"}
    assert delay == 120
    assert world.authgear.steps == []


def test_queue_that_takes_a_part_fails() -> None:
    """The sender must not take what was refused for sent."""
    world = World()
    world.sqs.is_partial = True
    queue = BulkQueue(lambda: world.sqs, QUEUE_URL)  # type: ignore[arg-type,return-value]

    with pytest.raises(QueueFailed):
        queue.send([Check(bucket="b", key="k")])


def test_removal_of_a_user_whose_last_picture_was_replaced() -> None:
    """With removal, a text file that is left does not keep our picture."""
    world = World(remove_on_delete=True)
    [user_id] = world.add()
    world.sync(user_id)
    world.s3.put(world.key_of(user_id), b"no picture")

    world.run()

    assert world.authgear.picture_of(user_id) is None
    assert world.counts() == {"settled": 1}
