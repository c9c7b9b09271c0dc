"""Code that runs as in a new container of Lambda: with settings, and nothing loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "BUCKET_NAME": "pictures-example",
    "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
    "AUTHGEAR_APP_ID": "example",
    "AUTHGEAR_SECRET_ID": "secret",
    "HOOK_SECRET_ID": "secret",
    "RETRY_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/retry",
}


def run(code: str) -> str:
    """Run code that can import the handler; return what it printed."""
    return subprocess.run(  # noqa: S603 - code of ours
        [sys.executable, "-c", code],
        cwd=SRC,
        env=SETTINGS,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
