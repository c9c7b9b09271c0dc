"""The emulator that all recorded probes are sent to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.authgear import Authgear
from tests.contract.stage import Clock, Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Run one emulator; each probe puts it into its own first state."""
    clock = Clock()
    with Authgear.start(app_id="demo", clock=clock) as authgear:
        yield Stage(authgear, clock)
