"""Doctor of settings and secret: whole, and broken in each way."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from rich.console import Console
from typer.testing import CliRunner

from ops.cli import app
from ops.doctor.check import Check, Step, fine, run_steps, unknown, wrong
from ops.session import Session
from tests.fakes.aws_calls import answer_calls
from tests.ops import doctor as found
from tests.ops.conftest import NAME, Ops

OF_ENVIRONMENT = ["settings", "prefix", "aws"]
OF_STACK = ["aws", "stack", "settings", "prefix"]
SHARED = [
    *("secret", "endpoint", "clock", "key-accepted", "upload-origin", "app-id"),
    *("users", "image-store", "bucket"),
]
REST = ["function", "trigger", "role", "encryption", "retries"]
REST += ["bulk", "resync", "hook", "dead-letters"]


def test_doctor_of_a_whole_stack_finds_nothing(ops: Ops) -> None:
    """Every check is there, none is wrong."""
    checks = found.look(ops, "--stack", NAME)

    assert list(checks) == [*OF_STACK, *SHARED, *REST]
    assert found.named(checks, "fine", "unknown") == set(checks), checks
    assert found.named(checks, "unknown") <= {"bucket"}


def test_doctor_of_the_environment_needs_no_stack(ops: Ops) -> None:
    """Settings of this machine are looked at in the same way."""
    checks = found.look(ops)

    assert list(checks) == [*OF_ENVIRONMENT, *SHARED]
    assert found.named(checks, "wrong", "warning", "skipped") == set()


def test_doctor_is_readable_in_a_narrow_terminal(ops: Ops) -> None:
    """Nothing is cut off, no line is too long, and there is no colour in a file."""
    status, text = ops.run("doctor", "--stack", NAME, width=40)

    assert status == 0
    assert max(map(len, text.splitlines())) <= 40
    assert "…" not in text
    assert "\x1b" not in text
    assert "Nothing is wrong" in text


def test_doctor_skips_what_depends_on_a_failure() -> None:
    """Only the cause is blamed, and what is skipped is not looked at."""
    looked: list[str] = []

    def look(name: str, result: Check) -> Step:
        def note() -> Check:
            looked.append(name)
            return result

        needs = {"b": ("a",), "c": ("b",), "e": ("d",)}.get(name, ())
        return Step(name, note, needs)

    steps = [
        look("a", wrong("a", "no", "fix it")),
        look("b", fine("b", "good")),
        look("c", fine("c", "good")),
        look("d", unknown("d", "nobody knows")),
        look("e", fine("e", "good")),
    ]

    states = [check.state.value for check in run_steps(steps)]

    assert states == ["wrong", "skipped", "skipped", "unknown", "skipped"]
    assert looked == ["a", "d"]


def test_doctor_tells_each_check_when_it_is_found(ops: Ops) -> None:
    """A check that takes long does not hold back those before it."""
    out = StringIO()
    seen = []

    def answer(_: dict[str, Any]) -> dict[str, Any]:
        seen.append(out.getvalue())
        raise EndpointConnectionError(endpoint_url="https://example")

    forget = answer_calls(ops.aws.sts, "GetCallerIdentity", answer)
    session = Session(
        environment=ops.environment, aws=ops.aws, console=Console(file=out, width=80)
    )
    CliRunner().invoke(app, ["doctor"], obj=session)
    forget()

    assert "all 19 are valid" in seen[0]
    assert "secret" not in seen[0]


def test_doctor_names_every_wrong_setting(ops: Ops) -> None:
    """All problems at once, each with its variable; the rest is skipped."""
    ops.environment = {**ops.environment, "PICTURE_SIZE": "9", "OVERWRITE": "no"}

    checks = found.look(ops)

    assert found.named(checks, "wrong") == {"settings"}
    assert found.named(checks, "skipped") == {"prefix", *SHARED}
    assert "PICTURE_SIZE must be" in checks["settings"]["finding"]
    assert "OVERWRITE must be" in checks["settings"]["finding"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "not a JSON object"),
        (json.dumps({"key_id": "k"}), "not a JSON object with key_id and private_key"),
        (json.dumps({"key_id": 1, "private_key": "pem"}), "must be strings"),
        (json.dumps({"key_id": "k", "private_key": "pem"}), "not an RSA key"),
    ],
    ids=["no-json", "no-field", "no-text", "no-key"],
)
def test_doctor_names_a_broken_secret(ops: Ops, content: str, said: str) -> None:
    """The remedy is the command that stores a key; Authgear is still looked at."""
    secret_id = ops.environment["AUTHGEAR_SECRET_ID"]
    ops.aws.secrets.put_secret_value(SecretId=secret_id, SecretString=content)

    checks = found.look(ops)

    assert found.named(checks, "wrong") == {"secret"}
    assert found.named(checks, "skipped") == found.AFTER_SECRET
    assert said in checks["secret"]["finding"]
    assert "ops put-key key.pem --key-id KEY_ID" in checks["secret"]["remedy"]


def test_doctor_names_a_secret_that_is_not_there(ops: Ops) -> None:
    """A mistyped name is reported with AWS's own code."""
    ops.environment = {**ops.environment, "AUTHGEAR_SECRET_ID": "nowhere"}

    checks = found.wrong(ops)

    assert list(checks) == ["secret"]
    assert "ResourceNotFound" in checks["secret"]["finding"]


