"""Servers of this project's own, each a process in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from local.paths import ROOT

START_TIMEOUT = 60.0  # seconds; generous, for a cold disk
STOP_TIMEOUT = 5.0  # seconds after which a process is ended by force
READY = "READY"

# All that is passed on: what the user has set up for AWS or proxies must not be.
PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TMPDIR")


class ProcessEnded(Exception):
    """Raised when a process ends, or says nothing, before it is ready."""


@contextmanager
def run_process(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    errors: IO[str] | None = None,
    start_timeout: float = START_TIMEOUT,
    stop_timeout: float = STOP_TIMEOUT,
) -> Iterator[str]:
    """
    Run a process until the block ends; yield the text that it writes after `READY`.

    It ends when its input does. It thus never outlives its parent, and a Ctrl-C meant
    for the parent does not reach it. Standard error goes to the parent's by default.

    Raises:
        ProcessEnded: It is not ready in time.
    """
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - a command of our own
        command,
        cwd=ROOT,
        env={**passed_on, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield _wait_until_ready(process, start_timeout)
        finally:
            _stop(process, stop_timeout)


def _wait_until_ready(process: subprocess.Popen[str], timeout: float) -> str:
    """Return the text after `READY`; skip the lines before it."""
    end = time.monotonic() + timeout
    killer = threading.Timer(timeout, process.kill)
    killer.start()
    try:
        for line in process.stdout or ():
            word, _, text = line.rstrip("\n").partition(" ")
            if word == READY:
                return text
    finally:
        killer.cancel()
    message = f"{process.args!r} ended with {process.wait()}"
    if time.monotonic() >= end:
        message = f"{process.args!r} said nothing for {timeout:g} s"
    raise ProcessEnded(message)


def _stop(process: subprocess.Popen[str], timeout: float) -> None:
    """End a process with its input, or by force."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
