"""Deliveries of Authgear's hooks: what is believed, and what follows."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.receiver import EVENTS, LARGEST_BODY, HookFailed, Receiver, Verdict
from tests.contract.batches_and_hooks import DELIVERIES
from tests.hook.deliveries import (
    KEY,
    USER_ID,
    delivery,
    invocation,
    recorded_body,
    sign,
)
from triggers.messages import write_user_check
from version import NAME

USERS = {  # the recorded deliveries that name a user to check
    "create_user": USER_ID,
    "update_user_standard": USER_ID,
    "create_identity": USER_ID,
    "create_user2": "2d285f98-4208-4a65-95fb-792a9b50f23b",
}
SPLIT = "\ud800"  # half a character, which JSON can hold
CANARY = "canary@example.com"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class Stage:
    """A receiver whose queue and log a test can read."""

    def __init__(self) -> None:
        self.key: bytes | HookFailed = KEY
        self.sent: list[str] = []
        self.lines: list[dict[str, Any]] = []
        self.reads = 0
        self.receiver = Receiver(
            read_key=self._read_key, send=self.sent.append, log=self._log
        )

    def receive(self, event: Any) -> tuple[int, str]:
        """Return status and body of the answer."""
        answer = self.receiver.handle(event)
        assert set(answer) == {"statusCode", "body"}
        return answer["statusCode"], answer["body"]

    def _read_key(self) -> bytes:
        """Return the key, or raise."""
        self.reads += 1
        if isinstance(self.key, HookFailed):
            raise self.key
        return self.key

    def _log(self, fields: Mapping[str, Any]) -> None:
        """Note a line."""
        self.lines.append(json.loads(json.dumps(fields)))


@pytest.fixture
def stage() -> Stage:
    """Return a receiver."""
    return Stage()


def test_signature_of_a_known_body() -> None:
    """The algorithm is fixed by a value that was computed by other means."""
    # printf '{"a":1}' | openssl dgst -sha256 -hmac webhook-key-of-the-tests
    expected = "66a19822ef90ceb5ab6550fd578d92c6e5422c5696ddf9a1f82603f9faed1e53"

    assert sign(b'{"a":1}') == expected


@pytest.mark.parametrize("name", DELIVERIES)
def test_recorded_delivery(stage: Stage, name: str) -> None:
    """A user created, changed or with another login id is queued; nothing else is."""
    status, code = stage.receive(delivery(recorded_body(name)))

    assert status == 200
    expected = [write_user_check(USERS[name])] if name in USERS else []
    assert stage.sent == expected
    assert code == ("queued" if expected else "other-event")


def test_events_are_those_of_the_design() -> None:
    """Every event after which a picture may be wrong, and no other."""
    assert sorted(EVENTS) == [
        "identity.email.added",
        "identity.email.updated",
        "identity.phone.added",
        "identity.phone.updated",
        "identity.username.added",
        "identity.username.updated",
        "user.created",
        "user.profile.updated",
    ]


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_every_event_is_queued(stage: Stage, event_type: str) -> None:
    """An event of each kind queues a check of its user."""
    stage.receive(delivery(recorded_body("create_user") | {"type": event_type}))

    assert stage.sent == [write_user_check(USER_ID)]


@pytest.mark.parametrize("version", ["0.1.0", "9.9.9", None])
def test_own_update_is_ignored(stage: Stage, version: str | None) -> None:
    """Updates of any stack of the product: else two stacks could chase each other."""
    body = recorded_body("update_user_standard")
    body["context"]["audit_context"] |= {"triggered_by": NAME, "version": version}

    assert stage.receive(delivery(body)) == (200, "own-update")
    assert stage.sent == []


@pytest.mark.parametrize(
    "audit_context", [None, NAME, [NAME], {"triggered_by": [NAME]}, {"x": NAME}, {}]
)
def test_update_of_others_is_queued(stage: Stage, audit_context: Any) -> None:
    """Only our name, at its one place, says that an update is ours."""
    body = recorded_body("update_user_standard")
    body["context"]["audit_context"] = audit_context

    assert stage.receive(delivery(body)) == (200, "queued")


def test_repeated_delivery_does_no_harm(stage: Stage) -> None:
    """The user is checked once more."""
    event = delivery(recorded_body("create_user"))

    assert stage.receive(event) == stage.receive(event) == (200, "queued")
    assert stage.sent == [write_user_check(USER_ID)] * 2


BODY = json.dumps(recorded_body("create_user")).encode()
GOOD = sign(BODY)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "0" * 64,
        GOOD.upper(),
        f" {GOOD}",
        f"sha256={GOOD}",
        GOOD[:-1],
        GOOD + "0",
        sign(BODY, b"another-key-altogether"),
        sign(BODY + b" "),
        base64.b64encode(bytes.fromhex(GOOD)).decode(),
        "\u00e9" * 64,
        "\ud800",
    ],
)
def test_wrong_signature(stage: Stage, signature: str | None) -> None:
    """Nothing follows, and nothing of the body is logged."""
    assert stage.receive(invocation(BODY, signature)) == (401, "wrong-signature")
    assert stage.sent == []
    assert stage.lines == [
        {
            "level": "WARNING",
            "message": "hook received",
            "service": NAME,
            "verdict": "wrong-signature",
        }
    ]


@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 1])
def test_changed_body_is_not_signed(stage: Stage, place: int) -> None:
    """One byte is enough."""
    changed = BODY[:place] + b"~" + BODY[place + 1 :]

    assert stage.receive(invocation(changed, GOOD))[0] == 401


def test_body_is_not_parsed_before_it_is_verified(stage: Stage) -> None:
    """A body that is slow to parse, or not JSON, is refused by its signature."""
    assert stage.receive(invocation("[" * 200_000, "0" * 64))[0] == 401
    assert stage.receive(delivery(b"[" * 200_000)) == (200, "other-event")


def test_body_that_is_encoded(stage: Stage) -> None:
    """A function URL encodes some bodies in base64; the signature is of the bytes."""
    event = invocation(base64.b64encode(BODY), GOOD) | {"isBase64Encoded": True}

    assert stage.receive(event) == (200, "queued")
    assert stage.receive(event | {"body": "%%%"})[0] == 401


def test_header_in_capitals(stage: Stage) -> None:
    """Names of headers are the same in any case."""
    event = invocation(BODY, None)
    event["headers"]["X-Authgear-Body-Signature"] = GOOD

    assert stage.receive(event) == (200, "queued")


def test_large_body(stage: Stage) -> None:
    """It is refused before anything is computed; one at the limit is not."""
    fits = BODY + b" " * (LARGEST_BODY - len(BODY))

    assert stage.receive(delivery(fits)) == (200, "queued")
    assert stage.receive(delivery(fits + b" ")) == (413, "body-too-large")
    assert (len(stage.sent), stage.reads) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        7,
        "user.created",
        {},
        {"type": ["user.created"]},
        {"type": {}},
        {"type": "user.disabled"},
        {"type": "USER.CREATED"},
        b"{",
        b"",
        b"\xff",
    ],
)
def test_signed_but_no_event_of_ours(stage: Stage, content: Any) -> None:
    """It is answered with 200: Authgear has done nothing wrong."""
    if content == b"\xff":
        body = base64.b64encode(content).decode()
        event = invocation(body, sign(content)) | {"isBase64Encoded": True}
    else:
        event = delivery(content)

    assert stage.receive(event) == (200, "other-event")
    assert stage.sent == []


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"user": None},
        {"user": {}},
        {"user": {"id": 7}},
        {"user": {"id": USER_ID.upper()}},
        {"user": {"id": f"{USER_ID}\n"}},
        {"user": {"id": CANARY}},
        {"identity": {"user_id": USER_ID}},
    ],
)
def test_event_without_a_user_id(stage: Stage, payload: Any) -> None:
    """Only UUIDs get into the queue or the log."""
    content = {"type": "user.created", "payload": payload, "context": None}

    assert stage.receive(delivery(content)) == (200, "no-user")
    assert stage.sent == []
    assert CANARY not in json.dumps(stage.lines)


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        {},
        {"headers": []},
        {"headers": {}, "body": None},
        {"body": SPLIT},
    ],
)
def test_invocation_of_another_form(stage: Stage, event: Any) -> None:
    """No invocation is accepted without a signature."""
    assert stage.receive(event) == (401, "wrong-signature")


@given(JSON)
def test_any_signed_body_is_answered(content: Any) -> None:
    """No JSON value breaks the function."""
    stage = Stage()

    assert stage.receive(delivery(content))[0] == 200
    assert stage.receive(delivery({"type": "user.created", "payload": content}))[1]
    context = {"type": "user.created", "context": content}
    assert stage.receive(delivery(context)) == (200, "no-user")


def test_line_of_a_delivery(stage: Stage) -> None:
    """One line: event, user and verdict; no attribute, no signature, no key."""
    stage.receive(delivery(recorded_body("update_user_standard")))

    assert stage.lines == [
        {
            "level": "INFO",
            "message": "hook received",
            "service": NAME,
            "verdict": "queued",
            "event_type": "user.profile.updated",
            "user_id": USER_ID,
        }
    ]


@pytest.mark.parametrize("name", DELIVERIES)
def test_nothing_sensitive_is_kept(stage: Stage, name: str) -> None:
    """Neither log nor queue nor answer holds an attribute or a part of the secret."""
    event = delivery(recorded_body(name))

    answer = stage.receive(event)

    kept = json.dumps([answer, stage.lines, stage.sent])
    signature = event["headers"]["x-authgear-body-signature"]
    for secret in ("example.com", "hook6f600b", 'Hook"', signature, KEY.decode()):
        assert secret not in kept


def test_unreadable_secret_is_an_error(stage: Stage) -> None:
    """Lambda counts it, the log says why, and the caller learns nothing."""
    stage.key = HookFailed(Verdict.SECRET_UNREADABLE)

    with pytest.raises(HookFailed, match="secret-unreadable"):
        stage.receive(delivery(recorded_body("create_user")))

    [line] = stage.lines
    assert (line["level"], line["verdict"]) == ("ERROR", "secret-unreadable")


def test_failed_queue_is_an_error() -> None:
    """The line names the user whose check is lost until the next resync."""
    lines: list[Mapping[str, Any]] = []

    def send(text: str) -> None:
        raise HookFailed(Verdict.QUEUE_UNAVAILABLE)

    receiver = Receiver(read_key=lambda: KEY, send=send, log=lines.append)
    with pytest.raises(HookFailed, match="queue-unavailable"):
        receiver.handle(delivery(recorded_body("create_user")))

    [line] = lines
    assert (line["level"], line["user_id"]) == ("ERROR", USER_ID)
