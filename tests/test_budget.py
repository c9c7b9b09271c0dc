"""What a cold start loads: counted, since times differ from machine to machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parent.parent / "src"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "BUCKET_NAMES": "pictures-example",
    "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
    "AUTHGEAR_APP_ID": "example",
    "AUTHGEAR_SECRET_ID": "secret",
}
MOST_MODULES = 580  # the standard library's counted


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the modules that a new container loads."""
    code = "import sys, handler; print(*sys.modules)"
    answer = subprocess.run(  # noqa: S603 - code of ours
        [sys.executable, "-c", code],
        cwd=SRC,
        env=SETTINGS,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(answer.stdout.split())


def test_cold_start_keeps_to_its_budget(loaded: set[str]) -> None:
    """A dependency that loads hundreds of modules does not come in unnoticed."""
    assert "handler" in loaded
    assert len(loaded) <= MOST_MODULES


@pytest.mark.parametrize(
    "name",
    ["boto3", "s3transfer", "jwt", "cryptography.x509", "multiprocessing", "faces"],
)
def test_cold_start_loads_only_what_is_used(loaded: set[str], name: str) -> None:
    """What the function does without is not loaded."""
    assert name not in loaded


@pytest.mark.parametrize(
    "name",
    ["heic", "webp", "PIL.AvifImagePlugin", "PIL.ImageCms", "PIL.PngImagePlugin"],
)
def test_decoders_wait_for_their_format(loaded: set[str], name: str) -> None:
    """A decoder is loaded with the first picture that needs it."""
    assert name not in loaded
