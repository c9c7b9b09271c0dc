"""
How much of a rate limit a backfill from here uses.

`python -m bench.backfill` runs it against the local system, and writes JSON.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from bench.stage import create_keys, run
from local.system import LocalSystem
from ops.aws import AWS
from ops.backfill.here import Pace, run_here
from ops.backfill.survey import Task
from ops.deployment import Deployment
from settings import Settings

LIMIT = 600  # requests a minute; ten times the documented one, to be done sooner
USERS = 100
CONCURRENCY = 4


def measure() -> list[dict[str, Any]]:
    """Return what was sent, what was refused, and the share of the limit."""
    return run("bench.backfill")


def _run() -> list[dict[str, Any]]:
    """Backfill users without a picture, as fast as the limit allows."""
    with LocalSystem.start_servers() as system:
        os.environ.update(system.environment())
        keys = create_keys(system, USERS)
        system.authgear.rate_limit(LIMIT)
        deployment = Deployment(AWS(), Settings.from_env(os.environ), None)
        start = time.monotonic()
        counts, _ = run_here(
            deployment,
            [Task(system.bucket, key) for key in keys],
            concurrency=CONCURRENCY,
            pace=Pace(LIMIT),
            on_done=lambda: None,
        )
        seconds = time.monotonic() - start
        statuses = [request.status for request in system.authgear.requests]
    assert counts == {"picture-set": USERS}, counts  # noqa: S101 - else no figure
    return [
        {
            "pictures": USERS,
            "requests": len(statuses),
            "refused": statuses.count(429),
            "seconds": round(seconds, 1),
            "share of the limit": f"{len(statuses) / (seconds / 60 * LIMIT):.3f}",
        }
    ]


if __name__ == "__main__":
    print(json.dumps(_run()))
