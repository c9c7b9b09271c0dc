"""Answers that drip in over a real connection: what a fake transport cannot show."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authgear import AuthgearError, Budget, Connection, TimedOut, Unreachable

TOO_LONG = 20.0  # seconds; less than any answer here takes, on a busy machine too

HEADS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n",
    "until-closed": b"HTTP/1.1 200 OK\r\n\r\n",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n258\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_dripping_body_ends_at_the_deadline(head: bytes) -> None:
    """Bytes that keep coming, each in time, do not keep a request alive."""
    with serving(head, b"x" * 600, gap=0.05) as endpoint:
        started = time.monotonic()
        error = request(endpoint, seconds=0.3)

    assert type(error) is TimedOut
    assert time.monotonic() - started < TOO_LONG


def test_silent_body_ends_at_the_deadline() -> None:
    """A body that never comes ends with the read timeout, as no answer."""
    with serving(HEADS["length"], b"x", gap=30) as endpoint:
        started = time.monotonic()
        error = request(endpoint, seconds=0.3)

    assert type(error) is TimedOut
    assert time.monotonic() - started < TOO_LONG


@pytest.mark.parametrize("head", [HEADS["length"], HEADS["chunk"]], ids=["length", "c"])
def test_body_cut_off_is_unreachable(head: bytes) -> None:
    """A connection that closes before the body's end gave no answer."""
    with serving(head, b'{"half"', gap=0) as endpoint:
        error = request(endpoint, seconds=5)

    assert type(error) is Unreachable


def test_body_that_does_not_decode_is_unreachable() -> None:
    """A body that is not the gzip it says it is gives no answer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    with serving(head, b"oops", gap=0) as endpoint:
        error = request(endpoint, seconds=5)

    assert type(error) is Unreachable


def test_refused_connection_is_unreachable() -> None:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert type(request(f"http://127.0.0.1:{port}", seconds=5)) is Unreachable


def request(endpoint: str, seconds: float) -> AuthgearError:
    """Return the error that a request ends with."""
    connection = Connection(endpoint=endpoint, user_agent="tests")
    budget = Budget(deadline=time.monotonic() + seconds)
    with pytest.raises(AuthgearError) as caught:
        connection.request("read", "GET", endpoint, budget=budget)
    return caught.value


@contextmanager
def serving(head: bytes, body: bytes, gap: float) -> Iterator[str]:
    """Answer one request, with a pause of some seconds before each byte of the body."""
    done = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(head)
            for i in range(len(body)):
                if done.wait(gap):
                    return
                connection.sendall(body[i : i + 1])

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            done.set()
            thread.join()
