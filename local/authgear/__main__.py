"""Run the emulator until Ctrl-C."""

from __future__ import annotations

import argparse
import signal

from . import Authgear

ENDS = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    """Start an emulator with one user and say how to reach it."""
    parser = argparse.ArgumentParser(
        prog="python -m local.authgear",
        description="Run an Authgear emulator in the foreground.",
    )
    parser.add_argument("--port", type=int, default=3100, help="default: %(default)s")
    parser.add_argument("--app-id", default="demo", help="default: %(default)s")
    options = parser.parse_args()
    # Threads inherit it: none but this one, and only when it waits, is interrupted.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    with Authgear.start(app_id=options.app_id, port=options.port) as authgear:
        user = authgear.users.create(
            email="ada@example.com", standard_attributes={"name": "Ada Example"}
        )
        print(f"endpoint  {authgear.endpoint}")
        print(f"app id    {authgear.app_id}")
        print(f"key id    {authgear.key_id}")
        print(f"user      {user.id}")
        print(authgear.private_key, end="", flush=True)
        signal.sigwait(ENDS)


if __name__ == "__main__":
    main()
