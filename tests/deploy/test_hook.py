"""The hook function of the template: what it may do, and that it is off by default."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.paths import ROOT
from tests.deploy.builds import build_hook
from tests.deploy.test_permissions import as_list, statements
from tests.deploy.translation import every_choice, resolve

RESOURCES = {
    *("HookFunction", "HookRole", "HookLogGroup", "HookUrl", "HookUrlPermission"),
    *("HookInvokePermission", "HookErrorsAlarm"),
}
FUNCTION = {"Fn::GetAtt": ["HookFunction", "Arn"]}
FILES = {
    *("hook/__init__.py", "hook/aws.py", "hook/handler.py", "hook/receiver.py"),
    *("triggers/__init__.py", "triggers/messages.py", "version.py", "LICENSE"),
}
START = """
import sys
import hook.handler
print(sorted(name for name in sys.modules if name.startswith(("hook", "triggers"))))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return the hook function's package, as `sam build` has it made."""
    return build_hook(tmp_path / "built")


def test_without_the_parameter_there_is_nothing_of_it(template: dict[str, Any]) -> None:
    """A stack that does not ask for it has the resources and outputs that it had."""
    for choice in every_choice(template):
        if choice["ReceivesHooks"]:
            continue
        chosen = resolve(template, choice)
        assert not [name for name in chosen["Resources"] if "Hook" in name]
        assert not [name for name in chosen["Outputs"] if "Hook" in name]
        assert "Hook" not in json.dumps(chosen["Resources"])
    assert template["Parameters"]["HookSecretArn"]["Default"] == ""


def test_with_the_parameter_all_of_it_is_there(template: dict[str, Any]) -> None:
    """Function, role, log, address, alarm; and the outputs to use them."""
    choice = next(it for it in every_choice(template) if it["ReceivesHooks"])

    chosen = resolve(template, choice)

    assert {name for name in chosen["Resources"] if "Hook" in name} == RESOURCES
    assert {"HookUrl", "WatchHookLog"} <= chosen["Outputs"].keys()


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("", True),
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:hook-abcdef", True),
        ("authgear-webhook-key", False),
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:hook", False),
    ],
)
def test_parameter_is_an_arn_or_empty(
    template: dict[str, Any], value: str, fits: bool
) -> None:
    """A name alone would make a policy that allows nothing."""
    pattern = template["Parameters"]["HookSecretArn"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, value)) is fits


def test_role_allows_what_the_function_calls(resources: dict[str, Any]) -> None:
    """Two calls, and the log; no bucket, no Admin API key."""
    found = {
        sid: (condition, as_list(it["Action"]), it["Resource"])
        for sid, (condition, it) in statements(resources, "HookRole").items()
    }

    log, queue = "HookLogGroup", "RetryQueue"
    assert found == {
        "ReadWebhookKey": (
            "",
            ["secretsmanager:GetSecretValue"],
            {"Ref": "HookSecretArn"},
        ),
        "DecryptWebhookKey": (
            "SecretHasKey",
            ["kms:Decrypt"],
            {"Ref": "SecretKmsKeyArn"},
        ),
        "SendUserCheck": (
            "",
            ["sqs:SendMessage"],
            {"Fn::GetAtt": [queue, "Arn"]},
        ),
        "WriteHookLog": (
            "",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            {"Fn::GetAtt": [log, "Arn"]},
        ),
        "WriteHookTraces": (
            "Traces",
            ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "*",
        ),
    }
    assert resources["HookFunction"]["Role"] == {"Fn::GetAtt": ["HookRole", "Arn"]}
    assert "ManagedPolicyArns" not in resources["HookRole"]


def test_variables_are_those_the_function_reads(resources: dict[str, Any]) -> None:
    """It gets two variables, and reads two."""
    given = resources["HookFunction"]["Environment"]["Variables"]
    code = (ROOT / "src" / "hook" / "handler.py").read_text()

    assert given == {
        "HOOK_SECRET_ID": {"Ref": "HookSecretArn"},
        "RETRY_QUEUE_URL": {"Ref": "RetryQueue"},
    }
    assert set(re.findall(r'environment\["(\w+)"\]', code)) == given.keys()
    assert resources["HookFunction"]["Handler"] == "hook.handler.handler"


def test_anybody_may_call_the_address_and_nothing_else(
    resources: dict[str, Any],
) -> None:
    """Both permissions that a URL needs, the second by the URL only."""
    assert resources["HookUrl"] == {"TargetFunctionArn": FUNCTION, "AuthType": "NONE"}
    assert resources["HookUrlPermission"] == {
        "FunctionName": FUNCTION,
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "FunctionUrlAuthType": "NONE",
    }
    assert resources["HookInvokePermission"] == {
        "FunctionName": FUNCTION,
        "Action": "lambda:InvokeFunction",
        "Principal": "*",
        "InvokedViaFunctionUrl": True,
    }


def test_runtime_and_machine_are_those_of_the_function(
    resources: dict[str, Any],
) -> None:
    """One Python for both, and one machine."""
    for name in ("Runtime", "Architectures"):
        assert resources["HookFunction"][name] == resources["Function"][name]


def test_alarm_watches_the_hook_function(resources: dict[str, Any]) -> None:
    """One report that is lost by our own fault is enough."""
    alarm = resources["HookErrorsAlarm"]

    assert alarm["Dimensions"] == [
        {"Name": "FunctionName", "Value": {"Ref": "HookFunction"}}
    ]
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (0, 1)


def test_package_has_these_files_alone(package: Path) -> None:
    """No decoder, no client of Authgear, no library."""
    files = {p.relative_to(package) for p in package.rglob("*") if p.is_file()}

    assert {str(path) for path in files} == FILES
    assert sum((package / path).stat().st_size for path in files) < 50_000


def test_package_starts(package: Path) -> None:
    """It needs only its own files and Lambda's runtime."""
    environment = {
        "PYTHONPATH": str(package),
        "AWS_DEFAULT_REGION": "us-east-1",
        "HOOK_SECRET_ID": "secret",
        "RETRY_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/q",
    }

    result = subprocess.run(  # noqa: S603 - a command of our own
        [sys.executable, "-B", "-c", START],
        cwd=package,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert "hook.handler" in result.stdout


def test_build_makes_both_packages(built: Path) -> None:
    """`make build` puts the small one beside the other, and the template names it."""
    template = yaml.safe_load(built.read_text())
    functions = ("Function", "HookFunction")

    found = {name: template["Resources"][name]["Properties"] for name in functions}

    assert found["HookFunction"]["CodeUri"] == "HookFunction"
    assert (built.parent / "HookFunction" / "hook" / "handler.py").is_file()
