"""The handler's own configuration, in a process as Lambda starts it."""

from __future__ import annotations

from typing import Any

from function import CALL_RESERVE, LOG_RESERVE
from tests.grid.aws_faults import AWS_TIMEOUT


def test_margin_outlasts_the_longest_call_to_aws(configuration: dict[str, Any]) -> None:
    """A call that begins just before the deadline ends before Lambda's own."""
    aws = configuration["aws"]
    attempts = aws["retries"]["total_max_attempts"]
    one = aws["connect_timeout"] + aws["read_timeout"]
    # Seconds before the second attempt, unless S3 asks for up to five more in a header.
    longest_pause = 1.0

    assert aws["retries"]["mode"] == "standard"
    assert attempts * one + longest_pause <= CALL_RESERVE - LOG_RESERVE
    assert attempts * aws["read_timeout"] == AWS_TIMEOUT


def test_libraries_tell_nothing_of_requests(configuration: dict[str, Any]) -> None:
    """At DEBUG they would show the secret, and presigned URLs."""
    assert configuration["tell"] == ["handler"]
