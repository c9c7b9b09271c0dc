"""A threaded HTTP/1.1 server with keep-alive that stops without leaving anything."""

from __future__ import annotations

import io
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local.loopback import HOST, listen

POLL_INTERVAL = 0.02  # seconds until a stopping server notices
CONNECTION_IDS = itertools.count(1)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server:
    """
    Serves a WSGI application in threads of its own.

    Another port is taken if a program listens on the given one. The clock tells the
    time for the header Date.
    """

    def __init__(
        self,
        application: Application,
        port: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._open: set[socket.socket] = set()
        self._stopping = threading.Event()
        parts = {
            "open": self._open,
            "stopping": self._stopping,
            "clock": staticmethod(clock),
        }
        with listen(port) as listener:
            self._server: BaseWSGIServer = make_server(
                HOST,
                listener.getsockname()[1],
                cast(Any, application),
                threaded=True,
                request_handler=type("Handler", (Handler,), parts),
                fd=listener.fileno(),
            )
        self.port = self._server.port  # that it listens on
        # Threads that are not daemons are waited for when the server closes.
        cast(Any, self._server).daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": POLL_INTERVAL},
            name="authgear",
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait until all threads have ended."""
        self._stopping.set()
        self._server.shutdown()
        for connection in list(self._open):
            close(connection)
        self._thread.join()


def close(connection: socket.socket) -> None:
    """End a connection in both directions; its thread closes the socket."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Handler(WSGIRequestHandler):
    """
    Answers the requests of one connection.

    Werkzeug's own handler closes the connection after each answer.
    """

    protocol_version = "HTTP/1.1"
    # Answers are written in one piece: no waiting for the peer's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    open: set[socket.socket]
    stopping: threading.Event
    clock: Callable[[], float]

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for the header Date."""
        return super().date_time_string(timestamp or self.clock())

    def setup(self) -> None:
        """Begin a connection, or end it if it comes too late."""
        super().setup()
        self._connection_id = next(CONNECTION_IDS)
        self.open.add(self.connection)
        if self.stopping.is_set():
            close(self.connection)

    def finish(self) -> None:
        """End a connection, also one that was dropped half-way."""
        self.open.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.rfile.close()

    def run_wsgi(self) -> None:
        """Answer one request."""
        self.environ = environ = self.make_environ()
        # The next request begins behind this one's body, whether it is used or not.
        body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["authgear.connection"] = self._connection_id
        started: list[Any] = []

        def start_response(*answer: Any) -> Any:
            started.extend(answer)

        chunks = self.server.app(environ, start_response)
        try:
            status, headers = started[:2]
            self._write(chunks, int(status[:3]), headers)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the emulator keeps its own list of requests."""

    def _write(
        self, chunks: Iterable[bytes], status: int, headers: list[tuple[str, str]]
    ) -> None:
        """Write an answer; one of unknown length ends with the connection."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Connection", "close")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(chunk)
            self.wfile.flush()
        self.wfile.flush()
