"""replay: what is in the dead-letter queue, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.paths import ROOT
from ops.replay.letters import Letters, is_resync, note, peek
from ops.replay.moving import move
from outcome import Outcome, Reason, Result
from tests.fakes.dead_letters import FakeQueues, SlowQueue, letter
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
HOMES = ["https://sqs/1/retry", "https://sqs/1/bulk"]
ENVELOPE = json.loads((ROOT / "events" / "on-failure-sqs.json").read_text())


@pytest.fixture
def dead(ops: Ops, stack: dict[str, str]) -> Iterator[str]:
    """Put three dead letters; return the queue's address."""
    url = stack["DeadLetterQueueUrl"]
    record = json.loads(ENVELOPE["Records"][0]["body"])
    for text in ("1 of 1 objects failed: authgear-timeout",) * 2 + (CANARY,):
        record["responsePayload"] = {"errorMessage": text, "errorType": "Oops"}
        ops.aws.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(record))
    yield url
    for name in ("DeadLetterQueueUrl", "RetryQueueUrl", "BulkQueueUrl"):
        drain(ops.aws, stack[name])


def take(ops: Ops, url: str) -> list[str]:
    """Take all messages from a queue; return their texts."""
    texts: list[str] = []
    while found := ops.aws.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10
    ).get("Messages", []):
        for message in found:
            handle = message["ReceiptHandle"]
            ops.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
            texts.append(message["Body"])
    return texts


def test_replay_shows_then_moves(ops: Ops, stack: dict[str, str], dead: str) -> None:
    """By reason, without the text of any error, and all of it goes back as it was."""
    status, text = ops.run("replay", "--stack", NAME, "--yes")

    assert status == 0
    assert "3 have failed for a day, of 1 objects" in text
    assert "2  authgear-timeout" in text
    assert "1  Oops" in text
    assert "CANARY" not in text
    assert "3 moved" in text
    assert take(ops, dead) == []
    moved = [json.loads(it) for it in take(ops, stack["RetryQueueUrl"])]
    record = json.loads(ENVELOPE["Records"][0]["body"])
    assert [it["requestPayload"] for it in moved] == [record["requestPayload"]] * 3
    assert take(ops, stack["BulkQueueUrl"]) == []


def test_replay_looks_at_a_long_queue_over_a_slow_line() -> None:
    """Messages that are visible again count once, and nothing stays hidden."""
    queue: Any = SlowQueue(100, shown_again=8)

    letters = peek(queue, "https://sqs/1/dead", 1000)

    assert (letters.seen, letters.total) == (100, 100)
    assert letters.reasons == {"Oops": 100}
    assert queue.hidden == 0


def test_replay_looks_at_no_more_messages_than_asked() -> None:
    """The rest of a long queue is only counted."""
    queue: Any = SlowQueue(100, shown_again=80)

    letters = peek(queue, "https://sqs/1/dead", 25)

    assert (letters.seen, letters.total) == (25, 100)
    assert queue.hidden == 0


def test_replay_reads_a_message_of_any_form() -> None:
    """JSON that is nested too deeply is a message without a known reason."""
    letters = Letters(1)

    note(letters, "[" * 200_000)

    assert letters.reasons == {"never-ran": 1}
    assert not is_resync("[" * 200_000)


def test_replay_sends_each_message_to_where_it_came_from() -> None:
    """SQS notes the queue; one that was put by hand goes to the retry queue."""
    queues: Any = FakeQueues([letter("a", "retry"), letter("b", "bulk"), letter("c")])

    done = move(queues, "https://sqs/1/dead", HOMES, 3)

    assert queues.sent == {HOMES[0]: [["a", "c"]], HOMES[1]: [["b"]]}
    assert queues.deleted == ["a", "c", "b"]
    assert (done.moved, done.dropped) == (3, 0)


def test_replay_keeps_what_no_queue_takes() -> None:
    """Nothing is deleted before it was sent, and the command ends."""
    queues: Any = FakeQueues([letter("a", "bulk"), letter("b", "bulk")], refused="a")

    done = move(queues, "https://sqs/1/dead", HOMES, 4)

    assert queues.deleted == ["b"]
    assert (done.moved, done.refused) == (1, 1)


def test_replay_of_ten_messages_takes_three_requests() -> None:
    """Tens of thousands of messages are moved within minutes, not hours."""
    queues: Any = FakeQueues([letter(str(number), "retry") for number in range(10)])

    move(queues, "https://sqs/1/dead", HOMES, 10)

    assert queues.deleted == [str(number) for number in range(10)]
    assert queues.calls == 3


def test_replay_of_long_messages_fits_the_limit_of_a_batch() -> None:
    """A record of 200 KB is sent by itself."""
    texts = ["a" * 200_000, "b" * 200_000]
    queues: Any = FakeQueues([letter(text, "retry") for text in texts])

    move(queues, "https://sqs/1/dead", HOMES, 2)

    assert queues.sent == {HOMES[0]: [[text] for text in texts]}


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


def test_replay_names_its_target_before_it_asks(ops: Ops, dead: str) -> None:
    """STACK may come from the environment: nobody moves another stack's letters."""
    _, text = ops.run("replay", "--stack", NAME, "--yes")

    for name in (
        *(f"{NAME}, account 123456789012, region us-east-1", ops.system.bucket),
        *("demo at", ops.system.authgear.endpoint),
    ):
        assert name in text.replace("\n", " ")


def test_replay_without_an_answer_moves_nothing(
    ops: Ops, stack: dict[str, str], dead: str
) -> None:
    """Where nobody can be asked, --yes is needed; the letters are still there."""
    status, _ = ops.run("replay", "--stack", NAME)
    _, found = ops.json("replay", "--stack", NAME)

    assert status == 2
    assert take(ops, stack["RetryQueueUrl"]) == []
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


def test_replay_drops_resyncs(ops: Ops, stack: dict[str, str], dead: str) -> None:
    """Range messages are dropped: the next resync covers their users; users stay."""
    check = write_message(Check(bucket="pictures-example", key="pictures/c"))
    for message in (
        write_message(Resync(mode=Mode.SCHEDULED)),
        write_message(ResyncRange(mode=Mode.BACKFILL, after="pictures/a", until="b")),
        check,
    ):
        ops.aws.sqs.send_message(QueueUrl=dead, MessageBody=message)

    _, shown = ops.json("replay", "--stack", NAME)
    _, found = ops.json("replay", "--stack", NAME, "--yes")

    assert shown["reasons"]["resync"] == 2
    assert (shown["seen"], shown["dropped"]) == (6, 0)
    assert (found["moved"], found["dropped"]) == (4, 2)
    assert take(ops, dead) == []
    assert check in take(ops, stack["RetryQueueUrl"])


def test_replay_of_nothing_is_fine(ops: Ops) -> None:
    """An empty queue is the usual state."""
    status, text = ops.run("replay", "--stack", NAME)

    assert status == 0
    assert "empty" in text
