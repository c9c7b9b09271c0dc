"""A bucket with many users, Authgear, the bulk queue, and the function between them."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics

from authgear import Budget
from function import Function
from resync.bulk_queue import BulkQueue
from resync.comparison import Comparison
from resync.pace import BulkPace
from resync.resync import Resyncer
from run_records import Recorder
from settings import Overwrite
from storage.bucket import Bucket
from sync.decide import Policy
from tests.fakes.sqs import FakeSQS
from tests.samples.events import sqs
from tests.sync.world import World as SingleWorld
from tests.sync.world import png
from triggers.messages import Message, Mode, Resync, write_message

QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/bulk"


class World(SingleWorld):
    """Many users, and the bulk queue."""

    def __init__(
        self, pattern: str = "pictures/{user_id}.*", *, keys: int = 1_000, **policy: Any
    ) -> None:
        super().__init__(pattern, **policy)
        self.authgear.users.clear()
        self.sqs = FakeSQS()
        self.pattern = self.reconciler.pattern
        self.keys = keys
        self.log = io.StringIO()
        self.sent = 0

    @property
    def policy(self) -> Policy:
        """Return the policy."""
        return self.reconciler.policy

    def change(self, **policy: Any) -> None:
        """Change the policy."""
        changed = replace(self.reconciler.policy, **policy)
        self.reconciler = replace(self.reconciler, policy=changed)

    @property
    def resyncer(self) -> Resyncer:
        """Return the part that carries out a resync."""
        bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        return Resyncer(
            bucket=bucket,
            prefix=self.pattern.head,
            comparison=Comparison(
                bucket=bucket,
                pattern=self.pattern,
                admin_api=self.reconciler.admin_api,
                policy=self.policy,
            ),
            queue=BulkQueue(lambda: cast(Any, self.sqs), QUEUE_URL),
            keys=self.keys,
        )

    @property
    def function(self) -> Function:
        """Return the function with all of its parts."""
        metrics = Metrics(namespace="tests", service=None)
        return Function(
            bucket_name=self.s3.bucket,
            reconciler=self.reconciler,
            resyncer=self.resyncer,
            bulk_queue_name="bulk",
            pace=BulkPace(0, lambda: self.sent),
            recorder=Recorder(
                logger=Logger(service="tests", stream=self.log), metrics=metrics
            ),
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def budget(self, seconds: float = 100) -> Budget:
        """Return the time of one invocation."""
        return Budget(
            deadline=self.clock() + seconds,
            max_wait=math.inf,
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def add(self, count: int = 1, color: str = "red", **attributes: Any) -> list[str]:
        """Create users who have an object each; return their ids."""
        ids = [self.authgear.add_user(**attributes) for _ in range(count)]
        for user_id in ids:
            self.s3.put(self.key_of(user_id), png(color))
        return ids

    def key_of(self, user_id: str) -> str:
        """Return the key of a user's first object."""
        text = self.pattern.text_of_user(user_id, self.authgear.users.get(user_id))
        return f"{self.pattern.head}{text}.png"

    def sync(self, *user_ids: str) -> None:
        """Bring users in sync, one by one."""
        for user_id in user_ids:
            self.reconciler.reconcile_user(user_id, self.budget())

    def invoke(
        self, *messages: dict[str, Any], function: Function | None = None
    ) -> dict[str, Any]:
        """Invoke the function, or another one, with messages of the bulk queue."""
        event = sqs(*map(json.dumps, messages))
        for record in event["Records"]:
            record["eventSourceARN"] = "arn:aws:sqs:us-east-1:123456789012:bulk"
        context = SimpleNamespace(
            function_name="pictures", get_remaining_time_in_millis=lambda: 120_000
        )
        return (function or self.function).handle(event, cast(Any, context))

    def send(self, message: Message) -> None:
        """Put a message into the bulk queue."""
        self.sqs.bodies.append(json.loads(write_message(message)))

    def run(self, mode: Mode = Mode.SCHEDULED) -> list[dict[str, Any]]:  # type: ignore[override] # of many users
        """Run a resync until the bulk queue is empty; return the entries."""
        self.send(Resync(mode=mode))
        return self.drain()

    def drain(self) -> list[dict[str, Any]]:
        """Work until the bulk queue is empty; return the entries."""
        entries: list[dict[str, Any]] = []
        while self.sqs.bodies:
            batch = [self.sqs.bodies.pop(0) for _ in self.sqs.bodies[:5]]
            answer = self.invoke(*batch)
            assert answer["batchItemFailures"] == []
            entries += answer["objects"]
        return entries

    def counts(self, mode: Mode = Mode.SCHEDULED) -> dict[str, int]:
        """Run a resync; return the users of all ranges by cause, zeros left out."""
        total: dict[str, int] = {}
        for entry in self.run(mode):
            for name in (*CAUSES, "queued"):
                total[name] = total.get(name, 0) + entry.get(name, 0)
        return {name: number for name, number in total.items() if number}


CAUSES = (
    *("in_sync", "new_object", "changed_in_authgear", "other_settings"),
    *("unknown_user", "settled"),
)

__all__ = ["CAUSES", "Overwrite", "World"]
