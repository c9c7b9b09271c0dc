"""Histories of puts, edits, faults and crashes, and what holds at their end."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from outcome import Outcome
from sync.decide import Policy
from tests.simulation.contents import BAD, CONTENTS, GOOD
from tests.simulation.tasks import Fault
from tests.simulation.world import World

MOST_RUNNING = 4
GONE = "gone"
LONG = 2.5  # seconds from read to update; then something held the run up
# What is to meet must be likely to: one user has most of the pictures, and one in
# eight moves meets a fault.
USER = st.sampled_from([0] * 6 + [1, 2])  # the last is nobody
SLOT = st.integers(0, 1)
CONTENT = st.sampled_from([*sorted(GOOD) * 2, *sorted(BAD), GONE, GONE])
DISTURBANCE = st.sampled_from(
    ["crash", "edit", "edit", "wait", "again", "own picture", "drop", "drop"]
)
PATTERN = st.sampled_from(
    ["pictures/{user_id}.*"] * 2 + ["pictures/{node_id}/*", "pictures/{username}.*"]
)
POLICY = st.sampled_from(
    [Policy(), Policy(remove_on_delete=True)] * 4
    + [
        Policy(overwrite=False),
        Policy(remember=False),
        Policy(verify_update=False),
        Policy(remember=False, remove_on_delete=True, verify_update=False),
    ]
)
OWN = GOOD["black"][:30]  # bytes that no object has
FAULT = st.sampled_from([None] * 56 + list(Fault))
ANY = st.integers(0, 7)


class Convergence(RuleBasedStateMachine):
    """
    A history; at its end everything must be as the last writers wanted.

    Attributes:
        totals: What happened in all histories together.
    """

    totals: ClassVar[Counter[str]] = Counter()

    @initialize(policy=POLICY, pattern=PATTERN, seed=st.integers(0, 1 << 30))
    def begin(self, policy: Policy, pattern: str, seed: int) -> None:
        """Begin with two users and an empty bucket."""
        self.world = World(policy, pattern)
        self.own: set[str] = set()
        self.random = Random(seed)  # noqa: S311 - hides nothing
        self.edits = 0

    @rule(user=USER, slot=SLOT, content=CONTENT)
    def put(self, user: int, slot: int, content: str) -> None:
        """Put or overwrite an object, or delete it."""
        key = self.world.key(user, slot)
        if content == GONE:
            self.world.delete(key)
        else:
            self.world.put(key, CONTENTS[content])

    @rule(source=st.tuples(USER, SLOT), copied=st.tuples(USER, SLOT))
    def copy(self, source: tuple[int, int], copied: tuple[int, int]) -> None:
        """Copy an object with its tags: onto itself, beside it, to another user."""
        self.world.copy(self.world.key(*source), self.world.key(*copied))

    @precondition(lambda self: self.world.pending)
    @precondition(lambda self: len(self.world.running) < MOST_RUNNING)
    @rule(index=ANY)
    def deliver(self, index: int) -> None:
        """Invoke the function with an event that is due, the first or a later one."""
        self.world.deliver(index)

    @precondition(lambda self: self.world.running)
    @rule(moves=st.lists(st.tuples(ANY, FAULT), min_size=4, max_size=40))
    def go_on(self, moves: list[tuple[int, Fault | None]]) -> None:
        """Let invocations go on from stop to stop, in any order, with any fault."""
        for index, fault in moves:
            if running := self.world.running:
                self.world.go_on(running[index % len(running)], fault)

    @precondition(lambda self: self.world.running)
    @rule(index=ANY, user=st.integers(0, 1), what=DISTURBANCE)
    def disturb(self, index: int, user: int, what: str) -> None:
        """Crash, edit another attribute, deliver an event again, or let hours pass."""
        world = self.world
        if what == "crash":
            world.crash(world.running[index % len(world.running)])
        elif what == "edit":
            self.edits += 1
            world.authgear.edit(world.users[user], nickname=f"edit {self.edits}")
        elif what == "own picture":
            self.edits += 1
            world.authgear.set_own_picture(world.users[user], OWN)
            self.own.add(world.users[user])
        elif what == "drop":
            if world.pending:
                world.drop(index)
        elif what == "again":
            world.pending.append(world.tasks[index % len(world.tasks)].key)
        else:
            world.clock.now += 7200

    def teardown(self) -> None:
        """Let everything come to rest; then check it."""
        if not hasattr(self, "world"):
            return
        self.world.settle(self.random)
        # A hook's word and a user's own picture stand until something is touched.
        self.world.pending += self.world.touched
        for user, user_id in enumerate(self.world.users):
            if user_id in self.own:
                self.world.pending.append(self.world.key(user, 0))
        self.world.settle(self.random)
        self._check_profiles()
        self._check_uploads()
        self._check_rest()
        self._count()

    def _check_profiles(self) -> None:
        """Each user shows the newest usable object; all else is as it was written."""
        for user_id in self.world.users:
            wanted = self.world.newest_usable(user_id)
            shown = self.world.shown(user_id)
            if self.world.policy.overwrite:
                assert wanted in (None, shown)
            else:
                assert shown or not wanted
            attributes = self.world.authgear.users[user_id]
            others = {k: v for k, v in attributes.items() if k != "picture"}
            assert others == self.world.authgear.truth[user_id]

    def _check_uploads(self) -> None:
        """Nobody's pictures are not uploaded, and others no more often than is due."""
        world = self.world
        uploaders = [task for task, _ in world.authgear.uploads]
        assert not any(world.is_strangers(task.key) for task in uploaders if task)
        # Each run may upload once; what changes below it, and each fault, may cost
        # every run that is under way another upload.
        disturbances = world.changes + self.edits
        most = len(world.tasks) + MOST_RUNNING * disturbances + world.trouble.faults
        assert len(uploaders) <= most

    def _check_rest(self) -> None:
        """Whatever comes once more, only what was not noted is uploaded again."""
        world = self.world
        before = len(world.authgear.uploads) + world.authgear.steps.count("update")
        for key in sorted(world.s3.objects):
            world.pending.append(key)
            world.deliver(0)
            result = world.finish(world.tasks[-1])
            assert result.outcome is not Outcome.FAILED
        after = len(world.authgear.uploads) + world.authgear.steps.count("update")
        # Without note or check, the next event may cost another upload.
        if world.policy.remember and world.policy.verify_update:
            assert after - before <= 2 * world.trouble.lost_notes

    def _count(self) -> None:
        """Add the history to the totals."""
        world = self.world
        self.totals.update(
            histories=1,
            changes=world.changes,
            invocations=len(world.tasks),
            stops=world.stops,
            faults=world.trouble.faults,
            crashes=sum(task.crashed for task in world.tasks),
            uploads=len(world.authgear.uploads),
            edits=self.edits,
            overwritten_edits=world.trouble.overwritten_edits,
            updates=len(world.authgear.windows),
            long_windows=sum(window > LONG for window in world.authgear.windows),
        )
