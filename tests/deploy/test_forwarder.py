"""Servers on the loopback, reached by another address."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from local.sam.forwarder import forward

OTHER = "127.0.0.2"  # as good as Docker's gateway, and there without Docker
NOBODYS = "192.0.2.1"  # kept for documentation: no machine's own


@pytest.fixture
def port() -> Iterator[int]:
    """Run a server that sends back in capitals all that it gets, once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_once, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def answer_once(server: socket.socket) -> None:
    """Take one connection, read it to its end and answer."""
    try:
        connection, _ = server.accept()
    except OSError:
        return  # the test connected nobody
    with connection, connection.makefile("rb") as stream:
        connection.sendall(stream.read().upper())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
@pytest.mark.allow_hosts(["127.0.0.1", OTHER])
def test_forward_carries_both_directions(port: int) -> None:
    """Requests and answers arrive complete, their ends included."""
    sent = b"picture" * 100_000

    with forward(OTHER, [port]), socket.create_connection((OTHER, port)) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as stream:
            received = stream.read()

    assert received == sent.upper()


def test_forward_from_a_foreign_address_does_nothing(port: int) -> None:
    """Docker Desktop's gateway is not this machine's: it forwards by itself."""
    with forward(NOBODYS, [port]):
        pass
