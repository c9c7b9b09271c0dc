"""Engines in processes of their own, all on one core, asked in turn."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

from local.paths import ROOT

NODE = ROOT / "build" / "bench" / "node"  # where sharp is installed
CORE = 0  # the one on which all engines run
ONE_THREAD = {
    "VIPS_CONCURRENCY": "1",
    "OMP_NUM_THREADS": "1",
    "UV_THREADPOOL_SIZE": "1",
}


class EngineMissing(Exception):
    """Raised when an engine cannot be started here."""


class EngineProcess:
    """
    An engine, ready to make pictures.

    Args:
        name: `sharp`, or a name of `engines.ENGINES`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._popen = subprocess.Popen(  # noqa: S603 - a program of ours
            _command(name),
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=_pin,
        )
        word, _, self.version = self._read().partition(" ")
        if word != "ready":
            self.close()
            raise EngineMissing(name)

    def time(self, path: Path) -> float | None:
        """Return the milliseconds that a picture takes, `None` if it cannot be read."""
        answer = self._ask("time", path)
        return None if answer.startswith("error") else float(answer)

    def picture(self, path: Path) -> bytes | None:
        """Return the picture of a file, `None` if it cannot be read."""
        answer = self._ask("picture", path)
        return None if answer.startswith("error") else base64.b64decode(answer)

    def close(self) -> None:
        """End the process."""
        _pipe(self._popen.stdin).close()
        self._popen.wait()
        _pipe(self._popen.stdout).close()

    def _ask(self, wanted: str, path: Path) -> str:
        """Ask for one picture."""
        stdin = _pipe(self._popen.stdin)
        stdin.write(f"{wanted} {path}\n")
        stdin.flush()
        return self._read()

    def _read(self) -> str:
        """Return the next line."""
        return _pipe(self._popen.stdout).readline().rstrip("\n")


def start(names: tuple[str, ...]) -> list[EngineProcess]:
    """Start those engines that can be; say which ones cannot."""
    started = []
    for name in names:
        try:
            started.append(EngineProcess(name))
        except (EngineMissing, FileNotFoundError):
            print(f"{name} is not installed here: left out", file=sys.stderr)
    return started


def _command(name: str) -> list[str]:
    """Return the program of an engine."""
    if name != "sharp":
        return [sys.executable, "-m", "bench.engines", name]
    node = shutil.which("node") or "node"
    return [node, str(ROOT / "bench" / "sharp.mjs"), str(NODE)]


def _pin() -> None:
    """Keep the process on one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {CORE})


def _pipe(stream: IO[str] | None) -> IO[str]:
    """Return a stream that is there because it was asked for."""
    assert stream is not None  # noqa: S101 - for the type checker
    return stream
