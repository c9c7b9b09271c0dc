"""An execution environment without a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.function.execution import Execution, Invocation


class FakeExecution(Execution):
    """
    Answers with errors and payloads as told.

    Args:
        errors: The error type of each invocation in turn, empty for none.
    """

    def __init__(self, errors: Sequence[str] = ()) -> None:
        super().__init__({}, timeout=1)
        self.errors = list(errors)
        self.events: list[Any] = []
        self.request_ids: list[str] = []

    def start(self) -> None:
        """Start nothing."""

    def invoke(self, event: Any, request_id: str) -> Invocation:
        """Note the event and answer."""
        self.events.append(event)
        self.request_ids.append(request_id)
        kind = self.errors.pop(0) if self.errors else ""
        error = {"errorType": kind, "errorMessage": "as told"} if kind else None
        return Invocation(payload={"fine": True}, error=error, lines=())
