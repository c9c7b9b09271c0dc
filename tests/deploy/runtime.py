"""
A package behind Lambda's own runtime interface, without Docker.

The emulator of the interface is the one that `sam local invoke` puts into its
container; the client is the one of Lambda's Python images.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from local.paths import ROOT
from tests.fakes.ports import find_port

EMULATORS = ".venv-sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-*"
CLIENT_MODULES = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
INVOCATIONS = "/2015-03-31/functions/function/invocations"
START_TIMEOUT = 10.0  # seconds
FUNCTION_TIMEOUT = 120  # seconds, as in template.yaml


class RuntimeUnavailable(Exception):
    """Raised when the emulator is not there or does not start."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """
    A function that waits for invocations.

    Args:
        port: Where the emulator listens.

        log_file: What the function and the emulator write.
    """

    port: int
    log_file: Path

    @classmethod
    @contextmanager
    def start(
        cls,
        package: Path,
        environment: Mapping[str, str],
        folder: Path,
        *,
        handler: str = "handler.handler",
    ) -> Iterator[Runtime]:
        """
        Run the function until the block ends.

        Args:
            package: A package for this Python on this machine.

            environment: The function's variables; it sees no others of this process.

            folder: An empty folder to work in.

            handler: The function's entry point, as in the template.

        Raises:
            RuntimeUnavailable: The emulator is not there or does not start.
        """
        runtime = cls(port=find_port(), log_file=folder / "log")
        client = _copy_client(folder / "client")
        with runtime.log_file.open("w") as log:
            process = subprocess.Popen(  # noqa: S603 - a command of our own
                runtime._command(handler),
                cwd=package,
                env={**_lambda_environment(package, client), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            runtime._wait_until_it_listens()
            yield runtime
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def invoke(self, event: Any) -> Any:
        """Invoke the function and return its answer, or the error it ended with."""
        request = Request(
            f"http://127.0.0.1:{self.port}{INVOCATIONS}", json.dumps(event).encode()
        )
        opener = build_opener(ProxyHandler({}))
        with opener.open(request, timeout=FUNCTION_TIMEOUT + 10) as answer:
            return json.load(answer)

    @property
    def log(self) -> str:
        """The output so far."""
        return self.log_file.read_text()

    def _command(self, handler: str) -> list[str]:
        """Return the command line; Python's own packages stay out (-S)."""
        return [
            str(_emulator()),
            "--log-level=error",
            f"--runtime-interface-emulator-address=127.0.0.1:{self.port}",
            f"--runtime-api-address=127.0.0.1:{find_port()}",
            sys.executable,
            "-S",
            "-m",
            "awslambdaric",
            handler,
        ]

    def _wait_until_it_listens(self) -> None:
        """Return as soon as the emulator takes connections."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        message = f"the runtime interface emulator does not start: {self.log}"
        raise RuntimeUnavailable(message)


def _emulator() -> Path:
    """Return the emulator for this machine."""
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    for found in ROOT.glob(EMULATORS):
        if sys.platform == "linux" and found.name.endswith(machine):
            return found
    message = "it needs Linux, and aws-sam-cli in .venv-sam"
    raise RuntimeUnavailable(message)


def _copy_client(folder: Path) -> Path:
    """Link the runtime interface client into a folder with nothing beside it."""
    folder.mkdir()
    for name in CLIENT_MODULES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            message = f"{name} is not installed: run make test once"
            raise RuntimeUnavailable(message)
        path = Path(spec.origin)
        path = path.parent if spec.submodule_search_locations else path
        (folder / path.name).symlink_to(path)
    return folder


def _lambda_environment(package: Path, client: Path) -> dict[str, str]:
    """Return the variables that Lambda itself sets."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": f"{package}{os.pathsep}{client}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(package),
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(FUNCTION_TIMEOUT),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
    }
