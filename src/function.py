"""The function: every object or user of an event, one log line for each."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from authgear import Budget
from hard_timeout import HardTimeout
from outcome import Outcome, Reason, Result
from sync.reconciler import Reconciler
from sync.results import ObjectResult
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
        bucket_name: The bucket whose events count.

        reconciler: Brings one user in sync.

        logger: Writes a line of JSON per object.

        metrics: Counts outcomes; no dimension names a user.

        clock: Monotonic seconds.

        sleep: Waits for so many seconds.

        hard_timeout: Breaks a block off after so many seconds, with `HardTimeout`.
    """

    bucket_name: str
    reconciler: Reconciler
    logger: Logger
    metrics: Metrics
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
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
        events: list[Event] = [*source.object_events, *source.user_events]
        try:
            results = [
                (_of_line(event, line), line.result)
                for event in events
                for line in self._process(event, end, source.max_wait)
            ]
        finally:
            self.metrics.flush_metrics()
        return source.answer(results)

    def _process(self, event: Event, end: float, max_wait: float) -> list[ObjectResult]:
        """Reconcile one user before Lambda's end, and record what became of it."""
        start = self.clock()
        try:
            with self.hard_timeout(end - LOG_RESERVE - start):
                lines = self._reconcile(event, end - CALL_RESERVE, max_wait)
        except HardTimeout as error:
            detail = "a call was broken off: it outlived the deadline"
            fields = {"places": _places(error)}
            result = Result(reason=Reason.NOT_SETTLED, detail=detail, fields=fields)
            lines = [ObjectResult(key=_key_of(event), result=result)]
        except Exception as error:  # noqa: BLE001 - a bug in one object must not lose the rest
            lines = [ObjectResult(key=_key_of(event), result=_unexpected(error))]
        milliseconds = round((self.clock() - start) * 1000, 1)
        for line in lines:
            self._log(_of_line(event, line), line.result, milliseconds)
            self._count(line.result, milliseconds)
        return lines

    def _reconcile(
        self, event: Event, deadline: float, max_wait: float
    ) -> list[ObjectResult]:
        """Reconcile the user that an event names, directly or by an object of ours."""
        budget = Budget(
            deadline=deadline, max_wait=max_wait, clock=self.clock, sleep=self.sleep
        )
        if isinstance(event, UserEvent):
            return self.reconciler.reconcile_user(event.user_id, budget)
        problem = event.problem
        if problem is None and event.bucket != self.bucket_name:
            problem = Reason.OTHER_BUCKET
        if problem is not None:
            return [ObjectResult(key=event.key, result=Result(reason=problem))]
        return self.reconciler.reconcile(event.key, budget, dry_run=event.dry_run)

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


def _key_of(event: Event) -> str:
    """Return the object key that an event names, empty if it names a user."""
    return "" if isinstance(event, UserEvent) else event.key


def _of_line(event: Event, line: ObjectResult) -> Event:
    """Return the event as one about the object of a line."""
    return event if isinstance(event, UserEvent) else replace(event, key=line.key)


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
