"""A run that is killed at any of its calls, and run again, ends right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outcome import Outcome
from settings import Overwrite
from tests.simulation.contents import GOOD
from tests.simulation.oracle import shown
from tests.simulation.setup import Setup
from tests.simulation.world import USERS, World

QUALITY = 85
HISTORIES: dict[Callable[[World], None], int] = {}


def new(world: World) -> None:
    """Put the first picture of a user."""
    world.put(world.key(0, 0), GOOD["red"])


def overwritten(world: World) -> None:
    """Overwrite a picture that is in sync."""
    new(world)
    world.finish(world.deliver(0))
    world.put(world.key(0, 0), GOOD["green"])


def bad_before_good(world: World) -> None:
    """Put a good picture, and a newer file without a picture."""
    new(world)
    world.put(world.key(0, 1), b"no picture")
    world.pending.pop(0)


def removed(world: World) -> None:
    """Delete the last picture of a user."""
    overwritten(world)
    world.pending.clear()
    world.delete(world.key(0, 0))


def count_stops(history: Callable[[World], None], setup: Setup) -> int:
    """Return how often an undisturbed run stops: before and after each call."""
    world = World(setup)
    history(world)
    before = world.stops
    world.finish(world.deliver(0))
    return world.stops - before - 1  # the last one is the end


@pytest.mark.parametrize("overwrite", Overwrite)
@pytest.mark.parametrize(
    ("history", "wanted", "least"),
    [
        (new, "red", 24),
        (overwritten, "green", 22),
        (bad_before_good, "red", 30),
        (removed, None, 6),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_run_killed_at_each_call(
    history: Callable[[World], None],
    wanted: str | None,
    least: int,
    overwrite: Overwrite,
) -> None:
    """Right before and right after every call: the next run ends right."""
    setup = Setup(overwrite=overwrite, remove_on_delete=True)
    if overwrite is Overwrite.IF_EMPTY and history is overwritten:
        wanted, least = "red", 4  # there is a picture
    stops = count_stops(history, setup)
    assert stops >= least  # two for each call to S3 and Authgear

    for index in range(stops):
        world = World(setup)
        history(world)
        uploads = len(world.authgear.uploads)
        task = world.deliver(0)
        for _ in range(index):
            world.go_on(task)
        assert task.is_running
        world.crash(task)
        assert task.crashed

        lines = world.finish(world.start(task.key))

        assert all(line.result.outcome is not Outcome.FAILED for line in lines)
        expected = (GOOD[wanted], QUALITY) if wanted else None
        assert shown(world, USERS[0]) == expected, index
        others = dict(world.authgear.users[USERS[0]])
        others.pop("picture", None)
        assert others == world.authgear.truth[USERS[0]]
        # The upload is lost if the run is killed before the tag is written.
        assert len(world.authgear.uploads) - uploads <= 2
