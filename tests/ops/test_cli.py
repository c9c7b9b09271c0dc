"""Conventions of all commands: options, help, exit status, JSON, no traceback."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local.paths import PICTURES
from ops.cli import app
from ops.session import Session
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from version import VERSION

NAMES = [str(command.name) for command in app.registered_commands]
PHOTO = str(PICTURES / "rocket.jpg")
# Every command with what it needs, as short as can be.
USES: dict[str, list[str]] = {
    "doctor": [],
    "status": ["nobody"],
    "sync": [PHOTO, "--user", "nobody"],
    "preview": [PHOTO],
    "put-key": ["-", "--key-id", "k"],
    "backfill": ["--dry-run"],
    "bulk": ["resume"],
    "replay": [],
}


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_reads_well_in_80_columns(name: str, option: str) -> None:
    """No type of Python's, no brace and no cut sentence."""
    done = CliRunner().invoke(app, [*filter(None, [name]), option], terminal_width=80)

    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80
    assert not re.search(r"<|list\[|bool|\{|\.\.\.\.|\w\.\.\.$", done.output), (
        done.output
    )


@pytest.mark.parametrize("name", NAMES)
def test_options_of_every_command_are_there(name: str) -> None:
    """Options have the names that the AWS CLI and SAM give them."""
    text = CliRunner().invoke(app, [name, "--help"]).output

    for option in ("--stack, --stack-name", "--region", "--profile", "--verbose"):
        assert option in text
    assert "--json" in text


def test_version_is_the_function_s() -> None:
    """It is the one that Authgear's log shows."""
    done = CliRunner().invoke(app, ["--version"])

    assert (done.exit_code, done.output.split()[-1]) == (0, VERSION)


def test_every_command_is_used_here() -> None:
    """None is forgotten."""
    assert set(USES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mistake", [["--nonsense"], ["--stack", "nowhere"]], ids=str)
def test_mistake_of_usage_is_one_json_document(
    ops: Ops, name: str, mistake: list[str]
) -> None:
    """Standard output holds it alone, and the exit status is 2."""
    status, found = ops.json(name, *USES[name], *mistake)

    assert status == 2
    assert set(found) == {"error", "remedy"}
    assert found["error"]


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name not in ("preview", "replay", "backfill", "bulk")],
)
def test_wrong_settings_are_one_json_document(ops: Ops, name: str) -> None:
    """Only doctor makes a check of them; four commands do not need any here."""
    ops.environment = {**ops.environment, "PICTURE_SIZE": "9"}

    status, found = ops.json(name, *USES[name])

    assert status == (1 if name == "doctor" else 2)
    assert "PICTURE_SIZE must be" in str(found)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "doctor"])
def test_refusal_of_aws_is_one_json_document(ops: Ops, name: str) -> None:
    """The message has the call, the code and the missing right."""

    def deny(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks")

    forget = answer_calls(ops.aws.cloudformation, "DescribeStacks", deny)
    status, found = ops.json(name, *USES[name], "--stack", NAME)
    forget()

    assert status == 1
    assert found == {
        "error": "AWS refuses DescribeStacks: AccessDenied",
        "remedy": "Your own credentials need the right to DescribeStacks.",
    }


def test_unknown_command_is_one_json_document(ops: Ops) -> None:
    """A program that mistypes a command can read why."""
    status, found = ops.json("docter")

    assert status == 2
    assert "doctor" in found["error"]


@pytest.mark.parametrize(
    "arguments",
    [
        lambda folder: ["preview", PHOTO, "--output", str(folder / "file")],
        lambda folder: ["preview", PHOTO, "--output", str(folder / "file" / "x")],
        lambda folder: ["put-key", str(folder), "--key-id", "k"],
        lambda folder: ["put-key", str(folder / "none"), "--key-id", "k"],
        lambda folder: ["sync", str(folder / "file"), "--user", "nobody"],
        lambda folder: ["sync", str(folder / "none"), "--user", "nobody"],
        lambda folder: ["status", ""],
        lambda folder: ["status", "\x00"],
        lambda folder: ["status", "User:1", "--days", "0"],
    ],
    ids=[
        *("output-file", "output-below", "key-folder", "key-none", "no-picture"),
        *("no-file", "nobody", "control", "days"),
    ],
)
def test_nothing_that_a_person_does_ends_in_a_traceback(
    ops: Ops, tmp_path: Path, arguments: Callable[[Path], list[str]]
) -> None:
    """Each mistake is a sentence, and nobody is asked to report it."""
    (tmp_path / "file").write_text("no picture")

    status, text = ops.run(*arguments(tmp_path))

    assert status in (1, 2), text
    assert "should not be possible" not in text
    assert text.strip()


def test_verbose_tells_of_each_call_but_not_what_was_sent(ops: Ops) -> None:
    """The refused call is shown to help find the cause."""
    status, text = ops.run("doctor", "--verbose")

    assert status == 0
    assert "AWS sts.GetCallerIdentity: 200" in text
    assert "AWS secrets-manager.GetSecretValue: 200" in text
    assert ops.stdout.count("AWS sts") == 0


def test_changes_name_their_target(ops: Ops, tmp_path: Path) -> None:
    """Stack, account, region, bucket and endpoint are shown before the work."""
    (tmp_path / "key.pem").write_text(ops.system.authgear.key_pair.private_key)
    key_id = ops.system.authgear.key_pair.key_id
    target = [
        *(f"{NAME}, account 123456789012, region us-east-1", ops.system.bucket),
        f"demo at {ops.system.authgear.endpoint}",
    ]

    for arguments in (
        ["put-key", str(tmp_path / "key.pem"), "--key-id", key_id],
        ["sync", PHOTO, "--user", "00000000-0000-4000-8000-00000000000b"],
        ["bulk", "resume"],
    ):
        _, text = ops.run(*arguments, "--stack", NAME, width=200)
        assert all(word in text for word in target), text


def test_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A key is not broken where a script looks for it."""
    key = f"pictures/{'a' * 36}.{'b' * 80} .jpg"

    Session().say(key)

    assert capsys.readouterr().out == f"{key}\n"
