"""
The demo: drop pictures into a bucket of this machine, see the results.

`make demo`, or with a picture of one's own
`make demo PICTURE=me.jpg USER="Ada Lovelace"`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from local.aws.stack import StackFailed
from local.demo.checks import attributes, check
from local.demo.contact_sheet import save_contact_sheet
from local.demo.scenario import Scenario, Steps, play
from local.demo.table import format_header, format_row, shows_color
from local.paths import ROOT
from local.process import ProcessEnded
from local.system import LocalSystem

SHEET = ROOT / "build" / "demo" / "contact-sheet.jpg"
INTERRUPTED = 130  # the exit status of what was ended by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return the exit status, 0 if everything is as expected."""
    options = _parse(arguments)
    # A background job of a script ignores Ctrl-C's signal otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with _started() as system:
            is_fine = _run(system, _steps(system, options))
            save_contact_sheet(system.authgear.users, options.sheet)
    except KeyboardInterrupt:
        print("\nStopped.")
        return INTERRUPTED
    except (ProcessEnded, StackFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"\nThe pictures, as Authgear serves them: {_place(options.sheet)}")
    print("`make local` shows the same on a page, and keeps running.")
    return 0 if is_fine else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; make hands its variables on by the environment."""
    parser = argparse.ArgumentParser(
        prog="python -m local.demo", description="Drop pictures into a local bucket."
    )
    picture, user = os.environ.get("DEMO_PICTURE"), os.environ.get("DEMO_USER", "")
    parser.add_argument("--picture", default=picture, help="a file of your own")
    parser.add_argument("--user", default=user, help="its user: name or UUID")
    parser.add_argument("--sheet", type=Path, default=SHEET, help="the contact sheet")
    options = parser.parse_args(arguments)
    options.picture = Path(options.picture).expanduser() if options.picture else None
    if options.picture and not options.picture.is_file():
        parser.error(f"there is no file {options.picture}")
    if options.user and not options.picture:
        parser.error("a user needs a picture: PICTURE=me.jpg USER=...")
    return options


@contextmanager
def _started() -> Iterator[LocalSystem]:
    """Run a system, telling how long its start takes."""
    print("Starting MiniStack and Authgear, deploying template.yaml ...", end=" ")
    sys.stdout.flush()
    start = time.monotonic()
    with LocalSystem.start() as system:
        print(f"{time.monotonic() - start:.1f} s")
        yield system


def _steps(system: LocalSystem, options: argparse.Namespace) -> Steps:
    """Return the steps of the demo, or the one of the user's own picture."""
    scenario = Scenario(system)
    if not options.picture:
        return scenario.steps()
    name, user_id = options.user.strip() or "You Yourself", str(uuid.uuid4())
    with suppress(ValueError):
        name, user_id = "You Yourself", str(uuid.UUID(options.user))
    suffix = options.picture.suffix or ".jpg"
    return scenario.one(options.picture.read_bytes(), suffix, name, user_id)


def _run(system: LocalSystem, steps: Steps) -> bool:
    """Play, check and show; return whether all is as expected."""
    before = {user.id: attributes(user) for user in system.authgear.users}
    print(f"Dropping files on s3://{system.bucket} ...\n")
    print(format_header())
    played = []
    for step, settled in play(system, steps):
        print(format_row(step, settled, color=shows_color()), flush=True)
        played.append((step, settled))
    print()
    if len(played) == 1:
        print(f"The function's log:\n{json.dumps(played[0][1].facts, indent=2)}\n")
    checks = check(system, before, played)
    for title, problems in checks.items():
        print("NO " if problems else "ok ", title)
        for problem in problems:
            print("     ", problem)
    return not any(checks.values())


def _place(path: Path) -> str:
    """Return a path as short as the reader can use it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


if __name__ == "__main__":
    sys.exit(main())
