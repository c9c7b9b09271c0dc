"""Many pictures against a limit or an outage: `python -m tests.simulation.storm`."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from authgear import AdminAPI, Connection
from function import Function
from outcome import Outcome
from run_records import Recorder
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.decide import Policy
from sync.reconciler import Reconciler
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.tokens import TOKENS
from tests.simulation.contents import GOOD, Look, make
from tests.simulation.lambda_service import Handler, LambdaService
from tests.simulation.lanes import Lanes
from tests.simulation.limited import LimitedAuthgear, SlowS3, Time, Weather

HOUR = 3600.0  # seconds
PER_MINUTE = 60  # requests; what Authgear's service documents for one address
REQUESTS = 5  # that a picture needs


@dataclass
class Storm:
    """
    Pictures, through both lanes, each to its end.

    Args:
        weather: The limits and failures.

        lanes: The template's numbers.
    """

    weather: Weather
    lanes: Lanes = field(default_factory=Lanes.from_template)

    def __post_init__(self) -> None:
        """Wire everything."""
        self.time = Time()
        self.random = Random(1)  # noqa: S311 - hides nothing
        self.authgear = LimitedAuthgear(self.time, self.weather)
        self.s3 = SlowS3(self.time)
        self.reasons: Counter[str] = Counter()
        self.synced: dict[str, float] = {}
        self.service = LambdaService(
            time=self.time,
            lanes=self.lanes,
            start_execution=self._start_execution,
            in_queue=_failure_in_queue,
            random=self.random,
        )

    def play(self, moments: Iterable[float]) -> Storm:
        """Have a picture for another user put at each of the moments; wait for all."""
        for moment in moments:
            key = f"pictures/{self.authgear.add_user()}.png"
            self.s3.put(key, GOOD["red"])
            event = _event(self.s3.bucket, key)
            self.time.after(moment, partial(self.service.invoke, event))
        self.time.run()
        return self

    @property
    def missing(self) -> int:
        """How many users have no picture."""
        return sum("picture" not in user for user in self.authgear.users.values())

    @property
    def hours(self) -> float:
        """When the last picture was set."""
        return max(self.synced.values()) / HOUR

    @property
    def useful(self) -> float:
        """The share of what the limit allowed until then that pictures needed."""
        allowed = self.hours * 60 * (self.weather.per_minute or 1)
        return REQUESTS * len(self.synced) / allowed

    def report(self) -> str:
        """Report the result."""
        authgear, service = self.authgear, self.service
        gigabyte_seconds = service.busy * self.lanes.memory / 1024
        return (
            f"{len(self.synced):,} synced in {self.hours:.2f} h, "
            f"{self.missing} missing, {len(service.dead)} in the dead-letter queue\n"
            f"  requests: {len(authgear.allowed):,} allowed, {authgear.refused:,} "
            f"answered by 429, {authgear.unanswered:,} unanswered; "
            f"{len(authgear.images):,} uploads"
            + (f"; {self.useful:.1%} of the limit used" * bool(self.weather.per_minute))
            + f"\n  invocations: {service.counts['fast']:,} fast, "
            f"{service.counts['slow']:,} slow, {service.counts['throttles']:,} "
            f"throttled; at most {max(service.receives, default=0)} receives, "
            f"{service.longest:.0f} s, {gigabyte_seconds:,.0f} GB-s"
        )

    def _start_execution(self) -> Handler:
        """Wire the function, as one process of Lambda's does."""
        connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=self.authgear.transport.session(),
            share=self.random.random,
        )
        reconciler = Reconciler(
            bucket=Bucket(cast(Any, self.s3), self.s3.bucket),
            pattern=KeyPattern.parse("pictures/{user_id}.*"),
            admin_api=AdminAPI(connection, TOKENS),
            make_picture=lambda data, seconds: make(data, Look()),
            policy=Policy(),
            share=self.random.random,
        )
        log = SimpleNamespace(info=self._note, warning=self._note, error=self._note)
        nothing = SimpleNamespace(
            add_dimension=_ignore, add_metric=_ignore, flush_metrics=_ignore
        )
        function = Function(
            bucket_name=self.s3.bucket,
            reconciler=reconciler,
            resyncer=cast(Any, nothing),
            bulk_queue_name="bulk",
            pace=cast(Any, nothing),
            recorder=Recorder(logger=cast(Any, log), metrics=cast(Any, nothing)),
            clock=self.time.clock,
            sleep=self.time.sleep,
        )
        return lambda event, timeout: function.handle(event, _context(timeout))

    def _note(self, message: str, *, extra: dict[str, Any]) -> None:
        """Take a line of the function's log."""
        self.reasons[extra["reason"]] += 1
        if extra["outcome"] is Outcome.SYNCED:
            self.synced[extra["key"]] = self.time.now


def _ignore(*metric: Any, **dimension: Any) -> None:
    """Count no metric."""


def _context(timeout: float) -> Any:
    """Return Lambda's context with the time that the function has."""
    return SimpleNamespace(
        function_name="pictures",
        get_remaining_time_in_millis=lambda: round(timeout * 1000),
    )


def _event(bucket: str, key: str) -> dict[str, Any]:
    """Return the event of an object."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    return {"Records": [record]}


def _failure_in_queue(event: Any) -> dict[str, Any]:
    """Return the batch in which a failed event comes back."""
    body = json.dumps({"version": "1.0", "requestPayload": event})
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": body}
    return {"Records": [record]}


def at_once(count: int) -> list[float]:
    """Return the moments of pictures that are dropped in one second."""
    return [number / count for number in range(count)]


def steadily(count: int, hours: float) -> list[float]:
    """Return the moments of a steady flow."""
    return [hours * HOUR * number / count for number in range(count)]


def main() -> None:
    """Play every storm in its full size, and report."""
    limit = Weather(per_minute=PER_MINUTE)
    silent = Weather(per_minute=PER_MINUTE, retry_after=False)
    outage = (6 * HOUR, 18 * HOUR)
    down = Weather(per_minute=PER_MINUTE, outage=outage)
    hanging = Weather(per_minute=PER_MINUTE, outage=outage, hangs=True)
    storms = [
        ("10,000 at once, 429 with Retry-After", limit, at_once(10_000)),
        ("10,000 at once, 429 without", silent, at_once(10_000)),
        ("3,000 in 24 h, down for 12 h", down, steadily(3_000, 24)),
        ("3,000 in 24 h, hanging for 12 h", hanging, steadily(3_000, 24)),
    ]
    print(Lanes.from_template())
    for name, weather, moments in storms:
        start = time.monotonic()
        storm = Storm(weather).play(moments)
        seconds = time.monotonic() - start
        print(f"\n{name} ({seconds:.0f} s)\n  {storm.report()}", flush=True)
        if storm.missing or storm.service.dead:
            sys.exit("pictures were lost")


if __name__ == "__main__":
    main()
