"""A reverse proxy in front of an Authgear, set up well or badly."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HOST = "127.0.0.1"
NOT_FOUND = (404, "text/plain; charset=utf-8", b"404 page not found\n")
BAD_GATEWAY = (502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """
    How a proxy is set up.

    Args:
        target: The origin that it passes requests on to; empty if nothing is there.

        routes: The beginnings of the paths that it knows.

        down: The beginnings of the paths behind which nothing answers.

        passes_host: Whether the server learns the Host that was asked for.

        passes_scheme: Whether the server learns that TLS was used.

        certificate: A file with certificate and key; None speaks no TLS.
    """

    target: str = ""
    routes: tuple[str, ...] = ("/",)
    down: tuple[str, ...] = ()
    passes_host: bool = True
    passes_scheme: bool = True
    certificate: Path | None = None


@contextmanager
def serve(setup: Setup) -> Iterator[str]:
    """Run a proxy until the block ends; yield its origin."""
    handler = type("Handler", (_Handler,), {"setup_of_proxy": setup})
    server = ThreadingHTTPServer((HOST, 0), handler)
    if setup.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(setup.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    # A client that distrusts the certificate breaks off: no news to anybody.
    vars(server)["handle_error"] = lambda *_: None
    run: Callable[[], None] = lambda: server.serve_forever(0.02)  # noqa: E731
    thread = threading.Thread(target=run)
    thread.start()
    try:
        scheme = "https" if setup.certificate else "http"
        yield f"{scheme}://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Passes each request on, and its answer back."""

    setup_of_proxy: Setup

    def do_GET(self) -> None:
        """Answer."""
        self._pass_on()

    def do_POST(self) -> None:
        """Answer."""
        self._pass_on()

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _pass_on(self) -> None:
        """Ask the target, or answer instead of it."""
        setup = self.setup_of_proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith(setup.routes):
            self._answer(*NOT_FOUND)
        elif not setup.target or (setup.down and self.path.startswith(setup.down)):
            self._answer(*BAD_GATEWAY)
        else:
            self._ask(urlsplit(setup.target).netloc, body)

    def _ask(self, target: str, body: bytes) -> None:
        """Ask the target."""
        setup = self.setup_of_proxy
        headers = {
            name: value for name, value in self.headers.items() if name != "Host"
        }
        if setup.passes_scheme and setup.certificate:
            headers["X-Forwarded-Proto"] = "https"
        headers["Host"] = self.headers["Host"] if setup.passes_host else target
        connection = http.client.HTTPConnection(target, timeout=10)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            kind = answer.headers.get("Content-Type", "")
            self._answer(answer.status, kind, answer.read())
        finally:
            connection.close()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        """Write an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
