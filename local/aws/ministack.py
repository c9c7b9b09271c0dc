"""MiniStack, an emulator of AWS from PyPI, as a process on a loopback port."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.aws.clients import REGION, credentials
from local.aws.services import LocalAWS
from local.loopback import HOST
from local.paths import ROOT
from local.process import ProcessEnded, run_process

PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
SERVE = ROOT / "local" / "aws" / "serve.py"
RETRY_DELAY = 1.0  # seconds; Lambda waits a minute, then two, here one second and two


@contextmanager
def start_ministack(
    *, port: int = 0, retry_delay: float = RETRY_DELAY, enforces_iam: bool = False
) -> Iterator[LocalAWS]:
    """
    Run MiniStack, empty at first, until the block ends.

    Another port is taken if a program listens on the given one. An asynchronous
    invocation is tried again after the delay (seconds), and after twice as long.

    Raises:
        ProcessEnded: It is not installed, or does not start; the text says more.
    """
    if not PYTHON.exists():
        message = f"MiniStack is not installed: run make {PYTHON.parts[-3]}/.ministack"
        raise ProcessEnded(message)
    with tempfile.TemporaryDirectory(
        prefix="pictures-", ignore_cleanup_errors=True
    ) as folder:
        environment = {
            **credentials(),
            "AUTH": str(enforces_iam).lower(),
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": str(retry_delay),
            "LOG_LEVEL": "WARNING",
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": folder,
        }
        # -P: this folder has a module of the same name as MiniStack's package.
        command = [str(PYTHON), "-P", str(SERVE), str(port)]
        with (
            (Path(folder) / "ministack.log").open("w") as log,
            run_process(command, environment=environment, errors=log) as endpoint,
            LocalAWS.connect(endpoint) as aws,
        ):
            yield aws
