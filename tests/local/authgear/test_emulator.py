"""The emulator from outside, its start and its end."""

from __future__ import annotations

import threading

import pytest
import requests

from authgear import AdminAPI, Forbidden
from local.authgear import Authgear, User
from tests.local.authgear.conftest import soon


def test_requests_are_noted(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """Step, status, connection and user agent of each request can be looked at."""
    before = len(authgear.requests)

    admin_api.create_upload_url(budget=soon())
    admin_api.get_user(user.id, budget=soon())

    noted = authgear.requests[before:]
    assert [(it.step, it.status) for it in noted] == [("presign", 200), ("read", 200)]
    assert len({it.connection for it in noted}) == 1
    assert {it.user_agent for it in noted} == {"tests"}
    assert "?" not in "".join(it.path for it in noted)


def test_token_of_an_old_key_is_forbidden(
    authgear: Authgear, admin_api: AdminAPI
) -> None:
    """A client that still uses the old key gets a 403."""
    admin_api.create_upload_url(budget=soon())
    kept = authgear.key_pair
    authgear.rotate_key()

    try:
        with pytest.raises(Forbidden):
            admin_api.create_upload_url(budget=soon())
    finally:
        authgear.key_pair = kept


def test_stop_ends_every_connection_and_thread() -> None:
    """Nothing is left behind, not even behind a connection that is kept alive."""
    before = set(threading.enumerate())
    with requests.Session() as session:
        with Authgear.start() as authgear:
            session.get(f"{authgear.endpoint}/healthz", timeout=5)
            assert set(threading.enumerate()) - before

        assert not set(threading.enumerate()) - before


def test_unknown_user_is_a_key_error(authgear: Authgear) -> None:
    """A test that reads a missing user gets a KeyError."""
    with pytest.raises(KeyError):
        authgear.users.get("nobody")
