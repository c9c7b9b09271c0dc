"""Resync and backfill with the template's own numbers, smaller than in full."""

from __future__ import annotations

from tests.simulation.bulk import Bulk, compare, fill
from tests.simulation.lanes import BulkNumbers
from tests.simulation.limited import Weather
from triggers.messages import Mode

HOURS_OF_10_000 = 9.0


def test_users_in_sync_share_requests() -> None:
    """A thousand users in sync cost one request, and nobody is queued."""
    bulk = compare(3_000)

    assert bulk.authgear.steps == ["read"] * 3
    assert bulk.reasons == {"resync-started": 1, "resync-compared": 3}
    assert bulk.lane.dead == []


def test_backfill_leaves_room_for_live_pictures() -> None:
    """New pictures come at the pace of nine hours for 10,000; live ones in seconds."""
    bulk = fill(300)

    assert bulk.missing == 0
    assert not bulk.lane.dead
    assert not bulk.service.dead
    assert bulk.synced_at / 3600 / 300 * 10_000 <= HOURS_OF_10_000
    assert bulk.live == {}
    assert len(bulk.waits) >= 10
    assert max(bulk.waits) < 30


def test_pace_is_the_templates() -> None:
    """Live pictures have what bulk work leaves of the limit: 10 requests a minute."""
    bulk = fill(300)
    first, last = bulk.authgear.allowed[0], bulk.authgear.allowed[-1]

    live = 5 * len(bulk.waits)
    per_minute = (len(bulk.authgear.allowed) - live) / ((last - first) / 60)

    assert BulkNumbers.from_template().per_minute == 50
    assert 45 <= per_minute <= 55


def test_no_pace_holds_nothing_back() -> None:
    """With 0 and no limit, the servers' time alone counts: 2.6 requests a picture."""
    bulk = Bulk(Weather(), per_minute=0)
    for _ in range(300):
        bulk.add()

    bulk.play(Mode.BACKFILL)

    assert bulk.missing == 0
    assert bulk.synced_at < 120
