"""How long an invocation waits for a rate limit depends on its event source."""

from __future__ import annotations

import math
from typing import Any

import pytest

from triggers.parser import read_event


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param({"Records": [{"eventSource": "aws:s3"}]}, 10.0, id="s3"),
        pytest.param(
            {"Records": [{"eventSource": "aws:sqs", "body": ""}]}, math.inf, id="sqs"
        ),
    ],
)
def test_longest_wait_is_the_sources(event: Any, expected: float) -> None:
    """Where thousands may run at once none waits for long; where few do, they wait."""
    assert read_event(event).max_wait == expected
