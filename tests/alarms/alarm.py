"""
Alarms, read from the template and evaluated as CloudWatch documents it.

The rules are those of "Using Amazon CloudWatch alarms" in the CloudWatch User Guide, at
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/: alarm-evaluation.html,
alarms-and-missing-data.html and alarm-evaluation-window.html. MiniStack's evaluation is
of no use here: it takes all periods for one, ignores dimensions and missing data, and
has no metrics of SQS and no metric math.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.alarms.expressions import compute
from tests.alarms.metrics import Metric, Record

MINUTE = 60
# How many periods CloudWatch looks at beyond the evaluation periods, in case that some
# have no data point. The guide's tables look at 5 for 3; it gives no formula.
MORE_PERIODS = 2
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """
    What an alarm reads of a metric for one period.

    Args:
        metric: The metric.

        statistic: `Sum` or `Maximum`.
    """

    metric: Metric
    statistic: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """
    An alarm for which missing data are not breaching.

    Args:
        series: The metrics, by the ids that expressions know them by.

        expressions: Metric math, by id, each after those that it needs.

        watched: The id whose values are compared with the threshold.

        period: Seconds.

        evaluation_periods: How many data points are evaluated.

        datapoints_to_alarm: How many of them must breach.

        breaches: Tells whether a value does.
    """

    series: Mapping[str, Series]
    expressions: Mapping[str, str]
    watched: str
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    breaches: Callable[[float], bool]

    @classmethod
    def read(cls, properties: Mapping[str, Any], names: Mapping[str, str]) -> Alarm:
        """
        Read an alarm of the template.

        Args:
            properties: The resource's.

            names: The physical name of each resource that a dimension names.

        Raises:
            ValueError: It has something that is not evaluated here.
        """
        if properties["TreatMissingData"] != "notBreaching":
            message = "only missing data that do not breach are evaluated"
            raise ValueError(message)
        queries = properties.get("Metrics") or [_as_query(properties)]
        stats = {it["Id"]: it["MetricStat"] for it in queries if "MetricStat" in it}
        (watched,) = [it["Id"] for it in queries if it.get("ReturnData", True)]
        (period,) = {it["Period"] for it in stats.values()}
        compare = COMPARISONS[properties["ComparisonOperator"]]
        count = properties["EvaluationPeriods"]
        return cls(
            series={key: _read_series(it, names) for key, it in stats.items()},
            expressions={
                it["Id"]: it["Expression"] for it in queries if "Expression" in it
            },
            watched=watched,
            period=period,
            evaluation_periods=count,
            datapoints_to_alarm=properties.get("DatapointsToAlarm", count),
            breaches=lambda value: compare(value, properties["Threshold"]),
        )

    def rings(self, record: Record) -> bool:
        """Tell whether the alarm goes off at any minute of a record."""
        times = [at for it in self.series.values() for at in record.times(it.metric)]
        if not times:
            return False
        start = int(min(times) // MINUTE * MINUTE)
        end = int(max(times)) + self.period * (self.evaluation_periods + MORE_PERIODS)
        minutes = range(start, end + MINUTE, MINUTE)
        return any(self.is_on(self.look(record, minute)) for minute in minutes)

    def look(self, record: Record, now: float) -> list[float | None]:
        """
        Return the data points of the evaluation range, the latest one last.

        CloudWatch evaluates every minute, and its periods end now: the window slides.
        """
        count = self.evaluation_periods + MORE_PERIODS
        ends = [now - self.period * index for index in reversed(range(count))]
        return [self._read(record, end - self.period, end) for end in ends]

    def is_on(self, points: Sequence[float | None]) -> bool:
        """
        Tell whether data points put the alarm into the state ALARM.

        The latest real ones count, from further back if some are missing; only if
        there are too few are missing ones taken for good.
        """
        real = [point for point in points if point is not None]
        latest = real[-self.evaluation_periods :]
        return sum(map(self.breaches, latest)) >= self.datapoints_to_alarm

    def _read(self, record: Record, start: float, end: float) -> float | None:
        """Return the watched value of one period."""
        values = {
            key: record.read(it.metric, it.statistic, start, end)
            for key, it in self.series.items()
        }
        waiting = dict(self.expressions)
        while waiting:
            for key in [it for it in waiting if not _names(waiting[it]) & set(waiting)]:
                values[key] = compute(waiting.pop(key), values)
        return values[self.watched]


def read_alarms(
    properties: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Alarm]:
    """
    Read all alarms of a template.

    Args:
        properties: Those of each resource, by its logical id.

        names: The name of each resource, by its logical id.
    """
    found = {key: it for key, it in properties.items() if key.endswith("Alarm")}
    return {key: Alarm.read(it, names) for key, it in found.items()}


def _as_query(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alarm on one metric in the form of metric math."""
    names = ("Namespace", "MetricName", "Dimensions")
    metric = {name: properties[name] for name in names}
    stat = {"Period": properties["Period"], "Stat": properties["Statistic"]}
    return {"Id": "it", "MetricStat": {"Metric": metric, **stat}}


def _read_series(stat: Mapping[str, Any], names: Mapping[str, str]) -> Series:
    """Read a metric and its statistic."""
    metric = stat["Metric"]
    dimensions = ((it["Name"], _resolve(it["Value"])) for it in metric["Dimensions"])
    return Series(
        metric=Metric(
            namespace=metric["Namespace"],
            name=metric["MetricName"],
            dimensions=frozenset((key, names[it]) for key, it in dimensions),
        ),
        statistic=stat["Stat"],
    )


def _resolve(value: Mapping[str, Any]) -> str:
    """Return the logical id that a dimension names by Ref or Fn::GetAtt."""
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


def _names(expression: str) -> set[str]:
    """Return the words of an expression."""
    return set(re.findall(r"\w+", expression))
