"""A module of ours, run as somebody runs it at a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from local.paths import ROOT


def run_until(
    shows: str, *command: str, then: Callable[[list[str]], object] = list
) -> tuple[list[str], str, int]:
    """
    Run a module until it shows a text; then press Ctrl-C.

    Args:
        shows: The text.

        command: The module and its arguments.

        then: Called with the lines so far, before Ctrl-C.

    Returns:
        The lines until then, all that came after, and the exit status.
    """
    with subprocess.Popen(  # noqa: S603 - a module of our own
        [sys.executable, "-W", "error", "-m", *command],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        shown = [next(lines)]
        while shows not in shown[-1]:
            shown.append(next(lines))
        then(shown)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    return shown, rest, process.returncode
