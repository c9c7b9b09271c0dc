"""Shared by the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.authgear import User
from local.sample_users import create_person
from local.system import LocalSystem
from tests.samples.pictures import encode, quadrants


@pytest.fixture(scope="session")
def shared_system() -> Iterator[LocalSystem]:
    """Run a system for all tests that change none of its parameters."""
    with LocalSystem.start(retry_delay=0) as system:
        yield system


@pytest.fixture
def system(shared_system: LocalSystem) -> Iterator[LocalSystem]:
    """Yield the system, and undo the test's changes afterwards."""
    yield shared_system
    shared_system.authgear.faults.clear()
    shared_system.put_secret()


@pytest.fixture
def user(system: LocalSystem) -> User:
    """Create a user with every kind of attribute."""
    return create_person(system.authgear, "Ada Lovelace")


@pytest.fixture
def key(user: User) -> str:
    """Return the key of the user's picture."""
    return f"pictures/{user.id}.png"


@pytest.fixture(scope="session")
def picture() -> bytes:
    """Return a picture of four colours."""
    return encode(quadrants(800, 600), "PNG")
