"""The function, invoked in a process that has only its variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.fakes.python import python_path

ARN = "arn:aws:lambda:us-east-1:123456789012:function:local"
MINUTE = 60  # seconds
# As Lambda does it, the answer being the last line that is written.
INVOKE = """
import json, sys, types
from handler import handler

context = types.SimpleNamespace(
    aws_request_id="request", function_name="local", function_version="$LATEST",
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:local",
    memory_limit_in_mb=1024, get_remaining_time_in_millis=lambda: 60_000)
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), context)), flush=True)
"""


def invoke(environment: Mapping[str, str], *events: Any) -> list[Any]:
    """
    Invoke the function once for each event; it must not fail.

    Returns:
        Its answers.
    """
    result = subprocess.run(  # noqa: S603 - of our own
        [sys.executable, "-c", INVOKE],
        input="".join(json.dumps(event) + "\n" for event in events),
        env={"PATH": os.defpath, **python_path(), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTE,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [line for line in lines if not {"_aws", "outcome"} & set(line)]


class Execution:
    """
    A process that answers one event after another; it must not fail.

    Args:
        environment: The function's variables.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - of our own
            [sys.executable, "-c", INVOKE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath, **python_path(), **environment},
            encoding="utf-8",
        )

    def invoke(self, event: Any) -> Any:
        """Return the answer to an event; lines of the log come before it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(event) + "\n")
        stdin.flush()
        while line := stdout.readline():
            content = json.loads(line)
            if "objects" in content:
                return content
        raise AssertionError(self._process.wait(MINUTE))

    def stop(self) -> None:
        """End the process."""
        self._process.communicate(timeout=MINUTE)


def failure_record(event: Any, error: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Lambda sends to the destination of failures."""
    return {
        "version": "1.0",
        "timestamp": "2026-01-15T10:20:30.400Z",
        "requestContext": {
            "requestId": "request",
            "functionArn": f"{ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": dict(error),
    }
