"""Servers of this project's own, each a process in an environment of its own."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from local.paths import ROOT

START_TIMEOUT = 60.0  # seconds; generous, for a cold disk
STOP_TIMEOUT = 5.0  # seconds
READY = "READY"

# All that is passed on: what the user has set up for AWS or proxies must not be.
PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TMPDIR")


class ProcessEnded(Exception):
    """Raised when a process ends, or says nothing, before it is ready."""


class Process:
    """
    A process that tells when it is ready, and ends when its input does.

    It thus never outlives its parent, and a Ctrl-C meant for the parent does not
    reach it.

    Args:
        command: What is run; it writes `READY` and a text when it is ready.

        environment: Added to the few variables that are passed on.

        errors: Where its standard error goes; by default to this process's.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        errors: IO[str] | None = None,
    ) -> None:
        self.command = " ".join(command)
        self._popen = subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    @contextmanager
    def start(
        cls,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        errors: IO[str] | None = None,
    ) -> Iterator[tuple[Process, str]]:
        """Run a process until the block ends; yield it and its ready text."""
        process = cls(command, environment=environment, errors=errors)
        try:
            yield process, process.wait_until_ready()
        finally:
            process.stop()

    def wait_until_ready(self, timeout: float = START_TIMEOUT) -> str:
        """Return the text that comes with `READY`; raise `ProcessEnded` if none."""
        while True:
            try:
                line = self._lines.get(timeout=timeout)
            except queue.Empty:
                message = f"{self.command} said nothing for {timeout:g} s"
                raise ProcessEnded(message) from None
            if line is None:
                message = f"{self.command} ended with {self._popen.wait()}"
                raise ProcessEnded(message)
            word, _, text = line.partition(" ")
            if word == READY:
                return text

    def stop(self, patience: float = STOP_TIMEOUT) -> None:
        """
        End the process.

        Args:
            patience: Seconds after which it is ended by force.
        """
        _pipe(self._popen.stdin).close()
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._reader.join()
        _pipe(self._popen.stdout).close()

    def _read(self) -> None:
        """Take in lines as they come, and `None` at the end."""
        for line in _pipe(self._popen.stdout):
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def _pipe(stream: IO[str] | None) -> IO[str]:
    """Return a stream that is there because it was asked for."""
    assert stream is not None  # noqa: S101 - for the type checker
    return stream
