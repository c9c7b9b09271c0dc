"""Servers on this machine: a port for one, and what one answers."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

HOST = "127.0.0.1"


def listen(wanted: int) -> socket.socket:
    """Return a socket that listens on a port; on another one if that is taken."""
    for port in (wanted, 0):
        with suppress(OSError):
            # A server that has just ended is no obstacle.
            return socket.create_server((HOST, port), backlog=128)
    message = f"no port is free on {HOST}"
    raise OSError(message)


def fetch(url: str, timeout: float = 10.0) -> bytes:
    """Return the body of an answer of this machine; no proxy of the user's is asked."""
    if urlsplit(url).hostname != HOST:
        message = f"not on this machine: {url}"
        raise ValueError(message)
    with build_opener(ProxyHandler({})).open(url, timeout=timeout) as answer:
        body: bytes = answer.read()
    return body
