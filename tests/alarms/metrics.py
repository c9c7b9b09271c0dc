"""Metrics as CloudWatch keeps them: data points of a name and its dimensions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Maximum": max,
    "Sum": sum,
}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """
    A metric.

    Args:
        namespace: Such as `AWS/SQS`.

        name: Such as `ApproximateAgeOfOldestMessage`.

        dimensions: Names and values.
    """

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass
class Record:
    """The data points of all metrics: seconds from the start, and a value."""

    points: defaultdict[Metric, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, metric: Metric, second: float, value: float) -> None:
        """Keep one data point."""
        self.points[metric].append((second, value))

    def read(
        self, metric: Metric, statistic: str, start: float, end: float
    ) -> float | None:
        """Return the statistic of a period, None if it has no data point."""
        values = [value for at, value in self.points[metric] if start <= at < end]
        return STATISTICS[statistic](values) if values else None

    def times(self, metric: Metric) -> list[float]:
        """Return the times of a metric's data points."""
        return [at for at, _ in self.points[metric]]
