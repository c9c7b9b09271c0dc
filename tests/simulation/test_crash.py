"""A run that is killed at any of its calls, and run again, ends right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outcome import Outcome
from sync.decide import Policy
from tests.simulation.contents import GOOD
from tests.simulation.world import World


def new(world: World) -> None:
    """Put the first picture of a user."""
    world.put(world.key(0, 0), GOOD["red"])


def overwritten(world: World) -> None:
    """Overwrite a picture that is in sync."""
    new(world)
    world.deliver(0)
    world.finish(world.tasks[-1])
    world.put(world.key(0, 0), GOOD["green"])


def bad_before_good(world: World) -> None:
    """Put a good picture, and a newer file that is none."""
    new(world)
    world.put(world.key(0, 1), b"no picture")
    world.pending.pop(0)


def removed(world: World) -> None:
    """Delete the last picture of a user."""
    overwritten(world)
    world.pending.clear()
    world.delete(world.key(0, 0))


def stops_of(history: Callable[[World], None]) -> int:
    """Return how often an undisturbed run stops: before and after each call."""
    world = World(Policy(remove_on_delete=True))
    history(world)
    before = world.stops
    world.deliver(0)
    world.finish(world.tasks[-1])
    return world.stops - before - 1  # the last one is the end


@pytest.mark.parametrize(
    ("history", "least"),
    [(new, 20), (overwritten, 20), (bad_before_good, 26), (removed, 8)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_run_killed_at_each_call(history: Callable[[World], None], least: int) -> None:
    """Right before and right after every call: the next run ends right."""
    stops = stops_of(history)
    assert stops >= least  # two for each call to S3 and Authgear

    for index in range(stops):
        world = World(Policy(remove_on_delete=True))
        history(world)
        uploads = len(world.authgear.uploads)
        world.deliver(0)
        task = world.tasks[-1]
        for _ in range(index):
            world.go_on(task)
        assert task.is_running
        world.crash(task)
        assert task.crashed

        world.deliver(0)
        result = world.finish(world.tasks[-1])

        user_id = world.users[0]
        assert result.outcome is not Outcome.FAILED
        assert world.shown(user_id) == world.newest_usable(user_id), index
        others = dict(world.authgear.users[user_id])
        others.pop("picture", None)
        assert others == world.authgear.truth[user_id]
        assert len(world.authgear.uploads) - uploads <= 2
