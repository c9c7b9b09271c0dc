"""Packages that only tests build."""

from __future__ import annotations

import sys
from pathlib import Path

from local.aws.package import host_architecture
from local.sam.package import run_make


def build_for_host(folder: Path) -> Path:
    """
    Build the package, into an empty folder, for this Python on this machine.

    Raises:
        BuildFailed: It did not succeed.
    """
    run_make(
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
    run_make("build-HookFunction", ARTIFACTS_DIR=str(folder))
    return folder
