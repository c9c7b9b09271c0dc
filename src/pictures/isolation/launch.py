"""Starts the decoder process: without credentials, with one socket to the function."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
from typing import Any

from .explanations import explain_unavailable

# A worker has 450 MB where Lambda gives 1024: with the function's own and the decoder
# process that is at most 600.
SHARE_OF_MEMORY = 450_000_000 / 1024  # bytes for each MB that Lambda gives

COMMAND = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from pictures.isolation.decoder_process import main; main()"
)


def launch(
    module: str, memory: int, time_limit: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """
    Start the decoder process, and do not wait for it.

    Args:
        module: The module whose `make_profile_picture` is run.
        memory: Megabytes that Lambda gives to the function.
        time_limit: Seconds of processor time that one picture may take.

    Returns:
        The process, and the socket that leads to it.

    Raises:
        PictureNotMade: The system starts no process.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        order = {
            "control": theirs.fileno(),
            "module": module,
            "memory": int(memory * SHARE_OF_MEMORY),
            "cpu_seconds": math.ceil(time_limit),
        }
        try:
            return _execute(order, theirs.fileno()), ours
        except OSError as error:
            ours.close()
            raise explain_unavailable(type(error).__name__) from error


def _execute(order: dict[str, Any], descriptor: int) -> subprocess.Popen[bytes]:
    """Execute the decoder process, which inherits only a socket."""
    path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 - "" is here
    libraries = os.environ.get("LD_LIBRARY_PATH")  # Lambda's Python needs it
    return subprocess.Popen(  # noqa: S603 - our own code
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            COMMAND,
            json.dumps(path),
            json.dumps(order),
        ],
        env={"LD_LIBRARY_PATH": libraries} if libraries else {},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        start_new_session=True,
    )
