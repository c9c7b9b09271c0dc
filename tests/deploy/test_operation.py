"""The operator's view: alarms, the dashboard and the saved queries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from outcome import Outcome
from resync.causes import Cause
from tests.alarms.alarm import MINUTE, read_alarms
from tests.alarms.histories import Queues, add_message, function_metric
from tests.alarms.metrics import Record
from tests.deploy.sam import ROOT
from tests.docs.commands import COMMANDS

SOURCE = "".join(path.read_text() for path in Path(ROOT / "src").rglob("*.py"))
METRICS = {outcome.capitalize() for outcome in Outcome} | {
    "Latency",
    "InputBytes",
    "OutputBytes",
}
OURS = "AuthgearProfilePictures"


@pytest.fixture(scope="module")
def widgets(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the dashboard's widgets."""
    body = json.loads(resources["Dashboard"]["DashboardBody"]["Fn::Sub"])
    found: list[dict[str, Any]] = body["widgets"]
    return found


def alarms(resources: dict[str, Any]) -> dict[str, Any]:
    """Return the alarms by their names."""
    return {name: it for name, it in resources.items() if name.endswith("Alarm")}


def rows(widget: dict[str, Any]) -> list[list[Any]]:
    """Return a widget's metrics with what `.` and `...` stand for."""
    full: list[list[Any]] = []
    for row in widget["properties"]["metrics"]:
        words = [word for word in row if isinstance(word, str)]
        before = full[-1] if full else []
        if words == ["..."]:
            words = before
        full.append(
            [before[i] if w == "." else w for i, w in enumerate(words)],
        )
    return full


def fields_of(query: str) -> set[str]:
    """Return the log line's fields that a query names."""
    text = re.sub(r"\"[^\"]*\"|'[^']*'|\bas \w+|/[^/]*/", "", query)
    words = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text))
    return words - {"count_distinct"}


def test_alarms_watch_what_can_go_wrong(resources: dict[str, Any]) -> None:
    """Each notifies the topic, and stays silent where there is nothing to measure."""
    found = alarms(resources)

    assert {
        name: alarm.get("MetricName", "an expression") for name, alarm in found.items()
    } == {
        "ErrorsAlarm": "Errors",
        "ThrottlesAlarm": "Throttles",
        "RetryQueueAlarm": "ApproximateAgeOfOldestMessage",
        "DeadLetterAlarm": "ApproximateNumberOfMessagesVisible",
        "UndeliveredAlarm": "DestinationDeliveryFailures",
        "DroppedAlarm": "AsyncEventsDropped",
        "HookErrorsAlarm": "Errors",
        "RejectedAlarm": "an expression",
        "ResyncHeldAlarm": "ResyncHeld",
        "OutOfSyncAlarm": "an expression",
    }
    for alarm in found.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarm_of_the_dead_letter_queue_needs_one_message(
    resources: dict[str, Any],
) -> None:
    """A single message is enough."""
    alarm = resources["DeadLetterAlarm"]

    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}
    ]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (
        0,
        "GreaterThanThreshold",
    )


@pytest.mark.parametrize(("succeeds_at", "rings"), [(1, False), (2, False), (0, True)])
def test_alarm_of_the_retry_queue_rings_for_a_single_picture(
    resources: dict[str, Any], succeeds_at: int, rings: bool
) -> None:
    """A lasting failure raises the alarm; one that the first retry fixes does not."""
    names = {name: name for name in resources}
    alarm = read_alarms(resources, names)["RetryQueueAlarm"]

    heard = set()
    for second in range(60):
        record = Record()
        add_message(record, Queues.read(resources, names), second, succeeds_at)
        heard.add(alarm.rings(record))

    assert heard == {rings}


