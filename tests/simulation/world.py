"""A bucket, Authgear and any number of invocations, all in one virtual time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from authgear import AdminAPI, Budget, Connection, to_node_id
from outcome import Outcome
from pictures.profile_picture import ProfilePicture
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.reconciler import Reconciler, Target
from sync.results import ObjectResult
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import TOKENS
from tests.simulation.contents import Look, make
from tests.simulation.direct_session import DirectSession
from tests.simulation.setup import Setup
from tests.simulation.stepped_authgear import SteppedAuthgear
from tests.simulation.stepped_s3 import SteppedS3
from tests.simulation.tasks import Fault, Task, Trouble, stop

CALL = 0.05  # seconds from stop to stop
INVOCATION = 108.0  # seconds that one has
DIRECT_WAIT = 10.0  # seconds that one waits for a rate limit; from the queue, any time
RETRY = 60.0  # seconds until a failed event is delivered again
MOST_RUNNING = 4
USERS = tuple(f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 4))
LATECOMER = 2  # created in the middle of a history, or never


class World:
    """
    Everything there is in one history.

    Args:
        setup: What does not change in it.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.look = Look()
        self.clock = FakeClock()
        self.trouble = Trouble()
        self.s3 = SteppedS3(
            self.trouble, setup.tagging, is_versioned=setup.is_versioned
        )
        self.authgear = SteppedAuthgear(self.clock, self.trouble, setup.overwrite)
        for user_id in USERS[:LATECOMER]:
            self.create(user_id)
        self.tasks: list[Task] = []
        self.pending: list[str] = []
        self.retries: list[tuple[float, str]] = []
        self.changes = 0
        self.stops = 0
        self._pattern = KeyPattern.parse(setup.pattern)
        self._bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        self._connections: list[Connection] = []

    @property
    def running(self) -> list[Task]:
        """The invocations that have not ended."""
        return [task for task in self.tasks if task.is_running]

    def create(self, user_id: str) -> None:
        """Create a user."""
        self.authgear.add_user(user_id, preferred_username=f"user{user_id[0]}")

    def key(self, user: int, slot: int) -> str:
        """Return a key of one of the users."""
        return self.head(USERS[user]) + "ab"[slot]

    def head(self, user_id: str) -> str:
        """Return what all keys of a user begin with."""
        return self.setup.pattern.removesuffix("*").format(
            user_id=user_id,
            node_id=to_node_id(user_id),
            username=f"user{user_id[0]}",
        )

    # The bucket changes.

    def put(self, key: str, data: bytes, *, tied: bool = False) -> None:
        """Store an object; its event is due."""
        self._pass_time()
        self.s3.store(key, data, tied=tied)
        self.change(key)

    def copy(self, source: str, key: str) -> None:
        """Copy an object with its tags; its event is due."""
        self._pass_time()
        if self.s3.copy(source, key):
            self.change(key)

    def delete(self, key: str) -> None:
        """Delete an object; its event is due."""
        if key in self.s3.objects:
            self.s3.delete(key)
            self.change(key)

    def change(self, key: str) -> None:
        """Note a change; its event is due."""
        self.changes += 1
        self.pending.append(key)

    def _pass_time(self) -> None:
        """Let S3's clock follow the common one."""
        self.s3.now = max(self.s3.now, int(self.clock.now) - 1)

    # The function runs.

    def start(
        self,
        key: str,
        *,
        again: bool = False,
        dry_run: bool = False,
        max_wait: float = math.inf,
    ) -> Task:
        """Invoke the function for an object, by the present settings."""

        def run(reconciler: Reconciler, budget: Budget) -> list[ObjectResult]:
            return reconciler.reconcile(key, budget, dry_run=dry_run, again=again)

        return self._start(key, run, max_wait, dry_run=dry_run)

    def start_batch(self, keys: list[str]) -> Task:
        """Invoke the function for several users, who share requests."""

        def run(reconciler: Reconciler, budget: Budget) -> list[ObjectResult]:
            targets = [Target(key=key) for key in keys]
            found = reconciler.reconcile_many(targets, budget)
            errors = [it for it in found if isinstance(it, Exception)]
            assert not errors
            return [line for it in found if isinstance(it, list) for line in it]

        return self._start(keys[0], run, math.inf)

    def _start(
        self,
        key: str,
        work: Callable[[Reconciler, Budget], list[ObjectResult]],
        max_wait: float,
        *,
        dry_run: bool = False,
    ) -> Task:
        """Invoke the function, in an execution environment that is free."""
        connection, look = self._connect(), self.look

        def run() -> list[ObjectResult]:
            budget = Budget(
                deadline=self.clock() + INVOCATION,
                max_wait=max_wait,
                clock=self.clock,
                sleep=self._sleep,
            )
            try:
                return work(self._build(connection, look), budget)
            finally:
                self._connections.append(connection)

        task = Task(key, run, dry_run=dry_run)
        self.tasks.append(task)
        self.go_on(task)
        return task

    def deliver(self, index: int) -> Task:
        """Invoke the function with one of the events that are due, in any order."""
        key = self.pending.pop(index % len(self.pending))
        is_direct = len(self.tasks) % 2 == 0
        return self.start(key, max_wait=DIRECT_WAIT if is_direct else math.inf)

    def go_on(self, task: Task, fault: Fault | None = None) -> None:
        """Let an invocation run to its next stop."""
        self.stops += 1
        self.clock.now = max(self.clock.now + CALL, task.wakes_at)
        self.authgear.running = task
        task.go_on(fault)
        self._end(task)

    def crash(self, task: Task) -> None:
        """End an invocation where it is."""
        task.crash()
        self._end(task)

    def finish(self, task: Task) -> list[ObjectResult]:
        """Let an invocation run to its end, alone and with no faults."""
        while task.is_running:
            self.go_on(task)
        assert task.results is not None
        return task.results

    def look_at(self, user: int, *, again: bool = False) -> list[ObjectResult]:
        """Look at a user once more, in quiet."""
        return self.finish(self.start(self.key(user, 0), again=again))

    def retry(self) -> None:
        """Let the failed events whose time has come be due again."""
        due = [it for it in self.retries if it[0] <= self.clock.now]
        self.retries = [it for it in self.retries if it[0] > self.clock.now]
        self.pending += [key for _, key in due]

    def _end(self, task: Task) -> None:
        """Have an event delivered again whose invocation failed."""
        if task.is_running or task.dry_run:
            return
        lines = task.results or []
        failed = {it.key for it in lines if it.result.outcome is Outcome.FAILED}
        for key in failed or (set() if lines else {task.key}):
            self.retries.append((self.clock.now + RETRY, key))

    def _sleep(self, seconds: float) -> None:
        """Let others go on for a while."""
        task = self.authgear.running
        assert task is not None
        task.wakes_at = self.clock.now + seconds
        stop()

    def _build(self, connection: Connection, look: Look) -> Reconciler:
        """Build the loop with the settings of its time."""

        def make_picture(data: bytes, _: float) -> ProfilePicture:
            return make(data, look)

        return Reconciler(
            bucket=self._bucket,
            pattern=self._pattern,
            admin_api=AdminAPI(connection, TOKENS),
            make_picture=make_picture,
            policy=self.setup.policy(look),
            share=lambda: 0.5,
        )

    def _connect(self) -> Connection:
        """Return the connection of an execution environment that is free, or new."""
        if self._connections:
            return self._connections.pop()
        return Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=cast(Any, DirectSession(self.authgear._handle)),
            share=lambda: 0.5,
        )
