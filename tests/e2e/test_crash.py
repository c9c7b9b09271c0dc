"""A function that crashes: the objects of its event are not lost."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from local.authgear import User
from local.aws.package import pack
from local.aws.stack import PACKAGES
from local.paths import ROOT
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.waiting import wait_until
from tests.fakes.handlers import (
    CRASHES,
    CRASHING_DECODER,
    CRASHING_HANDLER,
    DECODER_CRASHES,
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """Run a system whose function crashes on some files."""
    package = tmp_path_factory.mktemp("crash") / "crash.zip"
    pack(package)
    with zipfile.ZipFile(package, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the two handlers, the last one counts
        archive.write(ROOT / "src" / "handler.py", "real_handler.py")
        archive.writestr("handler.py", CRASHING_HANDLER)
        archive.writestr("crashing_decoder.py", CRASHING_DECODER)
    with LocalSystem.start(retry_delay=0) as system:
        code = package.read_bytes()
        system.aws.s3.put_object(Bucket=PACKAGES, Key=package.name, Body=code)
        system.aws.functions.update_function_code(
            FunctionName=system.function_name, S3Bucket=PACKAGES, S3Key=package.name
        )
        yield system


@pytest.fixture
def users(system: LocalSystem) -> list[User]:
    """Create three users."""
    names = ("Ada Lovelace", "Grace Hopper", "Alan Turing")
    return [create_person(system.authgear, name) for name in names]


def key_of(user: User) -> str:
    """Return the key of a user's object, for which S3 sends no event by itself."""
    return f"pictures/{user.id}.jpg"


def event_of(system: LocalSystem, *users: User) -> dict[str, Any]:
    """Return one event that names the objects of several users."""
    events = [system.event(key_of(user)) for user in users]
    return {"Records": [event["Records"][0] for event in events]}


def test_next_event_is_served_after_a_crash(
    system: LocalSystem, users: list[User], picture: bytes
) -> None:
    """The process is gone, and a new one takes what comes next."""
    system.put(key_of(users[0]), CRASHES)

    settled = system.drop(key_of(users[1]), picture)

    assert settled.outcome == "synced"
    assert users[0].picture_object_id is None


def test_event_of_a_crash_waits_and_heals_once_the_file_is_another(
    system: LocalSystem, users: list[User], picture: bytes
) -> None:
    """No object of the event is lost: the retry queue brings all of them in sync."""
    for user, data in zip(users, (picture, CRASHES, picture), strict=True):
        system.put(key_of(user), data)
    system.wait_for(key_of(users[0]))
    system.wait_for(key_of(users[2]))
    system.invoke(event_of(system, *users))
    wait_until(lambda: key_of(users[2]) in "".join(system.read_failures()))

    system.put(key_of(users[1]), picture)
    system.deliver_failures()
    system.wait_for(key_of(users[2]), count=2, timeout=60)

    assert all(user.picture_object_id for user in users)


def test_decoder_that_crashes_ends_in_a_rejection_at_the_first_attempt(
    system: LocalSystem, users: list[User], picture: bytes
) -> None:
    """It takes a worker along, and nothing else: the older picture is set at once."""
    system.put(f"pictures/{users[1].id}.a.jpg", picture)
    system.wait_for(f"pictures/{users[1].id}.a.jpg")
    older = users[1].picture_object_id

    crashed = system.drop(key_of(users[1]), DECODER_CRASHES)
    served = system.drop(key_of(users[2]), picture)

    assert (crashed.outcome, crashed.reason) == ("rejected", "decoder-crashed")
    assert crashed.attempts == 1
    assert served.outcome == "synced"
    assert users[1].picture_object_id == older
