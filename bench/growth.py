"""
How the work of one event grows with objects, users and records.

`python -m bench.growth` runs the function against the local system and writes JSON.
"""

from __future__ import annotations

import json
import time
from typing import Any

from bench.stage import Handle, create_keys, create_user, put, run, wire
from local.system import LocalSystem
from tests.fakes.aws_requests import read_requests

COUNTS = (1, 10, 100, 1000)
RECORDS = (1, 10, 100)


def measure() -> list[dict[str, Any]]:
    """Run all in a process of its own, which needs an environment of its own."""
    return run("bench.growth")


def _run() -> list[dict[str, Any]]:
    """Measure with ever more objects, then with ever more records."""
    rows = []
    with LocalSystem.start_servers() as system:
        handle = wire(system)
        handle(create_keys(system, 1))  # opens connections and reads the secret
        for count in COUNTS:
            user = create_user(system)
            keys = [f"pictures/{user}.{number}.jpg" for number in range(count)]
            put(system, keys)
            rows.append(_row(system, "objects of one user", count, handle, keys[-1:]))
        for count in COUNTS:
            keys = create_keys(system, count)
            rows.append(_row(system, "users, one object each", count, handle, keys[:1]))
        for count in RECORDS:
            keys = create_keys(system, count)
            rows.append(_row(system, "records in one event", count, handle, keys))
    return rows


def _row(
    system: LocalSystem, what: str, count: int, handle: Handle, keys: list[str]
) -> dict[str, Any]:
    """Handle one event, and count what it costs for each of its records."""
    s3, authgear = len(read_requests(system.aws)), len(system.authgear.requests)
    start = time.perf_counter()
    handle(keys)
    ms = (time.perf_counter() - start) * 1000
    sent = system.authgear.requests[authgear:]
    return {
        "what": what,
        "count": count,
        "ms per record": round(ms / len(keys), 1),
        "S3 requests per record": (len(read_requests(system.aws)) - s3) / len(keys),
        "Authgear requests per record": len(sent) / len(keys),
        "connections to Authgear": len({request.connection for request in sent}),
    }


if __name__ == "__main__":
    print(json.dumps(_run()))
