"""The page on costs says what the constants, the template and the code give."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from local.aws.template import TEMPLATE, read_template
from local.paths import ROOT
from outcome import Outcome
from resync.causes import Cause
from run_records import BYTES, EVENTS_OF_A_RESYNC
from tests.docs.commands import COMMANDS
from tools import cost

PAGE = (ROOT / "docs" / "cost.md").read_text()
RESOURCES = read_template(TEMPLATE.read_text())["Resources"]


def test_table_is_that_of_the_constants() -> None:
    """`make docs` writes it."""
    assert cost.render(PAGE) == PAGE


def test_alarms_are_those_of_the_template() -> None:
    """AWS charges an alarm for each metric that it reads; the hook's is an option."""
    alarms = [
        it["Properties"]
        for it in RESOURCES.values()
        if it["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in it
    ]

    read = [
        sum("MetricStat" in query for query in it["Metrics"]) if "Metrics" in it else 1
        for it in alarms
    ]

    assert sum(read) == cost.ALARM_METRICS
    assert f"{cost.ALARM_METRICS} metrics in nine alarms" in PAGE
    assert len(alarms) == 9


def test_metrics_are_those_of_the_code() -> None:
    """Outcomes, latency and bytes; of resyncs causes, messages and brakes."""
    of_pictures = [*Outcome, "Latency", *BYTES.values()]
    of_resyncs = [*Cause, "ResyncMessages", *EVENTS_OF_A_RESYNC.values()]

    assert len([*of_pictures, *of_resyncs]) == cost.METRICS


def test_queues_are_those_that_lambda_polls() -> None:
    """The dead-letter queue has no reader."""
    events = RESOURCES["Function"]["Properties"]["Events"].values()

    assert sum(it["Type"] == "SQS" for it in events) == cost.QUEUES


@pytest.mark.parametrize("users", [1_000, 300_000, 10_000_000])
def test_formula_of_the_page_gives_the_sum(users: int) -> None:
    """Its four lines, computed as they are, are within half a percent of the code."""
    use = cost.Use(users, changes=0.3, megabytes=1.5, resyncs=4)
    values = {
        "users": use.users,
        "changes": use.changes,
        "megabytes": use.megabytes,
        "resyncs": use.resyncs,
    }
    formula = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0]
    terms = [line.partition("=")[2].strip() for line in formula.splitlines()]

    total = sum(_compute(term, values) for term in terms)

    assert len(terms) == 4
    assert total == pytest.approx(sum(cost.parts(use).values()), rel=0.005)


def test_readme_rounds_the_sums() -> None:
    """Its sentence names the three sums of the table."""
    text = " ".join((ROOT / "README.md").read_text().split())
    small, middle, large = (
        sum(cost.parts(cost.Use(users)).values()) for users in cost.USERS
    )

    sentence = f"{small:.0f} a month for 1,000 users, {middle:.0f} for 100,000"
    assert f"USD {sentence} and {round(large, -2):.0f} for 10,000,000." in text


def test_command_of_the_page_prints_the_table_for_other_numbers() -> None:
    """It needs only Python, and no environment of the project."""
    (command,) = [c for c in COMMANDS if c.page == "cost.md" and c.program == "python3"]

    printed = subprocess.run(  # noqa: S603 - of the project's own page
        [sys.executable, "-S", *command.text.split()[1:]],
        cwd=ROOT,
        env={},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout

    use = cost.Use(250_000, changes=0.5, megabytes=1, resyncs=4)
    assert printed.splitlines() == list(cost.table([use]))


def _compute(term: str, values: dict[str, float]) -> float:
    """Return the value of a line of the formula, which has x for times."""
    assert re.fullmatch(r"[a-z0-9 ().+/]+", term), term
    python = re.sub(r"\bx\b", "*", term)
    return float(eval(python, {"__builtins__": {}}, values))  # noqa: S307 - just checked
