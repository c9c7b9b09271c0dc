"""
Lambda and SQS as documented, in virtual time.

Asynchronous invocations that fail come again after one minute and after two. Those
that no execution is free for come again after 1 second, then after twice as long each
time, up to 5 minutes. Both end at the destination of failures: after the last retry, or
when the event is too old. The queue shows a failed message again when its visibility
timeout is over, and hands it to the dead-letter queue instead of showing it once too
often.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from greenlet import greenlet

from tests.simulation.lanes import Lanes
from tests.simulation.limited import Time

RETRY_DELAYS = (60, 120)  # seconds
LONGEST_BACKOFF = 300  # seconds
ACCOUNT_CONCURRENCY = 1000  # invocations at once; AWS's default quota


class Handler(Protocol):
    """One execution environment's function: raises where Lambda is to try again."""

    def __call__(self, event: Any, timeout: float) -> Any:
        """Answer one invocation."""


@dataclass
class Event:
    """An event in Lambda's own queue."""

    payload: Any
    since: float
    attempts: int = 0
    throttles: int = 0


@dataclass
class Message:
    """A message of the retry queue."""

    body: Any
    since: float
    receives: int = 0


@dataclass(kw_only=True)
class LambdaService:
    """
    Takes events, and sees to it that they are answered.

    Args:
        time: Its time.

        lanes: The template's numbers.

        start_execution: Starts one execution environment more.

        in_queue: Makes an event of the queue of what Lambda hands to it.

        random: Spreads what is retried.
    """

    time: Time
    lanes: Lanes
    start_execution: Callable[[], Handler]
    in_queue: Callable[[Any], Any]
    random: Random
    dead: list[Message] = field(default_factory=list)
    receives: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    busy: float = 0.0
    longest: float = 0.0

    def __post_init__(self) -> None:
        """Begin with no execution and an empty queue."""
        self._idle: list[Handler] = []
        self._running = self._slow_running = 0
        self._visible: deque[Message] = deque()

    def invoke(self, payload: Any) -> None:
        """Take an asynchronous invocation."""
        self._dispatch(Event(payload, self.time.now))

    def send(self, body: Any) -> None:
        """Take a message of the retry queue that no failure has sent there."""
        self._show(Message(body, self.time.now))

    def _dispatch(self, event: Event) -> None:
        """Run an event, or put it off where nothing is free."""
        if self.time.now - event.since > self.lanes.oldest:
            self._fail_over(event)
        elif self._running >= ACCOUNT_CONCURRENCY:
            self.counts["throttles"] += 1
            delay = min(2**event.throttles, LONGEST_BACKOFF)
            event.throttles += 1
            self._again(event, delay * (0.5 + self.random.random() / 2))
        else:
            self._run("fast", event.payload, lambda answer: self._end(event, answer))

    def _end(self, event: Event, answer: Any) -> None:
        """Retry what failed, or hand it on to the retry queue."""
        if answer is not None:
            return
        event.attempts += 1
        if event.attempts > self.lanes.retries:
            self._fail_over(event)
        else:
            self._again(event, RETRY_DELAYS[event.attempts - 1])

    def _again(self, event: Event, delay: float) -> None:
        """Look at an event again after a while."""
        self.time.after(delay, lambda: self._dispatch(event))

    def _fail_over(self, event: Event) -> None:
        """Send an event to the retry queue."""
        self.counts["queued"] += 1
        self._show(Message(self.in_queue(event.payload), self.time.now))

    def _show(self, message: Message) -> None:
        """Make a message visible."""
        if message.receives >= self.lanes.receives or self._is_expired(message):
            self.dead.append(message)
        else:
            self._visible.append(message)
            self._poll()

    def _is_expired(self, message: Message) -> bool:
        """Tell whether the queue would have forgotten a message."""
        return self.time.now - message.since > self.lanes.retention

    def _poll(self) -> None:
        """Receive as many messages as may be worked on at once."""
        while self._visible and self._slow_running < self.lanes.concurrency:
            self._receive(self._visible.popleft())

    def _receive(self, message: Message) -> None:
        """Run one message; one that fails is shown again after its timeout."""
        message.receives += 1
        self._slow_running += 1
        received = self.time.now

        def end(answer: Any) -> None:
            self._slow_running -= 1
            if answer is None or answer["batchItemFailures"]:
                hidden = received + self.lanes.visibility - self.time.now
                self.time.after(hidden, lambda: self._show(message))
            else:
                self.receives[message.receives] += 1
            self._poll()

        self._run("slow", message.body, end)

    def _run(self, lane: str, payload: Any, end: Callable[[Any], None]) -> None:
        """Invoke the function in an execution environment that is free."""
        handler = self._idle.pop() if self._idle else self.start_execution()
        self._running += 1
        self.counts[lane] += 1

        def work() -> None:
            start = self.time.now
            try:
                answer = handler(payload, self.lanes.timeout)
            except Exception:  # noqa: BLE001 - Lambda's runtime too catches all
                answer = None
            self.busy += self.time.now - start
            self.longest = max(self.longest, self.time.now - start)
            self._running -= 1
            self._idle.append(handler)
            end(answer)

        self.time.after(0, greenlet(work).switch)
