"""Any event -> the objects and users that it is about."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcome import Outcome, Reason
from tests.samples.events import (
    BUCKET,
    KEY,
    NAMES,
    eventbridge,
    load_event,
    on_failure,
    on_failure_eventbridge,
    s3,
    sns,
    sns_envelope,
    sqs,
)
from triggers.parser import read_event
from triggers.sources import AsyncInvocation, Event, ObjectEvent, SQSBatch

UNKNOWN = ObjectEvent(problem=Reason.UNKNOWN_EVENT)
TEST_EVENT = load_event("s3-test-event.json")
SEVERAL = {"Records": [s3("a")["Records"][0], s3("b")["Records"][0]]}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=10,
)
# Names and values that mean something in events.
WORDS = st.sampled_from(
    [
        *("Records", "eventSource", "EventSource", "aws:s3", "aws:sqs", "aws:sns"),
        *("body", "Sns", "Message", "Type", "Notification", "source", "aws.s3"),
        *("lambda", "detail", "detail-type", "Object Created", "requestPayload"),
        *("tasks", "s3", "s3Key", "s3Bucket", "bucket", "object", "name", "key"),
        *("eventVersion", "2.1", "eventName", "ObjectCreated:Put"),
    ]
)
EVENT_LIKE = st.recursive(
    st.none() | st.integers() | WORDS | st.text(max_size=3),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(WORDS, values, max_size=5)
        | values.map(json.dumps)
    ),
    max_leaves=15,
)


def read(event: Any) -> Any:
    """Read an event; tests look at fields that not every kind of event has."""
    return read_event(event)


def object_events(event: Any) -> list[tuple[str, str]]:
    """Return buckets and keys; all object_events of an event must have them."""
    found = read(event).events
    assert not [object_event for object_event in found if object_event.problem]
    return [(object_event.bucket, object_event.key) for object_event in found]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "s3-test-event.json"])
def test_read_real_event(name: str) -> None:
    """Each of the events speaks of the one object."""
    assert object_events(load_event(name)) == [(BUCKET, KEY)]


@pytest.mark.parametrize("name", NAMES)
def test_read_event_source(name: str) -> None:
    """A queue's messages are answered one by one, anything else as a whole."""
    is_queue = name.startswith(("sqs", "on-failure-sqs"))

    assert type(read(load_event(name))) is (SQSBatch if is_queue else AsyncInvocation)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(s3(), id="s3"),
        pytest.param(s3(eventVersion="2.99"), id="s3-minor-version"),
        pytest.param(s3(eventName="ObjectCreated:Copy"), id="s3-copy"),
        pytest.param(s3(eventName="ObjectRemoved:DeleteMarkerCreated"), id="s3-marker"),
        pytest.param(s3(eventName="ObjectRestore:Completed"), id="s3-restore"),
        pytest.param(
            s3(eventName="LifecycleExpiration:DeleteMarkerCreated"), id="s3-expiration"
        ),
        pytest.param(s3()["Records"], id="list"),
        pytest.param(sns(s3()), id="sns"),
        pytest.param(sqs(s3()), id="sqs"),
        pytest.param(sqs(sns_envelope(s3())), id="sqs-sns"),
        pytest.param(sqs(eventbridge()), id="sqs-eventbridge"),
        pytest.param(eventbridge(), id="eventbridge"),
        pytest.param(eventbridge(**{"detail-type": "Object Deleted"}), id="deleted"),
        pytest.param(
            eventbridge(**{"detail-type": "Object Restore Completed"}), id="restored"
        ),
        pytest.param(on_failure(s3()), id="on-failure"),
        pytest.param(sqs(on_failure(s3())), id="on-failure-sqs"),
        pytest.param(sns(on_failure(s3())), id="on-failure-sns"),
        pytest.param(sqs(sns_envelope(on_failure(s3()))), id="on-failure-sns-sqs"),
        pytest.param(on_failure_eventbridge(s3()), id="on-failure-eventbridge"),
        pytest.param(sqs(on_failure(sqs(s3()))), id="on-failure-of-sqs"),
        pytest.param(sqs(on_failure(sns(s3()))), id="on-failure-of-sns"),
        pytest.param(sqs(on_failure(eventbridge())), id="on-failure-of-eventbridge"),
        pytest.param(
            on_failure_eventbridge(sqs(sns_envelope(s3()))), id="on-failure-of-sqs-sns"
        ),
        pytest.param(sqs(on_failure(on_failure(s3()))), id="on-failure-twice"),
        pytest.param(
            sqs(on_failure(on_failure_eventbridge(s3()))), id="on-failure-of-both"
        ),
        pytest.param(sqs(on_failure(json.dumps(s3()))), id="payload-as-text"),
    ],
)
def test_read_shape(event: Any) -> None:
    """The object is found in any envelopes."""
    assert object_events(event) == [(BUCKET, KEY)]


