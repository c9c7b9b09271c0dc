"""An Authgear project: its users, images and keys, and the faults switched on."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

from .access_token import SKEW, KeyPair, make_key_pair
from .changes import Changes
from .faults import Faults, RateLimit
from .images.store import Images
from .recording import Request
from .users.attributes import Site, to_shown
from .users.audit import AuditLog
from .users.records import Record
from .users.store import Users
from .webhooks import Webhooks

# How long the real server waits for a blocking hook (seconds); contract: hook.slow.
HOOK_TIMEOUT = 5.0


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

        requests: What was asked, in the order of the answers.

        audit_log: What was changed.

        webhooks: Where changes are reported to.

        images_cdn_host: Shows the pictures instead of the request's host, if set.

        trust_proxy: Whether X-Forwarded-Host and -Proto are believed.

        hook_timeout: Seconds to wait for a blocking hook.

        token_skew: Seconds by which clocks may differ; 0 in servers before 2026-06-11.
    """

    def __init__(self, app_id: str, clock: Callable[[], float]) -> None:
        self.app_id = app_id
        self.host = ""
        self.clock = clock
        self.images_secret = secrets.token_bytes(32)
        self.images_cdn_host: str | None = None
        self.trust_proxy = True
        self.hook_timeout = HOOK_TIMEOUT
        self.token_skew: float = SKEW
        self.stopping = threading.Event()
        self.changes = Changes()
        self.images = Images()
        self.users = Users(clock, self._represent, self.changes.announce)
        self.faults = Faults()
        self.rate_limiter = RateLimit(clock)
        self.requests: list[Request] = []
        self.audit_log = AuditLog()
        self.webhooks = Webhooks()
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

    def rate_limit(self, per_minute: int | None) -> None:
        """Allow so many requests a minute from one address; None is no limit."""
        self.rate_limiter.per_minute = per_minute

    def _represent(self, record: Record) -> dict[str, Any]:
        """Return a user's standard attributes as shown at the endpoint."""
        return to_shown(record, Site("http", self.host, self.images_cdn_host))
