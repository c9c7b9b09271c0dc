"""The one place that speaks HTTP to Authgear: bounded, and silent on secrets."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from . import certificates
from .answers import read_json
from .errors import (
    AuthgearError,
    CertificateUntrusted,
    RateLimited,
    TimedOut,
    Unexpected,
    Unreachable,
)
from .throttle import Throttle

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

        clock: Monotonic seconds; deadlines are points of it.

        sleep: Waits for so many seconds.

        share: A random number from 0 to 1, to spread retries.

        throttle: What all requests keep to when Authgear asks for fewer.

        private_ca: Certificates in PEM form that are trusted beside the public ones.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        user_agent: str,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        share: Callable[[], float] = random.random,
        throttle: Throttle | None = None,
        private_ca: str = "",
    ) -> None:
        self.endpoint = endpoint
        self._session = session or requests.Session()
        # No proxy, .netrc or certificate of the surroundings changes where requests go.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = user_agent
        if private_ca:
            self._session.mount("https://", certificates.PrivateCAAdapter(private_ca))
        self._clock = clock
        self._sleep = sleep
        self._share = share
        self._throttle = throttle or Throttle()

    def is_same_origin(self, url: str) -> bool:
        """Tell whether a URL has the endpoint's scheme, host and port, and no user."""
        try:
            return _origin(urlsplit(url)) == _origin(urlsplit(self.endpoint))
        except ValueError:
            return False

    def request(
        self, step: str, method: str, url: str, *, deadline: float, **options: Any
    ) -> dict[str, Any]:
        """
        Send one request, once, and return the JSON object it is answered with.

        Args:
            step: What the request is for, in errors.

            method: HTTP method.

            url: An absolute URL of the endpoint.

            deadline: The moment by which to give up.

            options: `headers`, `json`, `files` as in `requests`.

        Raises:
            NoAnswer: No complete answer came.

            BadAnswer: The answer's status is not 200, or it is not a JSON object.

            RateLimited: Authgear asks for fewer requests, or did so a moment ago; then
                none is sent.
        """
        start = self._clock()
        left = deadline - start
        if left <= 0:
            raise TimedOut(step=step, detail="no time left for the request")
        self._keep_quiet(step)
        try:
            with self._session.request(
                method,
                url,
                timeout=(min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)),
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                end = min(deadline, start + READ_TIMEOUT)
                body = self._read(step, response, end)
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
            error = Unreachable(step=step, detail="no connection, or it broke")
        else:
            return self._understand(step, response, body)
        # Raised here, not above: requests' errors quote the URL, whose query may be a
        # presigned one, and `from None` would still keep them as the context.
        raise error

    def retry(self, attempt: Callable[[], T], *, deadline: float) -> T:
        """
        Call until it works, fails for good, or has failed often enough.

        A request to slow down counts as no failure: it is followed until the deadline,
        unless that takes more max_wait than there is.

        Args:
            attempt: Makes one attempt, safe to be made again.

            deadline: The moment by which to give up.

        Raises:
            AuthgearError: The last attempt's error.
        """
        failures, waited = 0, 0.0
        while True:
            try:
                return attempt()
            except AuthgearError as error:
                failures += not isinstance(error, RateLimited)
                pause = self._pause(error, failures)
                late = self._clock() + pause >= deadline
                if isinstance(error, RateLimited):
                    waited += pause
                    late = late or waited > self._throttle.max_wait
                if not error.may_repeat or failures >= ATTEMPTS or late:
                    raise
            self._sleep(pause)

    def _keep_quiet(self, step: str) -> None:
        """Raise instead of a request that Authgear would answer with a 429."""
        left = self._throttle.quiet_until - self._clock()
        if left > 0:
            detail = "fewer requests were asked for a moment ago"
            raise RateLimited(step=step, detail=detail, retry_after=left)

    def _understand(
        self, step: str, response: requests.Response, body: bytes
    ) -> dict[str, Any]:
        """Return the JSON object of an answer; note the pause that it asks for."""
        try:
            return read_json(step, response.status_code, response.headers, body)
        except RateLimited as error:
            self._throttle.quiet_until = self._clock() + (error.retry_after or 0)
            raise

    def _pause(self, error: AuthgearError, failures: int) -> float:
        """Return the seconds to wait after an error: as asked, or spread at random."""
        if error.retry_after is not None:
            return error.retry_after + self._share()
        return float(BACKOFF * 2**failures * self._share())

    def _read(self, step: str, response: requests.Response, end: float) -> bytes:
        """Read an answer's body within the limits of time and size."""
        body = bytearray()
        # Unlike iter_content, read1 returns what has come and does not wait for more:
        # an answer that drips in cannot outlive its time.
        while chunk := response.raw.read1(65_536, decode_content=True):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise Unexpected(
                    step=step, detail="endless answer", status=response.status_code
                )
            if self._clock() > end:
                raise TimedOut(step=step, detail="the answer is too slow")
        return bytes(body)


def _origin(url: SplitResult) -> tuple[str, str | None, str | None, int | None]:
    """
    Return scheme, user, host and port, the default port written out.

    The user is there because an endpoint has none: what stands before an `@` is read
    as the host by urllib3 if it ends in a back-slash.
    """
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.username, url.hostname, url.port or default
