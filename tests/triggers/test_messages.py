"""The messages of our own: their form, and how they are read."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcome import Reason, Result
from tests.samples.events import BUCKET, KEY, on_failure, s3, sns_envelope, sqs
from triggers.messages import (
    Check,
    Message,
    Mode,
    Resync,
    ResyncRange,
    is_user_id,
    read_message,
    write_message,
    write_user_check,
)
from triggers.parser import read_event
from triggers.sources import AsyncInvocation, ObjectEvent, SQSBatch, UserEvent
from version import NAME

ID = "0a1b2c3d-4e5f-4678-9abc-def012345678"
UNKNOWN = ObjectEvent(problem=Reason.UNKNOWN_EVENT)
DONE = Result(reason=Reason.IN_SYNC)
FAILED = Result(reason=Reason.AUTHGEAR_TIMEOUT)


def test_form() -> None:
    """The message is small, and holds the user's id alone."""
    message = json.loads(write_user_check(ID))

    assert message == {"source": NAME, "check": {"user_id": ID}}


def test_message_of_a_queue() -> None:
    """Each message is read, one of an object and one of a user, with its own id."""
    source = read_event(sqs(s3(), write_user_check(ID)))

    assert isinstance(source, SQSBatch)
    assert source.events == [
        ObjectEvent(bucket=BUCKET, key=KEY, item="m0"),
        UserEvent(user_id=ID, item="m1"),
    ]


@pytest.mark.parametrize(
    "wrap", [on_failure, sns_envelope, lambda it: it], ids=["failure", "sns", "direct"]
)
def test_message_in_an_envelope(wrap: Any) -> None:
    """It is read wherever an object's event would be."""
    source = read_event(wrap(json.loads(write_user_check(ID))))

    assert isinstance(source, AsyncInvocation)
    assert source.events == [UserEvent(user_id=ID)]


@pytest.mark.parametrize(
    "check",
    [
        None,
        {},
        [],
        ID,
        {"user_id": None},
        {"user_id": 7},
        {"user_id": [ID]},
        {"user_id": ""},
        {"user_id": ID.upper()},
        {"user_id": ID.replace("-", "")},
        {"user_id": f" {ID}"},
        {"user_id": f"{ID}\n"},
        {"user_id": f"{{{ID}}}"},
        {"user_id": "../" + ID},
        {"user_id": ID.replace("1", "\N{FULLWIDTH DIGIT ONE}")},
        {"user_id": "\ud800"},
    ],
)
def test_message_without_a_user_id(check: Any) -> None:
    """Only a UUID in the one spelling is a user to check."""
    source = read_event(sqs({"source": NAME, "check": check}))

    assert source.events == [ObjectEvent(problem=Reason.UNKNOWN_MESSAGE, item="m0")]


@pytest.mark.parametrize(
    "message",
    [
        {"source": "other", "check": {"user_id": ID}},
        {"check": {"user_id": ID}},
        {"source": NAME, "user_id": ID},
    ],
)
def test_message_of_others(message: Any) -> None:
    """Another program's message is none of ours."""
    assert read_event(message).events == [UNKNOWN]


@given(st.uuids())
def test_is_user_id(number: uuid.UUID) -> None:
    """A UUID is one in its usual spelling alone."""
    assert is_user_id(str(number))
    assert not is_user_id(number.hex)
    assert not is_user_id(number.urn)


def test_answer_names_the_user() -> None:
    """The entry of a user has the id instead of bucket and key."""
    event = UserEvent(user_id=ID, item="m0")

    answer = SQSBatch([event]).answer([(event, DONE)])

    [entry] = answer["objects"]
    assert (entry["user_id"], entry["outcome"]) == (ID, "unchanged")
    assert not {"bucket", "key"} & entry.keys()


def test_failed_user_comes_again() -> None:
    """Exactly the message of a user whose check failed is delivered again."""
    events = [UserEvent(user_id=ID, item=item) for item in ("a", "b")]

    answer = SQSBatch(events).answer(list(zip(events, (DONE, FAILED), strict=True)))

    assert answer["batchItemFailures"] == [{"itemIdentifier": "b"}]


MESSAGES = [
    Check(user_id=ID),
    Check(user_id=ID, again=True),
    Check(bucket="pictures-example", key="pictures/a b+\u00e9.jpg"),
    Resync(mode=Mode.SCHEDULED),
    Resync(mode=Mode.COUNT, after="pictures/x"),
    ResyncRange(mode=Mode.BACKFILL, after="", until="pictures/b"),
    ResyncRange(mode=Mode.AGAIN, after="pictures/b", until=""),
]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_message_is_read_as_it_was_written(message: Message) -> None:
    """A message that this product sends is one that it understands."""
    assert read_message(json.loads(write_message(message))) == message


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_message_becomes_an_event(message: Message) -> None:
    """Each message is one event, with the id of the queue's message."""
    event: Any
    [event] = read_event(sqs(write_message(message))).events

    assert event.item == "m0"
    if isinstance(message, Check):
        expected = UserEvent if message.user_id else ObjectEvent
        assert isinstance(event, expected)
        assert event.again is message.again
    else:
        assert event == replace(message, item="m0")


@pytest.mark.parametrize(
    "content",
    [
        {"resync": {}},
        {"resync": {"mode": "other"}},
        {"resync": {"mode": "scheduled", "after": 7}},
        {"resync": {"mode": "scheduled", "after": "\ud800"}},
        {"resync": []},
        {"resync-range": {"after": "a", "until": "b"}},
        {"check": {"bucket": "b"}},
        {"check": {"bucket": "", "key": "k"}},
        {"check": {"bucket": "b", "key": None}},
    ],
)
def test_malformed_message_fails(content: Any) -> None:
    """It ends in the dead-letter queue, and is not taken for another."""
    [event] = read_event(sqs({"source": NAME, **content})).events

    assert event == ObjectEvent(problem=Reason.UNKNOWN_MESSAGE, item="m0")


def test_queue_is_named() -> None:
    """The ARN names the queue that a batch comes from."""
    source = read_event(sqs(write_user_check(ID)))

    assert source.queue
    assert read_event(s3()).queue == ""
