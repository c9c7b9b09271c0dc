"""What is deployed: checked as CloudFormation gets it, with no account."""

from __future__ import annotations

import re
from typing import Any

import pytest

from function import CALL_RESERVE
from settings import VARIABLES, Settings, SettingsError
from storage.key_pattern import KeyPattern
from tests.deploy import sam
from tests.deploy.runtime import FUNCTION_TIMEOUT
from tests.fakes import tls

REQUIRED = {
    "BUCKET_NAME": "pictures-example",
    "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
    "AUTHGEAR_APP_ID": "example",
    "AUTHGEAR_SECRET_ID": "key",
}
PEM = tls.CA.create().pem
NUMBERS = [
    *("PictureSize", "PictureQuality", "MaxInputBytes", "MaxInputPixels"),
    "BulkRequestsPerMinute",
]
DAY = 24 * 60 * 60  # seconds


def parameters_by_variable(template: dict[str, Any]) -> dict[str, str]:
    """Return which parameter each of the function's variables takes its value from."""
    function = template["Resources"]["Function"]["Properties"]
    return {
        name: value["Ref"]
        for name, value in function["Environment"]["Variables"].items()
        if value["Ref"] in template["Parameters"]
    }


def read_settings(template: dict[str, Any], **given: Any) -> Settings:
    """Read the settings that the function gets if only these parameters are given."""
    defaults = {
        name: str(template["Parameters"][parameter].get("Default", ""))
        for name, parameter in parameters_by_variable(template).items()
    }
    variables = {p: name for name, p in parameters_by_variable(template).items()}
    chosen = {variables[parameter]: str(value) for parameter, value in given.items()}
    return Settings.from_env(defaults | REQUIRED | chosen)


def test_variables_are_those_the_function_reads(template: dict[str, Any]) -> None:
    """Every setting comes from a parameter, and the queue from the stack."""
    assert {*parameters_by_variable(template), "BULK_QUEUE_URL"} == set(VARIABLES)


def test_defaults_are_those_of_the_settings(template: dict[str, Any]) -> None:
    """A parameter left alone means what a variable left out means."""
    assert read_settings(template) == Settings.from_env(REQUIRED)


