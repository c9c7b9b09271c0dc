"""The result of an object, from the log lines of its invocations."""

from __future__ import annotations

import json
from typing import Any

from local.history import ATTEMPTS, LONG, History, LogReader

KEY = "pictures/0a1b2c3d-0000-4000-8000-abcdef000001.jpg"
TRACEBACK = "Traceback (most recent call last):"


def line(outcome: str) -> str:
    """Return the log line of a run."""
    reason = {"failed": "authgear-timeout", "synced": "picture-set"}[outcome]
    facts = {"outcome": outcome, "reason": reason, "detail": "", "total_ms": 5.0}
    return json.dumps({"key": KEY, **facts})


def fail(history: History, times: int) -> None:
    """Note invocations that failed, as S3 makes them."""
    for _ in range(times):
        history.note([line("failed"), TRACEBACK])


def test_event_that_fails_settles_with_its_last_attempt() -> None:
    """Lambda tries three times, and then gives the event up."""
    history = History()

    fail(history, ATTEMPTS - 1)
    assert history.count(KEY) == 0
    fail(history, 1)

    assert [it.outcome for it in history.settled] == ["failed"]
    assert history.settled[0].attempts == ATTEMPTS


def test_second_event_of_an_object_settles_too() -> None:
    """What failed in the retry queue in the meantime is counted with neither."""
    history = History()

    fail(history, ATTEMPTS)
    history.note([line("failed")])
    fail(history, ATTEMPTS)

    assert [it.outcome for it in history.settled] == ["failed", "failed"]


def test_event_that_heals_settles_at_once() -> None:
    """A failure before is forgotten with it."""
    history = History()

    fail(history, 1)
    history.note([line("synced")])
    fail(history, ATTEMPTS)

    assert [it.outcome for it in history.settled] == ["synced", "failed"]
    assert [it.attempts for it in history.settled] == [2, ATTEMPTS]


class FakeLogs:
    """
    A log group with a few streams.

    Attributes:
        streams: The time of each stream's lines in milliseconds, by its name.
    """

    def __init__(self) -> None:
        self.logs = self
        self.streams: dict[str, int] = {}

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """Return one line of each stream that is not too old."""
        found = {k: at for k, at in self.streams.items() if at >= asked["startTime"]}
        return {
            "events": [
                {"logStreamName": name, "message": name, "timestamp": at}
                for name, at in found.items()
            ]
        }


def test_stream_that_is_stored_late_is_found() -> None:
    """A busy machine stores it seconds after its time; each is handed on once."""
    aws: Any = FakeLogs()
    seen: list[str] = []
    reader = LogReader(aws, "group", seen.extend)
    aws.streams["new"] = 100_000
    reader.read()

    aws.streams |= {"late": 95_000, "newer": 101_000}
    for _ in range(LONG):
        reader.read()

    assert sorted(seen) == ["late", "new", "newer"]
