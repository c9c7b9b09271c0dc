"""
Resync and backfill in virtual time: `python -m tests.simulation.bulk`.

Two workers take the bulk queue's messages as Lambda does, with the template's numbers,
while live pictures come by S3's own events. Authgear allows 60 requests in any minute.
Calls to S3 by the threads that read sync tags take no virtual time.
"""

from __future__ import annotations

import json
import math
import sys
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache, partial
from random import Random
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

from authgear import AdminAPI, Connection
from function import Function
from outcome import Outcome, Reason
from pictures.model import ProfilePicture
from pictures.profile_picture import make_in_process
from resync.bulk_queue import BulkQueue
from resync.comparison import Comparison
from resync.pace import BulkPace
from resync.resync import Resyncer
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.decide import Policy
from sync.reconciler import Reconciler
from sync.sync_tag import TAG, SyncTag
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.tokens import APP_ID, TOKENS
from tests.simulation.bulk_lane import URL, BulkLane
from tests.simulation.contents import GOOD, SPEC
from tests.simulation.lambda_service import Handler, LambdaService
from tests.simulation.lanes import BulkNumbers, Lanes
from tests.simulation.limited import LimitedAuthgear, Time, Weather
from tests.simulation.listed_s3 import ListedS3
from triggers.messages import Mode, Resync, write_message

HOUR = 3600.0  # seconds
PATTERN = KeyPattern.parse("pictures/{user_id}.*")
POLICY = Policy(max_bytes=100_000)


@lru_cache(maxsize=8)
def _picture(data: bytes) -> ProfilePicture:
    """Make each picture once: all users have the same file."""
    return make_in_process(SPEC)(data, 10.0)


