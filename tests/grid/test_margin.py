"""The handler's own configuration, in a process as Lambda starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from function import LAST, MARGIN
from tests.grid.faults import AWS_TIMEOUT

SCRIPT = """
import json, logging
logging.basicConfig(level="DEBUG")
import handler
aws = handler.AWS
names = ["botocore.parsers", "urllib3.connectionpool", "handler"]
print(json.dumps({
    "attempts": aws.retries["total_max_attempts"],
    "connect": aws.connect_timeout,
    "read": aws.read_timeout,
    "tell": [n for n in names if logging.getLogger(n).isEnabledFor(logging.INFO)],
}))
"""


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    """Import the handler at the most talkative level; return what it configures."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "BUCKET_NAMES": "pictures-example",
        "AUTHGEAR_ENDPOINT": "https://example.authgear.test",
        "AUTHGEAR_APP_ID": "example",
        "AUTHGEAR_SECRET_ID": "secret",
    }
    answer = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    loaded: dict[str, Any] = json.loads(answer.stdout)
    return loaded


def test_margin_outlasts_the_longest_call_to_aws(configuration: dict[str, Any]) -> None:
    """A call that begins just before the deadline ends before Lambda's own."""
    one = configuration["connect"] + configuration["read"]
    longest_pause = 1.0  # seconds before botocore's second attempt

    assert configuration["attempts"] * one + longest_pause <= MARGIN - LAST
    assert configuration["attempts"] * configuration["read"] == AWS_TIMEOUT


def test_libraries_tell_nothing_of_requests(configuration: dict[str, Any]) -> None:
    """At DEBUG they would show the secret, and presigned URLs."""
    assert configuration["tell"] == ["handler"]
