"""Shared by the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.authgear import User
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.quick import DeadLetter, lose_picture, start_quick_system
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


@pytest.fixture(scope="session")
def shared_quick_system() -> Iterator[LocalSystem]:
    """Run a system for all tests that wait for retries, a resync or the hook."""
    with start_quick_system() as system:
        yield system


@pytest.fixture
def quick(shared_quick_system: LocalSystem) -> Iterator[LocalSystem]:
    """Yield that system, and undo the changes of a test afterwards."""
    yield shared_quick_system
    shared_quick_system.put_secret()
    for queue in ("RetryQueueUrl", "BulkQueueUrl"):
        url = shared_quick_system.stack.outputs[queue]
        shared_quick_system.aws.sqs.purge_queue(QueueUrl=url)


@pytest.fixture(scope="session")
def dead_letter(shared_quick_system: LocalSystem, picture: bytes) -> DeadLetter:
    """Return an event in the dead-letter queue, whose cause is gone."""
    return lose_picture(shared_quick_system, picture)


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
