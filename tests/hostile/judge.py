"""Judge files in a child process, which may crash or hang, and is then replaced."""

from __future__ import annotations

import json
import select
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
MAX_SECONDS = 10.0
MAX_MEMORY = 600_000_000  # bytes, of the function and its workers together


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The result of a file.

    Args:
        text: "made", a reason's code, or "broken: ..." where the rule is broken.
        seconds: How long it took.
        memory: The peak of child and workers together, in bytes; 0 if it crashed.
    """

    text: str
    seconds: float = 0
    memory: int = 0

    @property
    def broken(self) -> bool:
        """Whether the rule is broken."""
        return self.text.startswith("broken: ")  # a reason is "broken-picture"


class Judge:
    """
    A child process that judges files one after the other.

    Args:
        module: What the child runs.
        seconds: How long it may take for one file.
    """

    def __init__(
        self, module: str = "tests.hostile.child", seconds: float = MAX_SECONDS
    ) -> None:
        self._command = [sys.executable, "-m", module]
        self._seconds = seconds
        self._child = self._start()

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def __call__(self, data: bytes) -> Verdict:
        """Return the verdict on a file."""
        verdict = self._ask(data)
        if verdict.seconds > self._seconds:
            return Verdict("broken: too slow", verdict.seconds, verdict.memory)
        if verdict.memory > MAX_MEMORY:
            return Verdict("broken: too much memory", verdict.seconds, verdict.memory)
        return verdict

    def _ask(self, data: bytes) -> Verdict:
        """Hand a file to the child; a child that is lost is replaced."""
        assert self._child.stdin
        assert self._child.stdout
        with suppress(BrokenPipeError):
            self._child.stdin.write(struct.pack(">I", len(data)) + data)
            self._child.stdin.flush()
        ready, _, _ = select.select([self._child.stdout], [], [], self._seconds)
        line = self._child.stdout.readline() if ready else b""
        if line:
            answer = json.loads(line)
            return Verdict(answer["verdict"], answer["seconds"], answer["memory"])
        code = self._stop()
        self._child = self._start()
        return Verdict(f"broken: crashed with {code}" if ready else "broken: it hangs")

    def _start(self) -> subprocess.Popen[bytes]:
        """Start a child."""
        return subprocess.Popen(  # noqa: S603 our own module
            self._command,
            cwd=ROOT,
            env={"PYTHONPATH": "src:."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def _stop(self) -> int:
        """End the child; return its exit code, a signal's as a negative number."""
        assert self._child.stdin
        assert self._child.stdout
        with suppress(BrokenPipeError):
            self._child.stdin.close()
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._child.stdout.close()
        return code
