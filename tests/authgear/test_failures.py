"""Every step against every failure: which error, how often sent, and no secret."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from authgear import AuthgearError
from tests.authgear.client import ATTRIBUTES, STEPS, Client
from tests.authgear.failures import FAILURES, expect
from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.transport import answer

TIME = 20.0  # seconds; the fourth pause of a rate limit would end later
KEY_LINES = KEY_PAIR.private_key.splitlines()[1:-1]
EXCEPTIONS = {
    "connection": requests.ConnectionError,
    "timeout": requests.ReadTimeout,
    "broken-body": requests.exceptions.ChunkedEncodingError,
    "redirects": requests.TooManyRedirects,
    "bad-url": requests.exceptions.InvalidURL,
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("step", STEPS)
def test_failure_has_its_error(step: str, name: str) -> None:
    """
    Class, step, status, whether it may work later, and how often it was sent.

    Neither the error nor what led to it shows token, key, query or attribute.
    """
    expected = expect(step, name)

    client, error = fail(step, name)

    assert type(error) is expected.error
    assert (error.step, error.status) == (step, expected.status)
    assert error.retryable is not (step == "upload" and name in ("400", "413"))
    assert client.count(step) == expected.requests
    assert leaks(client, error) == []


@pytest.mark.parametrize("kind", EXCEPTIONS.values(), ids=EXCEPTIONS)
@pytest.mark.parametrize("step", STEPS)
def test_exception_that_quotes_the_request_is_dropped(
    step: str, kind: type[requests.RequestException]
) -> None:
    """The library's errors quote URLs; none of them is kept, as context neither."""
    client = Client(key_pair=KEY_PAIR)

    def quote(work: Any) -> requests.Response:
        request = client.transport.requests[-1]
        raise kind(f"{request.url} {request.headers} {request.body!r}", request=request)

    client.always(step, quote)

    with pytest.raises(AuthgearError) as caught:
        client.call(step, TIME)

    assert leaks(client, caught.value) == []


@pytest.mark.parametrize("status", [200, 302, 400, 403, 409, 429, 500])
@pytest.mark.parametrize("step", STEPS)
def test_answer_that_echoes_the_request_is_not_quoted(step: str, status: int) -> None:
    """Bodies and headers may hold anything that was sent; errors quote neither."""
    client = Client(key_pair=KEY_PAIR)

    def echo(work: Any) -> requests.Response:
        request = client.transport.requests[-1]
        text = f"{request.url} {request.headers} {request.body!r}"
        codes = {"errorName": text, "reason": text, "tracking_id": text}
        content = {"error": codes, "errors": [{"message": text, "extensions": codes}]}
        return answer(content, status, {"Location": text, "Retry-After": text})

    client.always(step, echo)

    with pytest.raises(AuthgearError) as caught:
        client.call(step, TIME)

    assert leaks(client, caught.value) == []


def fail(step: str, name: str) -> tuple[Client, AuthgearError]:
    """Make a step's call while all its requests fail; return the error."""
    client = Client(key_pair=KEY_PAIR)
    client.always(step, FAILURES[name].fault)
    with pytest.raises(AuthgearError) as caught:
        client.call(step, TIME)
    return client, caught.value


def leaks(client: Client, error: BaseException | None) -> list[str]:
    """Return the secrets that an error, or any error behind it, shows."""
    headers = [r.headers.get("Authorization", "") for r in client.transport.requests]
    tokens = [header.removeprefix("Bearer ") for header in headers if header]
    values = [str(v) for v in ATTRIBUTES.values() if isinstance(v, str)]
    secrets = [*tokens, *KEY_LINES, "SECRET", "x-authgear", *values]
    shown = ""
    while error is not None:
        shown += f"{error} {error!r} {error.args} {vars(error)} "
        error = error.__cause__ or error.__context__
    return [secret for secret in secrets if secret in shown]
