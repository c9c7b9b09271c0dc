"""
Invoke the function as Lambda would, on one machine: `make invoke EVENT=...`.

The event finds the user and the bucket it speaks of, in an Authgear and an S3 of this
machine. With Docker it is `sam local invoke`; without, the same package runs behind the
emulator of Lambda's runtime interface.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from local.paths import ROOT
from local.sam.forwarder import find_gateway, forward
from local.sam.package import BuildFailed, build, build_for_host, host_architecture
from local.sam.runtime import Runtime, RuntimeUnavailable
from local.sam.sample import start_sample
from local.system import BUCKET, LocalSystem

SAM = ROOT / ".venv-sam" / "bin" / "sam"

# In the container `localhost` means the host too, since http is spoken with no other;
# boto3 puts the bucket's name before it. `--docker-network host` would not do: SAM then
# leaves the container on Docker's bridge (https://github.com/aws/aws-sam-cli/pull/7278).
ADD_HOSTS = [
    f"--add-host={name}:host-gateway" for name in ("localhost", f"{BUCKET}.localhost")
]


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Invoke once, and show the answer, the log and the user's attributes.

    Returns:
        The exit status.
    """
    options, sam_options = _parse(arguments)
    has_docker = options.docker and shutil.which("docker") is not None
    with tempfile.TemporaryDirectory() as folder, start_sample() as (system, user):
        try:
            if has_docker:
                status = _invoke_in_docker(options.event, system, sam_options)
            else:
                status = _invoke_behind_emulator(options.event, system, Path(folder))
        except (BuildFailed, RuntimeUnavailable) as error:
            print(error, file=sys.stderr)
            return 1
        print("\nThe user in Authgear:")
        print(json.dumps(user.standard_attributes(), indent=2))
        return status


def point_to(template: str, environment: Mapping[str, str]) -> str:
    """
    Return a built template whose function works with other servers.

    `sam local invoke --env-vars` cannot do that: it sets only variables that the
    template declares, and the address of an AWS on this machine is none of those.

    Args:
        template: The template that `sam build` wrote.

        environment: Added to the function's variables.
    """
    content = yaml.safe_load(template)
    function = content["Resources"]["Function"]["Properties"]
    function["Environment"]["Variables"].update(environment)
    return yaml.safe_dump(content, sort_keys=False)


def _parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what is unknown here goes to `sam local invoke`."""
    parser = argparse.ArgumentParser(prog="python -m local.sam.invoke")
    parser.add_argument("event", type=Path, help="file with the event")
    parser.add_argument("--no-docker", dest="docker", action="store_false")
    return parser.parse_known_args(arguments)


def _invoke_in_docker(event: Path, system: LocalSystem, sam_options: list[str]) -> int:
    """Run `sam local invoke`; it prints log and answer itself."""
    built = build(ROOT / ".aws-sam" / "invoke", host_architecture())
    template = built.with_name("local.yaml")
    variables = _seen_from_docker(system)
    template.write_text(point_to(built.read_text(), variables))
    files = ["--template", str(template), "--event", str(event)]
    ports = [urlsplit(url).port or 0 for url in _endpoints(system).values()]
    with forward(find_gateway(), ports):
        return subprocess.run(  # noqa: S603 - what the person at the terminal asked for
            [str(SAM), "local", "invoke", *files, *ADD_HOSTS, *sam_options, "Function"],
            # SAM prefers its own environment's values to those of the template.
            env={**os.environ, **variables},
            check=False,
        ).returncode


def _endpoints(system: LocalSystem) -> dict[str, str]:
    """Return the addresses of both servers, by their variables."""
    return {
        name: value
        for name, value in system.environment().items()
        if value.startswith("http://")
    }


def _seen_from_docker(system: LocalSystem) -> dict[str, str]:
    """Return the function's variables with the host's servers at `localhost`."""
    endpoints = {
        name: f"http://localhost:{urlsplit(url).port}"
        for name, url in _endpoints(system).items()
    }
    return system.environment() | endpoints


def _invoke_behind_emulator(event: Path, system: LocalSystem, folder: Path) -> int:
    """Run the package behind the emulator; print log and answer."""
    package = build_for_host(folder / "package")
    with Runtime.start(package, system.environment(), folder) as runtime:
        answer = runtime.invoke(json.loads(event.read_text()))
        print(runtime.log)
    print(json.dumps(answer, indent=2))
    return int("errorType" in answer)


if __name__ == "__main__":
    sys.exit(main())
