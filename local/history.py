"""The result of each object, read from the log that the function writes."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import LocalAWS

ATTEMPTS = 3  # of an asynchronous invocation, with the two retries
POLL = 0.1  # seconds between two looks into the log
# MiniStack stamps a stream before it stores it, on a busy machine seconds before: each
# look goes back a little, and now and then one goes back far.
OVERLAP, LONG_OVERLAP = 2000, 60_000  # ms
LONG = 20  # looks, of which one goes back far
# What Lambda itself writes, and the line by which an invocation fails.
PLATFORM = re.compile(r"(START|END|REPORT) RequestId: ")
FAILED = re.compile(r"(Traceback |\S*PicturesFailed)")


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The result of one object of one event, after all attempts."""

    key: str  # empty if the event named no object
    outcome: str
    reason: str
    detail: str
    attempts: int
    milliseconds: float  # that the function worked on it, in all attempts
    facts: Mapping[str, Any]  # of the last log line


class History:
    """Keeps what is done with, and waits for what is not."""

    def __init__(self) -> None:
        self.settled: list[Settled] = []  # in the order of the ends
        self.records: list[dict[str, Any]] = []  # one per object and attempt
        self.log: list[str] = []  # every line that the function wrote
        self._attempts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._failures: Counter[str] = Counter()  # of the latest event, by key
        self._changed = threading.Condition()

    def note(self, lines: Sequence[str]) -> None:
        """Keep what the function wrote in one invocation."""
        records = [it for it in map(_read_record, lines) if it]
        has_failed = any(FAILED.match(line) for line in lines)
        with self._changed:
            self.log += lines
            self.records += records
            for record in records:
                self._settle(record, has_failed)
            self._changed.notify_all()

    def count(self, key: str) -> int:
        """Return how many events of an object have settled."""
        return len(self._all(key))

    def wait_for(self, key: str, *, count: int = 1, timeout: float = 60.0) -> Settled:
        """
        Return the result of an object; its key is empty for an event that names none.

        The count says which of its events is meant: the first, the second ...

        Raises:
            TimeoutError: It has not settled after so many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self.count(key) >= count, timeout):
                message = f"{key or 'the test event'} has not settled in {timeout:g} s"
                raise TimeoutError(message)
            return self._all(key)[count - 1]

    def _all(self, key: str) -> list[Settled]:
        """Return the result of an object, event by event."""
        return [it for it in self.settled if it.key == key]

    def _settle(self, record: dict[str, Any], has_failed: bool) -> None:
        """
        Note an attempt; settle the object if it was the last one.

        An asynchronous invocation fails as a whole, and is tried three times. One from
        the retry queue answers which messages failed: the event has settled before.
        """
        key = record.get("key", "")
        attempts = self._attempts[key]
        attempts.append(record)
        if record["outcome"] == "failed":
            self._failures[key] += has_failed
            if not has_failed or self._failures[key] < ATTEMPTS:
                return
        else:
            del self._attempts[key]
        self._failures[key] = 0
        self.settled.append(
            Settled(
                key=key,
                outcome=record["outcome"],
                reason=record["reason"],
                detail=record["detail"],
                attempts=len(attempts),
                milliseconds=sum(it["total_ms"] for it in attempts),
                facts=record,
            )
        )


class LogReader:
    """Hands on each invocation's lines as they appear in the function's log group."""

    def __init__(
        self, aws: LocalAWS, group: str, on_invocation: Callable[[list[str]], None]
    ) -> None:
        self._aws = aws
        self._group = group
        self._on_invocation = on_invocation
        self._known: set[str] = set()
        self._latest = 0  # ms since the epoch; the time of the latest line
        self._looks = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End with what is being read."""
        self._stopping.set()
        self._thread.join()

    def read(self) -> None:
        """Hand on what is new; MiniStack writes a stream at each invocation's end."""
        with self._lock:
            overlap = OVERLAP if self._looks % LONG else LONG_OVERLAP
            self._looks += 1
            events = self._aws.logs.filter_log_events(
                logGroupName=self._group, startTime=max(0, self._latest - overlap)
            )["events"]
            streams: dict[str, list[str]] = {}
            for event in events:
                streams.setdefault(event["logStreamName"], []).append(event["message"])
                self._latest = max(self._latest, event["timestamp"])
            for name, lines in streams.items():
                if name not in self._known:
                    self._known.add(name)
                    self._on_invocation([it for it in lines if not PLATFORM.match(it)])

    def _follow(self) -> None:
        """Read until stopped; a deployment may take the log away for a moment."""
        while not self._stopping.wait(POLL):
            try:
                self.read()
            except (BotoCoreError, ClientError):
                time.sleep(POLL)


def _read_record(line: str) -> dict[str, Any] | None:
    """Return a log line that tells the result of an object."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "outcome" in record else None
