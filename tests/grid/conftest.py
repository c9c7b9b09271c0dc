"""What the tests of the grid share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
import json, logging
logging.basicConfig(level="DEBUG")
import handler
aws = handler.AWS
names = ["botocore.parsers", "urllib3.connectionpool", "handler"]
print(json.dumps({
    "aws": {
        "connect_timeout": aws.connect_timeout,
        "read_timeout": aws.read_timeout,
        "retries": aws.retries,
    },
    "tell": [n for n in names if logging.getLogger(n).isEnabledFor(logging.INFO)],
}))
"""


@pytest.fixture(scope="session")
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
