"""The operator's commands, run on the deployed stack as `make local` says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.paths import PICTURES
from local.sample_users import create_person
from local.system import STACK, LocalSystem
from tests.fakes.python import python_path

MINUTES = 240  # seconds; an empty queue is looked at for a minute


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    """Run a system of its own, whose queues no other test fills."""
    with LocalSystem.start(retry_delay=0) as system:
        yield system


def ops(system: LocalSystem, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that has only the variables that are printed."""
    environment = {"PATH": os.defpath, **python_path(), **system.exports()}
    return subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-m", "ops", *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=MINUTES,
        check=False,
    )


def test_exports_name_the_stack(system: LocalSystem) -> None:
    """The commands find stack and AWS by the variables alone."""
    assert system.exports()["STACK"] == STACK
    assert system.exports()["AWS_ENDPOINT_URL"] == system.aws.endpoint


def test_doctor_finds_nothing_wrong_but_what_ministack_lacks(
    system: LocalSystem,
) -> None:
    """
    All is right with the stack; docs/try.md names the one answer that is MiniStack's.

    It ignores the context entries of SimulatePrincipalPolicy.
    """
    result = ops(system, "doctor")

    lines = [line.split() for line in result.stdout.splitlines()]
    wrong = {words[1] for words in lines if words[:1] == ["NO"]}
    assert wrong == {"role"}, result.stdout + result.stderr


def test_picture_is_synced_and_its_status_shown(system: LocalSystem) -> None:
    """A file is given to one user; of another one it is told what there is."""
    ada = create_person(system.authgear, "Ada Lovelace")
    edsger = create_person(system.authgear, "Edsger Dijkstra")
    photo = PICTURES / "rocket.jpg"
    system.drop(system.key_for(edsger, ".jpg"), photo.read_bytes())

    synced = ops(system, "sync", str(photo), "--user", ada.id)
    status = ops(system, "status", edsger.id)

    assert synced.returncode == 0, synced.stdout + synced.stderr
    assert ada.picture_object_id
    assert status.returncode == 0, status.stdout + status.stderr


def test_backfill_takes_what_was_there(system: LocalSystem) -> None:
    """An object whose event came to nothing is found by the deployed function."""
    key = f"pictures/{(user_id := '0a1b2c3d-0000-4000-8000-abcdef000001')}.jpg"
    system.drop(key, (PICTURES / "rocket.jpg").read_bytes())
    user = create_person(system.authgear, "Grace Hopper", user_id=user_id)

    result = ops(system, "backfill", "--yes")

    assert result.returncode == 0, result.stdout + result.stderr
    assert user.picture_object_id


def test_replay_tells_of_dead_letters(system: LocalSystem) -> None:
    """
    What has failed for a day is counted.

    MiniStack knows no StartMessageMoveTask, says docs/try.md; tests/ops has the rest.
    """
    key = "pictures/0a1b2c3d-0000-4000-8000-abcdef000002.jpg"
    record = {"requestPayload": system.event(key)}
    system.aws.sqs.send_message(
        QueueUrl=system.stack.outputs["DeadLetterQueueUrl"],
        MessageBody=json.dumps(record),
    )

    result = ops(system, "replay", "--yes")

    assert "1 have failed for a day" in result.stdout
    assert "StartMessageMoveTask" in result.stderr
