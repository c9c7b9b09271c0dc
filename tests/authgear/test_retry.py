"""Which calls are repeated: how often, after how long, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authgear import AuthgearError, RateLimited, Unavailable, UserNotFound
from tests.authgear.client import STEPS, UPLOAD_URL, Client
from tests.authgear.recordings import USER_ID
from tests.fakes.authgear_server import Fault, answered, dropped_after, timed_out
from tests.fakes.transport import answer

REPEATED = [step for step in STEPS if step != "update"]
DATE = "Mon, 23 Nov 2026 23:31:59 GMT"


def busy(status: int, retry_after: str) -> Fault:
    """Answer with a status, and how long to wait."""
    headers = {"Retry-After": retry_after, "Date": DATE}
    return lambda work: answer({}, status, headers)


@pytest.mark.parametrize("step", REPEATED)
def test_call_works_at_the_third_attempt(step: str) -> None:
    """Two failures in a row are nothing that a caller hears of."""
    client = Client()
    client.server.fail(step, answered("", 502), timed_out)

    client.call(step)

    assert client.count(step) == 3
    assert client.clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("fault", [answered("", 500), timed_out, dropped_after])
def test_update_is_never_repeated(fault: Fault) -> None:
    """Attributes that were read a while ago could undo somebody else's change."""
    client = Client()
    client.server.fail("update", fault)

    with pytest.raises(AuthgearError):
        client.call("update")

    assert client.server.steps == ["update"]
    assert client.clock.slept == []


def test_update_is_not_repeated_when_told_to_wait() -> None:
    """Nor after a 429 that says when."""
    client = Client()
    client.server.fail("update", busy(429, "1"))

    with pytest.raises(RateLimited):
        client.call("update")

    assert client.server.steps == ["update"]


@pytest.mark.parametrize("fault", [answered("", 500), timed_out, dropped_after])
def test_repeated_upload_asks_for_a_new_url(fault: Fault) -> None:
    """The first URL may be used up by an upload whose answer was lost."""
    client = Client()
    client.server.fail("upload", fault, fault)

    image_id = client.call("upload")

    steps = ["upload", "presign", "upload", "presign", "upload"]
    assert client.server.steps == steps
    paths = [urlsplit(str(r.url)).path for r in client.requests_to("/_images/")]
    assert len(set(paths)) == 3
    assert urlsplit(UPLOAD_URL.url).path == paths[0]
    assert paths[2].endswith(image_id)


def test_upload_whose_new_url_fails_asks_again() -> None:
    """A failed request for the URL counts as an attempt, and uses nothing up."""
    client = Client()
    client.server.fail("upload", timed_out)
    client.server.fail("presign", answered("", 502))

    client.call("upload")

    assert client.server.steps == ["upload", "presign", "presign", "upload"]


@given(share=st.floats(0, 1))
def test_pause_is_a_random_share(share: float) -> None:
    """At most 1 s before the second attempt and 2 s before the third."""
    client = Client(share)
    error = Unavailable(step="read", detail="")

    with pytest.raises(Unavailable):
        client.connection.retry(raising(error), budget=client.budget(1000))

    assert client.clock.slept == [share, 2 * share]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("7", 7.5), ("Mon, 23 Nov 2026 23:32:09 GMT", 10.5)],
    ids=["seconds", "date"],
)
def test_pause_is_what_the_server_asks(
    status: int, retry_after: str, pause: float
) -> None:
    """Retry-After is followed, and spread over another second."""
    client = Client()
    client.server.fail("read", busy(status, retry_after))

    client.call("read")

    assert client.clock.slept == [pause]


