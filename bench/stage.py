"""The function beside the local system, in a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import Any

from local.paths import ROOT
from local.system import LocalSystem

HOUR = 3_600_000  # ms
Handle = Callable[[list[str]], list[dict[str, Any]]]


def run(module: str, *arguments: str) -> Any:
    """Run a module in a process of its own; return the JSON that it writes."""
    command = [sys.executable, "-m", module, *arguments]
    answer = subprocess.run(  # noqa: S603 - a module of ours
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout)


def wire(system: LocalSystem) -> Handle:
    """Return what sends keys in one event and returns the log lines of the objects."""
    os.environ.update(system.environment())
    log = io.StringIO()
    with redirect_stdout(log):
        import handler

    def handle(keys: list[str]) -> list[dict[str, Any]]:
        records = [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": system.bucket}, "object": {"key": key}},
            }
            for key in keys
        ]
        context: Any = SimpleNamespace(
            function_name="bench", get_remaining_time_in_millis=lambda: HOUR
        )
        before = log.tell()
        with redirect_stdout(log):
            handler.function.handle({"Records": records}, context)
        lines = [json.loads(it) for it in log.getvalue()[before:].splitlines()]
        return [line for line in lines if "outcome" in line]

    return handle


def create_user(system: LocalSystem) -> str:
    """Create a user; return the id."""
    email = f"{os.urandom(6).hex()}@bench.test"
    return str(system.authgear.users.create(email=email).id)
