"""The log line and the metrics of everything that the function has done."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from outcome import Outcome, Reason, Result
from resync.causes import Cause
from triggers.messages import Resync, ResyncRange
from triggers.sources import Event, UserEvent, name_event

BYTES = {"input_bytes": "InputBytes", "output_bytes": "OutputBytes"}
EVENTS_OF_A_RESYNC = {
    Reason.RESYNC_HELD: "ResyncHeld",
    Reason.RESYNC_SKIPPED: "ResyncSkipped",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorder:
    """
    Writes a line of JSON for each object, and counts it.

    Args:
        logger: Writes the lines.

        metrics: Counts; no dimension names a user.
    """

    logger: Logger
    metrics: Metrics

    def record(self, event: Event, result: Result, milliseconds: float) -> None:
        """Write the line of a result; a field that is `None` is left out of it."""
        fields = {
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.sentences,
            **name_event(event),
            **result.fields,
            "total_ms": milliseconds,
        }
        levels = {
            Outcome.REJECTED: self.logger.warning,
            Outcome.FAILED: self.logger.error,
        }
        write = levels.get(result.outcome, self.logger.info)
        if isinstance(event, Resync | ResyncRange):
            write("resync", extra=fields)
            self._count_resync(result)
        else:
            kind = "user" if isinstance(event, UserEvent) else "object"
            write(f"{kind} reconciled", extra=fields)
            self._count(result, milliseconds)

    def _count(self, result: Result, milliseconds: float) -> None:
        """Add one object to the metrics."""
        add = self.metrics.add_metric
        add(result.outcome.capitalize(), MetricUnit.Count, 1)
        add("Latency", MetricUnit.Milliseconds, milliseconds)
        for name, metric in BYTES.items():
            if name in result.fields:
                add(metric, MetricUnit.Bytes, result.fields[name])

    def _count_resync(self, result: Result) -> None:
        """Add a range to the metrics: its users by cause."""
        add = self.metrics.add_metric
        add("ResyncMessages", MetricUnit.Count, 1)
        for cause in Cause:
            if cause in result.fields:
                metric = "Resync" + cause.title().replace("_", "")
                add(metric, MetricUnit.Count, result.fields[cause])
        if result.reason in EVENTS_OF_A_RESYNC:
            add(EVENTS_OF_A_RESYNC[result.reason], MetricUnit.Count, 1)
        if result.outcome is Outcome.FAILED:
            add("Failed", MetricUnit.Count, 1)
