"""The newest picture arrives whatever happens, and nothing else changes."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.simulation.convergence import Convergence

# `make soak` plays many more.
TestConvergence = Convergence.TestCase
TestConvergence.settings = settings(
    max_examples=300,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
