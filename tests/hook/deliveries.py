"""Deliveries of hooks, as a function URL hands them to the function."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from tests.contract.batches_and_hooks import DELIVERIES

KEY = b"webhook-key-of-the-tests"
USER_ID = "fa38e814-9ea2-4ed7-a3de-06155f0a86e1"  # the recordings' own


def recorded_body(name: str) -> dict[str, Any]:
    """Return the body of a recorded delivery."""
    body: dict[str, Any] = json.loads(json.dumps(DELIVERIES[name]["body"]))
    return body


def sign(body: bytes, key: bytes = KEY) -> str:
    """Return a body's signature as Authgear computes it."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def invocation(body: bytes | str, signature: str | None) -> dict[str, Any]:
    """Return what a function URL invokes with (payload version 2.0)."""
    headers = {"content-type": "application/json", "host": "x.lambda-url.on.aws"}
    if signature is not None:
        headers["x-authgear-body-signature"] = signature
    return {
        "version": "2.0",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {"http": {"method": "POST", "path": "/"}},
        "body": body if isinstance(body, str) else body.decode(),
        "isBase64Encoded": False,
    }


def delivery(content: Any, key: bytes = KEY) -> dict[str, Any]:
    """Return the signed delivery of a JSON value, or of the very bytes given."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return invocation(body, sign(body, key))
