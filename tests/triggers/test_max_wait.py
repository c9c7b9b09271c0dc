"""How long an invocation waits for Authgear depends on who invokes."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import pytest

from authgear import Throttle
from function import Function


def told_patience(event: Any) -> float:
    """Return the max_wait that the function has had for an event of no object."""
    throttle = Throttle(max_wait=-1)
    silent = SimpleNamespace(
        info=lambda *_, **__: None,
        warning=lambda *_, **__: None,
        error=lambda *_, **__: None,
        add_dimension=lambda **_: None,
        add_metric=lambda *_: None,
        flush_metrics=lambda: None,
    )
    function = Function(
        buckets={},
        reconciler=cast(Any, None),
        logger=cast(Any, silent),
        metrics=cast(Any, silent),
        throttle=throttle,
    )
    context = SimpleNamespace(
        function_name="pictures", get_remaining_time_in_millis=lambda: 60_000
    )
    function.handle(event, cast(Any, context))
    return throttle.max_wait


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param({"Records": [{"eventSource": "aws:s3"}]}, 10.0, id="s3"),
        pytest.param(
            {"Records": [{"eventSource": "aws:sqs", "body": ""}]}, math.inf, id="sqs"
        ),
        pytest.param({"tasks": [{"taskId": "1"}]}, math.inf, id="batch-job"),
    ],
)
def test_patience_is_the_invokers(event: Any, expected: float) -> None:
    """Where thousands may run at once none waits for long; where few do, they wait."""
    assert told_patience(event) == expected
