"""The evaluation of alarms, compared with the examples in CloudWatch's user guide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alarms.alarm import MINUTE, Alarm
from tests.alarms.expressions import compute
from tests.alarms.metrics import Metric, Record

POINTS = {"0": 0.0, "X": 1.0, "-": None}
ERRORS = Metric(
    namespace="AWS/Lambda", name="Errors", dimensions=frozenset({("Name", "it")})
)
PROPERTIES: dict[str, Any] = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Dimensions": [{"Name": "Name", "Value": {"Ref": "Function"}}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 3,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0,
    "TreatMissingData": "notBreaching",
}


def alarm(**changes: Any) -> Alarm:
    """Return an alarm on errors."""
    return Alarm.read(PROPERTIES | changes, {"Function": "it"})


def record(*minutes: float) -> Record:
    """Return a record with an error at some minutes."""
    found = Record()
    for minute in minutes:
        found.add(ERRORS, minute * MINUTE, 1)
    return found


@pytest.mark.parametrize(
    ("needed", "row", "is_on"),
    [
        (3, "0 - X - X", False),
        (3, "0 - - - -", False),
        (3, "- - - - -", False),
        (3, "0 X X - X", True),
        (3, "- - X - -", False),
        (2, "0 - X - X", True),
        (2, "0 0 X 0 X", True),
        (2, "0 - X - -", False),
        (2, "- - - - 0", False),
        (2, "- - - X -", False),
    ],
)
def test_rows_of_the_guide(needed: int, row: str, is_on: bool) -> None:
    """Both tables on missing data, in the column for data that do not breach."""
    points = [POINTS[sign] for sign in row.split()]

    assert alarm(DatapointsToAlarm=needed).is_on(points) == is_on


def test_window_slides() -> None:
    """Errors five minutes apart are in three periods in a row at some minute."""
    assert alarm().rings(record(4, 9, 14))
    assert not alarm().rings(record(4, 5, 9))


def test_missing_periods_between_errors_are_left_out() -> None:
    """Three errors in five periods ring; a period without data does not calm down."""
    assert alarm().rings(record(1, 11, 21))
    assert not alarm().rings(record(1, 16, 31))


def test_other_dimensions_are_other_metrics() -> None:
    """Errors of another function do not count."""
    assert not Alarm.read(PROPERTIES, {"Function": "other"}).rings(record(1, 6, 11))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + 2 * b", 7),
        ("a / b", 1.5),
        ("a + c", None),
        ("FILL(c, 0) + FILL(a, 0)", 3),
        ("IF(a >= b, a, b)", 3),
        ("IF(b > a, 1 / 0, 0)", 0),
        ("IF(c > a, 1, 0)", None),
    ],
)
def test_metric_math(expression: str, value: float | None) -> None:
    """A missing data point stays missing unless it is filled."""
    assert compute(expression, {"a": 3, "b": 2, "c": None}) == value


def test_other_metric_math_is_refused() -> None:
    """An expression is never evaluated by half."""
    with pytest.raises(ValueError, match="RATE"):
        compute("RATE(a)", {"a": 1})


@pytest.mark.parametrize("treatment", ["missing", "ignore", "breaching"])
def test_other_treatment_of_missing_data_is_refused(treatment: str) -> None:
    """The rules for the others are not in here."""
    with pytest.raises(ValueError, match="missing"):
        alarm(TreatMissingData=treatment)
