"""An emulator, and the product's own client to speak with it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from authgear import AccessTokens, AdminAPI, Budget, Connection, KeyPair
from local.authgear import Authgear, User

NAME = "Ada Example"


@pytest.fixture(scope="module")
def shared_authgear() -> Iterator[Authgear]:
    """Run one emulator for all tests of a module."""
    with Authgear.start() as authgear:
        yield authgear


@pytest.fixture
def authgear(shared_authgear: Authgear) -> Iterator[Authgear]:
    """Yield the emulator, and switch its faults off afterwards."""
    yield shared_authgear
    shared_authgear.faults.clear()
    shared_authgear.admit = lambda _: None
    shared_authgear.images.available = True


@pytest.fixture
def user(authgear: Authgear) -> User:
    """Create a user."""
    return authgear.users.create(standard_attributes={"name": NAME})


@pytest.fixture
def admin_api(authgear: Authgear) -> Iterator[AdminAPI]:
    """Make a client; the budget of `soon` lets it try everything at once."""
    pair = KeyPair(
        key_id=authgear.key_pair.key_id, private_key=authgear.key_pair.private_key
    )
    tokens = AccessTokens(app_id=authgear.app_id, load_key_pair=lambda: pair)
    with requests.Session() as session:
        connection = Connection(
            endpoint=authgear.endpoint,
            user_agent="tests",
            session=session,
        )
        yield AdminAPI(connection, tokens)


def soon(seconds: float = 10) -> Budget:
    """Return a budget of some seconds, in which no pause takes any time."""
    return Budget(deadline=time.monotonic() + seconds, sleep=lambda _: None)