def test_rate_limit_of_no_seconds_waits_longer_each_time() -> None:
    """A server that says 0 again and again is not asked again at once."""
    client = Client(share=0)
    client.server.fail("read", *[busy(429, "0")] * 9)

    client.call("read", time=1000)

    assert client.clock.slept == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_rate_limit_begins_anew_after_an_answer() -> None:
    """After an answer the pauses begin at one second again."""
    client = Client(share=0)
    client.server.fail("read", busy(429, "0"), busy(429, "0"), None, busy(429, "0"))

    client.call("read")
    client.call("read")

    assert client.clock.slept == [1, 2, 1]


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("1", 1), ("119", 119), ("121", 120), ("999999999", 120)],
)
def test_rate_limit_is_followed_within_bounds(retry_after: str, pause: float) -> None:
    """A pause takes from one second to two minutes, for any `Retry-After`."""
    client = Client(share=0)
    client.server.fail("read", busy(429, retry_after))

    client.call("read", time=1000)

    assert client.clock.slept == [pause]


def test_rate_limit_keeps_every_request_back() -> None:
    """Until its end no step sends a request; each gets the error at once."""
    client = Client()
    client.server.fail("update", busy(429, "60"))
    with pytest.raises(RateLimited):
        client.call("update")
    sent = len(client.transport.requests)

    for step in STEPS:
        with pytest.raises(RateLimited, match="a moment ago"):
            client.call(step, time=30)

    assert len(client.transport.requests) == sent
    client.clock.now += 60
    client.call("update")


def test_waits_for_a_rate_limit_count_together() -> None:
    """All requests of a run share what it may wait."""
    client = Client(share=0)
    budget = client.budget(max_wait=10)
    client.always("read", busy(429, "4"))

    with pytest.raises(RateLimited):
        client.api.get_user(USER_ID, budget=budget)
    client.clock.now += 4
    with pytest.raises(RateLimited):
        client.api.get_user(USER_ID, budget=budget)

    assert client.clock.slept == [4, 4]
    assert budget.waited == 8


@pytest.mark.parametrize("retry_after", ["", "-1", "nan", "soon", "Mon, 1 Jan 9e9"])
def test_rate_limit_without_a_time_waits_five_seconds(retry_after: str) -> None:
    """Nonsense counts as no Retry-After."""
    client = Client()
    client.server.fail("read", busy(429, retry_after))

    client.call("read")

    assert client.clock.slept == [5.5]


@pytest.mark.parametrize("step", REPEATED)
@pytest.mark.parametrize("retry_after", ["120", "9" * 400])
def test_wait_beyond_the_deadline_is_not_begun(step: str, retry_after: str) -> None:
    """A pause longer than the time left raises the error at once."""
    client = Client()
    client.always(step, busy(503, retry_after))

    with pytest.raises(Unavailable):
        client.call(step)

    assert client.count(step) == 1
    assert client.clock.slept == []


def test_wait_that_ends_at_the_deadline_is_not_begun() -> None:
    """No time would be left for the request after it."""
    client = Client(share=0)
    client.always("read", busy(503, "10"))

    with pytest.raises(Unavailable):
        client.call("read", time=10)

    assert client.clock.slept == []


def test_rate_limit_counts_as_no_failure() -> None:
    """It is followed until the deadline, and leaves the other attempts."""
    client = Client()
    limit, failure = busy(429, "1"), answered("", 502)
    client.server.fail("read", limit, failure, limit, limit, limit, failure)

    client.call("read")

    assert client.count("read") == 7


def test_error_that_is_final_is_not_repeated() -> None:
    """The same request would be refused again."""
    client = Client()
    client.always("read", answered({"data": {"node": None}}))

    with pytest.raises(UserNotFound):
        client.call("read")

    assert client.count("read") == 1


def test_exception_of_no_kind_of_ours_is_not_repeated() -> None:
    """A bug in the code is not taken for a failure of the network."""
    client = Client()

    with pytest.raises(ZeroDivisionError):
        client.connection.retry(
            raising(ZeroDivisionError()), budget=client.budget(1000)
        )

    assert client.clock.slept == []


def raising(error: Exception) -> Callable[[], NoReturn]:
    """Return an attempt that always fails."""

    def attempt() -> NoReturn:
        raise error

    return attempt
