"""Lets Docker's containers reach servers that listen on this machine's loopback."""

from __future__ import annotations

import errno
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network
from socketserver import BaseRequestHandler, ThreadingTCPServer

SILENCE = (
    "Docker's daemon does not answer: start it, or use MiniStack in its place: "
    "make invoke DOCKER=no"
)
GATEWAY = "{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}"
CHUNK = 65536  # bytes
ANSWER_TIMEOUT = 20  # seconds


class GatewayUnknown(Exception):
    """Raised when Docker does not say how containers reach the host."""


def find_gateway() -> str:
    """
    Return the address by which containers reach the host.

    Docker does not always tell it; it is then the subnet's first. `GatewayUnknown` is
    raised if Docker does not answer.
    """
    docker = shutil.which("docker") or "docker"
    try:
        answer = subprocess.run(  # noqa: S603 - a command of our own
            [docker, "network", "inspect", "bridge", "--format", GATEWAY],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=ANSWER_TIMEOUT,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise GatewayUnknown(SILENCE) from error
    return str(ip_network(answer)[1]) if "/" in answer else answer


@contextmanager
def forward(address: str, ports: Sequence[int]) -> Iterator[None]:
    """
    Forward ports of Docker's gateway to the same ports of this machine's loopback.

    On Linux a container that speaks to its gateway finds what listens on that address
    of the host. Docker Desktop's gateway is not one of the host's addresses and sends
    to the host's loopback by itself: there nothing needs to be done.
    """
    with ExitStack() as servers:
        for port in ports:
            try:
                server = servers.enter_context(_Server((address, port), _Relay))
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                break
            servers.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield


class _Server(ThreadingTCPServer):
    """Relays each connection in a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True


class _Relay(BaseRequestHandler):
    """One connection, and its other half to the loopback."""

    def handle(self) -> None:
        """Copy in both directions until both ends are done."""
        port = self.request.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as inner:
            back = threading.Thread(target=_copy, args=(inner, self.request))
            back.start()
            _copy(self.request, inner)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes to the end, which is passed on as well."""
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