@pytest.mark.parametrize(
    ("name", "metric", "minutes", "rings"),
    [
        ("ThrottlesAlarm", "Throttles", {0: 3, 5: 1, 11: 2}, True),
        ("ThrottlesAlarm", "Throttles", {0: 50, 1: 50, 2: 50, 9: 0}, False),
        ("UndeliveredAlarm", "DestinationDeliveryFailures", {3: 1}, True),
        ("UndeliveredAlarm", "DestinationDeliveryFailures", {3: 0}, False),
    ],
)
def test_alarm_on_a_metric_that_is_only_in_aws(
    resources: dict[str, Any],
    name: str,
    metric: str,
    minutes: dict[int, int],
    rings: bool,
) -> None:
    """Histories by hand; those of the other alarms are in tests/e2e/test_alarms.py."""
    alarm = read_alarms(resources, {name: name for name in resources})[name]
    record = Record()
    for minute, value in minutes.items():
        record.add(function_metric(metric, "Function"), minute * MINUTE, value)

    assert alarm.rings(record) == rings


def test_every_alarm_has_a_history_that_rings(resources: dict[str, Any]) -> None:
    """A new alarm needs one, in this file or in tests/e2e/test_alarms.py."""
    here = Path(__file__).read_text()
    there = (ROOT / "tests" / "e2e" / "test_alarms.py").read_text()

    for name in alarms(resources):
        assert f'("{name}", "' in here or f'"{name}"' in there, name


def test_alarms_name_the_command_to_run(resources: dict[str, Any]) -> None:
    """An alarm's text has the command to run, with stack and region filled in."""
    for name, alarm in alarms(resources).items():
        text = alarm["AlarmDescription"]["Fn::Sub"]
        assert re.search(r"[Rr]un\b.*: ?(ops|aws) [a-z-]+ ", text), name
        assert "--region ${AWS::Region}" in text
        assert "--stack ${AWS::StackName}" in text or "aws l" in text
        assert len(text) < 900  # characters; CloudWatch allows 1,024


def test_topic_has_no_key_of_aws(resources: dict[str, Any]) -> None:
    """CloudWatch cannot publish to a topic under a key of AWS's own."""
    assert "KmsMasterKeyId" not in resources["AlarmTopic"]


def test_rejected_share_is_of_metrics_that_are_there(resources: dict[str, Any]) -> None:
    """The alarm's metrics are those that the function counts."""
    stats = [
        metric["MetricStat"]["Metric"]
        for metric in resources["RejectedAlarm"]["Metrics"]
        if "MetricStat" in metric
    ]

    assert {stat["MetricName"] for stat in stats} == {"Rejected", "Synced"} <= METRICS
    for stat in stats:
        assert stat["Namespace"] == OURS
        assert stat["Dimensions"] == [
            {"Name": "function", "Value": {"Ref": "Function"}}
        ]


def test_dashboard_shows_every_outcome(widgets: list[dict[str, Any]]) -> None:
    """All that the function counts is there by its name; nothing is misspelled."""
    metrics = [row for w in widgets if w["type"] == "metric" for row in rows(w)]

    ours = [row for row in metrics if row[0] == OURS]

    outcomes = {outcome.capitalize() for outcome in Outcome}
    causes = {"Resync" + cause.title().replace("_", "") for cause in Cause}
    assert outcomes | causes | {"Latency"} == {row[1] for row in ours}
    assert all(row[2:] == ["function", "${Function}"] for row in ours)
    assert {row[0] for row in metrics} == {OURS, "AWS/SQS", "AWS/Lambda"}


def test_dashboard_shows_every_alarm(
    widgets: list[dict[str, Any]], resources: dict[str, Any]
) -> None:
    """All are there, except the one that is not in every stack."""
    shown = next(w for w in widgets if w["type"] == "alarm")["properties"]["alarms"]

    always = [name for name in alarms(resources) if name != "HookErrorsAlarm"]
    assert shown == [f"${{{name}.Arn}}" for name in always]


def test_queries_ask_for_fields_that_are_logged(
    widgets: list[dict[str, Any]], resources: dict[str, Any]
) -> None:
    """A field that no line has would give an empty answer, in the documents too."""
    saved = [p["QueryString"] for p in resources.values() if "QueryString" in p]
    shown = [w["properties"]["query"] for w in widgets if w["type"] == "log"]

    told = [it.text for it in COMMANDS if it.program in ("fields", "filter")]

    for query in [*saved, *shown, *told]:
        for field in fields_of(query):
            name = field.removesuffix("_ms")
            written = [f'"{field}"', f'step("{name}"', f'step="{name}"']
            assert any(text in SOURCE for text in written), field
    assert len(saved) == 6
    assert len(told) == 3
