"""The problems that doctor finds."""

from __future__ import annotations

import shlex
import subprocess

from local.paths import ROOT
from tests.ops.conftest import Ops

AWS_CLI = ROOT / ".venv-sam" / "bin" / "aws"

# What depends on what, as the page on operating says it.
AFTER_KEY = {"upload-origin", "app-id", "users", "image-store"}
AFTER_SECRET = {"key-accepted", *AFTER_KEY}
AFTER_ENDPOINT = {"clock", *AFTER_SECRET}


def look(ops: Ops, *arguments: str) -> dict[str, dict[str, str]]:
    """Return what doctor finds, by name; each finding that is not fine says why."""
    status, found = ops.json("doctor", *arguments)
    checks = {it["name"]: it for it in found["checks"]}
    assert len(checks) == len(found["checks"])
    assert status == int(any(it["state"] == "wrong" for it in checks.values()))
    for it in checks.values():
        assert it["remedy"] or it["state"] not in ("wrong", "warning")
    return checks


def named(checks: dict[str, dict[str, str]], *states: str) -> set[str]:
    """Return the names of the checks with one of these states."""
    return {name for name, it in checks.items() if it["state"] in states}


def wrong(ops: Ops, *arguments: str) -> dict[str, dict[str, str]]:
    """Return the checks that doctor blames, by name."""
    checks = look(ops, *arguments)
    return {name: checks[name] for name in checks if name in named(checks, "wrong")}


def follow(ops: Ops, remedy: str) -> None:
    """Run the command that a remedy is, as an operator pastes it."""
    program, *arguments = shlex.split(remedy)
    if program == "ops":
        # The test's clients have their region; others would ask AWS itself.
        *arguments, option, _ = arguments
        assert option == "--region"
        status, text = ops.run(*arguments)
        assert status == 0, text
        return
    assert program == "aws"
    done = subprocess.run(  # noqa: S603 - doctor's own words
        # Version 1 takes a queue's endpoint from no variable.
        [AWS_CLI, *arguments, "--endpoint-url", ops.system.aws.endpoint],
        env={**ops.environment, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
