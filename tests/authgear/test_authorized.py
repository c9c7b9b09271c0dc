"""Requests that carry the token: where it goes, and what a 403 leads to."""

from __future__ import annotations

import math
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from authgear import (
    AuthgearError,
    CredentialsUnavailable,
    Forbidden,
    StaleAttributes,
    Unexpected,
)
from tests.authgear.client import IMAGE_ID, STEPS, USER, Client
from tests.authgear.recordings import recorded
from tests.fakes.authgear_server import ENDPOINT, Fault, answered

AUTHORIZED = [step for step in STEPS if step != "upload"]


def forbidden(probe_id: str = "presign.kid_wrong") -> Fault:
    """Answer as the real server did to a token that it does not accept."""
    return lambda work: recorded(probe_id)


@pytest.mark.parametrize("step", AUTHORIZED)
def test_forbidden_is_followed_by_a_rotated_key(step: str) -> None:
    """presign.kid_wrong: the secret is read again and the request sent once more."""
    client = Client()
    client.server.fail(step, forbidden())

    client.call(step)

    assert (client.count(step), client.key_loads) == (2, 2)
    assert client.clock.slept == []


@pytest.mark.parametrize(("seconds", "is_sent"), [(1.9, True), (2.0, False)])
def test_forbidden_update_with_a_slow_secret(seconds: float, is_sent: bool) -> None:
    """Attributes that became too old while the key was read again are not sent."""
    client = Client()
    client.server.fail("update", forbidden())
    client.call("read")  # the first key is there
    client.key_load_seconds = seconds

    if is_sent:
        client.call("update")
    else:
        with pytest.raises(StaleAttributes) as caught:
            client.call("update")
        assert caught.value.step == "update"

    assert client.count("update") == 1 + is_sent


def test_update_with_a_slow_first_secret() -> None:
    """The same before the first attempt: nothing is sent at all."""
    client = Client()
    client.key_load_seconds = 9.0

    with pytest.raises(StaleAttributes):
        client.call("update")

    assert client.transport.requests == []


@pytest.mark.parametrize(("age", "left"), [(0.0, 2.0), (1.5, 0.5)])
def test_update_does_not_outlive_its_attributes_in_connecting(
    age: float, left: float
) -> None:
    """A slow connection must not send what was read too long ago."""
    client = Client()
    user = replace(USER, read_at=client.clock.now - age)

    client.api.set_picture(user, IMAGE_ID, budget=client.budget())

    assert client.transport.timeouts == [(left, 20)]


@pytest.mark.parametrize("age", [2.0, math.inf])
def test_update_of_a_user_who_was_read_too_long_ago(age: float) -> None:
    """Nothing is sent; a user of another answer than a reading is never fresh."""
    client = Client()
    user = replace(USER, read_at=client.clock.now - age)

    with pytest.raises(StaleAttributes):
        client.api.set_picture(user, IMAGE_ID, budget=client.budget())
    with pytest.raises(StaleAttributes):
        client.api.remove_picture(user, budget=client.budget())

    assert client.transport.requests == []


def test_reading_is_as_old_as_its_request() -> None:
    """The two seconds begin before the request is sent, not when its answer comes."""
    client = Client()
    start = client.clock.now

    def pass_time() -> None:
        client.clock.now += 1.5

    client.server.before["read"] = pass_time

    assert client.call("read").read_at == start


@pytest.mark.parametrize("step", AUTHORIZED)
def test_forbidden_twice_is_final(step: str) -> None:
    """gql.http.bad_auth: never a third request, and no wait."""
    client = Client()
    client.always(step, forbidden("gql.http.bad_auth"))

    with pytest.raises(Forbidden, match="does not accept the access token"):
        client.call(step)

    assert (client.count(step), client.key_loads) == (2, 2)
    assert client.clock.slept == []


def test_forbidden_upload_does_not_renew_the_key() -> None:
    """An upload carries no token: a 403 has nothing to do with the key."""
    client = Client()
    client.always("upload", forbidden())

    with pytest.raises(Unexpected):
        client.call("upload")

    # The key is read once, for the fresh URLs that further attempts ask for.
    assert (client.count("upload"), client.key_loads) == (3, 1)


def test_token_that_works_is_used_again() -> None:
    """One key, one token for all requests of its time."""
    client = Client()

    for step in AUTHORIZED:
        client.call(step)

    sent = {r.headers["Authorization"] for r in client.transport.requests}
    assert len(sent) == 1
    assert client.key_loads == 1


@pytest.mark.parametrize("step", AUTHORIZED)
def test_token_goes_to_the_endpoint(step: str) -> None:
    """Scheme word `Bearer` (presign.auth_lowercase_bearer), two paths, one origin."""
    client = Client()

    client.call(step)

    (request,) = client.transport.requests
    path = "images/upload" if step == "presign" else "graphql"
    assert request.url == f"{ENDPOINT}/_api/admin/{path}"
    assert request.headers["Authorization"].startswith("Bearer ey")


def test_upload_carries_no_token() -> None:
    """Neither the first upload nor one that is repeated with a new URL."""
    client = Client()
    client.server.fail("upload", answered("", 502))

    client.call("upload")

    uploads = client.requests_to("/_images/")
    assert [r.headers.get("Authorization") for r in uploads] == [None, None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("step", STEPS)
def test_redirect_is_not_followed(step: str, status: int) -> None:
    """Redirects are not followed, neither to another server nor to the same one."""
    client = Client()
    moved = recorded("presign.trailing_slash")
    moved.status_code = status
    moved.headers["Location"] = "https://evil.test/"
    client.always(step, lambda work: moved)

    with pytest.raises(AuthgearError) as caught:
        client.call(step)

    assert caught.value.status == status
    hosts = {urlsplit(str(r.url)).netloc for r in client.transport.requests}
    assert hosts == {"demo.authgear.test"}


@pytest.mark.parametrize("step", AUTHORIZED)
def test_key_that_cannot_be_had_sends_nothing(step: str) -> None:
    """The loader's own error is raised, once."""
    client = Client()
    error = CredentialsUnavailable(step="token", detail="no secret")

    def fail() -> None:
        raise error

    client.tokens._load_key_pair = fail  # type: ignore[assignment]

    with pytest.raises(CredentialsUnavailable) as caught:
        client.call(step)

    assert caught.value is error
    assert client.transport.requests == []


def test_forbidden_before_another_failure_is_renewed_again() -> None:
    """Each attempt of a query may renew the key once."""
    client = Client()
    client.server.fail("read", forbidden(), answered("", 502), forbidden(), None)

    client.call("read")

    assert client.count("read") == 4
    assert client.key_loads == 3