@pytest.mark.parametrize(
    ("error", "state", "remedy"),
    [
        ("AccessDeniedException", "unknown", "the right to GetSecretValue"),
        ("ThrottlingException", "unknown", "wait a minute"),
        ("DecryptionFailure", "wrong", "KMS key"),
        ("InvalidRequestException", "wrong", "aws secretsmanager restore-secret"),
        ("", "unknown", "Check the network"),
    ],
    ids=["denied", "throttled", "kms", "deleted", "unreachable"],
)
def test_doctor_does_not_have_a_good_key_overwritten(
    ops: Ops, error: str, state: str, remedy: str
) -> None:
    """A secret that could not be read is not replaced by another."""

    def fail(_: dict[str, Any]) -> dict[str, Any]:
        if not error:
            raise EndpointConnectionError(endpoint_url="https://example")
        raise ClientError({"Error": {"Code": error}}, "GetSecretValue")

    forget = answer_calls(ops.aws.secrets, "GetSecretValue", fail)
    checks = found.look(ops)
    forget()

    assert checks["secret"]["state"] == state
    assert found.named(checks, "wrong") <= {"secret"}
    assert remedy in checks["secret"]["remedy"]
    assert "put-key" not in checks["secret"]["remedy"]


def test_doctor_names_a_missing_bucket(ops: Ops) -> None:
    """A mistyped bucket is reported, and nothing else is."""
    ops.environment = {**ops.environment, "BUCKET_NAME": "no-such-bucket"}

    checks = found.wrong(ops)

    assert list(checks) == ["bucket"]
    assert "no bucket" in checks["bucket"]["finding"]


def test_doctor_warns_of_a_pattern_without_a_prefix(ops: Ops) -> None:
    """The function would be woken by, and could read and tag, the whole bucket."""
    ops.environment = {**ops.environment, "KEY_PATTERN": "{email}.jpg"}

    checks = found.look(ops)

    assert found.named(checks, "wrong", "warning") == {"prefix"}
    assert checks["prefix"]["state"] == "warning"
    assert "pictures/{email}.jpg" in checks["prefix"]["remedy"]


def test_doctor_names_a_prefix_beside_the_pattern(ops: Ops) -> None:
    """A stack whose prefix is not the pattern's is reported."""
    with ops.variables(KEY_PATTERN="faces/{user_id}.*"):
        checks = found.wrong(ops, "--stack", NAME)

    assert "prefix" in checks
    assert "'pictures/'" in checks["prefix"]["finding"]
    assert "KeyPattern=faces/{user_id}.*" in checks["prefix"]["remedy"]
