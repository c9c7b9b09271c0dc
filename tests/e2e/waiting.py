"""Waiting for what comes about without an event."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def wait_until(is_true: Callable[[], bool], *, seconds: int = 60) -> None:
    """Wait until a condition holds; fail after a minute or the given seconds."""
    for _ in range(10 * seconds):
        if is_true():
            return
        time.sleep(0.1)
    pytest.fail("it never held")
