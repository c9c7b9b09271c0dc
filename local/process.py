"""Processes of this project's own, each in an environment of its own."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from local.paths import ROOT

START_TIMEOUT = 60.0  # seconds; generous, for a cold disk
STOP_TIMEOUT = 5.0  # seconds
READY = "READY"

# All that is passed on: what the user has set up for AWS or proxies must not be.
PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TMPDIR")


class ProcessEnded(Exception):
    """Raised when a process ends, or says nothing, before it has answered."""


class Process:
    """
    A Python process that is spoken to in lines, and ends when its input does.

    It thus never outlives its parent, and a Ctrl-C meant for the parent does not
    reach it.

    Args:
        module: What `python -m` runs; it writes `READY` and a text when it is ready.

        arguments: The module's arguments.

        environment: Added to the few variables that are passed on.

        path: Where it imports from, before this project's folders.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str],
        path: Sequence[Path] = (),
    ) -> None:
        self.module = module
        folders = [*path, ROOT / "src", ROOT]
        self._popen = subprocess.Popen(  # noqa: S603 - a module of our own
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "PYTHONPATH": os.pathsep.join(map(str, folders)),
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    @contextmanager
    def start(
        cls, module: str, *arguments: str, environment: Mapping[str, str]
    ) -> Iterator[tuple[Process, str]]:
        """Run a process until the block ends; yield it and its ready text."""
        process = cls(module, *arguments, environment=environment)
        try:
            yield process, process.wait_until_ready()
        finally:
            process.stop()

    def wait_until_ready(self, timeout: float = START_TIMEOUT) -> str:
        """Return the text that comes with `READY`; raise `ProcessEnded` if none."""
        while True:
            line = self.read(timeout)
            word, _, text = line.partition(" ")
            if word == READY:
                return text

    def send(self, line: str) -> None:
        """Send a line."""
        stdin = _pipe(self._popen.stdin)
        try:
            stdin.write(line + "\n")
            stdin.flush()
        except OSError as error:
            raise self._ended() from error

    def read(self, timeout: float) -> str:
        """
        Return the next line.

        Args:
            timeout: Seconds to wait for it.

        Raises:
            ProcessEnded: None came in time, or none will come.
        """
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            message = f"{self.module} said nothing for {timeout:g} s"
            raise ProcessEnded(message) from None
        if line is None:
            raise self._ended()
        return line

    def stop(self, patience: float = STOP_TIMEOUT) -> None:
        """
        End the process.

        Args:
            patience: Seconds after which it is ended by force.
        """
        # It may have ended before it read what was sent to it.
        with suppress(OSError):
            _pipe(self._popen.stdin).close()
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
        self._reader.join()
        _pipe(self._popen.stdout).close()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()
        self._popen.wait()

    def _read(self) -> None:
        """Take in lines as they come, and `None` at the end."""
        for line in _pipe(self._popen.stdout):
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _ended(self) -> ProcessEnded:
        """Make the error of a process that is gone."""
        return ProcessEnded(f"{self.module} ended with {self._popen.wait()}")


def _pipe(stream: IO[str] | None) -> IO[str]:
    """Return a stream that is there because it was asked for."""
    assert stream is not None  # noqa: S101 - for the type checker
    return stream
