"""The function: every object or user of an event, one log line for each."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from authgear import Throttle
from hard_timeout import HardTimeout
from outcome import Outcome, Reason, Result
from storage.bucket import Bucket
from sync.reconciler import Reconciler
from triggers.parser import read_event
from triggers.sources import Event, UserEvent, name_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Seconds kept free before Lambda's own deadline: the longest call to AWS, and the log.
CALL_RESERVE = 12.0
# Seconds before Lambda's own deadline at which a call that is still on is broken off.
LOG_RESERVE = 1.0


@dataclass(frozen=True, kw_only=True)
class Function:
    """
    Answers invocations.

    Args:
        buckets: The buckets from which events are taken, by name.

        reconciler: Brings one user in sync.

        logger: Writes a line of JSON per object.

        metrics: Counts outcomes; no dimension names a user.

        clock: Monotonic seconds; the same as the reconciler's.

        throttle: The same as the connection's; each source brings its own max_wait.

        hard_timeout: Breaks a block off after so many seconds, with `HardTimeout`.
    """

    buckets: Mapping[str, Bucket]
    reconciler: Reconciler
    logger: Logger
    metrics: Metrics
    clock: Callable[[], float] = time.monotonic
    throttle: Throttle = field(default_factory=Throttle)
    hard_timeout: Callable[[float], AbstractContextManager[Any]] = nullcontext

    def handle(self, event: Any, context: LambdaContext) -> dict[str, Any]:
        """
        Bring every user in sync that an event is about.

        Args:
            event: Any of the shapes in `events/`, or none of them.

            context: Tells the time that is left.

        Returns:
            What the source expects, and an entry per object.

        Raises:
            PicturesFailed: An object failed, and the source delivers again if told so.
        """
        end = self.clock() + context.get_remaining_time_in_millis() / 1000
        source = read_event(event)
        # Two stacks in one account must not be counted together.
        self.metrics.add_dimension(name="function", value=context.function_name)
        self.throttle.max_wait = source.max_wait
        events: list[Event] = [*source.object_events, *source.user_events]
        try:
            results = [(it, self._process(it, end)) for it in events]
        finally:
            self.metrics.flush_metrics()
        return source.answer(results)

    def _process(self, event: Event, end: float) -> Result:
        """Reconcile one user before Lambda's end, and record what became of it."""
        start = self.clock()
        try:
            with self.hard_timeout(end - LOG_RESERVE - start):
                result = self._reconcile(event, end - CALL_RESERVE)
        except HardTimeout as error:
            detail = "a call was broken off: it outlived the deadline"
            fields = {"places": _places(error)}
            result = Result(reason=Reason.NOT_SETTLED, detail=detail, fields=fields)
        except Exception as error:  # noqa: BLE001 - a bug in one object must not lose the rest
            result = _unexpected(error)
        milliseconds = round((self.clock() - start) * 1000, 1)
        self._log(event, result, milliseconds)
        self._count(result, milliseconds)
        return result

    def _reconcile(self, event: Event, deadline: float) -> Result:
        """Reconcile the user that an event names, directly or by an object of ours."""
        if isinstance(event, UserEvent):
            return self._reconcile_user(event, deadline)
        if event.problem:
            return Result(reason=event.problem)
        if event.bucket not in self.buckets:
            return Result(reason=Reason.OTHER_BUCKET)
        bucket = self.buckets[event.bucket]
        return self.reconciler.reconcile(
            bucket, event.key, deadline=deadline, dry_run=event.dry_run
        )

    def _reconcile_user(self, event: UserEvent, deadline: float) -> Result:
        """Reconcile a user by the id; the one place where a user event goes on."""
        [bucket] = self.buckets.values()
        result: Result = self.reconciler.reconcile_user(  # type: ignore[attr-defined] # follows with the new reconciler
            bucket, event.user_id, deadline=deadline
        )
        return result

    def _log(self, event: Event, result: Result, milliseconds: float) -> None:
        """Write the one log line of an event; what is `None` is left out of it."""
        fields = {
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail or result.reason.meaning,
            **name_event(event),
            **result.fields,
            "total_ms": milliseconds,
        }
        levels = {
            Outcome.REJECTED: self.logger.warning,
            Outcome.FAILED: self.logger.error,
        }
        write = levels.get(result.outcome, self.logger.info)
        kind = "user" if isinstance(event, UserEvent) else "object"
        write(f"{kind} reconciled", extra=fields)

    def _count(self, result: Result, milliseconds: float) -> None:
        """Add one object to the metrics."""
        add = self.metrics.add_metric
        add(result.outcome.capitalize(), MetricUnit.Count, 1)
        add("Latency", MetricUnit.Milliseconds, milliseconds)
        for name, metric in (
            ("input_bytes", "InputBytes"),
            ("output_bytes", "OutputBytes"),
        ):
            if name in result.fields:
                add(metric, MetricUnit.Bytes, result.fields[name])


def _unexpected(error: Exception) -> Result:
    """
    Return the result of an error that nobody foresaw.

    Its text may hold anything, so only its type and the places it passed are shown.
    """
    kind = type(error).__name__
    return Result(
        reason=Reason.UNEXPECTED_ERROR,
        detail=f"{Reason.UNEXPECTED_ERROR.meaning}: {kind}",
        fields={"error_type": kind, "places": _places(error)},
    )


def _places(error: BaseException) -> list[str]:
    """Return the files and lines that an error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
