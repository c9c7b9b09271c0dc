"""
Entry point of the hook function, whose URL anybody on the internet can reach.

It imports the standard library and boto3, which is a part of Lambda's runtime. Its
package has no picture decoder, no Authgear client and no other dependency.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from .aws import WebhookKey, send_to
from .receiver import Receiver

# Two attempts of five seconds for each of two calls: the function's timeout is longer.
AWS = Config(
    connect_timeout=2,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)


def write_line(fields: Mapping[str, Any]) -> None:
    """Write one line of JSON to the log."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def build(environment: Mapping[str, str]) -> Receiver:
    """Build the receiver from the environment's variables."""
    key = WebhookKey(
        boto3.client("secretsmanager", config=AWS), environment["HOOK_SECRET_ID"]
    )
    return Receiver(
        read_key=key.read,
        send=send_to(boto3.client("sqs", config=AWS), environment["RETRY_QUEUE_URL"]),
        log=write_line,
    )


# At DEBUG botocore logs what a secret holds.
logging.getLogger("botocore").setLevel(logging.WARNING)
receiver = build(os.environ)


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's form
    """Answer one delivery."""
    return receiver.handle(event)
