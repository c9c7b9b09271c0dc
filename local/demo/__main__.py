"""
The demo: drop pictures into a bucket of this machine, see what becomes of them.

`make demo`, or with a picture of one's own
`make demo PICTURE=me.jpg USER="Ada Lovelace"`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from local.demo.checks import attributes, check
from local.demo.contact_sheet import save_contact_sheet
from local.demo.scenario import Rounds, Scenario, play
from local.demo.table import format_header, format_row, shows_color
from local.page import Page
from local.paths import ROOT
from local.system import LocalSystem

SHEET = ROOT / "build" / "demo" / "contact-sheet.jpg"
CONCURRENCY = 2
INTERRUPTED = 130  # the exit status of what was ended by Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the demo.

    Returns:
        The exit status: 0 if everything is as expected.
    """
    options = _parse(arguments)
    try:
        with _started() as system:
            is_fine = _run(system, _rounds(system, options))
            save_contact_sheet(system.authgear.users, options.sheet)
            print(f"\nThe pictures, as Authgear serves them: {_place(options.sheet)}")
            if options.keep or (sys.stdin.isatty() and sys.stdout.isatty()):
                _show_page(system)
    except KeyboardInterrupt:
        print("\nStopped.")
        return INTERRUPTED
    return 0 if is_fine else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local.demo", description="Drop pictures into a local bucket."
    )
    parser.add_argument("--picture", type=Path, help="a file of your own")
    parser.add_argument("--user", default="", help="its user: name or UUID")
    parser.add_argument("--sheet", type=Path, default=SHEET, help="the contact sheet")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep a page of all this open until Ctrl-C",
    )
    options = parser.parse_args(arguments)
    if options.picture and not options.picture.is_file():
        parser.error(f"there is no file {options.picture}")
    return options


@contextmanager
def _started() -> Iterator[LocalSystem]:
    """Run a system, telling how long its start takes."""
    print("Starting S3, SQS, Secrets Manager, Authgear and the function ...", end=" ")
    sys.stdout.flush()
    start = time.monotonic()
    with LocalSystem.start(concurrency=CONCURRENCY) as system:
        print(f"{time.monotonic() - start:.1f} s")
        yield system


def _rounds(system: LocalSystem, options: argparse.Namespace) -> Rounds:
    """Return the steps of the demo, or the one of the user's own picture."""
    scenario = Scenario(system)
    if not options.picture:
        return scenario.rounds()
    name, user_id = options.user.strip() or "You Yourself", str(uuid.uuid4())
    with suppress(ValueError):
        name, user_id = "You Yourself", str(uuid.UUID(options.user))
    suffix = options.picture.suffix or ".jpg"
    return scenario.one(options.picture.read_bytes(), suffix, name, user_id)


def _run(system: LocalSystem, rounds: Rounds) -> bool:
    """Play, check and show; return whether all is as expected."""
    before = {user.id: attributes(user) for user in system.authgear.users}
    print(f"Dropping files on s3://{system.bucket} ...\n")
    print(format_header())
    played = []
    for step, settled in play(system, rounds):
        print(format_row(step, settled, color=shows_color()), flush=True)
        played.append((step, settled))
    print()
    if len(played) == 1:
        print(f"The function's log:\n{json.dumps(played[0][1].facts)}\n")
    checks = check(system, before, played)
    for it in checks:
        print("ok " if not it.problems else "NO ", it.title)
        for problem in it.problems:
            print("     ", problem)
    return not any(it.problems for it in checks)


def _show_page(system: LocalSystem) -> None:
    """Keep the page open until the reader has seen it."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with Page.start(system) as page:
        print(f"The same, live: {page.url}   (Ctrl-C ends it)", flush=True)
        try:
            ended.wait()
        except KeyboardInterrupt:
            print()


def _place(path: Path) -> str:
    """Return a path as short as the reader can use it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


if __name__ == "__main__":
    sys.exit(main())
