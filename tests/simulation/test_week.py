"""A week in which events are lost: each resync repairs the drift."""

from __future__ import annotations

import pytest

from settings import Overwrite
from tests.simulation.week import DAYS, LOST, Week
from triggers.messages import Mode

USERS = 60
ALWAYS, KEEP_OWN, IF_EMPTY = Overwrite


@pytest.mark.parametrize("seed", [1, 2, 102])
@pytest.mark.parametrize("overwrite", [ALWAYS, KEEP_OWN, IF_EMPTY])
def test_week_converges(overwrite: Overwrite, seed: int) -> None:
    """After each day's resync all pictures are right, and nobody is harmed."""
    week = Week(seed, overwrite, USERS)
    drifted = 0

    for _ in range(DAYS):
        week.play_day()
        drifted += sum(not week.is_right(it) for it in week.authgear.users)
        week.resync()

        assert [it for it in week.authgear.users if not week.is_right(it)] == []
        assert week.authgear.harmed == []
        week.rest()

    assert not week.unborn
    assert drifted > 0
    assert 0 < week.lost < 3 * LOST * week.puts
    assert len(week.authgear.images) <= week.puts


@pytest.mark.parametrize("overwrite", [ALWAYS, KEEP_OWN, IF_EMPTY])
def test_nothing_is_left_after_a_resync(overwrite: Overwrite) -> None:
    """A second resync queues nobody, on any day and for any policy."""
    week = Week(7, overwrite, USERS)

    for _ in range(DAYS):
        week.play_day()
        week.resync()
        week.authgear.steps.clear()

        for mode in (Mode.SCHEDULED, Mode.BACKFILL):
            assert week.resync(mode)["queued"] == 0
        assert {"presign", "upload", "update"} & set(week.authgear.steps) == set()
        week.rest()
