"""A page that shows all users live; the real server has none like it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response

from .records import Record
from .responses import to_json

if TYPE_CHECKING:
    from .emulator import Authgear

PAGE = Path(__file__).parent / "page.html"
SECURITY = (
    "default-src 'none'; img-src 'self' https: http: data:; connect-src 'self'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)
# Seconds after which an event is sent although nothing changed: it keeps the
# connection, and finds changes that became visible late.
HEARTBEAT = 2.0
# Seconds between two events, however much changes.
PAUSE = 0.1


class Page:
    """
    Answers the page and its stream of events.

    Args:
        authgear: Whose users it shows.
    """

    def __init__(self, authgear: Authgear) -> None:
        self._authgear = authgear

    def show(self) -> Response:
        """Answer with the page."""
        response = Response(PAGE.read_bytes(), content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = SECURITY
        return response

    def stream(self) -> Response:
        """Answer with all users, now and whenever something changes."""
        response = Response(self._events(), content_type="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        return response

    def _events(self) -> Iterator[str]:
        """Write an event per change until the server stops."""
        seen, sent = -1, ""
        while not self._authgear.stopping.is_set():
            seen = self._authgear.changes.wait(seen, HEARTBEAT)
            shown = to_json(self._describe_all())
            yield f"data: {shown}\n\n" if shown != sent else ": nothing new\n\n"
            sent = shown
            self._authgear.stopping.wait(PAUSE)

    def _describe_all(self) -> dict[str, Any]:
        """Return what the page shows."""
        users = [self._describe(user.record) for user in self._authgear.users]
        return {"app_id": self._authgear.app_id, "users": users}

    def _describe(self, record: Record) -> dict[str, Any]:
        """Return what the page shows of a user."""
        return {
            "id": record.id,
            "name": record.formatted_name() or record.account_id() or "No name",
            "is_disabled": record.is_disabled,
            "is_anonymized": record.is_anonymized,
            "attributes": self._authgear.users.represent(record),
            "custom_attributes": dict(record.custom_attributes),
        }
