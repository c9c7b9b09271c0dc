"""The beginning of an image, as Authgear or its CDN shows it to everybody."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
import requests
from urllib3 import HTTPResponse

from authgear import AuthgearError, TimedOut, Unavailable, Unexpected, Unreachable
from tests.authgear.client import IMAGE_ID, Client
from tests.fakes.authgear_server import (
    ENDPOINT,
    Fault,
    answered,
    dropped_before,
    timed_out,
)
from tests.fakes.tokens import APP_ID
from tests.fakes.transport import answer

PATH = f"/_images/{APP_ID}/{IMAGE_ID}/original"
CDN = f"https://cdn.example.com{PATH}"
MOST = 65_536  # bytes


def read(client: Client, **budget: Any) -> bytes | None:
    """Read the image's beginning."""
    return client.api.read_original(IMAGE_ID, budget=client.budget(**budget))


def moved(location: str | None, status: int = 302) -> Fault:
    """Answer with a redirect."""
    headers = {} if location is None else {"Location": location}
    return lambda work: answer(b"", status, headers)


class Counted(io.RawIOBase):
    """
    A body that tells how far it was read.

    Args:
        body: Its bytes.
    """

    def __init__(self, body: io.BytesIO) -> None:
        super().__init__()
        self.body = body

    def read1(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self.body.read1(size)


def test_read_original() -> None:
    """One GET of the endpoint, whose bytes are the image's; no token goes with it."""
    client = Client()
    client.server.images[IMAGE_ID] = b"jpeg"

    assert read(client) == b"jpeg"

    [request] = client.transport.requests
    assert (request.method, request.url) == ("GET", ENDPOINT + PATH)
    assert "Authorization" not in request.headers
    assert client.key_loads == 0


@pytest.mark.parametrize("status", [404, 410])
def test_image_that_is_gone(status: int) -> None:
    """The image is not ours; that is not an error."""
    client = Client()
    client.server.fail("mark", answered(b"<Code>NoSuchKey</Code>", status))

    assert read(client) is None
    assert client.count("mark") == 1


@pytest.mark.parametrize("size", [MOST - 1, MOST, MOST + 1, 3 * MOST])
def test_beginning_is_64_kilobytes(size: int) -> None:
    """The rest is never read."""
    client = Client()
    body = io.BytesIO(b"x" * size)
    response = answer(b"")
    response.raw = HTTPResponse(Counted(body), preload_content=False)
    client.server.fail("mark", lambda work: response)

    assert read(client) == b"x" * min(size, MOST)
    assert body.tell() <= MOST


def test_beginning_of_compressed_bytes_is_no_larger() -> None:
    """A small body that grows a thousandfold is cut off as well."""
    client = Client()
    headers = {"Content-Encoding": "gzip"}
    response = answer(b"", 200, headers)
    packed = io.BytesIO(gzip.compress(b"x" * 5_000_000))
    response.raw = HTTPResponse(packed, headers=headers, preload_content=False)
    client.server.fail("mark", lambda work: response)

    assert read(client) == b"x" * MOST


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_one_redirect_is_followed(status: int) -> None:
    """A server with a CDN answers so (facts: cdn.*); no token goes there either."""
    client = Client()
    client.server.images[IMAGE_ID] = b"jpeg"
    client.server.fail("mark", moved(CDN, status))

    assert read(client) == b"jpeg"

    urls = [request.url for request in client.transport.requests]
    assert urls == [ENDPOINT + PATH, CDN]
    assert all("Authorization" not in r.headers for r in client.transport.requests)


def test_second_redirect_is_not_followed() -> None:
    """A third request of the same attempt is never sent."""
    client = Client()
    client.always("mark", moved(CDN))

    with pytest.raises(Unexpected, match="second redirect"):
        read(client)

    assert client.count("mark") == 2 * 3  # three attempts


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        PATH,
        f"//cdn.example.com{PATH}",
        f"http://cdn.example.com{PATH}",
        f"ftp://cdn.example.com{PATH}",
        f"https://{PATH}",
        f"https://user@cdn.example.com{PATH}",
        f"https://evil.test\\@cdn.example.com{PATH}",
        f"https://cdn.example.com/x{PATH}",
        f"https://cdn.example.com{PATH}/",
        f"https://cdn.example.com/_images/{APP_ID}/other/original",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_redirect_elsewhere_is_not_followed(location: str | None) -> None:
    """Only https and the same path are followed; no other place is asked."""
    client = Client()
    client.always("mark", moved(location))

    with pytest.raises(Unexpected, match="another place"):
        read(client)

    assert {r.url for r in client.transport.requests} == {ENDPOINT + PATH}


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        (answered("", 500), Unavailable, 500),
        (answered("", 503), Unavailable, 503),
        (answered("", 429), Unavailable, 429),
        (answered("Forbidden", 403), Unexpected, 403),
        (answered("", 400), Unexpected, 400),
        (answered("", 204), Unexpected, 204),
        (answered("", 304), Unexpected, 304),
        (dropped_before, Unreachable, None),
        (timed_out, TimedOut, None),
    ],
)
def test_other_answers_fail(
    fault: Fault, error: type[AuthgearError], status: int | None
) -> None:
    """An image that cannot be read is not taken for somebody else's."""
    client = Client()
    client.always("mark", fault)

    with pytest.raises(AuthgearError) as caught:
        read(client)

    assert (type(caught.value), caught.value.status) == (error, status)
    assert caught.value.step == "mark"
    assert client.count("mark") == 3


def test_failure_that_passes_is_repeated() -> None:
    """Reading changes nothing."""
    client = Client()
    client.server.images[IMAGE_ID] = b"jpeg"
    client.server.fail("mark", answered("", 502), timed_out)

    assert read(client) == b"jpeg"


def test_slow_body_ends_at_the_deadline() -> None:
    """A byte a second does not hold a run for 64 thousand seconds."""
    client = Client()

    class Drip(io.RawIOBase):
        """A body that never ends."""

        def read1(self, size: int = -1) -> bytes:
            """Return one byte, a second later."""
            client.clock.now += 1
            return b"x"

    def drip(work: object) -> requests.Response:
        response = answer(b"")
        response.raw = HTTPResponse(Drip(), preload_content=False)
        return response

    client.always("mark", drip)
    start = client.clock.now

    with pytest.raises(TimedOut, match="too slow"):
        read(client, time=10)

    assert client.clock.now - start <= 11


def test_app_id_is_quoted() -> None:
    """Nothing of a setting changes the path."""
    client = Client()
    client.api.app_id = "a/../b?c"

    assert read(client) is None

    assert str(client.transport.requests[0].url).startswith(
        f"{ENDPOINT}/_images/a%2F..%2Fb%3Fc/"
    )
