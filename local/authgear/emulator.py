"""The emulator: a project, and the server in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from local.loopback import HOST

from .application import make_application
from .project import Project
from .server import Server


class Authgear(Project):
    """An Authgear server on this machine; use `start`."""

    def __init__(self, app_id: str, port: int, clock: Callable[[], float]) -> None:
        super().__init__(app_id, clock)
        # The clock can be set while the server runs.
        self._server = Server(make_application(self), port, lambda: self.clock())
        self.host = f"{HOST}:{self._server.port}"

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
    def endpoint(self) -> str:
        """The origin to configure as Authgear's endpoint."""
        return f"http://{self.host}"
