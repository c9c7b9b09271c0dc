"""The operator's commands, run on a deployed stack."""

from __future__ import annotations

import os
import subprocess
import sys

from local.system import LocalSystem
from tests.fakes.python import python_path

MINUTES = 240  # seconds; an empty queue is looked at for a minute


def ops(system: LocalSystem, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that has only the variables that are printed."""
    environment = {"PATH": os.defpath, **python_path(), **system.exports()}
    return subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-m", "ops", *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTES,
        check=False,
    )
