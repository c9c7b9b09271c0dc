"""The answer that each source gets."""

from __future__ import annotations

import json

import pytest

from outcome import Outcome, Reason, Result
from triggers.sources import (
    AsyncInvocation,
    ObjectEvent,
    PicturesFailed,
    SQSBatch,
)

KEY = "pictures/ada@example.com.jpg"
DONE = Result(reason=Reason.PICTURE_SET)
REJECTED = Result(reason=Reason.NOT_A_PICTURE)
FAILED = Result(reason=Reason.AUTHGEAR_TIMEOUT, detail="for ada@example.com")


def pairs(
    *results: Result, items: str = "abcdefgh"
) -> list[tuple[ObjectEvent, Result]]:
    """Return results with an object event for each, of item `a`, `b` and so on."""
    return [
        (ObjectEvent(bucket="pictures-example", key=KEY, item=item), result)
        for item, result in zip(items, results, strict=False)
    ]


def failures(*results: Result, items: str = "abcdefgh") -> list[str]:
    """Return the messages that a queue must deliver again."""
    answer = SQSBatch([]).answer(pairs(*results, items=items))
    assert set(answer) == {"batchItemFailures", "objects"}
    assert len(answer["objects"]) == len(results)
    for failure in answer["batchItemFailures"]:
        assert set(failure) == {"itemIdentifier"}
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_notification() -> None:
    """The answer has an entry per object, with its facts."""
    fields = {"user_id": "u"}
    result = Result(reason=Reason.PICTURE_SET, detail="fine", fields=fields)

    assert AsyncInvocation([]).answer(pairs(result, REJECTED)) == {
        "objects": [
            {
                "bucket": "pictures-example",
                "key": KEY,
                "outcome": "synced",
                "reason": "picture-set",
                "detail": "Fine.",
                "user_id": "u",
            },
            {
                "bucket": "pictures-example",
                "key": KEY,
                "outcome": "rejected",
                "reason": "not-a-picture",
                "detail": REJECTED.sentences,
            },
        ]
    }


def test_notification_failed() -> None:
    """One failure raises; the text counts, names each reason once, and nobody."""
    other = Result(reason=Reason.S3_DENIED)

    with pytest.raises(PicturesFailed) as caught:
        AsyncInvocation([]).answer(pairs(FAILED, DONE, other, FAILED, REJECTED))

    assert str(caught.value) == ("3 of 5 objects failed: authgear-timeout, s3-denied")


@pytest.mark.parametrize("reason", Reason)
def test_notification_raises_for_failed_only(reason: Reason) -> None:
    """An event that can never work is not delivered again."""
    results = pairs(Result(reason=reason))

    if reason.outcome is Outcome.FAILED:
        with pytest.raises(PicturesFailed):
            AsyncInvocation([]).answer(results)
    else:
        assert AsyncInvocation([]).answer(results)["objects"][0]["reason"] == reason


@pytest.mark.parametrize("failed", range(5))
def test_queue_batch(failed: int) -> None:
    """Exactly those messages come again that failed, all of them if need be."""
    results = [FAILED] * failed + [DONE] * (2 - failed // 2) + [REJECTED]

    assert failures(*results) == list("abcd"[:failed])


def test_queue_batch_message_of_several() -> None:
    """A message that holds a failed object is named, and once only."""
    assert failures(DONE, FAILED, FAILED, DONE, DONE, items="aaabb") == ["a"]


def test_queue_batch_done() -> None:
    """Where nothing failed, no message comes again."""
    assert failures(DONE, REJECTED, Result(reason=Reason.TEST_EVENT)) == []
    assert failures() == []


@pytest.mark.parametrize(
    "source",
    [AsyncInvocation([]), SQSBatch([])],
    ids=lambda source: type(source).__name__,
)
def test_answer_is_json(source: AsyncInvocation | SQSBatch) -> None:
    """An answer can be sent."""
    answer = source.answer(pairs(DONE, REJECTED))

    assert json.loads(json.dumps(answer)) == answer
