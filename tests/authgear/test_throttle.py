"""What a process was told to wait for holds for all its requests."""

from __future__ import annotations

import math

import pytest
import requests

from authgear import RateLimited, Throttle
from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.transport import answer

NEVER = math.inf


class Process:
    """A client with its own throttle, and a server that asks to wait for 30 seconds."""

    def __init__(self, *, headers: dict[str, str], times: int = 1) -> None:
        self.clock, self.throttle, self.server = FakeClock(), Throttle(), FakeAuthgear()
        self.user_id = self.server.add_user()

        def limited(work: object) -> requests.Response:
            return answer({}, 429, headers)

        self.server.fail("read", *[limited] * times)
        self.admin_api = self.server.admin_api(self.clock, self.throttle)

    def read(self, deadline: float = NEVER) -> None:
        """Read the user."""
        self.admin_api.get_user(self.user_id, deadline=deadline)


def test_patient_process_waits_as_asked() -> None:
    """With max_wait the answer comes after the pause, without a request in between."""
    process = Process(headers={"Retry-After": "30"})

    process.read()

    assert process.clock.slept == [30.5]
    assert len(process.server.steps) == 2


def test_impatient_process_gives_up_at_once() -> None:
    """A pause beyond the max_wait is not waited for."""
    process = Process(headers={"Retry-After": "30"})
    process.throttle.max_wait = 10

    with pytest.raises(RateLimited):
        process.read()

    assert process.clock.slept == []


def test_patience_is_for_all_pauses_of_a_request() -> None:
    """Where no pause is named, pauses add up until the max_wait is at its end."""
    process = Process(headers={}, times=9)
    process.throttle.max_wait = 12

    with pytest.raises(RateLimited):
        process.read()

    assert process.clock.slept == [5.5, 5.5]


def test_request_within_the_pause_is_not_sent() -> None:
    """What one call was told the next one knows; afterwards requests go out again."""
    process = Process(headers={"Retry-After": "30"})
    process.throttle.max_wait = 10
    with pytest.raises(RateLimited):
        process.read()

    process.clock.now += 15
    with pytest.raises(RateLimited) as told:
        process.admin_api.create_upload_url(deadline=NEVER)
    sent_within, process.clock.now = len(process.server.steps), process.clock.now + 15
    process.read()

    assert told.value.retry_after == 15
    assert (sent_within, len(process.server.steps)) == (1, 2)
