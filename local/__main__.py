"""Run the whole system on this machine until Ctrl-C: `make local`."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Mapping, Sequence

from local.aws import REGION
from local.loopback import choose_port
from local.page import Page
from local.paths import PICTURES
from local.sample_users import create_person
from local.system import PREFIX, LocalSystem
from settings import VARIABLES, Settings, SettingsError

# Those without a picture are for the reader's own.
PEOPLE = {
    "Ada Lovelace": None,
    "Grace Hopper": None,
    "Eileen Collins": "astronaut.png",
    "Chelsea Cat": "chelsea.png",
    "Ray Rocket": "rocket.jpg",
    "Alan Turing": None,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the system and its page; say where it is."""
    options = _parse(arguments)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ports = choose_port(options.authgear_port), choose_port(options.aws_port)
    try:
        with (
            LocalSystem.start(
                settings=options.set, concurrency=2, ports=ports
            ) as system,
            Page.start(system, choose_port(options.port)) as page,
        ):
            user_id = add_people(system)
            _introduce(system, page, user_id)
            ended.wait()
    except KeyboardInterrupt:
        pass
    print("\nStopped.")


def add_people(system: LocalSystem) -> str:
    """Create a few users, drop a picture for some; return the last one's id."""
    dropped = []
    for name, file in PEOPLE.items():
        user = create_person(system.authgear, name)
        if file:
            key = f"{PREFIX}{user.id}.{file.rpartition('.')[2]}"
            system.put(key, (PICTURES / file).read_bytes())
            dropped.append(key)
    for key in dropped:
        system.wait_for(key)
    return user.id


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Run S3, the function and Authgear on this machine until Ctrl-C.",
    )
    for name, port in (("", 8000), ("authgear-", 3100), ("aws-", 4566)):
        parser.add_argument(
            f"--{name}port", type=int, default=port, help="any other if it is taken"
        )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the function, as REMOVE_ON_DELETE=true",
    )
    options = parser.parse_args(arguments)
    options.set = dict(it.partition("=")[::2] for it in options.set)
    if problems := find_problems(options.set):
        parser.error("; ".join(problems) + "; docs/settings.md lists all settings")
    return options


def find_problems(settings: Mapping[str, str]) -> list[str]:
    """Return what is wrong with settings, of which the system has the rest itself."""
    unknown = [f"{name} is no setting" for name in settings if name not in VARIABLES]
    try:
        Settings.from_env(settings)
    except SettingsError as error:
        return unknown + [it for it in error.problems if it.split()[0] in settings]
    return unknown


def _introduce(system: LocalSystem, page: Page, user_id: str) -> None:
    """Say where the page is, and how a file gets into the bucket without it."""
    print(f"See it, and drop pictures, at  {page.url}\n")
    print("Or from another terminal, with the AWS command line:\n")
    print(
        f"  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION={REGION} \\"
    )
    print(f"  aws s3 cp --endpoint-url {system.aws.endpoint} \\")
    print(f"    picture.jpg s3://{system.bucket}/pictures/{user_id}.jpg\n")
    print("Ctrl-C ends it, and forgets everything.", flush=True)


if __name__ == "__main__":
    main()