@dataclass
class Bulk:
    """
    A bucket, Authgear, the bulk queue, and live pictures beside it.

    Args:
        weather: The limits and failures.

        numbers: The template's numbers.

        per_minute: Requests of bulk work; the template's default if left out.
    """

    weather: Weather
    numbers: BulkNumbers = field(default_factory=BulkNumbers.from_template)
    per_minute: int = -1

    def __post_init__(self) -> None:
        """Wire everything."""
        self.time, self.random = Time(), Random(1)  # noqa: S311 - hides nothing
        self.authgear = LimitedAuthgear(self.time, self.weather)
        self.s3 = ListedS3(self.time)
        self.reasons: Counter[Reason] = Counter()
        self.live: dict[str, float] = {}
        self.waits: list[float] = []
        self.synced_at = 0.0
        if self.per_minute < 0:
            self.per_minute = self.numbers.per_minute
        self.lane = BulkLane(
            time=self.time,
            numbers=self.numbers,
            start_execution=self._start_execution,
            random=self.random,
        )
        self.service = LambdaService(
            time=self.time,
            lanes=Lanes.from_template(),
            start_execution=self._start_execution,
            in_queue=wrap_failure,
            random=self.random,
        )

    def add(self, *, in_sync: bool = False) -> str:
        """Create a user with an object; return its key."""
        user_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        self.authgear.add_user(user_id)
        key = f"pictures/{user_id}.png"
        item = self.s3.put(key, GOOD["red"])
        if in_sync:
            image_id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            url = f"{ENDPOINT}/_images/{APP_ID}/{image_id}/profile"
            self.authgear.users[user_id]["picture"] = url
            tag = SyncTag(
                item.etag.strip('"'), image_id, POLICY.image_fingerprint(user_id)
            )
            item.tags[TAG] = str(tag)
        return key

    def play(self, mode: Mode, *, live_every: float = math.inf) -> Bulk:
        """Run a resync to its end, with a live picture now and then."""
        self.lane.send({"body": write_message(Resync(mode=mode))})
        self.lane.start()
        if live_every < math.inf:
            self.time.after(live_every, partial(self._put_live, live_every))
        self.time.run()
        return self

    @property
    def missing(self) -> int:
        """How many users have no picture."""
        return sum("picture" not in user for user in self.authgear.users.values())

    def report(self) -> str:
        """Report the result."""
        authgear, hours = self.authgear, self.synced_at / HOUR
        dead = len(self.lane.dead) + len(self.service.dead)
        text = (
            f"{len(authgear.users):,} users, {self.missing} without a picture, "
            f"{dead} dead letters, last bulk picture after {hours:.2f} h\n"
            f"  requests: {len(authgear.allowed):,} allowed, {authgear.refused:,} "
            f"refused; {dict(Counter(authgear.steps))}\n"
            f"  batches: {dict(self.lane.batches)}; oldest message "
            f"{self.lane.oldest / HOUR:.2f} h; Lambda {self.lane.busy:,.0f} s\n"
            f"  { ({reason.value: n for reason, n in self.reasons.items()}) }"
        )
        if self.waits:
            waits = sorted(self.waits)
            text += (
                f"\n  {len(waits)} live pictures: median {median(waits):.1f} s, 99th "
                f"percentile {waits[math.ceil(len(waits) * 0.99) - 1]:.1f} s, longest "
                f"{waits[-1]:.1f} s; {len(self.live)} not set"
            )
        return text

    def _put_live(self, every: float) -> None:
        """Put a live picture, and the next one after a while."""
        if self.lane.is_empty:
            return
        key = self.add()
        self.live[key] = self.time.now
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": self.s3.bucket}, "object": {"key": key}},
        }
        self.service.invoke({"Records": [record]})
        self.time.after(every, partial(self._put_live, every))

    def _start_execution(self) -> Handler:
        """Wire the function, as one process of Lambda's does."""
        connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=self.authgear.transport.session(),
            share=self.random.random,
        )
        bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        admin_api = AdminAPI(connection, TOKENS)
        function = Function(
            bucket_name=self.s3.bucket,
            reconciler=Reconciler(
                bucket=bucket,
                pattern=PATTERN,
                admin_api=admin_api,
                make_picture=lambda data, _: _picture(data),
                policy=POLICY,
                share=self.random.random,
            ),
            resyncer=Resyncer(
                bucket=bucket,
                prefix=PATTERN.head,
                comparison=Comparison(
                    bucket=bucket, pattern=PATTERN, admin_api=admin_api, policy=POLICY
                ),
                queue=BulkQueue(lambda: cast(Any, self.lane), URL),
            ),
            bulk_queue_name="bulk",
            pace=BulkPace(self.per_minute, lambda: connection.requests_sent),
            recorder=cast(Any, SimpleNamespace(metrics=NoMetrics(), record=self._note)),
            clock=self.time.clock,
            sleep=self.time.sleep,
        )
        return lambda event, timeout: function.handle(event, make_context(timeout))

    def _note(self, event: Any, result: Any, _: float) -> None:
        """Take a line of the function's log."""
        self.reasons[result.reason] += 1
        key = getattr(event, "key", "")
        if result.outcome is Outcome.SYNCED or result.reason is Reason.IN_SYNC:
            if key in self.live:
                self.waits.append(self.time.now - self.live.pop(key))
            elif result.outcome is Outcome.SYNCED:
                self.synced_at = self.time.now


class NoMetrics:
    """Counts nothing."""

    def add_dimension(self, **_: Any) -> None:
        """Take a dimension."""

    def flush_metrics(self) -> None:
        """Write nothing."""


def wrap_failure(event: Any) -> dict[str, Any]:
    """Return the batch in which a failed event comes back."""
    body = json.dumps({"version": "1.0", "requestPayload": event})
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": body}
    return {"Records": [record]}


def make_context(seconds: float) -> Any:
    """Return Lambda's context for the function."""
    return SimpleNamespace(
        function_name="pictures",
        get_remaining_time_in_millis=lambda: int(seconds * 1000),
    )


def compare(users: int) -> Bulk:
    """Compare users who are all in sync."""
    bulk = Bulk(Weather(per_minute=60))
    for _ in range(users):
        bulk.add(in_sync=True)
    return bulk.play(Mode.SCHEDULED)


def fill(users: int, *, live_every: float = 60.0) -> Bulk:
    """Set the pictures of users without one, beside live pictures."""
    bulk = Bulk(Weather(per_minute=60))
    for _ in range(users):
        bulk.add()
    return bulk.play(Mode.BACKFILL, live_every=live_every)


def main() -> None:
    """Play both, in the size that is asked for."""
    users = int(sys.argv[1]) if sys.argv[1:] else 10_000
    compared = compare(2 * users)
    sys.stdout.write(f"in sync: {compared.report()}; {compared.time.now:.0f} s\n")
    sys.stdout.write(f"backfill: {fill(users).report()}\n")


if __name__ == "__main__":
    main()
