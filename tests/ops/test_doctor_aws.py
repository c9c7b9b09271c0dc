"""Doctor where AWS itself is the trouble: a process of its own, as it is started."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.paths import ROOT
from tests.fakes.aws_calls import answer_calls
from tests.ops import doctor as found
from tests.ops.conftest import NAME, Ops

NOBODY = "http://127.0.0.1:9"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def start(
    ops: Ops, folder: Path, *arguments: str, **changes: str | None
) -> tuple[int, Any]:
    """Run a process whose AWS configuration has only these variables."""
    variables: Mapping[str, str | None] = {
        **ops.environment,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "HOME": str(folder),
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **changes,
    }
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "ops", *arguments, "--json"],
        env={name: text for name, text in variables.items() if text is not None},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def checks_of(answer: Any) -> dict[str, Any]:
    """Return the checks by their names."""
    return {it["name"]: it for it in answer["checks"]}


@pytest.mark.parametrize(
    ("changes", "said", "remedy"),
    [
        (
            {"AWS_REGION": None, "AWS_DEFAULT_REGION": None},
            "NoRegionError",
            "--region or AWS_REGION",
        ),
        (dict.fromkeys(KEYS), "NoCredentialsError", "Log in to AWS"),
        ({"AWS_ENDPOINT_URL": NOBODY}, "EndpointConnectionError", "the network"),
        ({"AWS_PROFILE": "nobody"}, "ProfileNotFound", "AWS_PROFILE names no profile"),
    ],
    ids=["region", "credentials", "network", "profile"],
)
def test_doctor_names_what_keeps_aws_from_being_asked(
    ops: Ops, tmp_path: Path, changes: dict[str, str | None], said: str, remedy: str
) -> None:
    """Neither secret nor bucket is blamed, and Authgear is still looked at."""
    status, answer = start(ops, tmp_path, "doctor", **changes)

    checks = checks_of(answer)
    assert status == 1
    assert found.named(checks, "wrong") == {"aws"}
    assert said in checks["aws"]["finding"]
    assert remedy in checks["aws"]["remedy"]
    assert found.named(checks, "skipped") == {"secret", "bucket", *found.AFTER_SECRET}
    assert checks["endpoint"]["state"] == "fine"


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({"AWS_REGION": "us-east-1"}, []),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, []),
        ({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}, []),
        ({"AWS_REGION": "eu-west-1"}, ["--region", "us-east-1"]),
        ({"AWS_PROFILE": "mine"}, []),
        ({}, ["--profile", "mine"]),
    ],
    ids=["region", "default", "both", "option", "profile", "profile-option"],
)
def test_region_comes_from_where_the_aws_cli_takes_it(
    ops: Ops, tmp_path: Path, variables: dict[str, str], options: list[str]
) -> None:
    """The option, then AWS_REGION, then AWS_DEFAULT_REGION, then the profile."""
    (tmp_path / "config").write_text(
        "[profile mine]\nregion = us-east-1\n"
        "aws_access_key_id = local\naws_secret_access_key = local\n"
    )
    none: dict[str, str | None] = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}
    if "mine" in (*variables.values(), *options):
        none |= dict.fromkeys(KEYS)

    status, answer = start(ops, tmp_path, "doctor", *options, **{**none, **variables})

    assert status == 0
    assert "region us-east-1" in checks_of(answer)["aws"]["finding"]


@pytest.mark.parametrize(
    "code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"]
)
def test_doctor_names_credentials_that_do_not_hold(ops: Ops, code: str) -> None:
    """An operator whose credentials have expired is told to log in again."""

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": code}}, "GetCallerIdentity")

    forget = answer_calls(ops.aws.sts, "GetCallerIdentity", refuse)
    checks = found.look(ops, "--stack", NAME)
    forget()

    assert found.named(checks, "wrong") == {"aws"}
    assert "Log in to AWS" in checks["aws"]["remedy"]
    assert found.named(checks, "skipped") == checks.keys() - {"aws"}


def test_doctor_names_a_stack_that_may_not_be_seen(ops: Ops) -> None:
    """The right that the operator lacks is named."""

    def deny(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks")

    forget = answer_calls(ops.aws.cloudformation, "DescribeStacks", deny)
    checks = found.look(ops, "--stack", NAME)
    forget()

    assert found.named(checks, "wrong") == {"stack"}
    assert "the right to DescribeStacks" in checks["stack"]["remedy"]
