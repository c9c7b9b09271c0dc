"""The requests that MiniStack or moto answered, as tests look at them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.aws import LocalAWS
from local.loopback import fetch

SUBRESOURCES = ("list-type", "notification", "tagging", "uploads")


@dataclass(frozen=True, kw_only=True, slots=True)
class AWSRequest:
    """
    One request that was answered.

    Args:
        service: `s3`, `sqs`, `secretsmanager` ...

        operation: The operation, as `ReceiveMessage`; for S3 the method and what of
            the object is meant, as `GET`, `PUT ?tagging` or `PUT ?tagging&versionId`.

        path: The bucket and key of a request to S3; the prefix where it lists.

        status: The answer's HTTP status.
    """

    service: str
    operation: str
    path: str
    status: int


def read_requests(aws: LocalAWS) -> list[AWSRequest]:
    """Return the latest requests that were answered, oldest first."""
    answered = json.loads(fetch(f"{aws.endpoint}/local/requests"))
    return [_describe(request) for request in answered]


def _describe(request: dict[str, Any]) -> AWSRequest:
    """Tell which operation of which service a request was."""
    method, query = request["method"], request["query"]
    if request["service"] != "s3":
        return AWSRequest(
            service=request["service"],
            operation=request["target"].partition(".")[2] or method,
            path="",
            status=request["status"],
        )
    part = next((f"?{name}" for name in SUBRESOURCES if name in query), "")
    if part and "versionId" in query:
        part += "&versionId"
    path = request["path"].lstrip("/")
    return AWSRequest(
        service="s3",
        operation=f"{method} {part}".strip(),
        path=f"{path}/{query['prefix']}" if query.get("prefix") else path,
        status=request["status"],
    )
