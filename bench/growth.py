"""
How the work of one event grows with objects, users and records.

`python -m bench.growth` runs the function against the local system and writes JSON.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from PIL import Image

from local.paths import ROOT
from local.system import LocalSystem

COUNTS = (1, 10, 100, 1000)
RECORDS = (1, 10, 100)
HOUR = 3_600_000  # ms
Handle = Callable[[list[str]], None]


class Context:
    """Lambda's context, with time enough."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return an hour."""
        return HOUR


def measure() -> list[dict[str, Any]]:
    """Run all in a process of its own, which needs an environment of its own."""
    command = [sys.executable, "-m", "bench.growth"]
    answer = subprocess.run(  # noqa: S603 - this very module
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows


def _run() -> list[dict[str, Any]]:
    """Measure with ever more objects, then with ever more records."""
    rows = []
    with LocalSystem.start(concurrency=0) as system:
        handle = _function(system)
        handle(_keys(system, 1))  # opens connections and reads the secret
        for count in COUNTS:
            user = _user(system)
            keys = [f"pictures/{user}.{number}.jpg" for number in range(count)]
            _put(system, keys)
            rows.append(_row(system, "objects of one user", count, handle, keys[-1:]))
        for count in COUNTS:
            keys = _keys(system, count)
            rows.append(_row(system, "users, one object each", count, handle, keys[:1]))
        for count in RECORDS:
            keys = _keys(system, count)
            rows.append(_row(system, "records in one event", count, handle, keys))
    return rows


def _row(
    system: LocalSystem, what: str, count: int, handle: Handle, keys: list[str]
) -> dict[str, Any]:
    """Handle one event, and count what it costs for each of its records."""
    s3, authgear = len(system.aws.requests), len(system.authgear.requests)
    start = time.perf_counter()
    handle(keys)
    ms = (time.perf_counter() - start) * 1000
    sent = system.authgear.requests[authgear:]
    return {
        "what": what,
        "count": count,
        "ms per record": round(ms / len(keys), 1),
        "S3 requests per record": (len(system.aws.requests) - s3) / len(keys),
        "Authgear requests per record": len(sent) / len(keys),
        "connections to Authgear": len({request.connection for request in sent}),
    }


def _function(system: LocalSystem) -> Handle:
    """Wire the function to the system; its log is thrown away."""
    os.environ.update(system.environment())
    with redirect_stdout(io.StringIO()):
        import handler

    def handle(keys: list[str]) -> None:
        records = [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": system.bucket}, "object": {"key": key}},
            }
            for key in keys
        ]
        context: Any = Context()
        with redirect_stdout(io.StringIO()):
            handler.function.handle({"Records": records}, context)

    return handle


def _keys(system: LocalSystem, count: int) -> list[str]:
    """Create users with an object each; return the keys."""
    keys = [f"pictures/{_user(system)}.jpg" for _ in range(count)]
    _put(system, keys)
    return keys


def _user(system: LocalSystem) -> str:
    """Create a user."""
    return str(
        system.authgear.users.create(email=f"{os.urandom(6).hex()}@bench.test").id
    )


def _put(system: LocalSystem, keys: list[str]) -> None:
    """Store a small picture under each key."""
    file = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(file, "JPEG")
    for key in keys:
        system.put(key, file.getvalue())


if __name__ == "__main__":
    measured = _run()
    print(json.dumps(measured))
