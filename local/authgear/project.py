"""An Authgear project: its users, images and keys, and the faults switched on."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .access_token import SKEW, KeyPair, make_key_pair
from .faults import Faults
from .images.store import Images
from .users.attributes import to_shown
from .users.records import Record
from .users.store import Users


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, as tests look at it."""

    step: str  # `presign`, `upload`, `read`, `find`, `update`, `image`, or `other`
    path: str  # without the query, which holds a signature
    status: int | None  # answered; None if the connection was dropped instead
    connection: int  # tells TCP connections apart
    user_agent: str


@dataclass(frozen=True)
class Update:
    """An update that was made."""

    record: Record  # the user after it
    audit_context: dict[str, Any]  # the token's
    delay: float  # seconds until it can be read


class Changes:
    """Counts the changes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    def announce(self) -> None:
        """Count a change and notify all waiting threads."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, seen: int, timeout: float) -> int:
        """
        Wait until there are more changes than were seen, for some seconds at most.

        Returns:
            The count, for the next call; the first one sees -1.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._count > seen, timeout)
            return self._count


class Project:
    """The state of one Authgear project, on which the routes of the server work."""

    def __init__(self, app_id: str, clock: Callable[[], float]) -> None:
        self.app_id = app_id
        self.host = ""  # address and port of the server, once it is known
        self.clock = clock  # tells the time in seconds since 1970
        self.images_secret = secrets.token_bytes(32)
        # Shows the pictures instead of the request's host.
        self.images_cdn_host: str | None = None
        self.token_skew: float = SKEW  # 0 in servers before 2026-06-11
        self.stopping = threading.Event()
        self.changes = Changes()
        self.images = Images()
        self.users = Users(clock, self._represent, self.changes.announce)
        self.faults = Faults()
        # Returns the seconds after which an address may ask again, None for now.
        self.admit: Callable[[str], float | None] = lambda _: None
        self.requests: list[Request] = []  # in the order of the answers
        self.on_update: Callable[[Update], object] = lambda _: None
        self.key_pair: KeyPair = make_key_pair()

    def rotate_key(self) -> None:
        """Make a new key pair; tokens of the old one are refused from now on."""
        self.key_pair = make_key_pair()

    def _represent(self, record: Record) -> dict[str, Any]:
        """Return a user's standard attributes as shown at the endpoint."""
        return to_shown(record, f"http://{self.images_cdn_host or self.host}")