def test_read_hint() -> None:
    """A object_event says no more than the event does."""
    nothing: dict[str, Any] = {"item": "", "again": False}

    [object_event] = read(s3()).events
    [unknown] = read(None).events

    assert object_event == ObjectEvent(bucket=BUCKET, key=KEY, problem=None, **nothing)
    assert unknown == ObjectEvent(bucket="", key="", problem=UNKNOWN.problem, **nothing)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(TEST_EVENT, id="direct"),
        pytest.param(sqs(TEST_EVENT), id="sqs"),
        pytest.param(sns(TEST_EVENT), id="sns"),
        pytest.param(sqs(sns_envelope(TEST_EVENT)), id="sqs-sns"),
    ],
)
def test_read_test_event(event: Any) -> None:
    """S3's test of the notification is known as such."""
    [object_event] = read(event).events

    assert (object_event.bucket, object_event.key, object_event.problem) == (
        BUCKET,
        "",
        Reason.TEST_EVENT,
    )


@pytest.mark.parametrize(
    ("encoded", "key"),
    [
        ("a+b", "a b"),
        ("a%20b", "a b"),
        ("a%2Bb", "a+b"),
        ("a%252Bb", "a%2Bb"),
        ("a%2fb", "a/b"),
        ("caf%C3%A9", "caf\u00e9"),
        ("cafe%CC%81", "cafe\u0301"),
        ("caf\u00e9", "caf\u00e9"),
        ("%22%27", "\"'"),
        ("a/../b", "a/../b"),
        ("a%0Ab", "a\nb"),
        ("a%00b", "a\0b"),
        ("100%", "100%"),
        ("%zz", "%zz"),
        ("k" * 1024, "k" * 1024),
        (quote_plus("\u00e9" * 512), "\u00e9" * 512),
    ],
    ids=[
        *("plus", "blank", "true-plus", "twice", "slash", "composed", "decomposed"),
        *("not-encoded", "quotes", "dots", "newline", "null", "percent", "no-hex"),
        *("longest", "longest-encoded"),
    ],
)
def test_read_key_decoded_once(encoded: str, key: str) -> None:
    """S3 encodes the key as forms do; it is decoded once, as is."""
    assert object_events(s3(encoded)) == [(BUCKET, key)]
    assert object_events(sqs(on_failure(s3(encoded)))) == [(BUCKET, key)]


@pytest.mark.parametrize(
    "key", ["a+b", "a%2Bb", "a%20b", "a b", "caf\u00e9", "cafe\u0301", "%FF", "a\nb"]
)
def test_read_key_of_eventbridge(key: str) -> None:
    """EventBridge encodes nothing, so that nothing is decoded."""
    assert object_events(eventbridge(key)) == [(BUCKET, key)]
    assert object_events(sqs(eventbridge(key))) == [(BUCKET, key)]
    assert object_events(on_failure_eventbridge(eventbridge(key))) == [(BUCKET, key)]


@pytest.mark.parametrize("key", ["%FF", "caf%E9", "%ED%A0%80", "%C3", "", "\ud800"])
def test_read_key_not_text(key: str) -> None:
    """A key that is not UTF-8 names no object."""
    [object_event] = read(s3(key)).events

    assert (object_event.bucket, object_event.key, object_event.problem) == (
        "",
        "",
        Reason.UNKNOWN_EVENT,
    )


def test_read_half_character() -> None:
    """JSON can hold half a character; such a text could be neither logged nor sent."""
    assert list(read(eventbridge("\ud800")).events) == [UNKNOWN]
    assert list(read(eventbridge("a\udfff")).events) == [UNKNOWN]
    [object_event] = read(TEST_EVENT | {"Bucket": "\ud800"}).events
    assert object_event.bucket == ""
    assert object_events(eventbridge("\ud7ff\ue000\U0001f600")) != []


