"""
Histories of metrics: what one event leaves behind in CloudWatch, minute by minute.

The times are those of AWS and of the template; the time of the runs does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.alarms.alarm import MINUTE
from tests.alarms.metrics import Metric, Record

OURS = "AuthgearProfilePictures"
# Seconds at which Lambda invokes for one event: at once, after one minute and after two
# more ("Error handling for asynchronous invocations", Lambda Developer Guide).
ATTEMPTS = (0, 60, 180)
# A receive is late by up to 20 seconds of long polling, and never early.
LATE = 10
# "After a message is received three times (or more) and not processed, the message is
# moved to the back of the queue": the age is then another message's (SQS Developer
# Guide, on ApproximateAgeOfOldestMessage).
SHOWN_RECEIVES = 3


@dataclass(frozen=True, kw_only=True)
class Run:
    """
    One invocation.

    Args:
        is_error: Whether it ended with an exception.

        metrics: The metrics that it counted, by name.
    """

    is_error: bool = False
    metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether an object of the run was not reconciled."""
        return "Failed" in self.metrics


@dataclass(frozen=True, kw_only=True)
class Queues:
    """
    The retry queue, and the dead-letter queue behind it.

    Args:
        retry: The name of the first.

        dead: The name of the second.

        wait: Seconds between two receives.

        receives: How often a message is received before it is a dead letter.
    """

    retry: str
    dead: str
    wait: int
    receives: int

    @classmethod
    def read(cls, properties: Mapping[str, Any], names: Mapping[str, str]) -> Queues:
        """Read them from the template's resources and the names that they have."""
        retry = properties["RetryQueue"]
        return cls(
            retry=names["RetryQueue"],
            dead=names["DeadLetterQueue"],
            wait=retry["VisibilityTimeout"],
            receives=retry["RedrivePolicy"]["maxReceiveCount"],
        )


def function_metric(name: str, function: str) -> Metric:
    """Return a metric of Lambda."""
    return _metric("AWS/Lambda", name, "FunctionName", function)


def queue_metric(name: str, queue: str) -> Metric:
    """Return a metric of SQS."""
    return _metric("AWS/SQS", name, "QueueName", queue)


def add_run(record: Record, run: Run, second: float, function: str) -> None:
    """Add one invocation: Lambda counts it, and so does the function."""
    record.add(function_metric("Errors", function), second, run.is_error)
    for name, values in run.metrics.items():
        for value in values:
            record.add(_metric(OURS, name, "function", function), second, value)


def add_event(
    record: Record, runs: Sequence[Run], queues: Queues, function: str, start: float = 0
) -> None:
    """
    Add the runs for one event, until one succeeds or the event is a dead letter.

    Args:
        record: Gets the data points.

        runs: Up to three invocations by S3, then those by the retry queue.

        queues: The queues.

        function: The function's name.

        start: The second of the first run.
    """
    direct, received = runs[: len(ATTEMPTS)], runs[len(ATTEMPTS) :]
    for run, second in zip(direct, ATTEMPTS, strict=False):
        add_run(record, run, start + second, function)
    if not received:
        return
    sent = start + ATTEMPTS[-1]
    record.add(function_metric("AsyncEventsDropped", function), sent, 1)
    for index, run in enumerate(received):
        add_run(record, run, sent + index * (queues.wait + LATE), function)
    succeeds_at = 0 if received[-1].failed else len(received)
    add_message(record, queues, sent, succeeds_at)


def add_message(
    record: Record, queues: Queues, sent: float, succeeds_at: int = 0
) -> None:
    """
    Add a message in the retry queue, as SQS shows it each minute.

    Args:
        record: Gets the data points.

        queues: The queues.

        sent: The second from which it is in the queue.

        succeeds_at: The receive, counted from 1, at which the picture is set; 0 if
            it never is.
    """
    step = queues.wait + LATE
    shown = min(succeeds_at or SHOWN_RECEIVES, SHOWN_RECEIVES)
    end = sent + (shown - 1) * step
    age = queue_metric("ApproximateAgeOfOldestMessage", queues.retry)
    second = sent + -sent % MINUTE
    while second < end + MINUTE:
        record.add(age, second, second - sent if second < end else 0)
        second += MINUTE
    if not succeeds_at:
        dead = queue_metric("ApproximateNumberOfMessagesVisible", queues.dead)
        record.add(dead, sent + queues.receives * step, 1)


def _metric(namespace: str, name: str, dimension: str, value: str) -> Metric:
    """Return a metric with one dimension."""
    return Metric(
        namespace=namespace, name=name, dimensions=frozenset({(dimension, value)})
    )
