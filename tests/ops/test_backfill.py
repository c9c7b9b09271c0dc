"""backfill: all users in sync, by the bulk queue."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from local.authgear import User
from local.demo.bad_files import TEXT
from local.paths import PICTURES
from local.sample_users import create_person
from ops.backfill.progress import Progress, follow, format_minutes
from ops.bulk import BulkWork
from ops.problem import Problem
from ops.session import Session
from tests.fakes.bulk_mapping import FakeBulkMapping
from tests.fakes.clock import FakeClock
from tests.fakes.execution import Execution
from tests.ops.conftest import NAME, Ops
from tests.ops.stack import drain, queue_arn
from triggers.messages import Mode, Resync, write_message

PHOTO = (PICTURES / "rocket.jpg").read_bytes()
LIMITED = {
    "FunctionError": "Unhandled",
    "content": {"errorMessage": "1 of 1 objects failed: authgear-rate-limited"},
}


@pytest.fixture(scope="module")
def execution(ops_system: Any, stack: dict[str, str]) -> Iterator[Execution]:
    """Run the deployed function."""
    variables = {
        **ops_system.environment(),
        "BULK_QUEUE_URL": stack["BulkQueueUrl"],
        "BULK_REQUESTS_PER_MINUTE": "0",
    }
    execution = Execution(variables)
    yield execution
    execution.stop()


@pytest.fixture
def mapping(
    ops: Ops, stack: dict[str, str], execution: Execution
) -> Iterator[FakeBulkMapping]:
    """Let the function work whenever a command sleeps."""
    url = stack["BulkQueueUrl"]
    mapping = FakeBulkMapping(ops.aws, execution, url, queue_arn(ops.aws, url))
    ops.changes["sleep"] = mapping.sleep
    yield mapping
    drain(ops.aws, url)


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


def count_waiting(ops: Ops, stack: dict[str, str]) -> int:
    """Return how many messages are in the bulk queue."""
    answer = ops.aws.sqs.get_queue_attributes(
        QueueUrl=stack["BulkQueueUrl"], AttributeNames=["All"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.usefixtures("mapping")
def test_backfill_dry_run_counts_by_cause(
    ops: Ops, stack: dict[str, str], people: list[User]
) -> None:
    """The function compares; no message is sent and no picture is set."""
    status, found = ops.json("backfill", "--stack", NAME, "--dry-run")
    _, text = ops.run("backfill", "--stack", NAME, "--dry-run")

    assert status == 0
    assert found["counts"]["new_object"] == 3
    assert found["counts"]["unknown_user"] == 1
    assert (found["to_do"], found["started"]) == (3, False)
    assert "3 with a picture that is not applied yet" in text
    assert count_waiting(ops, stack) == 0
    assert [person.picture_object_id for person in people] == [None] * 3


@pytest.mark.usefixtures("mapping")
def test_backfill_sets_all_then_finds_nothing(
    ops: Ops, people: list[User], stack: dict[str, str]
) -> None:
    """It is followed to its end and counted again; a second run starts nothing."""
    status, found = ops.json("backfill", "--stack", NAME, "--yes")
    second_status, second = ops.json("backfill", "--stack", NAME, "--yes")

    assert (status, second_status) == (0, 0)
    assert (found["started"], second["started"]) == (True, False)
    assert found["counts_after"]["in_sync"] == 3
    assert all(person.picture_object_id for person in people)
    assert count_waiting(ops, stack) == 0
    assert second["to_do"] == 0


@pytest.mark.usefixtures("mapping")
def test_backfill_says_where_and_what(ops: Ops, people: list[User]) -> None:
    """Stack, account, region, bucket and endpoint are named before it starts."""
    status, text = ops.run("backfill", "--stack", NAME, "--yes", width=200)

    assert status == 0
    assert f"Stack:    {NAME}, account 123456789012, region us-east-1" in text
    assert "Bucket:   pictures-example" in text
    assert "Now in sync: +3" in text
    assert len(people) == 3


@pytest.mark.usefixtures("mapping")
def test_backfill_again_retries_rejections(ops: Ops, user: User) -> None:
    """A rejection is settled; only --again queues it."""
    ops.system.put(f"pictures/{user.id}.jpg", TEXT)
    ops.run("backfill", "--stack", NAME, "--yes")

    _, settled = ops.json("backfill", "--stack", NAME, "--dry-run")
    _, again = ops.json("backfill", "--stack", NAME, "--dry-run", "--again")

    assert settled["counts"]["settled"] == 1
    assert (settled["to_do"], again["to_do"]) == (0, 1)
    assert again["mode"] == "again"


@pytest.mark.usefixtures("mapping")
def test_backfill_watches_work_that_is_under_way(
    ops: Ops, stack: dict[str, str], people: list[User]
) -> None:
    """The command does not ask, and starts nothing again."""
    body = write_message(Resync(mode=Mode.BACKFILL))
    ops.aws.sqs.send_message(QueueUrl=stack["BulkQueueUrl"], MessageBody=body)

    status, found = ops.json("backfill", "--stack", NAME)

    assert status == 0
    assert found["started"] is False
    assert found["counts_after"]["in_sync"] == 3
    assert all(person.picture_object_id for person in people)


@pytest.mark.usefixtures("people")
def test_backfill_survives_ctrl_c(
    ops: Ops, stack: dict[str, str], mapping: FakeBulkMapping
) -> None:
    """The watching ends; what was started is still in the queue."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    ops.changes["sleep"] = interrupt

    status, found = ops.json("backfill", "--stack", NAME, "--yes")
    waiting = count_waiting(ops, stack)
    ops.changes["sleep"] = mapping.sleep
    second_status, second = ops.json("backfill", "--stack", NAME)

    assert status == 130
    assert (found["started"], found["stopped_watching"]) == (True, True)
    assert waiting == 1
    assert (second_status, second["counts_after"]["in_sync"]) == (0, 3)


