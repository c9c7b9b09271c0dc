"""The rate limit of the cloud service, which self-hosted servers do not have."""

from __future__ import annotations

import pytest
import requests

from authgear import AdminAPI, RateLimited
from local.authgear import Authgear
from tests.fakes.clock import FakeClock
from tests.fakes.rate_limit import RateLimit
from tests.local.authgear.conftest import soon


def test_limit_counts_a_minute_back() -> None:
    """Requests up to the limit pass; the next waits until the first is a minute old."""
    clock = FakeClock()
    limit = RateLimit(2, clock)

    first = limit.admit("a")
    clock.now += 20
    second, third = limit.admit("a"), limit.admit("a")
    clock.now += 40

    assert (first, second, third) == (None, None, 40)
    assert limit.admit("a") is None
    assert limit.admit("a") == 20


def test_limit_is_each_address_s_own() -> None:
    """One client's haste does not slow another down."""
    limit = RateLimit(1, FakeClock())

    assert [limit.admit(address) for address in ("a", "b")] == [None, None]


def test_request_beyond_the_limit_is_429(
    authgear: Authgear, admin_api: AdminAPI
) -> None:
    """The answer names the seconds to wait; a client with less time gives up."""
    authgear.admit = RateLimit(1, authgear.clock).admit
    admin_api.create_upload_url(budget=soon())

    with pytest.raises(RateLimited) as raised:
        admin_api.create_upload_url(budget=soon(5))

    assert raised.value.status == 429
    assert 55 <= (raised.value.retry_after or 0) <= 60


def test_other_paths_are_not_limited(authgear: Authgear) -> None:
    """The limit is that of the Admin API and of uploads."""
    authgear.admit = RateLimit(0, authgear.clock).admit

    answer = requests.get(f"{authgear.endpoint}/healthz", timeout=5)

    assert answer.status_code == 200
