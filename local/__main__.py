"""Run the whole system on this machine until Ctrl-C: `make local`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence

from local.authgear import User
from local.aws.stack import StackFailed
from local.page import Page
from local.parameters import WrongParameters, read_parameters
from local.paths import PICTURES
from local.process import ProcessEnded
from local.sample_users import create_person
from local.system import LocalSystem

# Those without a picture are for the reader's own.
PEOPLE = {
    "Ada Lovelace": None,
    "Grace Hopper": None,
    "Eileen Collins": "astronaut.png",
    "Chelsea Cat": "chelsea.png",
    "Ray Rocket": "rocket.jpg",
    "Alan Turing": None,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the system and its page, say where it is; return the exit status."""
    options = _parse(arguments)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    # A background job of a script ignores Ctrl-C's signal otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(
            "Starting MiniStack and Authgear, deploying template.yaml ...", flush=True
        )
        with (
            LocalSystem.start(
                parameters=options.set, ports=(options.authgear_port, options.aws_port)
            ) as system,
            Page.start(system, options.port) as page,
        ):
            user = add_people(system)
            _introduce(system, page, user)
            ended.wait()
    except KeyboardInterrupt:
        pass
    except (ProcessEnded, StackFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print("\nStopped.")
    return 0


def add_people(system: LocalSystem) -> User:
    """Create a few users, drop a picture for some; return one who has one."""
    for name, file in PEOPLE.items():
        user = create_person(system.authgear, name)
        if file:
            key = system.key_for(user, file[file.rindex(".") :])
            system.drop(key, (PICTURES / file).read_bytes())
            shown = user
    return shown


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; make hands SET on by the environment."""
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Deploy the stack on this machine, and run it until Ctrl-C.",
    )
    for name, port in (("", 8000), ("authgear-", 3100), ("aws-", 4566)):
        parser.add_argument(
            f"--{name}port", type=int, default=port, help="any other if it is taken"
        )
    parser.add_argument(
        "--set",
        action="append",
        default=os.environ.get("LOCAL_SET", "").split(),
        metavar="NAME=VALUE",
        help="a parameter of the template, such as RemoveOnDelete=true",
    )
    options = parser.parse_args(arguments)
    try:
        options.set = read_parameters(options.set)
    except WrongParameters as error:
        parser.error(str(error))
    return options


def _introduce(system: LocalSystem, page: Page, user: User) -> None:
    """Say where the page is, and how it is reached without it."""
    print(f"See it, and drop pictures, at  {page.url}\n")
    print("From another terminal, the operator's commands work too, after:\n")
    for name, value in system.exports().items():
        print(f"  export {name}={value}")
    print(f"\n  make ops ARGS='status {user.id}'")
    print(
        f"  aws s3 cp picture.jpg 's3://{system.bucket}/{system.key_for(user, '.jpg')}'"
    )
    print("\nCtrl-C ends it, and forgets everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
