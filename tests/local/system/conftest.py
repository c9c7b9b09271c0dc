"""Shared by the tests of the local system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from local.system import LocalSystem


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAWS]:
    """Run MiniStack for all tests that need nothing else."""
    with start_ministack() as aws:
        yield aws


@pytest.fixture(scope="session")
def shared_system() -> Iterator[LocalSystem]:
    """Run a system for all tests that change none of its parameters."""
    with LocalSystem.start(retry_delay=0) as system:
        yield system


@pytest.fixture
def system(shared_system: LocalSystem) -> Iterator[LocalSystem]:
    """Yield the system, and switch its faults off afterwards."""
    yield shared_system
    shared_system.authgear.faults.clear()
