"""Virtual time, and an Authgear and a bucket whose calls take their share of it."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests
from greenlet import getcurrent

from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3
from tests.fakes.transport import FakeTransport, answer

AUTHGEAR_CALL = 0.1  # seconds
S3_CALL = 0.03  # seconds
CONNECT_TIMEOUT = 5.0  # seconds
MINUTE = 60.0


class Time:
    """Runs what is due, in the order of its moments."""

    def __init__(self) -> None:
        self.clock = FakeClock(0.0)
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()

    @property
    def now(self) -> float:
        """The moment of what runs."""
        return self.clock.now

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Have something done a while from now."""
        heapq.heappush(self._due, (self.now + seconds, next(self._numbers), act))

    def sleep(self, seconds: float) -> None:
        """Let the running greenlet wait, and others go on."""
        me: Any = getcurrent()
        self.after(seconds, me.switch)
        me.parent.switch()

    def run(self) -> None:
        """Do all there is to do."""
        while self._due:
            self.clock.now, _, act = heapq.heappop(self._due)
            act()


@dataclass(frozen=True, kw_only=True)
class Weather:
    """
    The limits and failures of a storm.

    Args:
        per_minute: How many requests are allowed in any minute; `None` for no limit.

        retry_after: Whether a 429 says when to come again.

        outage: From when to when there is no Authgear, in seconds.

        hangs: Whether connections in the outage time out rather than fail at once.
    """

    per_minute: int | None = None
    retry_after: bool = True
    outage: tuple[float, float] = (math.inf, math.inf)
    hangs: bool = False


class LimitedAuthgear(FakeAuthgear):
    """
    Takes so many requests a minute, and none while it is down.

    Args:
        time: Passes with each request.

        weather: Limit and outage.

        call: Seconds of a request.
    """

    def __init__(
        self, time: Time, weather: Weather, call: float = AUTHGEAR_CALL
    ) -> None:
        super().__init__()
        self._call = call
        self.allowed: list[float] = []
        self.refused = 0
        self.unanswered = 0
        self._time = time
        self._weather = weather
        self._recent: deque[float] = deque()
        # Hundreds of thousands of requests are not to be kept.
        self.transport = FakeTransport(self._answer_and_forget)

    def _answer_and_forget(
        self, request: requests.PreparedRequest
    ) -> requests.Response:
        """Answer one request; keep nothing of it."""
        self.transport.requests.clear()
        self.transport.timeouts.clear()
        return self._handle(request)

    def _handle(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request, if it is not one too many."""
        self._time.sleep(self._call)
        start, end = self._weather.outage
        if start <= self._time.now < end:
            self._break()
        if (wait := self._wait()) is not None:
            self.refused += 1
            headers = {"Retry-After": str(math.ceil(wait))}
            return answer({}, 429, headers if self._weather.retry_after else {})
        self.allowed.append(self._time.now)
        return super()._handle(request)

    def _break(self) -> None:
        """Leave a request without an answer."""
        self.unanswered += 1
        if self._weather.hangs:
            self._time.sleep(CONNECT_TIMEOUT)
            raise requests.ConnectTimeout
        raise requests.ConnectionError

    def _wait(self) -> float | None:
        """Count a request; return None, or the seconds after which to come again."""
        now, recent = self._time.now, self._recent
        while recent and recent[0] <= now - MINUTE:
            recent.popleft()
        if self._weather.per_minute and len(recent) >= self._weather.per_minute:
            return recent[0] + MINUTE - now
        recent.append(now)
        return None


class SlowS3(FakeS3):
    """
    A bucket with one object for each user, whose calls take their time.

    Args:
        time: Passes with each call.
    """

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Prefix: str,  # noqa: N803 - boto3's names
        StartAfter: str = "",  # noqa: N803 - boto3's names
    ) -> Iterator[dict[str, Any]]:
        """List the one object that a prefix has, without a look at all others."""
        self._time.sleep(S3_CALL)
        everything, key = self.objects, f"{Prefix}png"
        self.objects = {key: everything[key]}
        try:
            yield from list(super().paginate(Bucket=Bucket, Prefix=Prefix))
        finally:
            self.objects = everything

    def _called(self, operation: str, bucket: str) -> None:
        """Let time pass before each call; the list has had its share."""
        if operation != "list_objects_v2":
            self._time.sleep(S3_CALL)
