"""The effect of each move of a history."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.simulation.contents import CONTENTS, Look
from tests.simulation.stepped_authgear import Hook
from tests.simulation.stepped_s3 import Tagging
from tests.simulation.tasks import Fault
from tests.simulation.world import LATECOMER, MOST_RUNNING, USERS, World

# Events must be likely to meet: one user has most of the objects.
USER = (0, 0, 0, 0, 0, 1, 1, LATECOMER)
STEPS = (1, 2, 3, 4, 6, 9, 14, 30)
CONTENT = ["red", "red", "green", "green", "blue", "blue", *sorted(CONTENTS)]
FAULTS: list[Fault | None] = [*[None] * 6, *Fault]
HOUR = 3600.0  # seconds
LOOKS = 3  # that a quiet user is looked at


class Move(NamedTuple):
    """
    One move of a history.

    Args:
        kind: A key of `MOVES`.

        who: Which user, invocation or event.

        what: A detail of it.

        how: A fault, a content, and so on.
    """

    kind: str
    who: int
    what: int
    how: int


def put(world: World, move: Move) -> None:
    """Put or overwrite an object."""
    content = CONTENTS[CONTENT[move.how % len(CONTENT)]]
    key = world.key(USER[move.who], move.what % 2)
    world.put(key, content, tied=move.what == 7)


def delete(world: World, move: Move) -> None:
    """Delete an object."""
    world.delete(world.key(USER[move.who], move.what % 2))


def copy(world: World, move: Move) -> None:
    """Copy an object with its tags: onto itself, beside it, to another user."""
    source = world.key(USER[move.who], move.what % 2)
    world.copy(source, world.key(USER[move.how % 8], move.what // 2 % 2))


def bring_back(world: World, move: Move) -> None:
    """Delete the newest version of an object, or bring back a deleted one."""
    key = world.key(USER[move.who], move.what % 2)
    if world.s3.bring_back(key, newest=move.how % 2 == 0):
        world.change(key)


def deliver(world: World, move: Move) -> None:
    """Invoke the function with an event that is due, the first or a later one."""
    world.retry()
    if world.pending and len(world.running) < MOST_RUNNING:
        world.deliver(move.who)


def go_on(world: World, move: Move) -> None:
    """Let an invocation go on for some stops; its last call meets a fault."""
    if not world.running:
        deliver(world, move)
    running = world.running
    if not running:
        return
    task, fault = running[move.who % len(running)], FAULTS[move.how % len(FAULTS)]
    for left in reversed(range(STEPS[move.what])):
        if task.is_running:
            world.go_on(task, None if left else fault)


def crash(world: World, move: Move) -> None:
    """End an invocation where it is."""
    if world.running:
        world.crash(world.running[move.who % len(world.running)])


def edit(world: World, move: Move) -> None:
    """Let a user change another attribute."""
    user_id = USERS[USER[move.who]]
    if user_id in world.authgear.users:
        world.authgear.edit(user_id, nickname=f"edit {world.stops}")


def choose(world: World, move: Move) -> None:
    """Let a user choose a picture of their own, or remove it."""
    user_id = USERS[USER[move.who]]
    if user_id in world.authgear.users:
        world.changes += 1
        world.trouble.hasty_removals += bool(world.running)
        world.authgear.choose_picture(user_id, move.what % 4)


def drop(world: World, move: Move) -> None:
    """Lose an event for good."""
    if world.pending:
        world.pending.pop(move.who % len(world.pending))


def repeat(world: World, move: Move) -> None:
    """Deliver an event again, however old it is."""
    if world.tasks:
        world.pending.append(world.tasks[move.who % len(world.tasks)].key)


def change_settings(world: World, move: Move) -> None:
    """Deploy other settings; running invocations keep the old ones."""
    is_wide = world.look.is_wide or move.who == 7
    world.look = Look(quality=move.what % 3, is_wide=is_wide)
    world.changes += 1


def change_hook(world: World, move: Move) -> None:
    """Let the blocking hook begin or end to fail."""
    world.authgear.hook = list(Hook)[move.how % len(Hook)]
    world.changes += 1


def create(world: World, move: Move) -> None:
    """Create the user whose pictures came too early."""
    if USERS[LATECOMER] not in world.authgear.users:
        world.create(USERS[LATECOMER])
        world.changes += 1


def retag(world: World, move: Move) -> None:
    """Let another program write tags."""
    world.s3.retag(world.key(USER[move.who], move.what % 2), move.how % 4)


def commit(world: World, move: Move) -> None:
    """Commit an update that nobody waits for any more."""
    if world.authgear.late:
        world.authgear.commit(move.who)


def wait(world: World, move: Move) -> None:
    """Let seconds, minutes or hours pass."""
    world.clock.now += (1.5, 60.0, HOUR)[move.what % 3]


def ask(world: World, move: Move) -> None:
    """Try out a run, or look once more at what the tags settle."""
    if len(world.running) < MOST_RUNNING:
        key = world.key(USER[move.who], move.what % 2)
        is_dry = move.how % 2 == 0
        world.changes += not is_dry
        world.start(key, dry_run=is_dry, again=not is_dry)


def look_at_several(world: World, move: Move) -> None:
    """Look at several users in one invocation: they share requests."""
    if len(world.running) < MOST_RUNNING:
        users = [0, 1, LATECOMER][: 2 + move.who % 2]
        world.start_batch([world.key(user, move.what % 2) for user in users])


def look(world: World, move: Move) -> None:
    """Look at a user some times in quiet: the picture is uploaded once at most."""
    if world.running:
        return
    user, trouble = USER[move.who], world.trouble
    uploads, failed = len(world.authgear.uploads), trouble.failed_updates
    for _ in range(LOOKS):
        world.look_at(user)
    most = 1
    keys = [world.key(user, number) for number in range(2)]
    if world.setup.tagging is not Tagging.ALLOWED or any(map(world.s3.is_full, keys)):
        # An image that is neither shown nor named by a tag is not known again.
        most += trouble.failed_updates - failed
    assert len(world.authgear.uploads) - uploads <= most


def do_nothing(world: World, move: Move) -> None:
    """Do nothing: what is not needed for a failure shrinks to this."""


MOVES: dict[str, tuple[int, Callable[[World, Move], None]]] = {
    "nothing": (1, do_nothing),
    "deliver": (9, deliver),
    "go on": (22, go_on),
    "put": (6, put),
    "delete": (2, delete),
    "copy": (2, copy),
    "bring back": (2, bring_back),
    "crash": (1, crash),
    "edit": (1, edit),
    "choose": (2, choose),
    "drop": (1, drop),
    "repeat": (1, repeat),
    "settings": (1, change_settings),
    "hook": (2, change_hook),
    "create": (1, create),
    "retag": (2, retag),
    "commit": (1, commit),
    "wait": (1, wait),
    "ask": (1, ask),
    "look at several": (3, look_at_several),
    "look": (3, look),
}
