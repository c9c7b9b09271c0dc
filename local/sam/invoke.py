"""
Invoke the function once, on one machine: `make invoke EVENT=...`.

The event finds the user and the bucket it speaks of, in an Authgear and an S3 of this
machine. With Docker it is `sam local invoke`; without, MiniStack's Lambda invokes the
deployed stack.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from local.authgear import User
from local.aws.package import host_architecture
from local.aws.stack import StackFailed
from local.loopback import HOST
from local.paths import PICTURES, ROOT
from local.process import ProcessEnded
from local.sam.forwarder import GatewayUnknown, find_gateway, forward
from local.sam.package import BuildFailed, build
from local.sample_users import create_person
from local.system import BUCKET, LocalSystem

SAM = ROOT / ".venv-sam" / "bin" / "sam"
EVENT = "events/s3-put.json"
# The user and the object that the events in `events/` speak of.
USER_ID = "00000000-0000-4000-8000-000000000001"
KEY = f"pictures/{USER_ID}.jpg"

# In the container `localhost` means the host too, since http is spoken with no other;
# boto3 puts the bucket's name before it. `--docker-network host` would not do: SAM then
# leaves the container on Docker's bridge (https://github.com/aws/aws-sam-cli/pull/7278).
ADD_HOSTS = [
    f"--add-host={name}:host-gateway" for name in ("localhost", f"{BUCKET}.localhost")
]


class WrongEvent(Exception):
    """Raised for a file that holds no event."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Invoke once; show the answer, the log and the user; return the exit status."""
    options, sam_options = _parse(arguments)
    try:
        event = read_event(Path(options.event).expanduser())
        if options.docker and shutil.which("docker"):
            return _invoke_in_docker(event, sam_options)
        return _invoke_in_ministack(event)
    except (
        *(BuildFailed, GatewayUnknown, ProcessEnded, StackFailed, WrongEvent),
    ) as error:
        print(error, file=sys.stderr)
        return 1


def read_event(path: Path) -> Any:
    """Read an event from a file of JSON."""
    try:
        return json.loads(path.read_text())
    except OSError as error:
        message = f"there is no event {path}: see the folder events/"
        raise WrongEvent(message) from error
    except ValueError as error:
        message = f"{path} is no JSON: {error}"
        raise WrongEvent(message) from error


def point_to(template: str, environment: Mapping[str, str]) -> str:
    """
    Return a built template whose function has these variables too.

    `sam local invoke --env-vars` cannot do that: it sets only variables that the
    template declares, and the address of an AWS on this machine is not one of those.
    """
    content = yaml.safe_load(template)
    function = content["Resources"]["Function"]["Properties"]
    function["Environment"]["Variables"].update(environment)
    return yaml.safe_dump(content, sort_keys=False)


def _parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what is unknown here goes to `sam local invoke`."""
    parser = argparse.ArgumentParser(prog="python -m local.sam.invoke")
    event = os.environ.get("INVOKE_EVENT") or EVENT
    parser.add_argument("event", nargs="?", default=event, help="file with the event")
    parser.add_argument("--no-docker", dest="docker", action="store_false")
    return parser.parse_known_args(arguments)


def put_sample(system: LocalSystem) -> None:
    """Put the picture that the events speak of into the bucket."""
    system.put(KEY, (PICTURES / "rocket.jpg").read_bytes())


def create_user(system: LocalSystem) -> User:
    """Create the user that the events speak of."""
    return create_person(system.authgear, "Ada Lovelace", user_id=USER_ID)


def _invoke_in_docker(event: Any, sam_options: list[str]) -> int:
    """Run `sam local invoke`; it prints log and answer itself."""
    gateway = find_gateway()
    built = build(ROOT / ".aws-sam" / "invoke", host_architecture())
    with LocalSystem.start_servers() as system:
        put_sample(system)
        user = create_user(system)
        template = built.with_name("local.yaml")
        variables = _seen_from_docker(system)
        template.write_text(point_to(built.read_text(), variables))
        files = ["--template", str(template), "--event", "-"]
        servers = (system.aws, system.authgear)
        ports = [urlsplit(server.endpoint).port or 0 for server in servers]
        with forward(gateway, ports):
            status = subprocess.run(  # noqa: S603 - what the person has asked for
                [SAM, "local", "invoke", *files, *ADD_HOSTS, *sam_options, "Function"],
                # SAM prefers its own environment's values to those of the template.
                env={**os.environ, **variables},
                input=json.dumps(event).encode(),
                check=False,
            ).returncode
        _show_user(user)
    return status


def _seen_from_docker(system: LocalSystem) -> dict[str, str]:
    """Return the function's variables with the host's servers at `localhost`."""
    return {
        name: value.replace(f"http://{HOST}:", "http://localhost:")
        for name, value in system.environment().items()
    }


def _invoke_in_ministack(event: Any) -> int:
    """Deploy the stack, and invoke its function; print log and answer."""
    with LocalSystem.start() as system:
        put_sample(system)
        system.wait_for(KEY)  # S3's own event, for a user that is not there yet
        user = create_user(system)
        known = len(system.history.log)
        answer = system.aws.functions.invoke(
            FunctionName=system.function_name, Payload=json.dumps(event)
        )
        system.read_log()
        print("\n".join(system.history.log[known:]))
        print(json.dumps(json.load(answer["Payload"]), indent=2))
        _show_user(user)
    return int("FunctionError" in answer)


def _show_user(user: User) -> None:
    """Print what Authgear knows of the user by now."""
    print("\nThe user in Authgear:")
    print(json.dumps(user.standard_attributes(), indent=2))


if __name__ == "__main__":
    sys.exit(main())
