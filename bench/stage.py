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

from PIL import Image

from local.paths import ROOT
from local.system import LocalSystem

HOUR = 3_600_000  # ms
Handle = Callable[[list[str]], list[dict[str, Any]]]


def run(module: str, *arguments: str) -> list[dict[str, Any]]:
    """Run a module in a process of its own; return the rows that it writes as JSON."""
    command = [sys.executable, "-m", module, *arguments]
    answer = subprocess.run(  # noqa: S603 - a module of ours
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows


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


def create_keys(system: LocalSystem, count: int) -> list[str]:
    """Create users with an object each; return the keys."""
    keys = [f"pictures/{create_user(system)}.jpg" for _ in range(count)]
    put(system, keys)
    return keys


def put(system: LocalSystem, keys: list[str]) -> None:
    """Store a small picture under each key."""
    file = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(file, "JPEG")
    for key in keys:
        system.put(key, file.getvalue())
