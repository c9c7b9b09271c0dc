"""A decoder that crashes: what becomes of the objects of the event."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.authgear import User
from local.function.execution import Execution
from local.sample_users import create_person
from local.system import LocalSystem
from tests.fakes.handlers import CRASHES, CRASHING_DECODER, CRASHING_HANDLER
from tests.grid.stage import load_event


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    """Run the servers alone: no other function is to see the files first."""
    with LocalSystem.start(concurrency=0) as system:
        yield system


@pytest.fixture
def execution(system: LocalSystem, tmp_path: Path) -> Iterator[Execution]:
    """Run the function with a decoder that crashes on some files."""
    (tmp_path / "handler.py").write_text(CRASHING_HANDLER)
    (tmp_path / "crashing_decoder.py").write_text(CRASHING_DECODER)
    execution = Execution(system.environment(), timeout=30, path=[tmp_path])
    yield execution
    execution.stop()


@pytest.fixture
def users(system: LocalSystem, picture: bytes) -> list[User]:
    """Create three users; the second one's file makes the decoder crash."""
    users = [create_person(system.authgear, name) for name in ("Ada", "Grace", "Alan")]
    for user, data in zip(users, (picture, CRASHES, picture), strict=True):
        system.put(key_of(user), data)
    return users


def key_of(user: User) -> str:
    """Return the key of a user's object."""
    return f"pictures/{user.id}.jpg"


def event_of(*users: User) -> dict[str, Any]:
    """Return one event that names the objects of several users."""
    event: dict[str, Any] = load_event("s3-put")
    records = [copy.deepcopy(event["Records"][0]) for _ in users]
    for record, user in zip(records, users, strict=True):
        record["s3"]["object"]["key"] = key_of(user)
    return {"Records": records}


def test_crash_is_a_rejection_at_the_first_attempt(
    execution: Execution, users: list[User]
) -> None:
    """The crash ends a worker alone: the invocation has an outcome and no error."""
    crashed = execution.invoke(event_of(users[1]), "1")

    assert crashed.error is None
    [record] = crashed.records
    assert (record["outcome"], record["reason"]) == ("rejected", "decoder-crashed")
    assert "SIGSEGV" in record["detail"]


def test_crash_loses_no_object_of_its_event(
    execution: Execution, users: list[User]
) -> None:
    """The objects before and after the one that crashes become pictures."""
    records = execution.invoke(event_of(*users), "1").records

    assert [(record["key"], record["reason"]) for record in records] == [
        (key_of(users[0]), "picture-set"),
        (key_of(users[1]), "decoder-crashed"),
        (key_of(users[2]), "picture-set"),
    ]


def test_older_picture_is_applied_instead_of_a_crash(
    system: LocalSystem, execution: Execution, users: list[User], picture: bytes
) -> None:
    """The next older good picture of the same user is set in the same run."""
    system.put(f"pictures/{users[1].id}.a.jpg", picture)
    system.put(key_of(users[1]), CRASHES)

    [record] = execution.invoke(event_of(users[1]), "1").records

    assert record["reason"] == "decoder-crashed"
    assert users[1].picture_object_id
