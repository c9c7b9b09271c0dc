"""The emulator: a server, and everything that a test can see and switch."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from local.loopback import HOST

from .access_token import KeyPair, make_key_pair
from .application import make_application
from .attributes import Site, to_shown
from .audit import AuditLog
from .changes import Changes
from .faults import Faults, RateLimit
from .images import Images
from .recording import Request
from .records import Record
from .server import Server
from .users import Users

# How long the real server waits for a blocking hook (seconds); contract: hook.slow.
HOOK_TIMEOUT = 5.0


class Authgear:
    """
    An Authgear server on this machine; use `start`.

    Attributes:
        app_id: The project.

        users: The project's users.

        images: Image object ids to the bytes uploaded.

        faults: What goes wrong.

        requests: What was asked, in the order of the answers.

        audit_log: What was changed.

        images_cdn_host: Shows the pictures instead of the request's host, if set.

        trust_proxy: Whether X-Forwarded-Host and -Proto are believed.

        hook_timeout: Seconds to wait for a blocking hook.
    """

    def __init__(self, app_id: str, port: int, clock: Callable[[], float]) -> None:
        self.app_id = app_id
        self.clock = clock
        self.images_secret = secrets.token_bytes(32)
        self.images_cdn_host: str | None = None
        self.trust_proxy = True
        self.hook_timeout = HOOK_TIMEOUT
        self.stopping = threading.Event()
        self.changes = Changes()
        self.images = Images()
        self.users = Users(clock, self._represent, self.changes.announce)
        self.faults = Faults()
        self.rate_limiter = RateLimit(clock)
        self.requests: list[Request] = []
        self.audit_log = AuditLog()
        self.key_pair: KeyPair = make_key_pair()
        self._server = Server(make_application(self), port)

    @classmethod
    def start(
        cls,
        app_id: str = "demo",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """
        Start a server; leave the `with` block, or call `stop`, to end it.

        Args:
            app_id: The project's id.

            port: To listen on; 0 is any free one.

            clock: Tells the time in seconds since 1970.
        """
        authgear = cls(app_id, port, clock)
        authgear._server.start()
        return authgear

    def stop(self) -> None:
        """Stop; connections are closed and threads have ended when it returns."""
        self.stopping.set()
        self.changes.announce()
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """Address and port."""
        return f"{HOST}:{self._server.port}"

    @property
    def endpoint(self) -> str:
        """The origin to configure as Authgear's endpoint."""
        return f"http://{self.host}"

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
