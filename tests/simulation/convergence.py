"""Plays a history, and checks what holds at its end."""

from __future__ import annotations

from collections import Counter
from random import Random

from outcome import Outcome
from tests.simulation.histories import History
from tests.simulation.moves import HOUR, MOVES
from tests.simulation.oracle import (
    check_lines,
    expected,
    is_ours,
    newest_usable,
    shown,
)
from tests.simulation.rest import settle
from tests.simulation.stepped_authgear import Hook
from tests.simulation.stepped_s3 import Tagging
from tests.simulation.world import MOST_RUNNING, USERS, World

LONG = 2.5  # seconds from read to commit; then something held the run up


def play(history: History, totals: Counter[str] | None = None) -> None:
    """
    Play a history; let everything come to rest; check it.

    Args:
        history: What happens.

        totals: Counts what happened, in many histories together.
    """
    world = World(history.setup)
    for move in history.moves:
        MOVES[move.kind][1](world, move)
    _come_to_rest(world, history)
    for user, user_id in enumerate(USERS):
        _check_user(world, user, user_id)
    _check_uploads(world)
    _check_rest(world)
    if totals is not None:
        _count(world, totals)


def _come_to_rest(world: World, history: History) -> None:
    """End all that is under way."""
    world.authgear.hook = Hook.ALLOWS
    if history.are_events_lost:
        world.pending.clear()
        world.retries.clear()
    random = Random(history.seed)  # noqa: S311 - hides nothing
    settle(world, random, history.late_faults)
    world.clock.now += HOUR  # no rate limit lasts longer


def _check_user(world: World, user: int, user_id: str) -> None:
    """Look at a user once more: the picture is what the design says."""
    before = shown(world, user_id)
    lines = world.look_at(user)
    assert all(line.result.outcome is not Outcome.FAILED for line in lines)
    if user_id not in world.authgear.users:
        return
    assert shown(world, user_id) in expected(world, user_id, before)
    check_lines(world, user_id, before, lines)
    attributes = world.authgear.users[user_id]
    others = {k: v for k, v in attributes.items() if k != "picture"}
    assert others == world.authgear.truth[user_id]


def _check_uploads(world: World) -> None:
    """
    Nothing is uploaded for nobody, and the rest no more often than is due.

    Each change may cost an upload in every invocation under way, since they do not know
    of each other; each fault or crash one more, as an upload or its tag may be lost.
    Where no tag can be written, each update that fails is one upload lost. The number
    of looks does not count.
    """
    nobody = {USERS[-1]} - world.authgear.users.keys()
    heads = tuple(map(world.head, nobody))
    assert not any(key.startswith(heads) for key in world.authgear.uploads if heads)
    trouble = world.trouble
    crashes = sum(task.crashed for task in world.tasks)
    most = MOST_RUNNING * world.changes + trouble.faults + crashes + trouble.lost_tags
    if world.setup.tagging is not Tagging.ALLOWED:
        most += trouble.failed_updates
    assert len(world.authgear.uploads) <= most


def _check_rest(world: World) -> None:
    """Repeated events upload nothing and update nothing."""
    world.pending.clear()
    before = len(world.authgear.uploads) + world.authgear.steps.count("update")
    for user in range(len(USERS)):
        world.look_at(user)
    after = len(world.authgear.uploads) + world.authgear.steps.count("update")
    assert before == after
    # Looking once more even at what is settled brings about what was refused.
    for user, user_id in enumerate(USERS):
        if any(refused == user_id for refused, _ in world.authgear.refused):
            seen = shown(world, user_id)
            world.authgear.refused.clear()
            world.look_at(user, again=True)
            assert shown(world, user_id) in expected(world, user_id, seen)


def _count(world: World, totals: Counter[str]) -> None:
    """Add a history to the totals."""
    pictures = [shown(world, user_id) for user_id in USERS]
    totals.update(
        histories=1,
        changes=world.changes,
        invocations=len(world.tasks),
        stops=world.stops,
        faults=world.trouble.faults,
        crashes=sum(task.crashed for task in world.tasks),
        uploads=len(world.authgear.uploads),
        overwritten_edits=world.trouble.overwritten_edits,
        updates=len(world.authgear.windows),
        long_windows=sum(window > LONG for window in world.authgear.windows),
        pictures_of_ours=sum(map(is_ours, pictures)),
        pictures_of_users=sum(
            picture is not None and not is_ours(picture) for picture in pictures
        ),
        users_without=sum(
            picture is None and newest_usable(world, user_id) is not None
            for picture, user_id in zip(pictures, USERS, strict=True)
        ),
    )
