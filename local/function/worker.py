"""
Lambda's runtime in a process: it imports `handler` and serves.

It runs as `python -m local.function.worker`. Every line of its input is an invocation.
Its output is what the function prints, and after that, per invocation, a line of
`ANSWER` and JSON as Lambda would hand it on.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ANSWER = "ANSWER"
FUNCTION_NAME = "local"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION_NAME}"


@dataclass(frozen=True, kw_only=True)
class Context:
    """
    What Lambda tells a function about its invocation.

    Args:
        aws_request_id: The same for every attempt at one event.

        timeout: Seconds after which the invocation is ended.

        started: Monotonic seconds.
    """

    aws_request_id: str
    timeout: float
    started: float = field(default_factory=time.monotonic)
    function_name: str = FUNCTION_NAME
    function_version: str = "$LATEST"
    invoked_function_arn: str = FUNCTION_ARN
    memory_limit_in_mb: int = 512

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left."""
        left = self.started + self.timeout - time.monotonic()
        return max(0, round(left * 1000))


def answer(
    handler: Callable[[Any, Any], Any], invocation: dict[str, Any]
) -> dict[str, Any]:
    """Invoke the function; return its payload or, in Lambda's form, its error."""
    context = Context(
        aws_request_id=invocation["request_id"], timeout=invocation["timeout"]
    )
    try:
        return {"payload": handler(invocation["event"], context)}
    except Exception as error:  # noqa: BLE001 - Lambda's runtime too catches all
        return {
            "error": {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
        }


def main() -> None:
    """Serve until the input ends."""
    handler = importlib.import_module("handler").handler
    print("READY", flush=True)
    for line in sys.stdin:
        print(ANSWER, json.dumps(answer(handler, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
