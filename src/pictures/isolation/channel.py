"""Messages between two processes over a socket: a header of JSON, and bytes."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LENGTHS = struct.Struct(">II")  # of the header and of the payload, in bytes
MAX_HEADER = 4_096  # bytes


class ChannelClosed(Exception):
    """Raised when the other side has ended, for any error of the system."""


class DeadlinePassed(Exception):
    """Raised when a message did not come, or was not taken, by its deadline."""


class BadMessage(Exception):
    """Raised for bytes that are not a message, or for a message that is too long."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message of the other side.

    Args:
        header: Any JSON object.
        payload: Any bytes.
        sockets: Sockets that were handed over, at most one.
    """

    header: dict[str, Any]
    payload: bytes = b""
    sockets: tuple[socket.socket, ...] = ()


class Channel:
    """
    One end of a socket pair.

    Args:
        end: The socket.
        clock: Monotonic seconds, on which deadlines are counted.
        takes_sockets: Accept a socket with a message; nothing untrusted may hand one
            over.
    """

    def __init__(
        self,
        end: socket.socket,
        clock: Callable[[], float] = time.monotonic,
        *,
        takes_sockets: bool = False,
    ) -> None:
        self._socket = end
        self._clock = clock
        self._takes_sockets = takes_sockets

    def fileno(self) -> int:
        """Return the file descriptor, for `select`."""
        return self._socket.fileno()

    def has_message(self, seconds: float) -> bool:
        """Tell whether a message, or the end, comes within a number of seconds."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def send(
        self,
        header: Mapping[str, Any],
        payload: bytes = b"",
        *,
        sockets: Sequence[socket.socket] = (),
        deadline: float | None = None,
    ) -> None:
        """
        Send a message.

        Raises:
            ChannelClosed: Nobody reads it.
            DeadlinePassed: It was not taken by the deadline.
        """
        text = json.dumps(header).encode()
        head = LENGTHS.pack(len(text), len(payload)) + text
        try:
            self._limit(deadline)
            if sockets:  # the system hands them over with the first of the bytes
                socket.send_fds(self._socket, [head[:1]], [s.fileno() for s in sockets])
                head = head[1:]
            self._socket.sendall(head)
            if payload:
                self._limit(deadline)
                self._socket.sendall(payload)
        except TimeoutError:
            raise DeadlinePassed from None
        except OSError as error:
            raise ChannelClosed from error

    def receive(self, *, most: int = 0, deadline: float | None = None) -> Message:
        """
        Wait for a message.

        Args:
            most: The largest payload that is accepted, in bytes.
            deadline: The moment by which to give up; `None` waits forever.

        Raises:
            ChannelClosed: The other side has ended.
            BadMessage: It sent something else, or more than `most`.
            DeadlinePassed: It did not come by the deadline.
        """
        try:
            first, sockets = self._receive_first(deadline)
            head = first + self._receive(LENGTHS.size - 1, deadline)
            length, size = LENGTHS.unpack(head)
            if length > MAX_HEADER or size > most:
                raise BadMessage
            header = _parse(self._receive(length, deadline))
            return Message(header, self._receive(size, deadline), sockets)
        except TimeoutError:
            raise DeadlinePassed from None
        except OSError as error:
            raise ChannelClosed from error

    def _receive_first(
        self, deadline: float | None
    ) -> tuple[bytes, tuple[socket.socket, ...]]:
        """Return the first byte, and the socket that came with it, if any did."""
        if not self._takes_sockets:
            return self._receive(1, deadline), ()
        self._limit(deadline)
        data, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        if not data:
            raise ChannelClosed
        return data, tuple(socket.socket(fileno=number) for number in descriptors)

    def _receive(self, count: int, deadline: float | None) -> bytes:
        """Return exactly the given number of bytes; one copy if no deadline is set."""
        parts = []
        while count:
            self._limit(deadline)
            part = self._socket.recv(count, socket.MSG_WAITALL)
            if not part:
                raise ChannelClosed
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _limit(self, deadline: float | None) -> None:
        """Let the next call to the system end at the deadline."""
        if deadline is None:
            if self._socket.gettimeout() is not None:  # a worker may not even ask
                self._socket.settimeout(None)
            return
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def _parse(text: bytes) -> dict[str, Any]:
    """Return the header."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage from error
    if not isinstance(header, dict):
        raise BadMessage
    return header
