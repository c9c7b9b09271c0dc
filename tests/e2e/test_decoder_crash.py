"""A decoder that takes the whole process along: what becomes of the event's objects."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.authgear import User
from local.function.execution import Execution
from local.function.invoker import failure_record
from local.sample_users import create_person
from local.system import LocalSystem
from tests.fakes.handlers import CRASHES, CRASHING_HANDLER
from tests.grid.stage import load_event
from triggers.parser import read_event


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    """Run the servers alone: no other function is to see the files first."""
    with LocalSystem.start(concurrency=0) as system:
        yield system


@pytest.fixture
def execution(system: LocalSystem, tmp_path: Path) -> Iterator[Execution]:
    """Run the function with a decoder that crashes on some files."""
    (tmp_path / "handler.py").write_text(CRASHING_HANDLER)
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


def test_crash_fails_the_invocation_and_the_next_event_is_served(
    execution: Execution, users: list[User]
) -> None:
    """Lambda's runtime tells of the exit; a new process takes what comes next."""
    crashed = execution.invoke(event_of(users[1]), "1")

    served = execution.invoke(event_of(users[2]), "2")

    assert crashed.error is not None
    assert crashed.error["errorType"] == "Runtime.ExitError"
    assert crashed.records == []
    assert [record["key"] for record in served.records] == [key_of(users[2])]
    assert served.error is None


def test_crash_loses_no_object_of_its_event(
    execution: Execution, users: list[User]
) -> None:
    """What was done has its line; the event, with all of its objects, is kept."""
    event = event_of(*users)
    attempts = [execution.invoke(event, "1") for _ in range(3)]

    record = failure_record(event, "1", attempts)
    message = {
        "messageId": "m1",
        "eventSource": "aws:sqs",
        "body": json.dumps(record),
    }
    object_events = read_event({"Records": [message]}).object_events

    assert [r["key"] for a in attempts for r in a.records] == [key_of(users[0])] * 3
    assert [
        (object_event.key, object_event.item) for object_event in object_events
    ] == [(key_of(user), "m1") for user in users]
    assert record["responsePayload"]["errorType"] == "Runtime.ExitError"


def test_event_of_a_crash_heals_once_the_file_is_another(
    system: LocalSystem, execution: Execution, users: list[User], picture: bytes
) -> None:
    """The record in the retry queue brings all of its objects in sync."""
    event = event_of(*users)
    record = failure_record(event, "1", [execution.invoke(event, "1")])
    system.put(key_of(users[1]), picture)
    message = {
        "messageId": "m1",
        "eventSource": "aws:sqs",
        "body": json.dumps(record),
    }

    healed = execution.invoke({"Records": [message]}, "2")

    assert healed.payload["batchItemFailures"] == []
    assert all(user.picture_object_id for user in users)
