"""How long each step took, and when there is no time for another."""

from __future__ import annotations

import pytest

from journal import Journal, OutOfTime
from outcome import Reason
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock at 1000 seconds."""
    return FakeClock()


@pytest.fixture
def journal(clock: FakeClock) -> Journal:
    """Return a journal with ten seconds left."""
    return Journal(deadline=1010, clock=clock, sleep=clock.sleep)


def test_step(journal: Journal, clock: FakeClock) -> None:
    """The milliseconds of a step are added up."""
    for seconds in (0.25, 0.5004):
        with journal.step("read"):
            clock.now += seconds

    assert journal.facts == {"read_ms": 750.4}


def test_step_that_fails(journal: Journal, clock: FakeClock) -> None:
    """A step that fails took its time too, and its error stays what it is."""

    def fail() -> None:
        clock.now += 1
        raise KeyError

    with pytest.raises(KeyError), journal.step("read"):
        fail()

    assert journal.facts == {"read_ms": 1000}


@pytest.mark.parametrize("late", [0, 1], ids=["at", "after"])
def test_step_out_of_time(journal: Journal, clock: FakeClock, late: float) -> None:
    """At the deadline no step begins, and none is noted."""
    clock.now = journal.deadline + late

    message = "no time was left for the step upload"
    with pytest.raises(OutOfTime, match=message) as caught, journal.step("upload"):
        pytest.fail("the step began")

    assert caught.value.reason is Reason.NOT_SETTLED
    assert journal.facts == {}


def test_step_just_in_time(journal: Journal, clock: FakeClock) -> None:
    """A step that begins before the deadline may end after it."""
    clock.now = journal.deadline - 0.001

    with journal.step("upload"):
        clock.now += 5

    assert journal.facts == {"upload_ms": 5000}


def test_wait(journal: Journal, clock: FakeClock) -> None:
    """Time that is there is waited."""
    assert journal.wait(9.5) is True
    assert clock.slept == [9.5]


@pytest.mark.parametrize("seconds", [10, 11], ids=["until", "beyond"])
def test_wait_short_of_time(journal: Journal, clock: FakeClock, seconds: float) -> None:
    """Nobody waits until the deadline."""
    assert journal.wait(seconds) is False
    assert clock.slept == []


def test_facts_are_of_one_run() -> None:
    """Two journals share nothing."""
    assert Journal(deadline=0).facts is not Journal(deadline=0).facts
