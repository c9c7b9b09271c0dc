"""A bucket, Authgear and any number of invocations, all in one virtual time."""

from __future__ import annotations

from random import Random
from typing import Any, cast

from authgear import AdminAPI, Connection, to_node_id
from outcome import Outcome, Reason, Result
from pictures.profile_picture import make_in_process
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.decide import Policy
from sync.reconciler import Reconciler
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import TOKENS
from tests.simulation.contents import CONTENTS, GOOD, SHOWN, SPEC
from tests.simulation.stepped_authgear import SteppedAuthgear
from tests.simulation.stepped_s3 import SteppedS3
from tests.simulation.tasks import Fault, Task, Trouble, stop

HOURS = 7200.0  # seconds until the retry queue brings what was dropped
PATTERN = "pictures/{user_id}.*"
LATE_CHANGES = 2  # pictures that come while everything else settles
LATE = 0.03  # how likely one is at each stop
CALL = 0.05  # seconds from stop to stop
INVOCATION = 108.0  # seconds that one has
ATTEMPTS = 8  # at each event, far fewer than the lanes make in a day
USERS = tuple(f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2))
STRANGER = "00000000-0000-4000-8000-00000000dead"


class World:
    """
    Everything there is in one history.

    Args:
        policy: What the operator has decided.

        pattern: How a key names a user.
    """

    def __init__(self, policy: Policy, pattern: str = PATTERN) -> None:
        self.policy = policy
        self.pattern = pattern
        self.clock = FakeClock()
        self.trouble = Trouble()
        self.s3 = SteppedS3(self.trouble)
        self.authgear = SteppedAuthgear(self.clock, self.trouble, policy)
        self.users = [
            self.authgear.add_user(user_id, preferred_username=f"user{user_id[0]}")
            for user_id in USERS
        ]
        self.tasks: list[Task] = []
        self.pending: list[str] = []
        self.dropped: list[str] = []
        self.touched: list[str] = []
        self.changes = 0
        self.stops = 0
        self._reconciler = self._wire(policy)

    @property
    def running(self) -> list[Task]:
        """The invocations that have not ended."""
        return [task for task in self.tasks if task.is_running]

    def key(self, user: int, slot: int) -> str:
        """Return a key of one of the users, or of nobody."""
        user_id = [*self.users, STRANGER][user]
        return self._head(user_id) + "ab"[slot]

    def is_strangers(self, key: str) -> bool:
        """Tell whether a key is nobody's."""
        return key.startswith(self._head(STRANGER))

    def _head(self, user_id: str) -> str:
        """Return what all keys of a user begin with."""
        return self.pattern.removesuffix("*").format(
            user_id=user_id,
            node_id=to_node_id(user_id),
            username=f"user{user_id[0]}",
        )

    def put(self, key: str, data: bytes) -> None:
        """Store an object; its event is due."""
        self.s3.now = max(self.s3.now, int(self.clock.now) - 1)
        self.s3.put(key, data)
        self.changes += 1
        self.pending.append(key)

    def copy(self, source: str, key: str) -> None:
        """Copy an object with its tags, as S3 does unless told otherwise."""
        if source in self.s3.objects:
            item = self.s3.objects[source]
            self.put(key, item.data)
            self.s3.objects[key].tags = dict(item.tags)

    def drop(self, index: int) -> None:
        """Let an event fail over to the retry queue, which brings it hours later."""
        self.dropped.append(self.pending.pop(index % len(self.pending)))

    def delete(self, key: str) -> None:
        """Delete an object; its event is due."""
        if self.s3.objects.pop(key, None):
            self.changes += 1
            self.pending.append(key)

    def deliver(self, index: int) -> None:
        """Invoke the function with one of the events that are due, in any order."""
        key = self.pending.pop(index % len(self.pending))
        task = Task(key, lambda: self._reconcile(key))
        self.tasks.append(task)
        self.go_on(task)

    def go_on(self, task: Task, fault: Fault | None = None) -> None:
        """Let an invocation run to its next stop."""
        self.stops += 1
        self.clock.now = max(self.clock.now + CALL, task.wakes_at)
        self.authgear.running = task
        task.go_on(fault)
        self._see_to(task)

    def crash(self, task: Task) -> None:
        """End an invocation where it is."""
        task.crash()
        self._see_to(task)

    def settle(self, random: Random) -> None:
        """
        Let everything that is due happen, in any order and with no more faults.

        Some histories let one invocation go on for long while others stand still: few
        mistakes show where all go on in step.
        """
        if self.dropped:
            self.clock.now += HOURS
        self.pending += self.dropped
        self.dropped = []
        due = len(self.pending) + len(self.running) + LATE_CHANGES
        limit = len(self.tasks) + ATTEMPTS * due
        haste = random.choice([0.0, 0.8, 0.95])
        late = random.randrange(LATE_CHANGES + 1)
        task = None
        while self.running or self.pending:
            if late and random.random() < LATE:
                late -= 1
                content = random.choice(list(CONTENTS.values()))
                self.put(self.key(0, random.randrange(2)), content)
            if not (task and task.is_running and random.random() < haste):
                task = self._choose(random)
            if task.is_running:
                self.go_on(task)
            assert len(self.tasks) <= limit, "failing for ever"

    def finish(self, task: Task) -> Result:
        """Let an invocation run to its end, alone and with no faults."""
        while task.is_running:
            self.go_on(task)
        assert task.result is not None
        return task.result

    def _choose(self, random: Random) -> Task:
        """Return an invocation that is to go on: one that runs, or a new one."""
        choice = random.randrange(len(self.running) + bool(self.pending))
        if choice < len(self.running):
            return self.running[choice]
        self.deliver(random.randrange(len(self.pending)))
        return self.tasks[-1]

    def newest_usable(self, user_id: str) -> bytes | None:
        """Return the bytes that the user's picture should show."""
        mine = [
            (it.last_modified, key, it.data)
            for key, it in self.s3.objects.items()
            if key.startswith(self._head(user_id)) and it.data in GOOD.values()
        ]
        return max(mine)[2] if mine else None

    def shown(self, user_id: str) -> bytes | None:
        """Return the bytes of which the user's picture was made."""
        picture = self.authgear.picture_of(user_id)
        return SHOWN.get(picture, picture) if picture else None

    def _see_to(self, task: Task) -> None:
        """Have an event delivered again whose invocation failed."""
        if task.is_running:
            return
        result = task.result
        if task.refused and result:
            # It is final, unless the answer came hours too late.
            late = result.reason is Reason.AUTHGEAR_TIMEOUT
            assert late or result.outcome is Outcome.REJECTED
        if result is None or result.outcome is Outcome.FAILED:
            self.pending.append(task.key)
        elif task.refused:
            self.touched.append(task.key)  # somebody has to touch the object again

    def _reconcile(self, key: str) -> Result:
        """Do what the function does for one object."""
        bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        return self._reconciler.reconcile(
            bucket, key, deadline=self.clock() + INVOCATION
        )

    def _sleep(self, seconds: float) -> None:
        """Let others go on for a while."""
        task = self.authgear.running
        assert task is not None
        task.wakes_at = self.clock.now + seconds
        stop()

    def _wire(self, policy: Policy) -> Reconciler:
        """Make the loop that all invocations run."""
        connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=self.authgear.transport.session(),
            clock=self.clock,
            sleep=self._sleep,
            share=lambda: 0.5,
        )
        return Reconciler(
            pattern=KeyPattern.parse(self.pattern),
            admin_api=AdminAPI(connection, TOKENS),
            spec=SPEC,
            make_picture=make_in_process(SPEC),
            policy=policy,
            clock=self.clock,
            sleep=self._sleep,
            share=lambda: 0.5,
        )
