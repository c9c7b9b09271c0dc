"""`make local`, as somebody runs it."""

from __future__ import annotations

import time

from local.loopback import fetch
from tests.local.foreground import run_until

PORTS = ("--port", "0", "--authgear-port", "0", "--aws-port", "0")


def test_system_in_the_foreground_says_how_to_use_it() -> None:
    """It names its page and a command, and ends cleanly with Ctrl-C."""
    pages = []

    def look(shown: list[str]) -> None:
        pages.append(fetch(shown[0].split()[-1]))
        time.sleep(0.1)

    shown, rest, status = run_until(
        "s3://pictures-example/pictures/", "local", *PORTS, then=look
    )

    assert b"<title>Profile pictures" in pages[0]
    assert any("aws s3 cp --endpoint-url http://127.0.0.1:" in line for line in shown)
    assert rest.strip().endswith("Stopped.")
    assert status == 0
