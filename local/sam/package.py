"""The function's package, built as it is deployed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from local.paths import ROOT


class BuildFailed(Exception):
    """Raised when the package cannot be built; the message is what make printed."""


def build(folder: Path, architecture: str) -> Path:
    """
    Build the package with SAM, for `arm64` or `x86_64`, into an emptied folder.

    Returns:
        The built template; the package is the folder `Function` beside it.
    """
    run_make("build", BUILD_DIR=str(folder), ARCHITECTURE=architecture)
    return folder / "template.yaml"


def run_make(target: str, **variables: str) -> None:
    """Run a target of the Makefile; raise `BuildFailed` if it does not succeed."""
    arguments = [f"{name}={value}" for name, value in variables.items()]
    result = subprocess.run(  # noqa: S603 - a target of our own
        ["make", "--directory", ROOT, target, *arguments],  # noqa: S607 - the user's
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise BuildFailed(result.stdout)
