"""The local system's ports, on a machine where other programs have some."""

from __future__ import annotations

import socket

from local.loopback import HOST, choose_port


def test_port_is_the_wanted_one_while_nobody_has_it() -> None:
    """A program that is already there is left alone: any free port will do."""
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]

        taken = choose_port(port)

    assert taken == 0
    assert choose_port(port) == port
