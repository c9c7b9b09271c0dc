"""Servers on this machine: a port for one, and what one answers."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener


def find_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def fetch(url: str, timeout: float = 10.0) -> bytes:
    """
    Return the body of an answer; no proxy of the user's is asked.

    Args:
        url: On this machine.

        timeout: Seconds to wait for each part of the answer.
    """
    if urlsplit(url).hostname != "127.0.0.1":
        message = f"not on this machine: {url}"
        raise ValueError(message)
    with build_opener(ProxyHandler({})).open(url, timeout=timeout) as answer:
        body: bytes = answer.read()
    return body
