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
    """
    One request, as tests look at it.

    Args:
        step: `presign`, `upload`, `read`, `find`, `update`, `image`, or `other`.

        path: Without the query, which holds a signature.

        status: Answered; None if the connection was dropped instead.

        connection: Tells TCP connections apart.

        user_agent: As sent.
    """

    step: str
    path: str
    status: int | None
    connection: int
    user_agent: str


@dataclass(frozen=True)
class Update:
    """
    An update that was made.

    Args:
        record: The user after it.

        audit_context: The token's.

        delay: Seconds until it can be read.
    """

    record: Record
    audit_context: dict[str, Any]
    delay: float


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
        Wait until there are more changes than were seen.

        Args:
            seen: The count returned last time; -1 at first.

            timeout: Seconds after which to return all the same.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._count > seen, timeout)
            return self._count


class Project:
    """
    The state of one Authgear project, on which the routes of the server work.

    Args:
        app_id: The project's id.

        clock: Tells the time in seconds since 1970.

    Attributes:
        host: Address and port of the server, once it is known.

        users: The project's users.

        images: Image object ids to the bytes uploaded.

        faults: What goes wrong.

        admit: Returns the seconds after which a client's address may ask again, or
            None; by default there is no rate limit.

        requests: What was asked, in the order of the answers.

        on_update: Called with each update that was made.

        images_cdn_host: Shows the pictures instead of the request's host, if set.

        token_skew: Seconds by which clocks may differ; 0 in servers before 2026-06-11.
    """

    def __init__(self, app_id: str, clock: Callable[[], float]) -> None:
        self.app_id = app_id
        self.host = ""
        self.clock = clock
        self.images_secret = secrets.token_bytes(32)
        self.images_cdn_host: str | None = None
        self.token_skew: float = SKEW
        self.stopping = threading.Event()
        self.changes = Changes()
        self.images = Images()
        self.users = Users(clock, self._represent, self.changes.announce)
        self.faults = Faults()
        self.admit: Callable[[str], float | None] = lambda _: None
        self.requests: list[Request] = []
        self.on_update: Callable[[Update], object] = lambda _: None
        self.key_pair: KeyPair = make_key_pair()

    @property
    def key_id(self) -> str:
        """The id of the key that tokens are signed with."""
        return self.key_pair.key_id

    @property
    def private_key(self) -> str:
        """The key that tokens are signed with, in PEM."""
        return self.key_pair.private_key

    def rotate_key(self) -> None:
        """Make a new key pair; tokens of the old one are refused from now on."""
        self.key_pair = make_key_pair()

    def _represent(self, record: Record) -> dict[str, Any]:
        """Return a user's standard attributes as shown at the endpoint."""
        return to_shown(record, f"http://{self.images_cdn_host or self.host}")
