"""An execution environment as Lambda keeps it: one process, one event at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.function.worker import ANSWER
from local.process import Process, ProcessEnded


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """
    One attempt at an event, and what came of it.

    Args:
        payload: What the function returned.

        error: What it raised, in Lambda's form; `None` if it returned.

        lines: What it printed.
    """

    payload: Any
    error: dict[str, Any] | None
    lines: tuple[str, ...]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The function's log: one record per object, nothing of the metrics."""
        parsed = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [record for record in parsed if "outcome" in record]


class Execution:
    """
    Runs the function, in a process that is started when it is needed.

    Args:
        environment: The function's variables.

        timeout: Seconds after which an invocation is ended, and the process with it.

        path: Where `handler` is looked for first.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        timeout: float,
        path: Sequence[Path] = (),
    ) -> None:
        self._environment = environment
        self._timeout = timeout
        self._path = path
        self._process: Process | None = None

    def start(self) -> None:
        """
        Start the process.

        Raises:
            ProcessEnded: The function could not be imported; it has said why.
        """
        self._process = Process(
            "local.function.worker", environment=self._environment, path=self._path
        )
        self._process.wait_until_ready()

    def stop(self) -> None:
        """End the process."""
        if self._process:
            self._process.stop()
            self._process = None

    def invoke(self, event: Any, request_id: str) -> Invocation:
        """Invoke the function and wait for what it returns or raises."""
        lines: list[str] = []
        try:
            answer = self._invoke(event, request_id, lines)
        except ProcessEnded as error:
            self._discard()
            text = str(error)
            answer = {"error": {"errorMessage": text, "errorType": "Runtime.ExitError"}}
        return Invocation(
            payload=answer.get("payload"), error=answer.get("error"), lines=tuple(lines)
        )

    def _invoke(self, event: Any, request_id: str, lines: list[str]) -> dict[str, Any]:
        """Hand over one event; collect what is printed until the answer comes."""
        if self._process is None:
            self.start()
        assert self._process is not None  # noqa: S101 - for the type checker
        self._process.send(
            json.dumps(
                {"event": event, "request_id": request_id, "timeout": self._timeout}
            )
        )
        end = time.monotonic() + self._timeout
        while True:
            line = self._process.read(max(0.0, end - time.monotonic()))
            word, _, text = line.partition(" ")
            if word == ANSWER:
                answer: dict[str, Any] = json.loads(text)
                return answer
            lines.append(line)

    def _discard(self) -> None:
        """End a process that hangs or is gone; the next event gets a new one."""
        if self._process:
            self._process.kill()
            self.stop()
