"""How long each step took, and when there is no time for another."""

from __future__ import annotations

import pytest

from authgear import Budget
from outcome import Reason
from sync.run_log import OutOfTime, RunLog
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock at 1000 seconds."""
    return FakeClock()


@pytest.fixture
def run_log(clock: FakeClock) -> RunLog:
    """Return the record of a run with ten seconds left."""
    return RunLog(budget=Budget(deadline=1010, clock=clock, sleep=clock.sleep))


def test_step(run_log: RunLog, clock: FakeClock) -> None:
    """The milliseconds of a step are added up."""
    for seconds in (0.25, 0.5004):
        with run_log.step("read"):
            clock.now += seconds

    assert run_log.times == {"read_ms": 750.4}


def test_step_that_fails(run_log: RunLog, clock: FakeClock) -> None:
    """A step that fails took its time too, and its error stays what it is."""

    def fail() -> None:
        clock.now += 1
        raise KeyError

    with pytest.raises(KeyError), run_log.step("read"):
        fail()

    assert run_log.times == {"read_ms": 1000}


@pytest.mark.parametrize("late", [0, 1], ids=["at", "after"])
def test_step_out_of_time(run_log: RunLog, clock: FakeClock, late: float) -> None:
    """At the deadline no step begins, and none is noted."""
    clock.now = run_log.budget.deadline + late

    message = "no time was left for the step upload"
    with pytest.raises(OutOfTime, match=message) as caught, run_log.step("upload"):
        pytest.fail("the step began")

    assert caught.value.reason is Reason.NOT_SETTLED
    assert run_log.times == {}


def test_step_just_in_time(run_log: RunLog, clock: FakeClock) -> None:
    """A step that begins before the deadline may end after it."""
    clock.now = run_log.budget.deadline - 0.001

    with run_log.step("upload"):
        clock.now += 5

    assert run_log.times == {"upload_ms": 5000}
