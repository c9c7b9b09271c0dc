"""The audit log: who changed what, and what the caller said about it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from .node_ids import to_node_id
from .records import format_time


@dataclass(frozen=True, kw_only=True)
class Caller:
    """
    Who sends a request.

    Args:
        app_id: The project.

        address: The IP address.

        user_agent: As sent.

        audit_context: The token's, with `http_url` added.

        tracking_id: The request's own.
    """

    app_id: str
    address: str
    user_agent: str
    audit_context: dict[str, Any] = field(default_factory=dict)
    tracking_id: str = ""

    def context(self, at: float, user_id: str | None) -> dict[str, Any]:
        """Return the context that every event carries."""
        return {
            "app_id": self.app_id,
            "audit_context": self.audit_context,
            "geo_location_code": None,
            "ip_address": self.address,
            "language": "en",
            "preferred_languages": [],
            "timestamp": int(at),
            "tracking_id": self.tracking_id,
            "triggered_by": "admin_api",
            "user_agent": self.user_agent,
            "user_id": user_id,
        }


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the audit log; `data` is the event as hooks get it too."""

    id: str
    activity_type: str
    at: float
    user_id: str | None
    caller: Caller
    data: dict[str, Any]

    def node(self) -> dict[str, Any]:
        """Return the entry as GraphQL shows it."""
        user = self.user_id and {"__typename": "User", "id": self.user_node_id}
        return {
            "__typename": "AuditLog",
            "id": to_node_id("AuditLog", self.id),
            "activityType": self.activity_type,
            "clientID": "",
            "createdAt": format_time(int(self.at)),
            "data": self.data,
            "ipAddress": self.caller.address,
            "user": user or None,
            "userAgent": self.caller.user_agent,
        }

    @property
    def user_node_id(self) -> str | None:
        """The node id of the user it is about."""
        return self.user_id and to_node_id("User", self.user_id)


class AuditLog(Sequence[Entry]):
    """All entries, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def write(
        self,
        event: str,
        payload: dict[str, Any],
        *,
        user_id: str | None,
        at: float,
        caller: Caller,
    ) -> Entry:
        """
        Add an entry, and return it.

        Args:
            event: The event's type, such as `user.profile.updated`.

            payload: The user that it shows, and the login ids that it is about.

            user_id: The user it is about; None for the Admin API's own events.

            at: When, in seconds since 1970.

            caller: Who did it.
        """
        with self._lock:
            number = len(self._entries) + 1
            data = {
                "context": caller.context(at, user_id),
                "id": f"{number:016x}",
                "payload": payload,
                "seq": number,
                "type": event,
            }
            entry = Entry(
                id=f"{number:016x}",
                activity_type=event.upper().replace(".", "_"),
                at=at,
                user_id=user_id,
                caller=caller,
                data=data,
            )
            self._entries.append(entry)
            return entry
