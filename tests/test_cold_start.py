"""Modules loaded by a cold start: counted, since times differ between machines."""

from __future__ import annotations

import pytest

from bench import cold_start
from tests.new_container import SRC, run

MOST_MODULES = 549  # of dependencies and the standard library
OWN = {path.name.removesuffix(".py") for path in SRC.iterdir()}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the modules that a new container loads."""
    printed = run("import sys, handler; print(); print(*sys.modules)")
    return set(printed.splitlines()[-1].split())


def test_cold_start_keeps_to_its_budget(loaded: set[str]) -> None:
    """A dependency that loads hundreds of modules does not come in unnoticed."""
    foreign = {name for name in loaded if name.partition(".")[0] not in OWN}

    assert "handler" in loaded
    assert len(foreign) <= MOST_MODULES


@pytest.mark.parametrize(
    "name",
    ["jwt", "cryptography.x509", "pictures.faces", "pictures.rekognition"],
)
def test_cold_start_loads_only_what_is_used(loaded: set[str], name: str) -> None:
    """Modules that the function does not need at once are not loaded."""
    assert name not in loaded


@pytest.mark.parametrize(
    "name",
    [
        "pictures.formats.heic",
        "pictures.formats.webp",
        "PIL.AvifImagePlugin",
        "PIL.ImageCms",
        "PIL.PngImagePlugin",
    ],
)
def test_decoders_wait_for_their_format(loaded: set[str], name: str) -> None:
    """A decoder is loaded with the first picture that needs it."""
    assert name not in loaded


def test_benchmark_times_a_cold_start() -> None:
    """The log line of the start does not confuse `make bench`."""
    times = cold_start.measure(rounds=1)

    assert set(times) == {cold_start.HANDLER, cold_start.YARDSTICK}
    assert min(times.values()) > 0
