"""A server between AWS's clients and S3 and Secrets Manager, which spoils answers."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from local.loopback import HOST
from tests.fakes.ports import find_port

# The connection's own headers; and not every object has a checksum.
DROPPED = ("connection", "content-length", "transfer-encoding", "x-amz-checksum-crc32")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """
    An answer of HTTP.

    Args:
        status: Its status.

        headers: Its headers, without the length.

        body: Its body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def head(self, length: int | None = None) -> bytes:
        """Return status line and headers; the length is the body's if left out."""
        length = len(self.body) if length is None else length
        headers = {**self.headers, "Content-Length": str(length)}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"HTTP/1.1 {self.status} Any", *lines, "", ""]).encode()


class Wire:
    """
    The server, and the fault that it plays.

    Args:
        endpoint: Where the requests go that meet none.
    """

    def __init__(self, endpoint: str) -> None:
        self.behind = urlsplit(endpoint).netloc
        self.steps: list[str] = []
        self.known: dict[str, Answer] = {}  # moto takes ten milliseconds for each
        self._lock = threading.Lock()
        self._step, self._faults = "", list[Spoil | None]()
        self.healed = threading.Event()
        self._server = _Server(self)
        self.endpoint = f"http://{HOST}:{self._server.server_port}"
        self._nobody = f"http://{HOST}:{find_port()}"

    @classmethod
    @contextmanager
    def start(cls, endpoint: str) -> Iterator[Wire]:
        """Serve until the block ends, and then no client any more."""
        wire = cls(endpoint)
        thread = threading.Thread(target=wire._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield wire
        finally:
            wire._server.shutdown()
            thread.join()
            wire._server.leave()
            wire._server.server_close()

    def fail(self, step: str, fault: Spoil, *, times: int) -> None:
        """Let the next requests of a step meet a fault; forget what was asked for."""
        skipped = [None] if step == "list again" else []
        with self._lock:
            self.steps.clear()
            self._step, self._faults = _asked(step), [*skipped, *[fault] * times]
            self.healed = threading.Event()

    def heal(self) -> None:
        """Let all requests pass, and end what goes on still."""
        with self._lock:
            self._faults.clear()
            self.healed.set()

    def attempts(self, step: str) -> int:
        """Return how many requests of a step there were since the fault began."""
        with self._lock:
            return self.steps.count(_asked(step)) - (step == "list again")

    def divert(self, request: Any, **_: Any) -> None:
        """Lead a request that is to be refused to where nobody listens."""
        step = find_step(request.method, request.url, request.headers)
        with self._lock:
            waiting = self._faults[:1] if step == self._step else []
        if waiting == [refused]:
            self.take(step)
            request.url = request.url.replace(self.endpoint, self._nobody)

    def take(self, step: str) -> Spoil | None:
        """Note a request of a step; return the fault that it meets."""
        with self._lock:
            self.steps.append(step)
            met = step == self._step and self._faults
            return self._faults.pop(0) if met else None


class _Server(ThreadingHTTPServer):
    """
    Serves each connection in a thread of its own.

    Args:
        wire: What it is a part of.
    """

    daemon_threads = False

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._connections: list[Any] = []
        super().__init__((HOST, 0), Exchange)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, and keep it in mind."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def leave(self) -> None:
        """End the connections that clients keep open: a thread waits at each."""
        for connection in self._connections:
            with suppress(OSError):  # most have ended
                connection.shutdown(socket.SHUT_RDWR)


class Exchange(BaseHTTPRequestHandler):
    """One request, and what is written in answer to it."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer the requests of a connection, until the client is gone."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        """Answer a request, or spoil the answer."""
        self.request_body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.step = find_step(self.command, self.path, self.headers)
        self.healed = self.server.wire.healed
        fault = self.server.wire.take(self.step) or passed_on
        fault(self)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - as the base class calls them

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so it is called there
        """Write nothing."""

    def forward(self) -> Answer:
        """Have the request answered as it should be, once where that never changes."""
        known = self.server.wire.known
        if self.step not in known:
            answer = self._ask()
            if self.step in ("read_sync_tag", "write_tag"):
                return answer
            known[self.step] = answer
        return known[self.step]

    def _ask(self) -> Answer:
        """Ask the services."""
        connection = HTTPConnection(self.server.wire.behind, timeout=10)
        headers = dict(self.headers)
        connection.request(self.command, self.path, self.request_body, headers)
        with connection.getresponse() as found:
            body = found.read()
            kept = [(k, v) for k, v in found.getheaders() if k.lower() not in DROPPED]
        connection.close()
        return Answer(status=found.status, headers=dict(kept), body=body)

    def send(self, data: bytes) -> None:
        """Write a part of an answer."""
        self.connection.sendall(data)

    def send_answer(self, answer: Answer) -> None:
        """Write a whole answer."""
        body = b"" if self.command == "HEAD" else answer.body
        self.send(answer.head() + body)

    def goes_on(self, seconds: float) -> bool:
        """Wait a moment; tell whether the fault is on still."""
        self.close_connection = self.healed.wait(seconds)
        return not self.close_connection

    def wait(self) -> None:
        """Write nothing until the client is gone."""
        self.connection.recv(1)
        self.close_connection = True

    def reset(self) -> None:
        """Break the connection off."""
        now = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self.connection.close()
        self.close_connection = True


Spoil = Callable[[Exchange], None]


def find_step(method: str, url: str, headers: Any) -> str:
    """Tell which step of AWS a request is."""
    query = urlsplit(url).query
    if "X-Amz-Target" in headers:
        return "secret"
    if "tagging" in query:
        return {"GET": "read_sync_tag", "PUT": "write_tag"}[method]
    return "list" if "list-type" in query else {"GET": "download"}.get(method, method)


def _asked(step: str) -> str:
    """Return the step as a request shows it."""
    return step.removesuffix(" again")


def passed_on(exchange: Exchange) -> None:
    """Answer as the services do."""
    exchange.send_answer(exchange.forward())


def refused(exchange: Exchange) -> None:
    """Stand for a connection that is refused; no request arrives here."""
    raise NotImplementedError
