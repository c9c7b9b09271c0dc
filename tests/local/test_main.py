"""`make local`, as somebody runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from local.loopback import fetch
from local.paths import ROOT

PORTS = ("--port", "0", "--authgear-port", "0", "--aws-port", "0")


def test_system_in_the_foreground_says_how_to_use_it() -> None:
    """It names its page and a command, and ends cleanly with Ctrl-C."""
    with subprocess.Popen(  # noqa: S603 - a module of our own
        [sys.executable, "-W", "error", "-m", "local", *PORTS],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        shown = [next(lines)]
        while "s3://pictures-example/pictures/" not in shown[-1]:
            shown.append(next(lines))
        page = fetch(shown[0].split()[-1])
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert b"<title>Profile pictures" in page
    assert any("aws s3 cp --endpoint-url http://127.0.0.1:" in line for line in shown)
    assert rest.strip().endswith("Stopped.")
    assert process.returncode == 0