def test_read_several() -> None:
    """Every record of every message is read; object_events carry their message's id."""
    source = read(sqs(SEVERAL, s3("c")))

    found = [(object_event.key, object_event.item) for object_event in source.events]
    assert found == [("a", "m0"), ("b", "m0"), ("c", "m1")]


def test_read_malformed_among_good() -> None:
    """A malformed message or record takes no good one with it."""
    records = [*s3("b")["Records"], None, 7, {}, *s3("c")["Records"]]
    event = sqs(s3("a"), "{", "[]", TEST_EVENT, s3("%FF"), {"Records": records})

    found = [
        (object_event.key or object_event.problem, object_event.item)
        for object_event in read(event).events
    ]

    unknown = Reason.UNKNOWN_MESSAGE
    assert found == [
        *(("a", "m0"), (unknown, "m1"), (unknown, "m2"), (Reason.TEST_EVENT, "m3")),
        *((unknown, "m4"), ("b", "m5"), *[(unknown, "m5")] * 3, ("c", "m5")),
    ]


def test_read_mixed_sources() -> None:
    """A queue's answer is given only where every record is a queue's."""
    event = {"Records": [*sqs(s3("a"))["Records"], *s3("b")["Records"]]}

    source = read(event)

    assert type(source) is AsyncInvocation
    assert [found.key for found in read(event).events] == ["a", "b"]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param("", id="text"),
        pytest.param({}, id="empty"),
        pytest.param({"Records": None}, id="no-records"),
        pytest.param({"Records": []}, id="zero-records"),
        pytest.param({"Records": "text"}, id="records-of-text"),
        pytest.param({"tasks": None}, id="no-tasks"),
        pytest.param({"version": "2.0", "rawPath": "/"}, id="http"),
        pytest.param({"source": "aws.events", "detail": {}}, id="schedule"),
        pytest.param({"source": "aws.s3"}, id="no-detail"),
        pytest.param(eventbridge(**{"detail-type": "Object Tags Added"}), id="tags"),
        pytest.param(eventbridge(""), id="no-key"),
        pytest.param(eventbridge(detail={"object": {"key": KEY}}), id="no-bucket"),
        pytest.param(s3(eventVersion="3.0"), id="next-version"),
        pytest.param(s3(eventVersion="20.1"), id="far-version"),
        pytest.param(s3(eventVersion=2.1), id="version-number"),
        pytest.param(s3(eventName="ObjectTagging:Put"), id="tagging"),
        pytest.param(s3(eventName="ReducedRedundancyLostObject"), id="lost"),
        pytest.param(s3(s3=None), id="no-s3"),
        pytest.param(s3(s3={"bucket": {"name": "b"}, "object": []}), id="no-object"),
        pytest.param(s3(s3={"object": {"key": "k"}}), id="no-s3-bucket"),
        pytest.param(s3(eventSource="aws:dynamodb"), id="other-source"),
        pytest.param(on_failure(None), id="no-payload"),
        pytest.param({"Records": [{"EventSource": "aws:sns"}]}, id="no-sns"),
        pytest.param(
            {"Records": [sns(s3())["Records"][0] | {"EventSource": "x"}]}, id="no-topic"
        ),
        pytest.param({"Type": "Notification"}, id="no-message"),
    ],
)
def test_read_unknown(event: Any) -> None:
    """An event of no known shape is one object event without an object."""
    assert read(event).events == [UNKNOWN]


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "9" * 10_000, "{", "", '"text"', json.dumps(json.dumps(s3()))],
    ids=["deep", "large-number", "cut-short", "empty", "text", "encoded-twice"],
)
def test_read_unreadable_body(text: str) -> None:
    """A message that holds no event is one object event of no object, with its id."""
    [object_event] = read(sqs(text)).events

    assert (object_event.problem, object_event.item) == (Reason.UNKNOWN_MESSAGE, "m0")
    assert Reason.UNKNOWN_MESSAGE.outcome is Outcome.FAILED


def expired(event_name: str, version_id: str | None) -> Any:
    """Return an event of an expiration, as S3 sends it."""
    event = s3(eventName=event_name)
    item = event["Records"][0]["s3"]["object"]
    item.pop("versionId", None)
    if version_id:
        item["versionId"] = version_id
    return event


