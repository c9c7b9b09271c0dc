"""Run the emulator until Ctrl-C."""

from __future__ import annotations

import argparse
import signal

from . import Authgear


def main() -> None:
    """Start an emulator with one user and say how to reach it."""
    parser = argparse.ArgumentParser(
        prog="python -m local.authgear",
        description="Run an Authgear emulator in the foreground.",
    )
    parser.add_argument("--port", type=int, default=3100, help="default: %(default)s")
    parser.add_argument("--app-id", default="demo", help="default: %(default)s")
    options = parser.parse_args()
    with Authgear.start(app_id=options.app_id, port=options.port) as authgear:
        user = authgear.users.create(
            email="ada@example.com", standard_attributes={"name": "Ada Example"}
        )
        print(f"endpoint  {authgear.endpoint}")
        print(f"app id    {authgear.app_id}")
        print(f"key id    {authgear.key_id}")
        print(f"user      {user.id}")
        print(authgear.private_key, end="", flush=True)
        _wait_for_interrupt()


def _wait_for_interrupt() -> None:
    """Return when the process is told to end."""
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    signal.sigwait(ends)


if __name__ == "__main__":
    main()
