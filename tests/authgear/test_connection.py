"""Single requests: within limits of time and size, and to nobody else."""

from __future__ import annotations

import pytest
import requests

from authgear import STALE, Budget, Connection, TimedOut, Unexpected
from tests.authgear.client import STEPS, Client
from tests.fakes.authgear_server import ENDPOINT, answered
from tests.fakes.clock import FakeClock
from tests.fakes.transport import FakeTransport, Handler, answer

LARGEST = 1_048_576  # bytes


@pytest.mark.parametrize(
    ("time", "timeouts"),
    [(60, (5, 20)), (20, (5, 20)), (12, (5, 12)), (3, (3, 3)), (0.5, (0.5, 0.5))],
)
@pytest.mark.parametrize("step", STEPS)
def test_timeouts_are_within_the_time_left(
    step: str, time: float, timeouts: tuple[float, float]
) -> None:
    """
    Every request has both, at most 5 and 20 s, and never more than is left.

    An update may only take two seconds to connect: then its attributes are stale.
    """
    client = Client()
    connect, read = timeouts

    client.call(step, time)

    most = STALE if step == "update" else connect
    assert client.transport.timeouts == [(min(connect, most), read)]


def test_timeouts_shrink_with_each_attempt() -> None:
    """Earlier attempts and pauses reduce the time that later ones may take."""
    client = Client()
    client.always("read", answered("", 502))

    with pytest.raises(Exception, match="may be temporary"):
        client.call("read", time=4)

    assert client.transport.timeouts == [(4, 4), (3.5, 3.5), (2.5, 2.5)]


@pytest.mark.parametrize("time", [0, -1], ids=["now", "before"])
@pytest.mark.parametrize("step", STEPS)
def test_no_time_left_sends_nothing(step: str, time: float) -> None:
    """At the deadline, and after it, a call is over before it begins."""
    client = Client()

    with pytest.raises(TimedOut, match="no time left") as caught:
        client.call(step, time)

    assert caught.value.step == step
    assert client.transport.requests == []


def test_time_that_ends_while_the_body_is_read_is_an_error() -> None:
    """An answer whose body ends after the deadline comes too late."""
    clock = FakeClock()

    def late(request: requests.PreparedRequest) -> requests.Response:
        clock.now += 10.5
        return answer({})

    with pytest.raises(TimedOut, match="the answer is too slow"):
        send(late, clock)


def test_body_that_ends_at_the_deadline_is_in_time() -> None:
    """The deadline is the last moment that counts."""
    clock = FakeClock()

    def just(request: requests.PreparedRequest) -> requests.Response:
        clock.now += 10
        return answer({"fine": True})

    assert send(just, clock) == {"fine": True}


@pytest.mark.parametrize("status", [200, 500])
def test_endless_body_is_cut_off(status: int) -> None:
    """An answer longer than a mebibyte is an error, with any status."""
    with pytest.raises(Unexpected, match="the answer is too long") as caught:
        send(lambda request: answer(b" " * (LARGEST + 1), status))

    assert (caught.value.step, caught.value.status) == ("read", status)


def test_longest_body_is_read() -> None:
    """Exactly a mebibyte is still believed."""
    body = b"{}" + b" " * (LARGEST - 2)

    assert send(lambda request: answer(body)) == {}


def test_surroundings_do_not_redirect_requests() -> None:
    """No proxy, .netrc or certificate of the environment is looked at."""
    session = requests.Session()

    Connection(endpoint=ENDPOINT, user_agent="pictures/1", session=session)

    assert session.trust_env is False
    assert session.headers["User-Agent"] == "pictures/1"


def test_requests_name_their_agent() -> None:
    """The audit log of Authgear shows who it was."""
    client = Client()

    client.call("read")

    assert client.transport.requests[0].headers["User-Agent"] == "tests"


@pytest.mark.parametrize("url", ["", "https://[", "https://demo.authgear.test:x/"])
def test_url_that_is_none_is_of_no_origin(url: str) -> None:
    """A URL that cannot be parsed is not the endpoint's."""
    assert not Client().connection.is_same_origin(url)


def send(handler: Handler, clock: FakeClock | None = None) -> object:
    """Send one request that has ten seconds to a server that answers so."""
    clock = clock or FakeClock()
    transport = FakeTransport(handler)
    connection = Connection(
        endpoint=ENDPOINT, user_agent="t", session=transport.session()
    )
    budget = Budget(deadline=clock.now + 10, clock=clock, sleep=clock.sleep)
    return connection.request("read", "GET", ENDPOINT, budget=budget)
