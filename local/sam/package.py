"""The function's package, built as it is deployed or for this very machine."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

from local.paths import ROOT


class BuildFailed(Exception):
    """Raised when the package cannot be built; the message is what make printed."""


def host_architecture() -> str:
    """Return this machine's name among Lambda's two."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def build(folder: Path, architecture: str) -> Path:
    """
    Build the package with SAM.

    Args:
        folder: Where to; what it held is gone afterwards.

        architecture: `arm64` or `x86_64`.

    Returns:
        The built template; the package is the folder `Function` beside it.

    Raises:
        BuildFailed: It did not succeed.
    """
    _make("build", BUILD_DIR=str(folder), ARCHITECTURE=architecture)
    return folder / "template.yaml"


def build_for_host(folder: Path) -> Path:
    """
    Build the package, into an empty folder, for this Python on this machine.

    Raises:
        BuildFailed: It did not succeed.
    """
    _make(
        "build-Function",
        ARTIFACTS_DIR=str(folder),
        ARCHITECTURE=host_architecture(),
        PYTHON_VERSION=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
    return folder


def build_hook(folder: Path) -> Path:
    """
    Build the hook function's package into a folder; it is the same on any machine.

    Raises:
        BuildFailed: It did not succeed.
    """
    _make("build-HookFunction", ARTIFACTS_DIR=str(folder))
    return folder


def _make(target: str, **variables: str) -> None:
    """Run a target of the Makefile."""
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
