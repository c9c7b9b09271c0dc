"""The emulator: a project, and the server in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.loopback import HOST

from .application import make_application
from .project import Project
from .server import Server


class Authgear(Project):
    """An Authgear server on this machine; use `start`."""

    @classmethod
    @contextmanager
    def start(
        cls, app_id: str = "demo", port: int = 0, clock: Callable[[], float] = time.time
    ) -> Iterator[Authgear]:
        """
        Run a server until the block ends; then no connection and no thread is left.

        If a program listens on the port, the server takes another one. The clock tells
        the time in seconds since 1970.
        """
        authgear = cls(app_id, clock)
        # The clock can be set while the server runs.
        application = make_application(authgear)
        server = Server(application, port, lambda: authgear.clock())
        authgear.host = f"{HOST}:{server.port}"
        server.start()
        try:
            yield authgear
        finally:
            authgear.stopping.set()
            authgear.changes.announce()
            server.stop()

    @property
    def endpoint(self) -> str:
        """The origin to configure as Authgear's endpoint."""
        return f"http://{self.host}"
