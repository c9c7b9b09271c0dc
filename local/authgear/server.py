"""A threaded HTTP/1.1 server with keep-alive that stops without leaving anything."""

from __future__ import annotations

import io
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

from werkzeug.serving import (
    BaseWSGIServer,
    DechunkedInput,
    WSGIRequestHandler,
    make_server,
)
from werkzeug.wsgi import LimitedStream

from local.loopback import HOST, listen

POLL_INTERVAL = 0.02  # seconds until a stopping server notices
NO_HOST = "Bad Request: missing required Host header"
CONNECTION_IDS = itertools.count(1)
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Server:
    """
    Serves a WSGI application in threads of its own.

    Args:
        application: Answers the requests.

        port: To listen on; any other if it is taken.

        clock: Tells the time of the answers, in seconds since 1970.
    """

    def __init__(
        self,
        application: Application,
        port: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = Connections()
        parts = {"connections": self._connections, "clock": staticmethod(clock)}
        handler = type("Handler", (Handler,), parts)
        with listen(port) as listener:
            self._server: BaseWSGIServer = make_server(
                HOST,
                listener.getsockname()[1],
                cast(Any, application),
                threaded=True,
                request_handler=handler,
                fd=listener.fileno(),
            )
        # Threads that are not daemons are waited for when the server closes.
        cast(Any, self._server).daemon_threads = False
        self._thread = threading.Thread(target=self._serve, name="authgear")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait until all threads have ended."""
        self._server.shutdown()
        self._connections.close()
        self._thread.join()

    def _serve(self) -> None:
        """Answer until stopped."""
        self._server.serve_forever(poll_interval=POLL_INTERVAL)


class Connections:
    """The connections that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_closed = False

    def add(self, connection: socket.socket) -> None:
        """Remember a connection, or close it if it comes too late."""
        with self._lock:
            self._open.add(connection)
            if self._is_closed:
                close(connection)

    def remove(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        """Close all connections, now and later."""
        with self._lock:
            self._is_closed = True
            for connection in self._open:
                close(connection)


def close(connection: socket.socket) -> None:
    """End a connection in both directions; its thread closes the socket."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class Handler(WSGIRequestHandler):
    """
    Answers the requests of one connection.

    Werkzeug's own handler closes the connection after each answer.
    """

    protocol_version = "HTTP/1.1"
    # Answers are written in one piece: no waiting for the peer's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    connections: Connections
    clock: Callable[[], float]

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for the header Date."""
        return super().date_time_string(
            self.clock() if timestamp is None else timestamp
        )

    def setup(self) -> None:
        """Begin a connection."""
        super().setup()
        self._connection_id = next(CONNECTION_IDS)
        self.connections.add(self.connection)

    def finish(self) -> None:
        """End a connection, also one that was dropped half-way."""
        self.connections.remove(self.connection)
        try:
            super().finish()
        except OSError:
            self.rfile.close()

    def run_wsgi(self) -> None:
        """Answer one request."""
        if "Host" not in self.headers and self.request_version == "HTTP/1.1":
            self._refuse_without_host()
            return
        self.environ = environ = self.make_environ()
        environ["wsgi.input"] = body = self._open_body(environ)
        environ["authgear.connection"] = self._connection_id
        started: list[Any] = []

        def start_response(*answer: Any) -> Any:
            started.extend(answer)

        chunks = self.server.app(environ, start_response)
        try:
            status, answer_headers = started[:2]
            self._write(chunks, int(status[:3]), answer_headers)
            # The next request begins behind this one's body, read or not.
            while body.read(65536):
                pass
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the emulator keeps its own list of requests."""

    def _open_body(self, environ: dict[str, Any]) -> Any:
        """Return the request's body as a stream that ends where the body ends."""
        stream = environ["wsgi.input"]
        if isinstance(stream, DechunkedInput):
            return io.BufferedReader(stream)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return LimitedStream(stream, length) if length else io.BytesIO()

    def _write(
        self,
        chunks: Iterable[bytes],
        status: int,
        headers: list[tuple[str, str]],
        phrase: str | None = None,
    ) -> None:
        """Write an answer; one of unknown length ends with the connection."""
        if self.request_version == "HTTP/1.0":
            self.protocol_version = "HTTP/1.0"
        self.send_response(status, phrase)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for chunk in chunks:
            if self.command != "HEAD":
                self.wfile.write(chunk)
                self.wfile.flush()
        self.wfile.flush()

    def _refuse_without_host(self) -> None:
        """Answer a request without Host as Go's HTTP server does."""
        self.close_connection = True
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        self._write([f"400 {NO_HOST}".encode()], 400, headers, NO_HOST)
