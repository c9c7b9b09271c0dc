"""The function's log lines about a user."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ops.aws import read_object
from ops.deployment import Deployment

# `previous_object_id` is the image that the user had before, so that an update that
# should not have been can be found and undone.
FIELDS = ("outcome", "reason", "detail", "key", "object_id", "previous_object_id")


def read_log(
    deployment: Deployment, names: set[str], since: float
) -> list[dict[str, Any]]:
    """Return the function's lines about a user, oldest first."""
    if deployment.stack is None:
        return []
    terms = " ".join(f'?"{name}"' for name in sorted(names) if '"' not in name)
    pages = deployment.aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=deployment.stack.log_group,
        startTime=int(since * 1000),
        filterPattern=terms,
    )
    found = [
        (it.get("timestamp", 0), read_object(it.get("message", "")))
        for page in pages
        for it in page.get("events", [])
    ]
    return [
        {"timestamp": datetime.fromtimestamp(milliseconds / 1000, UTC)}
        | {name: line.get(name) for name in FIELDS}
        for milliseconds, line in found
        if "outcome" in line
    ]