@pytest.mark.usefixtures("people", "mapping")
def test_backfill_without_an_answer_starts_nothing(
    ops: Ops, stack: dict[str, str]
) -> None:
    """Where nobody can be asked, --yes is needed."""
    status, text = ops.run("backfill", "--stack", NAME)

    assert status == 2
    assert "Add --yes" in text
    assert count_waiting(ops, stack) == 0


@pytest.mark.usefixtures("people", "mapping")
def test_bulk_stops_and_resumes(ops: Ops, stack: dict[str, str]) -> None:
    """A backfill refuses to start while bulk work is stopped."""
    stopped, found = ops.json("bulk", "stop", "--stack", NAME)
    try:
        status, text = ops.run("backfill", "--stack", NAME, "--yes")
        waiting = count_waiting(ops, stack)
    finally:
        resumed, text_of_resume = ops.run("bulk", "resume", "--stack", NAME)

    assert (stopped, status, resumed) == (0, 1, 0)
    assert (found["stack"], found["region"]) == (NAME, "us-east-1")
    assert (found["stopped"], found["waiting"]) == (True, 0)
    assert "ops bulk resume" in text
    assert waiting == 0
    assert "Bulk work continues." in text_of_resume
    assert ops.run("backfill", "--stack", NAME, "--yes")[0] == 0


def test_bulk_stops_whatever_the_settings_are(ops: Ops) -> None:
    """A wrong setting is a reason to stop, not an obstacle."""
    with ops.variables(PICTURE_SIZE="9"):
        status, _ = ops.run("bulk", "stop", "--stack", NAME)
        resumed, _ = ops.run("bulk", "resume", "--stack", NAME)

    assert (status, resumed) == (0, 0)


