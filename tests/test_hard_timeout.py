"""Calls that ignore every timeout are interrupted, and only those."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import pytest
import requests

from hard_timeout import HardTimeout, hard_timeout

TOO_LONG = 20.0  # seconds
SOON = 0.05  # seconds


@pytest.fixture
def dripping() -> Iterator[str]:
    """Return the URL of a server that sends a byte of its headers now and then."""
    ended = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not ended.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=[listener])
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ended.set()
        thread.join()


def test_alarm_breaks_off_what_no_time_out_ends(dripping: str) -> None:
    """Headers that drip in keep each receive short, and the whole call endless."""
    start = time.monotonic()

    with pytest.raises(HardTimeout), hard_timeout(0.3):
        requests.get(dripping, timeout=0.2)

    assert 0.2 < time.monotonic() - start < TOO_LONG


def test_alarm_is_no_error_to_be_handled() -> None:
    """A library that retries any failure does not retry this one."""
    with pytest.raises(HardTimeout), hard_timeout(SOON), suppress(Exception):
        time.sleep(TOO_LONG)


def test_alarm_rings_again_where_it_was_swallowed() -> None:
    """A library that catches everything does not keep the function forever."""
    rings = []

    def swallow() -> None:
        try:
            time.sleep(TOO_LONG)
        except BaseException as error:  # noqa: BLE001 - as a careless library may
            rings.append(error)
        time.sleep(TOO_LONG)

    with pytest.raises(HardTimeout), hard_timeout(SOON):
        swallow()

    assert len(rings) == 1


def test_alarm_without_time_rings_at_once() -> None:
    """A timer of no seconds would never ring."""
    with pytest.raises(HardTimeout), hard_timeout(-1):
        time.sleep(TOO_LONG)


def test_alarm_is_off_after_its_block() -> None:
    """Later code is not interrupted, and another's handler is restored."""
    before = signal.getsignal(signal.SIGALRM)

    with hard_timeout(SOON):
        pass
    time.sleep(2 * SOON)

    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_alarm_restores_the_handler_of_before() -> None:
    """Another handler of the signal is called again after the block."""
    calls: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: calls.append(number))
    try:
        with hard_timeout(TOO_LONG):
            pass
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert calls == [signal.SIGALRM]


@pytest.mark.parametrize(
    ("moment", "method"), [("return", "__enter__"), ("call", "__exit__")]
)
def test_alarm_at_the_border_of_the_block_leaves_no_timer(
    moment: str, method: str
) -> None:
    """An alarm just as the block begins or ends would ring once more after it."""
    rung: list[str] = []

    def ring(frame: FrameType, event: str, _: object) -> None:
        if (event, frame.f_code.co_name) == (moment, method) and not rung:
            rung.append(method)
            signal.raise_signal(signal.SIGALRM)

    block = hard_timeout(TOO_LONG)
    sys.setprofile(ring)
    try:
        with block:
            pass
    finally:
        sys.setprofile(None)

    assert rung == [method]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_alarm_outside_the_main_thread_does_nothing() -> None:
    """Python lets no other thread be interrupted: the block runs as it is."""
    done: list[str] = []

    def work(say: Callable[[str], None] = done.append) -> None:
        with hard_timeout(SOON):
            time.sleep(2 * SOON)
            say("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["done"]
