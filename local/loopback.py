"""Servers on this machine: a port for one, and what one answers."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

HOST = "127.0.0.1"


def choose_port(wanted: int) -> int:
    """
    Return where a server can listen.

    Args:
        wanted: The port it would like.

    Returns:
        That port; 0, which is any free one, if another program listens there.
    """
    with socket.socket() as probe:
        # A server that has just ended is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            return 0
    return wanted


def find_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def fetch(url: str, timeout: float = 10.0) -> bytes:
    """
    Return the body of an answer; no proxy of the user's is asked.

    Args:
        url: On this machine.

        timeout: Seconds to wait for each part of the answer.
    """
    if urlsplit(url).hostname != HOST:
        message = f"not on this machine: {url}"
        raise ValueError(message)
    with build_opener(ProxyHandler({})).open(url, timeout=timeout) as answer:
        body: bytes = answer.read()
    return body
