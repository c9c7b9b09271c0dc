"""How often a picture is uploaded, however long the world is unkind."""

from __future__ import annotations

import pytest

from settings import Overwrite
from tests.simulation.contents import GOOD
from tests.simulation.oracle import shown
from tests.simulation.setup import Setup
from tests.simulation.stepped_authgear import Hook
from tests.simulation.stepped_s3 import Tagging
from tests.simulation.tasks import Fault
from tests.simulation.world import USERS, World

QUARTER, DAY = 900.0, 86_400.0  # seconds
RED = GOOD["red"], 85
ALL = pytest.mark.parametrize("overwrite", Overwrite)


def begin(overwrite: Overwrite, tagging: Tagging = Tagging.ALLOWED) -> World:
    """Return a world in which one user has a picture in the bucket."""
    world = World(Setup(overwrite=overwrite, tagging=tagging))
    world.put(world.key(0, 0), GOOD["red"])
    return world


@ALL
@pytest.mark.parametrize("hook", [Hook.FAILS, Hook.DENIES, Hook.DROPS_PICTURE])
def test_hook_fails_for_days(overwrite: Overwrite, hook: Hook) -> None:
    """A blocking hook that fails for two days costs one upload, not 200."""
    world = begin(overwrite)
    world.authgear.hook = hook

    for _ in range(200):
        world.look_at(0)
        world.clock.now += QUARTER

    assert len(world.authgear.uploads) == 1


@ALL
def test_hook_recovers(overwrite: Overwrite) -> None:
    """Once the hook answers again, the image that was uploaded becomes the picture."""
    world = begin(overwrite)
    world.authgear.hook = Hook.FAILS
    for _ in range(10):
        world.look_at(0)
    world.authgear.hook = Hook.ALLOWS

    world.look_at(0)

    assert shown(world, USERS[0]) == RED
    assert len(world.authgear.uploads) == 1


@ALL
@pytest.mark.parametrize("kind", [0, 1], ids=["replaces", "fills-up"])
def test_tags_replaced_every_day(overwrite: Overwrite, kind: int) -> None:
    """A program that replaces all tags every day costs one upload in 30 looks."""
    world = begin(overwrite)

    for _ in range(30):
        world.look_at(0)
        world.s3.retag(world.key(0, 0), kind)
        world.clock.now += DAY

    assert shown(world, USERS[0]) == RED
    assert len(world.authgear.uploads) == 1


@ALL
@pytest.mark.parametrize("tagging", Tagging)
def test_tags_not_writable(overwrite: Overwrite, tagging: Tagging) -> None:
    """Ten foreign tags, or tags that are denied, cost one upload in 30 looks."""
    world = begin(overwrite, tagging)

    for _ in range(30):
        world.look_at(0)

    assert shown(world, USERS[0]) == RED
    assert len(world.authgear.uploads) == 1
    assert world.authgear.steps.count("update") == 1


@ALL
def test_answer_lost_and_done_later(overwrite: Overwrite) -> None:
    """An update that is committed after its time-out costs no other upload."""
    world = begin(overwrite)
    task = world.deliver(0)
    steps = world.authgear.steps
    # The stop that follows the upload and its tag is the one before the update.
    while not world.s3.objects[task.key].tags:
        world.go_on(task)
    world.go_on(task)
    while task.is_running and "update" not in steps:
        world.go_on(task, Fault.DONE_LATER)
    assert world.authgear.late
    world.finish(task)
    assert world.retries  # it has failed, in spite of what it saw
    world.authgear.commit()

    world.look_at(0)

    assert shown(world, USERS[0]) == RED
    assert len(world.authgear.uploads) == 1
