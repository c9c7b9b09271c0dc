"""Messages between processes: whole, bounded, and in time."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from pictures.isolation.channel import (
    MAX_HEADER,
    BadMessage,
    Channel,
    ChannelClosed,
    DeadlinePassed,
)
from tests.fakes.clock import FakeClock


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Provide the two ends of a socket."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_round_trip(pair: tuple[socket.socket, socket.socket]) -> None:
    """Header and payload come as they were sent, one message after the other."""
    sender, receiver = map(Channel, pair)

    sender.send({"a": [1, None]}, b"payload")
    sender.send({})

    first, second = receiver.receive(most=7), receiver.receive()
    assert (first.header, first.payload) == ({"a": [1, None]}, b"payload")
    assert (second.header, second.payload, second.sockets) == ({}, b"", ())


def test_socket_is_handed_over(pair: tuple[socket.socket, socket.socket]) -> None:
    """A socket comes with its message."""
    sender, receiver = Channel(pair[0]), Channel(pair[1], takes_sockets=True)
    mine, handed = socket.socketpair()

    with mine:
        sender.send({"n": 1}, sockets=[handed])
        handed.close()
        message = receiver.receive()
        with message.sockets[0] as got:
            mine.sendall(b"x")
            assert got.recv(1) == b"x"
    assert message.header == {"n": 1}


def test_socket_is_not_taken_from_everybody(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """A channel accepts sockets only if it was made to."""
    sender, receiver = map(Channel, pair)
    mine, handed = socket.socketpair()

    with mine, handed:
        sender.send({"n": 1}, sockets=[handed])
        assert receiver.receive().sockets == ()


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">II", MAX_HEADER + 1, 0),
        struct.pack(">II", 2, 9) + b"{}",
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 1, 0) + b"{",
        struct.pack(">II", 3_000, 0) + b"[" * 3_000,
        struct.pack(">II", 2, 0) + b"\xff\xfe",
    ],
    ids=["long header", "payload", "list", "half", "nested", "no text"],
)
def test_bad_message(pair: tuple[socket.socket, socket.socket], raw: bytes) -> None:
    """Bytes that are not a message, or are too long, are not read on."""
    pair[0].sendall(raw)

    with pytest.raises(BadMessage):
        Channel(pair[1]).receive(most=8)


@pytest.mark.parametrize("raw", [b"", b"\0", struct.pack(">II", 2, 0) + b"{"])
def test_end(pair: tuple[socket.socket, socket.socket], raw: bytes) -> None:
    """An end before, at or within a message is the same end."""
    pair[0].sendall(raw)
    pair[0].close()

    with pytest.raises(ChannelClosed):
        Channel(pair[1]).receive()


def test_send_to_nobody(pair: tuple[socket.socket, socket.socket]) -> None:
    """Sending to a closed channel raises the same error as reading from it."""
    pair[1].close()

    with pytest.raises(ChannelClosed):
        Channel(pair[0]).send({"a": 1}, b"x")


def test_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    """A deadline that has passed ends a call at once, and a near one soon."""
    clock = FakeClock()
    channel = Channel(pair[1], clock)

    for deadline in (clock.now, clock.now + 0.01):
        with pytest.raises(DeadlinePassed):
            channel.receive(deadline=deadline)
    with pytest.raises(DeadlinePassed):
        channel.send({}, deadline=clock.now)
    with pytest.raises(DeadlinePassed):  # nobody reads what is more than the buffer
        channel.send({}, bytes(10_000_000), deadline=clock.now + 0.01)
