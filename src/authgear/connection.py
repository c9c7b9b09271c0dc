"""The one place that speaks HTTP to Authgear: bounded, and silent on secrets."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from . import certificates
from .answers import read_json
from .budget import Budget
from .errors import (
    AuthgearError,
    CertificateUntrusted,
    RateLimited,
    TimedOut,
    Unexpected,
    Unreachable,
)
from .rate_limit import RateLimit

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 20.0  # seconds; blocking hooks may take 10 inside one update
LARGEST_ANSWER = 1_048_576  # bytes; true answers have a few thousand
ATTEMPTS = 3
BACKOFF = 0.5  # seconds, doubled with each attempt, times a random share

T = TypeVar("T")


class Connection:
    """
    Send single requests, and repeat what may be repeated.

    Args:
        endpoint: Authgear's origin, such as `https://example.authgear.cloud`.

        user_agent: Shown in Authgear's audit log.

        session: Keeps connections alive; one for all requests.

        share: A random number from 0 to 1, to spread retries.

        private_ca: Certificates in PEM form that are trusted beside the public ones.

    Attributes:
        requests_sent: How many requests were sent so far.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        user_agent: str,
        session: requests.Session | None = None,
        share: Callable[[], float] = random.random,
        private_ca: str = "",
    ) -> None:
        self.endpoint = endpoint
        self._session = session or requests.Session()
        # No proxy, .netrc or certificate of the environment changes where requests go.
        self._session.trust_env = False
        # Without this requests reads the whole body of a redirect that is not followed.
        self._session.get_redirect_target = _no_target  # type: ignore[method-assign,assignment]
        self._session.headers["User-Agent"] = user_agent
        if private_ca:
            self._session.mount("https://", certificates.PrivateCAAdapter(private_ca))
        self._share = share
        self._rate_limit = RateLimit()
        self.requests_sent = 0

    def is_same_origin(self, url: str) -> bool:
        """Tell whether a URL has the endpoint's scheme, host and port, and no user."""
        try:
            return _origin(urlsplit(url)) == _origin(urlsplit(self.endpoint))
        except ValueError:
            return False

    def request(
        self,
        step: str,
        method: str,
        url: str,
        *,
        budget: Budget,
        largest_answer: int = LARGEST_ANSWER,
        **options: Any,
    ) -> dict[str, Any]:
        """
        Send one request, once, and return the JSON object of the answer.

        Args:
            step: The name of the request in error messages.

            method: HTTP method.

            url: An absolute URL of the endpoint.

            budget: The time that the run has left.

            largest_answer: Bytes; a longer answer is an error.

            options: `headers`, `json`, `files` as in `requests`.

        Raises:
            NoAnswer: No complete answer came.

            BadAnswer: The answer's status is not 200, or it is not a JSON object.

            RateLimited: Authgear asks for fewer requests, or did so a moment ago; then
                none is sent.
        """

        def read(response: requests.Response, end: float) -> dict[str, Any]:
            body = _read_body(step, response, budget, end, largest_answer)
            status, headers = response.status_code, response.headers
            return self._understand(step, status, headers, body, budget)

        return self.send(step, method, url, read, budget=budget, **options)

    def send(
        self,
        step: str,
        method: str,
        url: str,
        read: Callable[[requests.Response, float], T],
        *,
        budget: Budget,
        connect_timeout: float = CONNECT_TIMEOUT,
        **options: Any,
    ) -> T:
        """
        Send one request, once, and return what `read` makes of the response.

        Args:
            step: As in `request`, like all that are not listed here.

            read: Takes the response, whose body is not read yet, and the moment by
                which the body must have come.

            connect_timeout: Seconds that the connection may take.
        """
        start, left = budget.clock(), budget.left()
        if left <= 0:
            raise TimedOut(step=step, detail="no time left for the request")
        self._rate_limit.check(step, start)
        self.requests_sent += 1
        timeouts = min(connect_timeout, left), min(READ_TIMEOUT, left)
        try:
            with self._open(method, url, timeout=timeouts, **options) as response:
                return read(response, min(budget.deadline, start + READ_TIMEOUT))
        except (requests.Timeout, ReadTimeoutError):
            error: AuthgearError = TimedOut(step=step, detail="no answer in time")
        except requests.exceptions.SSLError as caught:
            problem = certificates.explain(caught)
            error = (
                CertificateUntrusted(step=step, detail=problem)
                if problem
                else Unreachable(step=step, detail="no TLS connection")
            )
        except (requests.RequestException, HTTPError):
            error = Unreachable(
                step=step, detail="no connection, or the connection was lost"
            )
        # Raised here, not above: requests' errors quote the URL, whose query may be a
        # presigned one, and `from None` would still keep them as the context.
        raise error

    def retry(self, attempt: Callable[[], T], *, budget: Budget) -> T:
        """
        Call until it works, fails for good, or has failed often enough.

        A rate limit counts as no failure; the budget limits how long it is waited for.

        Args:
            attempt: Makes one attempt, safe to be made again.

            budget: The time that the run has left.

        Raises:
            AuthgearError: The last attempt's error.
        """
        failures = 0
        while True:
            try:
                return attempt()
            except AuthgearError as error:
                failures += not isinstance(error, RateLimited)
                if not error.may_repeat or failures >= ATTEMPTS:
                    raise
                if not self._wait(error, failures, budget):
                    raise

    def _open(
        self, method: str, url: str, *, timeout: tuple[float, float], **options: Any
    ) -> AbstractContextManager[requests.Response]:
        """Send a request; redirects are not followed, and the body is not read yet."""
        return self._session.request(
            method, url, timeout=timeout, allow_redirects=False, stream=True, **options
        )

    def _understand(
        self,
        step: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        budget: Budget,
    ) -> dict[str, Any]:
        """Return the JSON object of an answer; note the pause that it asks for."""
        try:
            content = read_json(step, status, headers, body)
        except RateLimited as error:
            self._rate_limit.begin_pause(error, budget.clock())
            raise
        self._rate_limit.clear()
        return content

    def _wait(self, error: AuthgearError, failures: int, budget: Budget) -> bool:
        """Wait after an error; return `False` if the budget does not allow it."""
        if isinstance(error, RateLimited):
            return budget.wait_for_rate_limit((error.retry_after or 0) + self._share())
        if error.retry_after is not None:
            return budget.pause(error.retry_after + self._share())
        return budget.pause(BACKOFF * 2**failures * self._share())


def _no_target(_: requests.Response) -> None:
    """Tell that no answer is a redirect to follow."""


def _read_body(
    step: str, response: requests.Response, budget: Budget, end: float, limit: int
) -> bytes:
    """Read an answer's body within the limits of time and size."""
    body = bytearray()
    # Unlike iter_content, read1 returns what has come and does not wait for more: a
    # slow response cannot exceed the timeout.
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > limit:
            status = response.status_code
            raise Unexpected(step=step, detail="the answer is too long", status=status)
        if budget.clock() > end:
            raise TimedOut(step=step, detail="the answer is too slow")
    return bytes(body)


def _origin(url: SplitResult) -> tuple[str, str | None, str | None, int | None]:
    """
    Return scheme, user, host and port, the default port written out.

    The user counts because an endpoint has no user: urllib3 reads the text before an
    `@` as the host if that text ends in a backslash.
    """
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.username, url.hostname, url.port or default
