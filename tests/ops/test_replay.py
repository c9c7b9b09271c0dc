"""replay: what is in the dead-letter queue, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.paths import ROOT
from ops.replay import Letters, note
from outcome import Outcome, Reason, Result
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.stack import drain
from triggers.messages import (
    Check,
    Mode,
    Resync,
    ResyncRange,
    write_message,
    write_user_check,
)
from triggers.sources import AsyncInvocation, ObjectEvent, PicturesFailed

CANARY = "1 of 1 objects failed: CANARY eyJ"
ENVELOPE = json.loads((ROOT / "events" / "on-failure-sqs.json").read_text())


@pytest.fixture
def moved(ops: Ops, stack: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    """Put three dead letters; return the moves that are asked for."""
    url, asked = stack["DeadLetterQueueUrl"], []
    record = json.loads(ENVELOPE["Records"][0]["body"])
    for text in ("1 of 1 objects failed: authgear-timeout",) * 2 + (CANARY,):
        record["responsePayload"] = {"errorMessage": text, "errorType": "Oops"}
        ops.aws.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(record))

    def start(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return {"TaskHandle": "handle"}

    tasks = {
        "Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 3}]
    }
    answer_calls(ops.aws.sqs, "StartMessageMoveTask", start)
    answer_calls(ops.aws.sqs, "ListMessageMoveTasks", lambda _: tasks)
    yield asked
    drain(ops.aws, url)


def test_replay_shows_then_moves(ops: Ops, moved: list[dict[str, Any]]) -> None:
    """By reason, without the text of any error, and all of it goes back."""
    status, text = ops.run("replay", "--stack", NAME, "--yes")

    assert status == 0
    assert "3 have failed for a day, of 1 objects" in text
    assert "2  authgear-timeout" in text
    assert "1  Oops" in text
    assert "CANARY" not in text
    assert "3 moved" in text
    assert moved[0]["SourceArn"].endswith(f":{NAME}-dead")


@pytest.mark.parametrize(
    "reason", [it for it in Reason if it.outcome is Outcome.FAILED]
)
def test_replay_reads_every_reason(reason: Reason) -> None:
    """Digits and all: what the function writes of a failure is read again."""
    failed = [(ObjectEvent(bucket="b", key="k"), Result(reason=reason))] * 2
    with pytest.raises(PicturesFailed) as caught:
        AsyncInvocation([it for it, _ in failed]).answer(failed)
    letters = Letters(0)

    note(letters, json.dumps({"responsePayload": {"errorMessage": str(caught.value)}}))

    assert letters.reasons == {reason: 1}


def test_replay_names_its_target_before_it_asks(
    ops: Ops, moved: list[dict[str, Any]]
) -> None:
    """STACK may come from the environment: nobody moves another stack's letters."""
    _, text = ops.run("replay", "--stack", NAME, "--yes")

    for name in (
        *(f"{NAME}, account 123456789012, region us-east-1", ops.system.bucket),
        *("demo at", ops.system.authgear.endpoint),
    ):
        assert name in text.replace("\n", " ")


def test_replay_without_an_answer_moves_nothing(
    ops: Ops, moved: list[dict[str, Any]]
) -> None:
    """Where nobody can be asked, --yes is needed; the letters are still there."""
    status, _ = ops.run("replay", "--stack", NAME)
    _, found = ops.json("replay", "--stack", NAME)

    assert status == 2
    assert moved == []
    assert found["seen"] == 3
    assert found["moved"] == 0


def test_replay_counts_users_by_their_ids(ops: Ops, stack: dict[str, str]) -> None:
    """A message of the hook function holds no record of a failure, only a user."""
    url = stack["DeadLetterQueueUrl"]
    user_id = "00000000-0000-4000-8000-000000000001"
    for _ in range(2):
        ops.aws.sqs.send_message(QueueUrl=url, MessageBody=write_user_check(user_id))

    try:
        _, found = ops.json("replay", "--stack", NAME)
        _, text = ops.run("replay", "--stack", NAME)
    finally:
        drain(ops.aws, url)

    assert (found["objects"], found["users"]) == (0, 1)
    assert found["reasons"] == {"user-check": 2}
    assert "2 have failed for a day, of 0 objects and 1 users" in text


def test_replay_drops_resyncs(
    ops: Ops, stack: dict[str, str], moved: list[dict[str, Any]]
) -> None:
    """Range messages are dropped: the next resync covers their users."""
    url = stack["DeadLetterQueueUrl"]
    for message in (
        Resync(mode=Mode.SCHEDULED),
        ResyncRange(mode=Mode.BACKFILL, after="pictures/a", until="pictures/b"),
        Check(bucket="pictures-example", key="pictures/c"),
    ):
        ops.aws.sqs.send_message(QueueUrl=url, MessageBody=write_message(message))

    _, shown = ops.json("replay", "--stack", NAME)
    _, found = ops.json("replay", "--stack", NAME, "--yes")
    _, left = ops.json("replay", "--stack", NAME)

    assert shown["reasons"]["resync"] == 2
    assert (shown["seen"], shown["dropped"]) == (6, 0)
    assert found["dropped"] == 2
    assert (left["seen"], left["reasons"].get("resync")) == (4, None)
    assert len(moved) == 1


def test_replay_of_nothing_is_fine(ops: Ops) -> None:
    """An empty queue is the usual state."""
    status, text = ops.run("replay", "--stack", NAME)

    assert status == 0
    assert "empty" in text