@pytest.mark.parametrize("name", NUMBERS)
def test_limits_are_those_of_the_settings(template: dict[str, Any], name: str) -> None:
    """CloudFormation refuses exactly the numbers that the function would refuse."""
    low, high = (template["Parameters"][name][key] for key in ("MinValue", "MaxValue"))

    read_settings(template, **{name: low})
    read_settings(template, **{name: high})
    for beyond in (low - 1, high + 1):
        with pytest.raises(SettingsError):
            read_settings(template, **{name: beyond})


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "BucketName",
            ["pictures-example", "old.pictures.example", "a--b"],
            ["Pictures", "a..b", "-ab", "ab-", "a.-b", "a-.b", ".ab", "a_b"],
        ),
        (
            "KeyPattern",
            ["pictures/{user_id}.*", "{email}", "p/{node_id}/*"],
            [
                *("pictures/", "/{user_id}", "*/{user_id}", "{user_id}*", "{a}"),
                *("?{email}", "{user_id}/", "{user_id}/*/"),
            ],
        ),
        ("AuthgearEndpoint", ["https://a.b"], ["http://a.b", "https://a.b/c", "a.b"]),
        ("AuthgearAppId", ["my-app"], ["my app"]),
        (
            "AuthgearCa",
            ["", PEM, PEM.replace("\n", " "), PEM.replace("\n", "\\n")],
            ["ca.pem", PEM.replace("CERTIFICATE", "PRIVATE KEY")],
        ),
        ("CropPosition", ["auto", "face", "0%", "100%"], ["101%", "faces", "5"]),
        ("BackgroundColor", ["#FFFFFF"], ["white", "#fff"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_patterns_are_as_strict_as_the_settings(
    template: dict[str, Any], name: str, good: list[str], bad: list[str]
) -> None:
    """The template accepts the values that the function can use, and no others."""
    pattern = template["Parameters"][name]["AllowedPattern"]

    for value in good:
        assert re.fullmatch(pattern, value)
        read_settings(template, **{name: value})
    for value in bad:
        assert not re.fullmatch(pattern, value)


def test_parameters_are_documented_with_defaults(template: dict[str, Any]) -> None:
    """The page on settings has every parameter, and the value that it begins with."""
    page = (sam.ROOT / "docs" / "settings.md").read_text()
    tables = [[c.strip(" `") for c in row.split("|")[1:-1]] for row in page.split("\n")]
    rows = [row if len(row) == 3 else row[1:] for row in tables if len(row) in (3, 4)]

    documented = {row[0]: row[1] for row in rows if row[0] in template["Parameters"]}

    assert documented == {
        name: str(parameter.get("Default", ""))
        for name, parameter in template["Parameters"].items()
    }


def test_parameters_that_need_an_answer_come_first(template: dict[str, Any]) -> None:
    """`sam deploy --guided` asks in the template's order, the console by groups."""
    needed = [n for n, it in template["Parameters"].items() if "Default" not in it]
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    assert list(template["Parameters"])[:4] == needed == groups[0]["Parameters"]


def test_parameters_are_described_limited_and_grouped(template: dict[str, Any]) -> None:
    """A stranger in the console finds every parameter explained, in some group."""
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    limits = {"AllowedValues", "AllowedPattern", "MinValue"}

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(
        template["Parameters"]
    )
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"]
        assert limits & set(parameter), name
        assert "AllowedPattern" not in parameter or parameter["ConstraintDescription"]


@pytest.mark.parametrize("pattern", ["pictures/{user_id}.*", "{email}.jpg", "{phone}"])
def test_prefix_is_what_the_pattern_begins_with(pattern: str) -> None:
    """The function is woken for, and may read, what its pattern names."""
    assert pattern.split("{")[0] == KeyPattern.parse(pattern).head


def test_runtime_is_what_the_package_is_built_for(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    """The Makefile's defaults are the template's."""
    makefile = (sam.ROOT / "Makefile").read_text()

    version = resources["Function"]["Runtime"].removeprefix("python")
    architecture = template["Parameters"]["Architecture"]["Default"]

    assert f"PYTHON_VERSION ?= {version}\n" in makefile
    assert f"ARCHITECTURE ?= {architecture}\n" in makefile


def test_failures_go_to_the_queue_that_the_function_reads(
    resources: dict[str, Any],
) -> None:
    """Direct invocations end in the retry queue, which returns failed messages."""
    queue = {"Fn::GetAtt": ["RetryQueue", "Arn"]}
    fast, slow = resources["FunctionEventInvokeConfig"], resources["FunctionRetry"]

    assert fast["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert slow["EventSourceArn"] == queue
    assert slow["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert slow["ScalingConfig"]["MaximumConcurrency"] == 2


def test_direct_invocations_are_kept_and_retried(resources: dict[str, Any]) -> None:
    """Lambda keeps a throttled event for six hours, and tries each three times."""
    direct = resources["FunctionEventInvokeConfig"]

    assert direct["MaximumEventAgeInSeconds"] == DAY / 4
    assert direct["MaximumRetryAttempts"] == 2


def test_rule_keeps_what_it_cannot_deliver_for_a_day(
    resources: dict[str, Any],
) -> None:
    """EventBridge tries as long as it can before the event takes the retry queue."""
    [target] = resources["ObjectRule"]["Targets"]

    assert target["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": DAY,
        "MaximumRetryAttempts": 185,
    }


def test_retry_queue_tries_for_a_day(resources: dict[str, Any]) -> None:
    """No message comes again while it is worked on, nor ends before a day is over."""
    queue, dead = resources["RetryQueue"], resources["DeadLetterQueue"]
    tries = queue["RedrivePolicy"]["maxReceiveCount"]

    assert queue["VisibilityTimeout"] >= 6 * resources["Function"]["Timeout"]
    assert queue["VisibilityTimeout"] * tries == DAY
    assert queue["MessageRetentionPeriod"] > 2 * DAY
    # A message's age goes on counting when it is moved.
    assert dead["MessageRetentionPeriod"] == 14 * DAY


def test_timeouts_leave_room(resources: dict[str, Any]) -> None:
    """The function ends before Lambda ends it, and Lambda before the queue's time."""
    timeout = resources["Function"]["Timeout"]

    assert CALL_RESERVE < timeout == FUNCTION_TIMEOUT
    assert resources["RetryQueue"]["VisibilityTimeout"] >= 6 * timeout


def test_bulk_messages_may_come_again_and_again(resources: dict[str, Any]) -> None:
    """
    Lambda takes 16 messages that follow from each other for an endless loop.

    It would then put a range of keys that waits for its turn for more than four hours
    into the dead-letter queue.
    """
    assert resources["Function"]["RecursiveLoop"] == "Allow"
