"""The beginning of an uploaded image, as Authgear shows it to everybody."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import requests

from .budget import Budget
from .connection import Connection
from .errors import TimedOut, Unavailable, Unexpected

MOST_BYTES = 65_536  # of an image; a mark is within the first few hundred
GONE = {404, 410}


def read_original(
    connection: Connection, app_id: str, image_id: str, *, budget: Budget
) -> bytes | None:
    """
    Read the beginning of an image of this project, without an access token.

    A server with a CDN answers with a redirect (facts: `cdn.*`), so one is followed, to
    https and the same path only.

    Args:
        connection: Speaks HTTP to the endpoint.

        app_id: The project's app id.

        image_id: A UUID.

        budget: The time that the run has left.

    Returns:
        At most 64 KB, or `None` if there is no such image.

    Raises:
        AuthgearError: Any other answer, or none.
    """
    path = f"/_images/{quote(app_id, safe='')}/{image_id}/original"

    def attempt() -> bytes | None:
        answer = _get(connection, connection.endpoint + path, budget)
        if isinstance(answer, str):
            answer = _get(connection, _check_redirect(answer, path), budget)
        if isinstance(answer, str):
            raise Unexpected(step="mark", detail="a second redirect", status=302)
        return answer

    return connection.retry(attempt, budget=budget)


def _get(connection: Connection, url: str, budget: Budget) -> bytes | str | None:
    """Return the beginning of an image, the URL of a redirect, or `None` if gone."""

    def read(response: requests.Response, end: float) -> bytes | str | None:
        status = response.status_code
        if status == 200:
            return _read_beginning(response, budget, end)
        if status in GONE:
            return None
        if status in (301, 302, 303, 307, 308):
            return response.headers.get("Location", "")
        if status == 429 or status >= 500:
            detail = "the image cannot be read now"
            raise Unavailable(step="mark", detail=detail, status=status)
        detail = "this is not a response of Authgear"
        raise Unexpected(step="mark", detail=detail, status=status)

    return connection.send("mark", "GET", url, read, budget=budget)


def _read_beginning(response: requests.Response, budget: Budget, end: float) -> bytes:
    """Return the first bytes of a body; the rest is never read."""
    body = bytearray()
    while len(body) < MOST_BYTES:
        chunk = response.raw.read1(MOST_BYTES - len(body), decode_content=True)
        if not chunk:
            break
        body += chunk
        if budget.clock() > end:
            raise TimedOut(step="mark", detail="the image is too slow")
    return bytes(body[:MOST_BYTES])


def _check_redirect(location: str, path: str) -> str:
    """Return a URL to which the request may go; raise `Unexpected` for any other."""
    try:
        url = urlsplit(location)
        fits = url.scheme == "https" and url.path == path and url.username is None
        fits = fits and bool(url.hostname) and "\\" not in location
    except ValueError:
        fits = False
    if not fits:
        detail = "the image is redirected to another place"
        raise Unexpected(step="mark", detail=detail, status=302)
    return location
