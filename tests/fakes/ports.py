"""Ports of this machine."""

from __future__ import annotations

import socket

from local.loopback import HOST


def find_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port