@pytest.mark.usefixtures("people")
def test_count_waits_for_the_rate_limit(ops: Ops, mapping: FakeBulkMapping) -> None:
    """A piece that Authgear's limit ended is compared again a minute later."""
    slept: list[float] = []
    ops.changes["sleep"] = slept.append
    mapping.answers += [dict(LIMITED), dict(LIMITED)]

    status, found = ops.json("backfill", "--stack", NAME, "--dry-run")

    assert status == 0
    assert found["to_do"] == 3
    assert slept == [60, 60]


def test_count_goes_on_where_a_piece_ended(ops: Ops, mapping: FakeBulkMapping) -> None:
    """Pieces are added up, each behind the last key of the one before."""
    for number, after in ((2, "pictures/b"), (3, "")):
        entry = {"new_object": number, "next_after": after}
        mapping.answers.append({"content": {"objects": [entry]}})

    _, found = ops.json("backfill", "--stack", NAME, "--dry-run")

    assert found["counts"]["new_object"] == 5
    assert [it["resync"].get("after") for it in mapping.invoked] == [None, "pictures/b"]


def test_count_by_other_code_says_so(ops: Ops, mapping: FakeBulkMapping) -> None:
    """A function of another version answers without counts, or with no JSON object."""
    mapping.answers += [{"content": {"objects": []}}, {"content": "CANARY"}]

    for _ in range(2):
        status, printed = ops.run("backfill", "--stack", NAME, "--dry-run")

        assert status == 1
        assert "deploy the present code" in " ".join(printed.split())
        assert "CANARY" not in printed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 of 1 objects failed: authgear-forbidden", "authgear-forbidden"),
        ("CANARY eyJ", "ended with an error"),
    ],
)
def test_count_that_fails_names_the_reason(
    ops: Ops, mapping: FakeBulkMapping, text: str, shown: str
) -> None:
    """The text of an error may hold anything, so that only a code is shown."""
    error = {"errorMessage": text, "errorType": "Oops"}
    mapping.answers.append({"FunctionError": "Unhandled", "content": error})

    status, printed = ops.run("backfill", "--stack", NAME, "--dry-run")

    assert status == 1
    assert shown in " ".join(printed.split())
    assert "CANARY" not in printed


@dataclass
class Queue:
    """A bulk queue by its counts, one for each look."""

    counts: list[int]
    is_stopped: bool = False

    def count(self) -> int:
        """Return the next count; the last one stays."""
        return self.counts.pop(0) if len(self.counts) > 1 else self.counts[0]


def watch(queue: Queue) -> list[Progress]:
    """Follow a queue in virtual time; return each look."""
    clock, seen = FakeClock(), list[Progress]()
    session = Session(clock=clock, sleep=clock.sleep)
    follow(session, cast(BulkWork, queue), seen.append)
    return seen


def test_progress_tells_the_rate_seen() -> None:
    """Growth says nothing of the rate; from then on it is what was done in the time."""
    seen = watch(Queue([1, 400, 390, 380, 0]))

    assert [it.per_minute for it in seen[:4]] == [0, 0, 40, 40]
    assert seen[1].minutes_left is None
    assert seen[3].minutes_left == 9.5
    assert "about 10 min left" in str(seen[3])


def test_progress_believes_an_empty_queue_after_a_minute() -> None:
    """SQS's counts are late: one look at an empty queue proves nothing."""
    seen = watch(Queue([0, 0, 7, 0]))

    assert [it.waiting for it in seen] == [0, 0, 7, 0, 0, 0, 0, 0]


def test_progress_ends_when_bulk_work_is_stopped() -> None:
    """Nobody waits for what does not happen."""
    with pytest.raises(Problem, match="stopped; about 7 messages wait"):
        watch(Queue([7], is_stopped=True))


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0.2, "1 min"), (89, "89 min"), (90, "1.5 hours"), (7200, "5.0 days")],
)
def test_times_are_readable(minutes: float, text: str) -> None:
    """Short times have minutes, long ones hours and days."""
    assert format_minutes(minutes) == text
