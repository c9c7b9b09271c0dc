"""The local system's ports, on a machine where other programs have some."""

from __future__ import annotations

from local.loopback import listen


def test_port_is_the_wanted_one_unless_another_program_has_it() -> None:
    """A program that is already there is left alone: any free port will do."""
    with listen(0) as first:
        port = first.getsockname()[1]
        with listen(port) as second:
            other = second.getsockname()[1]
    with listen(port) as third:
        again = third.getsockname()[1]

    assert other != port
    assert again == port
