"""Faults switched on for a step."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Step = Literal["presign", "upload", "read", "update", "find", "image"]
Hook = Literal[
    "deny", "mutate", "mutate-partial", "drop-picture", "timeout", "500", "unreachable"
]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong in one step."""

    step: Step
    status: int | None = None  # answered instead of doing the work
    delay: float = 0  # seconds to wait before anything else
    drip: float = 0  # seconds before each byte of the answer's body
    drop: Literal["before", "after"] | None = None  # no answer, before or after work
    body: bytes | None = None  # answered like `status`, or under 200
    headers: Mapping[str, str] = field(default_factory=dict)  # put on the answer
    work_done: bool = False  # and `status` and `body` are answered all the same
    commit_fails: bool = False  # an update is answered, and nothing is stored
    commit_delay: float = 0  # seconds after which an answered update can be read
    hook: Hook | None = None  # what the project's blocking hook makes of an update
    times: int | None = 1  # how many requests it meets; None is every one

    @property
    def answers(self) -> bool:
        """Whether it answers in the server's stead."""
        return self.status is not None or self.body is not None


class Faults:
    """The faults switched on now; each request meets the oldest one of its step."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._remaining: list[tuple[Fault, float]] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on, after those that are on already."""
        times = math.inf if fault.times is None else fault.times
        with self._lock:
            self._remaining.append((fault, times))

    def remove(self, fault: Fault) -> None:
        """Switch one fault off, if it is on."""
        with self._lock:
            self._remaining = [it for it in self._remaining if it[0] is not fault]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._remaining.clear()

    def take(self, step: str) -> Fault | None:
        """Return the fault that a request of this step meets, and count it."""
        with self._lock:
            for index, (fault, times) in enumerate(self._remaining):
                if fault.step == step and times > 0:
                    self._remaining[index] = (fault, times - 1)
                    return fault
        return None
