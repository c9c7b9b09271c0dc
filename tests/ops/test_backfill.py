"""backfill: objects that were there before, by a job or from here."""

from __future__ import annotations

import uuid

import pytest

from local.authgear import Fault, User
from local.demo.bad_files import TEXT
from local.paths import PICTURES
from local.sample_users import create_person
from ops.backfill.here import Pace, run_here
from ops.backfill.job import make_manifest
from ops.backfill.survey import Task
from ops.deployment import Deployment
from ops.session import Session
from tests.fakes.batch_operations import JOB_ID, FakeBatchOperations
from tests.fakes.clock import FakeClock
from tests.fakes.execution import invoke
from tests.ops.conftest import NAME, Ops

PHOTO = (PICTURES / "rocket.jpg").read_bytes()
FAST = ("--rate", "60000")


@pytest.fixture
def people(ops: Ops) -> list[User]:
    """Create three users with pictures; an older text, a stranger and a folder."""
    names = ("Grace Hopper", "Alan Turing", "Edsger Dijkstra")
    people = [create_person(ops.system.authgear, name) for name in names]
    ops.system.put(f"pictures/{people[0].id}.bad", TEXT)
    for person in people:
        ops.system.put(f"pictures/{person.id}.jpg", PHOTO)
    ops.system.put(f"pictures/{uuid.uuid4()}.jpg", PHOTO)
    ops.system.put("pictures/party.jpg", PHOTO)
    return people


@pytest.fixture
def batch(ops: Ops) -> FakeBatchOperations:
    """Run the function behind S3 Batch Operations."""
    return FakeBatchOperations(
        ops.aws, lambda event: invoke(ops.system.environment(), event)[0]
    )


def test_backfill_dry_run_writes_nothing(ops: Ops, people: list[User]) -> None:
    """Users are counted, not objects, and no tag or picture is set."""
    status, found = ops.json("backfill", "--dry-run")

    assert status == 0
    assert (found["to_do"], found["done"]) == (4, 0)
    assert found["ignored"] == {"key-outside-pattern": 1}
    assert [person.picture_object_id for person in people] == [None] * 3


def test_backfill_from_here_then_again(ops: Ops, people: list[User]) -> None:
    """A second run skips what the tags say is done; the stranger is looked at again."""
    status, found = ops.json("backfill", "--local", "--yes", *FAST)
    _, second = ops.json("backfill", "--local", "--yes", *FAST)
    _, third = ops.json("backfill", "--dry-run", "--again")

    assert status == 0
    assert found["reasons"] == {"picture-set": 3, "unknown-user": 1}
    assert all(person.picture_object_id for person in people)
    assert (second["to_do"], second["done"]) == (1, 3)
    assert third["to_do"] == 4


def test_backfill_takes_up_what_failed(ops: Ops, people: list[User]) -> None:
    """A failure is told by the exit status, and is done by the next run."""
    ops.system.authgear.faults.add(Fault(step="upload", status=502, times=3))

    status, text = ops.run("backfill", "--local", "--yes", "--concurrency", "1", *FAST)
    _, second = ops.json("backfill", "--local", "--yes", *FAST)

    assert status == 1
    assert "authgear-unavailable" in text
    assert second["reasons"]["picture-set"] == 1


def test_backfill_stopped_finishes_what_it_began(ops: Ops, people: list[User]) -> None:
    """Ctrl-C leaves nobody half done, and the next run takes up the rest."""
    done: list[None] = []
    deployment = Deployment.find(Session(environment=ops.environment, aws=ops.aws), "")
    tasks = [Task(ops.system.bucket, f"pictures/{it.id}.jpg") for it in people]

    counts, is_stopped = run_here(
        deployment,
        tasks,
        concurrency=1,
        pace=Pace(60_000),
        on_done=lambda: done.append(None),
        should_stop=lambda: bool(done),
    )

    assert is_stopped
    assert counts == {"picture-set": 1}


def test_pace_spreads_requests_evenly() -> None:
    """Sixty a minute are one a second."""
    clock = FakeClock()
    pace = Pace(60, clock, clock.sleep)

    for _ in range(4):
        pace.wait()

    assert clock.slept == [0, 1, 1, 1]


def test_backfill_by_a_job(
    ops: Ops, people: list[User], batch: FakeBatchOperations
) -> None:
    """The deployed function is invoked for each user; the report is summed up."""
    status, text = ops.run("backfill", "--stack", NAME, "--yes")
    _, found = ops.json("backfill", "--stack", NAME, "--job", JOB_ID)
    _, left = ops.json("backfill", "--stack", NAME, "--dry-run")

    assert status == 0, text
    assert f"--job {JOB_ID}" in text
    assert len(batch.rows) == 4
    assert batch.request["RoleArn"].endswith(":role/batch")
    assert found["reasons"] == {"picture-set": 3, "unknown-user": 1}
    assert all(person.picture_object_id for person in people)
    assert (left["to_do"], left["done"]) == (1, 3)


def test_backfill_by_a_job_that_cannot_begin(
    ops: Ops, people: list[User], batch: FakeBatchOperations
) -> None:
    """S3's own code is told, and where to look."""
    batch.failure = "AccessDenied"

    status, text = ops.run("backfill", "--stack", NAME, "--yes")

    assert status == 1
    assert "has ended as Failed: AccessDenied" in text


def test_backfill_without_a_stack_is_used_wrongly(ops: Ops) -> None:
    """A job needs a deployed function."""
    assert ops.run("backfill", "--yes")[0] == 2


def test_manifest_keys_are_encoded() -> None:
    """Commas, blanks, quotes and letters of all languages arrive as they are."""
    manifest = make_manifest([Task("pictures", 'a/é ,"+%.jpg')])

    assert manifest == b"pictures,a/%C3%A9%20%2C%22%2B%25.jpg\n"
