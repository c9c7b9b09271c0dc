"""The time of one run, and what it may wait for a rate limit."""

from __future__ import annotations

import math

import pytest

from authgear import Budget
from tests.fakes.clock import FakeClock


def budget_of(seconds: float, max_wait: float = math.inf) -> tuple[Budget, FakeClock]:
    """Return a budget that begins now, and its clock."""
    clock = FakeClock()
    budget = Budget(
        deadline=clock.now + seconds,
        max_wait=max_wait,
        clock=clock,
        sleep=clock.sleep,
    )
    return budget, clock


def test_left_counts_down_and_below_zero() -> None:
    """What is left is by the budget's own clock, negative after the deadline."""
    budget, clock = budget_of(10)

    assert budget.left() == 10
    clock.now += 12
    assert budget.left() == -2


@pytest.mark.parametrize(
    ("seconds", "slept"), [(9.9, [9.9]), (10, []), (11, [])], ids=str
)
def test_pause_ends_before_the_deadline(seconds: float, slept: list[float]) -> None:
    """A pause that would end at the deadline is not begun: nothing could follow."""
    budget, clock = budget_of(10)

    assert budget.pause(seconds) is bool(slept)
    assert clock.slept == slept


def test_waits_for_a_rate_limit_add_up() -> None:
    """The last one may reach the limit, not exceed it."""
    budget, clock = budget_of(100, max_wait=10)

    assert [budget.wait_for_rate_limit(it) for it in (4, 6, 0.1)] == [True, True, False]
    assert clock.slept == [4, 6]
    assert budget.waited == 10


def test_wait_that_is_too_long_costs_nothing() -> None:
    """A shorter one may follow."""
    budget, _ = budget_of(100, max_wait=10)

    assert not budget.wait_for_rate_limit(11)
    assert budget.wait_for_rate_limit(10)


def test_wait_beyond_the_deadline_is_not_counted() -> None:
    """Time that was not slept was not waited."""
    budget, clock = budget_of(5)

    assert not budget.wait_for_rate_limit(5)
    assert (budget.waited, clock.slept) == (0, [])


def test_other_pauses_do_not_count() -> None:
    """Only a rate limit uses up the wait."""
    budget, _ = budget_of(100, max_wait=10)

    budget.pause(50)

    assert budget.wait_for_rate_limit(10)