def expired_by_eventbridge(deletion: str, version_id: str) -> Any:
    """Return an event of an expiration, as EventBridge sends it."""
    event = eventbridge(**{"detail-type": "Object Deleted"})
    event["detail"] |= {"reason": "Lifecycle Expiration", "deletion-type": deletion}
    event["detail"]["object"]["version-id"] = version_id
    return event


@pytest.mark.parametrize(
    ("event", "is_old"),
    [
        (expired("LifecycleExpiration:Delete", "v1"), True),
        (expired("LifecycleExpiration:Delete", None), False),
        (expired("LifecycleExpiration:DeleteMarkerCreated", "v2"), False),
        (expired("ObjectRemoved:Delete", "v1"), False),
        (expired_by_eventbridge("Permanently Deleted", "v1"), True),
        (expired_by_eventbridge("Permanently Deleted", ""), False),
        (expired_by_eventbridge("Delete Marker Created", "v2"), False),
    ],
)
def test_read_expiration(event: Any, is_old: bool) -> None:
    """Rules expire old versions by the million: those are not looked at."""
    [found] = read(event).events

    assert found.problem == (Reason.OLD_VERSION_EXPIRED if is_old else None)
    assert found.key == KEY


def test_read_list_of_messages() -> None:
    """EventBridge Pipes hand over a list of a queue's messages."""
    source = read(sqs(s3("a"), s3("b"))["Records"])

    assert type(source) is SQSBatch
    assert [event.item for event in source.events] == ["m0", "m1"]


def bare(event: Any) -> Any:
    """Return an event of EventBridge from Lambda, whose detail is not a report."""
    return {"source": "lambda", "detail": event}


@pytest.mark.parametrize(
    ("wrap", "most"),
    [
        *((on_failure, 8), (sns, 8), (sns_envelope, 8), (bare, 8)),
        (on_failure_eventbridge, 4),  # two envelopes each
        (sqs, 9),  # a message that invokes is not accepted
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_read_depth(wrap: Any, most: int) -> None:
    """Envelopes of any kind are opened eight deep, which is more than there are."""
    content = s3()
    for _ in range(most):
        content = wrap(content)

    [found] = read(content).events
    [lost] = read(wrap(content)).events

    assert (found.key, found.problem) == (KEY, None)
    unknown = Reason.UNKNOWN_MESSAGE if wrap is sqs else Reason.UNKNOWN_EVENT
    assert (lost.key, lost.problem) == ("", unknown)


def test_read_depth_of_records_without_envelopes() -> None:
    """Lists of records within records are opened no deeper than other envelopes."""
    content: Any = [{"eventSource": "aws:s3"}]
    for _ in range(1_000):
        content = [{"eventSource": "aws:sqs", "body": content}]

    [found] = read({"Records": content}).events

    assert isinstance(found, ObjectEvent)
    assert found.problem is Reason.UNKNOWN_MESSAGE


def assert_whole(event: Event) -> None:
    """Check that an event names an object, or says why it does not."""
    if isinstance(event, ObjectEvent):
        assert event.problem or (event.bucket and event.key)


@given(JSON | EVENT_LIKE)
def test_read_never_raises(event: Any) -> None:
    """Any JSON value is read, and says what it is about or why about nothing."""
    source = read(event)

    assert source.events
    for object_event in source.events:
        assert_whole(object_event)
        f"{object_event}".encode()


@given(st.data())
def test_read_mutilated(data: st.DataObject) -> None:
    """A real event in which any one value is replaced can still be read."""
    event = load_event(data.draw(st.sampled_from(NAMES)))
    parent, place = event, data.draw(st.sampled_from(sorted(event)))
    while isinstance(child := parent[place], dict | list) and child:
        if data.draw(st.booleans()):
            break
        places = sorted(child) if isinstance(child, dict) else range(len(child))
        parent, place = child, data.draw(st.sampled_from(places))
    parent[place] = data.draw(JSON | EVENT_LIKE)

    for object_event in read(event).events:
        assert_whole(object_event)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=1024))
def test_read_any_key(key: str) -> None:
    """A key of any text is read correctly from every shape of event."""
    encoded = s3(quote_plus(key))

    assert object_events(encoded) == [(BUCKET, key)]
    assert object_events(sqs(sns_envelope(encoded))) == [(BUCKET, key)]
    assert object_events(eventbridge(key)) == [(BUCKET, key)]
