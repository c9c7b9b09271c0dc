"""Let everything come to rest that is under way."""

from __future__ import annotations

from random import Random

from tests.simulation.tasks import Fault, Task
from tests.simulation.world import MOST_RUNNING, World

FAULTY = 0.05  # how likely a fault is at each stop, while there are any left
ATTEMPTS = 8  # at each event, far fewer than the queues make in a day


def settle(world: World, random: Random, faults: int = 0) -> None:
    """
    Let everything that is due happen, in any order.

    Some histories let one invocation go on for long while others wait: few mistakes
    show if all advance alike.

    Args:
        world: Everything there is.

        random: Chooses what happens next.

        faults: How many calls meet a fault.
    """
    due = len(world.pending) + len(world.retries) + len(world.running) + faults
    limit = len(world.tasks) + ATTEMPTS * due
    haste = random.choice([0.0, 0.8, 0.95])
    task = None
    while True:
        world.retry()
        if not (world.running or world.pending or world.authgear.late):
            if not world.retries:
                return
            world.clock.now = max(world.clock.now, min(world.retries)[0])
            continue
        if not (task and task.is_running and random.random() < haste):
            task = _choose(world, random)
        if task and task.is_running:
            is_faulty = faults > 0 and random.random() < FAULTY
            faults -= is_faulty
            world.go_on(task, random.choice(list(Fault)) if is_faulty else None)
        assert len(world.tasks) <= limit, "failing forever"


def _choose(world: World, random: Random) -> Task | None:
    """Return an invocation that is to go on, or commit what is late."""
    running, late = world.running, world.authgear.late
    may_start = bool(world.pending) and len(running) < MOST_RUNNING
    choice = random.randrange(len(running) + may_start + bool(late))
    if choice < len(running):
        return running[choice]
    if may_start and choice == len(running):
        return world.deliver(random.randrange(len(world.pending)))
    world.authgear.commit(random.randrange(len(late)))
    return None
