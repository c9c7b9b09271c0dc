"""Bulk work keeps to its pace, so that live pictures find room."""

from __future__ import annotations

import pytest

from authgear import Budget
from resync.pace import KEPT_FREE, BulkPace
from tests.fakes.clock import FakeClock


def budget(clock: FakeClock, seconds: float = 108) -> Budget:
    """Return the time of one invocation."""
    return Budget(deadline=clock() + seconds, clock=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("per_minute", "requests", "pause"),
    [(50, 13, 31.2), (60, 1, 2.0), (0, 13, 0.0)],
)
def test_work_waits_for_its_turn(per_minute: int, requests: int, pause: float) -> None:
    """Two workers share the rate: what one has sent delays its next piece of work."""
    clock, sent = FakeClock(), [0]
    pace = BulkPace(per_minute, lambda: sent[0])

    with pace.work(budget(clock)):
        sent[0] += requests
    assert clock.slept == []

    with pace.work(budget(clock)):
        pass
    assert sum(clock.slept) == pytest.approx(pause)


def test_time_that_passed_is_not_waited_again() -> None:
    """Work that took longer than its share goes on at once."""
    clock, sent = FakeClock(), [0]
    pace = BulkPace(50, lambda: sent[0])

    with pace.work(budget(clock)):
        sent[0] += 5
        clock.now += 60

    with pace.work(budget(clock)):
        pass
    assert clock.slept == []


def test_work_that_fails_counts_too() -> None:
    """Failed requests still count towards the limit."""
    clock, sent = FakeClock(), [0]
    pace = BulkPace(60, lambda: sent[0])

    def fail() -> None:
        sent[0] += 4
        raise KeyError

    with pytest.raises(KeyError), pace.work(budget(clock)):
        fail()

    with pace.work(budget(clock)):
        pass
    assert clock.slept == [8.0]


def test_time_for_the_work_is_never_waited_away() -> None:
    """However much was sent, enough of the invocation is left."""
    clock, sent = FakeClock(), [0]
    pace = BulkPace(1, lambda: sent[0])
    with pace.work(budget(clock)):
        sent[0] += 100

    time = budget(clock)
    with pace.work(time):
        assert time.left() == pytest.approx(KEPT_FREE)


def test_delay_is_the_wait_that_no_budget_has() -> None:
    """The work itself makes a wait that fits; a longer one is returned."""
    clock, sent = FakeClock(), [0]
    pace = BulkPace(60, lambda: sent[0])
    assert pace.find_delay(budget(clock)) == 0
    with pace.work(budget(clock)):
        sent[0] += 20

    assert pace.find_delay(budget(clock, 70 + 1)) == 0
    assert pace.find_delay(budget(clock, 70 - 1)) == pytest.approx(40)
    assert pace.find_delay(budget(clock, KEPT_FREE - 1)) == pytest.approx(40)
