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
    """Whatever happens: once all users were looked at in quiet, all is right."""
    play(history)
