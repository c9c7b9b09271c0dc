"""Doctor of the hook function: every way in which a report gets lost."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.deployment import Stack
from ops.doctor.hook_check import HookCheck
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import follow, look, wrong
from tests.ops.stack import HOOK_KEY, HOOK_SECRET, RESOURCES, put_hook_key

HOOK = RESOURCES["HookFunction"].format(NAME)


def test_doctor_names_the_address_of_the_hook(ops: Ops, stack: dict[str, str]) -> None:
    """It is what must be entered in Authgear."""
    check = look(ops, "--stack", NAME)["hook"]

    assert check["state"] == "fine"
    assert stack["HookUrl"] in check["finding"]


def test_doctor_looks_for_no_hook_where_none_is_wanted(ops: Ops) -> None:
    """An empty HookSecretArn means that there is no such function."""
    stack = replace(Stack.read(ops.aws, NAME), parameters={"HookSecretArn": ""})

    check = HookCheck(ops.aws, replace(stack, name="without-any"), time.time()).look()

    assert (check.state, check.remedy) == ("fine", "")
    assert "HookSecretArn is empty" in check.finding


def test_doctor_names_a_hook_without_a_url(ops: Ops, stack: dict[str, str]) -> None:
    """A new function URL differs, so that Authgear's configuration must change."""

    def refuse(_: Any) -> dict[str, Any]:
        error = {"Error": {"Code": "ResourceNotFoundException", "Message": ""}}
        raise ClientError(error, "GetFunctionUrlConfig")  # type: ignore[arg-type]

    forget = answer_calls(ops.aws.function, "GetFunctionUrlConfig", refuse)
    checks = wrong(ops, "--stack", NAME)
    forget()

    assert list(checks) == ["hook"]
    assert f"{HOOK} has no URL" in checks["hook"]["finding"]
    assert "enter the new output HookUrl in Authgear" in checks["hook"]["remedy"]


def test_doctor_names_a_url_that_is_not_the_output_s(
    ops: Ops, stack: dict[str, str]
) -> None:
    """Authgear still reports to the old one."""
    found = ops.aws.function.get_function_url_config(FunctionName=HOOK)
    other: Any = {
        "FunctionUrl": "https://another-address-of-a-function.example/",
        "FunctionArn": found["FunctionArn"],
        "AuthType": "NONE",
        "CreationTime": "2026-01-01T00:00:00Z",
        "LastModifiedTime": "2026-01-01T00:00:00Z",
    }

    forget = answer_calls(ops.aws.function, "GetFunctionUrlConfig", lambda _: other)
    checks = wrong(ops, "--stack", NAME)
    forget()

    assert list(checks) == ["hook"]
    assert (
        "the URL is https://another-address-of-a-function.example/"
        in checks["hook"]["finding"]
    )


def test_doctor_names_a_url_that_asks_for_a_signature(ops: Ops) -> None:
    """Authgear has no credentials of AWS."""
    ops.aws.function.update_function_url_config(FunctionName=HOOK, AuthType="AWS_IAM")

    checks = wrong(ops, "--stack", NAME)
    follow(ops, checks["hook"]["remedy"])

    assert list(checks) == ["hook"]
    assert "signature of IAM" in checks["hook"]["finding"]
    assert wrong(ops, "--stack", NAME) == {}


@pytest.mark.parametrize("action", ["secretsmanager:GetSecretValue", "sqs:SendMessage"])
def test_doctor_names_what_the_hook_s_role_may_not_do(ops: Ops, action: str) -> None:
    """The hook function has a role of its own, which is asked about apart."""
    ops.denied.add(f"{HOOK}: {action}")

    checks = wrong(ops, "--stack", NAME)

    assert list(checks) == ["hook"]
    assert f"the hook function may not {action} on" in checks["hook"]["finding"]
    assert "template" in checks["hook"]["remedy"]


@pytest.mark.parametrize(
    "text", ["short", json.dumps({"key": "a" * 32})], ids=["short", "json"]
)
def test_doctor_names_a_secret_without_a_webhook_key(
    ops: Ops, tmp_path: Any, text: str
) -> None:
    """The command stores the file that docs/hook.md has the operator write."""
    put_hook_key(ops.aws, text)
    file = tmp_path / "webhook-key.txt"
    file.write_text(HOOK_KEY)

    checks = wrong(ops, "--stack", NAME)
    remedy = checks["hook"]["remedy"].replace(
        "file://webhook-key", f"file://{file}"[:-4]
    )
    follow(ops, remedy)

    assert list(checks) == ["hook"]
    assert "holds no webhook key" in checks["hook"]["finding"]
    assert wrong(ops, "--stack", NAME) == {}


@pytest.mark.parametrize(
    ("code", "state", "said"),
    [
        ("ResourceNotFoundException", "wrong", "docs/hook.md"),
        ("InvalidRequestException", "wrong", "restore-secret"),
        ("AccessDeniedException", "unknown", "Your own credentials"),
    ],
)
def test_doctor_tells_why_the_webhook_key_cannot_be_read(
    ops: Ops, code: str, state: str, said: str
) -> None:
    """A secret that the operator may not read says nothing of the function's right."""

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if HOOK_SECRET in request["SecretId"]:
            error = {"Error": {"Code": code, "Message": ""}}
            raise ClientError(error, "GetSecretValue")  # type: ignore[arg-type]
        return {"SecretString": key}

    key = ops.aws.secrets.get_secret_value(
        SecretId=ops.environment["AUTHGEAR_SECRET_ID"]
    )["SecretString"]
    forget = answer_calls(ops.aws.secrets, "GetSecretValue", answer)
    checks = look(ops, "--stack", NAME)
    forget()

    hook = checks.pop("hook")
    assert hook["state"] == state
    assert said in hook["remedy"]
    assert {it["state"] for it in checks.values()} <= {"fine", "unknown"}


def test_doctor_warns_of_reports_that_were_lost(
    ops: Ops, stack: dict[str, str]
) -> None:
    """Authgear delivers once; the log says why a report was lost."""
    check = _look_at_log(ops, "queued", "queue-unavailable", "queue-unavailable")

    assert check["state"] == "warning"
    assert "2 queue-unavailable" in check["finding"]
    assert check["remedy"].startswith(f"aws logs tail /aws/lambda/{HOOK}")


def test_doctor_warns_of_a_webhook_key_that_is_another_s(ops: Ops) -> None:
    """A wrong key makes no error: all reports have a wrong signature."""
    check = _look_at_log(ops, "wrong-signature")

    assert check["state"] == "warning"
    assert "wrong signature" in check["finding"]


def test_doctor_does_not_mind_strangers_who_call_the_hook(ops: Ops) -> None:
    """The address is open: a wrong signature beside right ones is nobody's fault."""
    assert _look_at_log(ops, "wrong-signature", "queued")["state"] == "fine"


def _look_at_log(ops: Ops, *verdicts: str) -> dict[str, str]:
    """Return what doctor finds where the hook function has written such lines."""
    logs, group = ops.aws.logs, f"/aws/lambda/{HOOK}"
    now = int(time.time() * 1000)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    logs.put_log_events(
        logGroupName=group,
        logStreamName="one",
        logEvents=[
            {"timestamp": now, "message": json.dumps({"verdict": it})}
            for it in verdicts
        ],
    )
    try:
        checks = look(ops, "--stack", NAME)
    finally:
        logs.delete_log_stream(logGroupName=group, logStreamName="one")
    assert [name for name in checks if checks[name]["state"] == "wrong"] == []
    return checks["hook"]
