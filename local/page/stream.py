"""Server-sent events: what there is, and each line of the function's log."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from local.authgear import User
from local.page.originals import Originals
from local.page.samples import SAMPLES
from local.system import LocalSystem

from .faults import SimulatedFailures

HEARTBEAT = 2.0  # seconds; keeps the connection, and finds changes that are seen late
# The first of these attributes is what the page calls a user.
NAMES = ("name", "email", "preferred_username", "phone_number")
PAUSE = 0.1  # seconds between two events, however much changes


@dataclass(frozen=True)
class Stream:
    """Tells every open page what happens, until the server stops."""

    system: LocalSystem
    failures: SimulatedFailures
    originals: Originals
    stopping: threading.Event
    # A page that was opened before a restart begins again.
    start: str = field(default_factory=lambda: secrets.token_hex(4))

    def events(self, last_id: str) -> Iterator[str]:
        """Write events after the one with this id, or all, until the server stops."""
        start, _, number = last_id.partition("-")
        told = int(number) if start == self.start and number.isdecimal() else 0
        count, sent = -1, ""
        yield "retry: 1000\n\n"
        while not self.stopping.is_set():
            count = self.system.authgear.changes.wait(count, HEARTBEAT)
            state, records = self._state(), self.system.history.records[told:]
            yield f"event: state\ndata: {state}\n\n" if state != sent else ": same\n\n"
            for record in records:
                told += 1
                line = json.dumps(record)
                yield f"id: {self.start}-{told}\nevent: record\ndata: {line}\n\n"
            sent = state
            self.stopping.wait(PAUSE)

    def _state(self) -> str:
        """Return all that the page shows, but the log."""
        system = self.system
        listed = system.list_bucket()
        waiting = [unquote_plus(body) for body in system.read_failures()]
        users = sorted(system.authgear.users, key=lambda user: user.record.created_at)
        return json.dumps(
            {
                "start": self.start,
                "bucket": system.bucket,
                "app_id": system.authgear.app_id,
                "users": [self._describe(user, listed, waiting) for user in users],
                "failures": self.failures.describe(),
                "waiting": len(waiting),
                "retry_delay": system.retry_delay,
                "samples": [
                    {"name": name, "title": title, "is_picture": "image/" in kind}
                    for name, (title, _, kind) in SAMPLES.items()
                ],
            }
        )

    def _describe(self, user: User, listed: Any, waiting: list[str]) -> dict[str, Any]:
        """Return what the page shows of a user."""
        objects = self.originals.select(user, listed)
        ids = [user.id, *(it["key"] for it in objects)]
        attributes = user.standard_attributes()
        named = [attributes[name] for name in NAMES if attributes.get(name)]
        custom = {f"custom: {k}": v for k, v in user.record.custom_attributes.items()}
        return {
            "id": user.id,
            "name": named[0] if named else "No name",
            "picture": attributes.get("picture"),
            "attributes": attributes | custom,
            "image_id": user.picture_object_id,
            "objects": objects,
            "original": self.originals.describe(user.picture_object_id, objects),
            "waiting": any(it in body for body in waiting for it in ids),
        }
