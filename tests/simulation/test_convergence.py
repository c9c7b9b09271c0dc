"""The picture is in the end what the design says, and nothing else changes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.simulation.convergence import play
from tests.simulation.histories import HISTORIES, History


# `make soak` plays many more.
@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(history=HISTORIES)
def test_histories(history: History) -> None:
    """After any history, one quiet look at all users makes everything right."""
    play(history)
