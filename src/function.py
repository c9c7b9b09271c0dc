"""The function: every object of an event, one log line and one metric for each."""

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
from triggers.sources import ObjectEvent

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
        try:
            results = [
                (replace(object_event, key=line.key), line.result)
                for object_event in source.object_events
                for line in self._process(object_event, end, source.max_wait)
            ]
        finally:
            self.metrics.flush_metrics()
        return source.answer(results)

    def _process(
        self, object_event: ObjectEvent, end: float, max_wait: float
    ) -> list[ObjectResult]:
        """Reconcile one user before Lambda's end, and record what became of it."""
        start = self.clock()
        try:
            with self.hard_timeout(end - LOG_RESERVE - start):
                lines = self._reconcile(object_event, end - CALL_RESERVE, max_wait)
        except HardTimeout as error:
            detail = "a call was broken off: it outlived the deadline"
            fields = {"places": _places(error)}
            result = Result(reason=Reason.NOT_SETTLED, detail=detail, fields=fields)
            lines = [ObjectResult(key=object_event.key, result=result)]
        except Exception as error:  # noqa: BLE001 - a bug in one object must not lose the rest
            lines = [ObjectResult(key=object_event.key, result=_unexpected(error))]
        milliseconds = round((self.clock() - start) * 1000, 1)
        for line in lines:
            self._log(replace(object_event, key=line.key), line.result, milliseconds)
            self._count(line.result, milliseconds)
        return lines

    def _reconcile(
        self, object_event: ObjectEvent, deadline: float, max_wait: float
    ) -> list[ObjectResult]:
        """Reconcile the user of one object, if there is one and the bucket is ours."""
        problem = object_event.problem
        if problem is None and object_event.bucket != self.bucket_name:
            problem = Reason.OTHER_BUCKET
        if problem is not None:
            result = Result(reason=problem)
            return [ObjectResult(key=object_event.key, result=result)]
        budget = Budget(
            deadline=deadline, max_wait=max_wait, clock=self.clock, sleep=self.sleep
        )
        return self.reconciler.reconcile(
            object_event.key, budget, dry_run=object_event.dry_run
        )

    def _log(
        self, object_event: ObjectEvent, result: Result, milliseconds: float
    ) -> None:
        """Write the one log line of an object; what is `None` is left out of it."""
        fields = {
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail or result.reason.meaning,
            "bucket": object_event.bucket,
            "key": object_event.key,
            **result.fields,
            "total_ms": milliseconds,
        }
        levels = {
            Outcome.REJECTED: self.logger.warning,
            Outcome.FAILED: self.logger.error,
        }
        write = levels.get(result.outcome, self.logger.info)
        write("object reconciled", extra=fields)

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
