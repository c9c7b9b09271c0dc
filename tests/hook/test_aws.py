"""The hook function's secret and its queue."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from hook.aws import KEPT, WebhookKey, send_to
from hook.receiver import HookFailed, Verdict
from tests.fakes.clock import FakeClock
from tests.fakes.secrets import FakeSecrets

KEY = "webhook-key-of-the-tests"
ERRORS: dict[str, Exception] = {
    "denied": ClientError({"Error": {"Code": "AccessDeniedException"}}, "Any"),
    "unreachable": EndpointConnectionError(endpoint_url="https://aws.test"),
}


def key_of(secrets: FakeSecrets, clock: FakeClock | None = None) -> WebhookKey:
    """Return what reads the key."""
    return WebhookKey(cast(Any, secrets), "arn", clock or FakeClock())


@pytest.mark.parametrize("secret", [KEY, f"{KEY}\n", f"  {KEY}  "])
def test_key_is_the_secret_s_text(secret: str) -> None:
    """Blanks around it, as a file's last line break, are not a part of it."""
    assert key_of(FakeSecrets(secret)).read() == KEY.encode()


def test_key_is_kept_for_a_while() -> None:
    """Anybody can send deliveries: they must not cost a call each."""
    secrets, clock = FakeSecrets(KEY), FakeClock()
    key = key_of(secrets, clock)

    for _ in range(5):
        key.read()
        clock.now += KEPT / 5 - 0.1

    assert secrets.calls == 1


def test_rotated_key_is_found() -> None:
    """After five minutes at most the new key is used."""
    secrets, clock = FakeSecrets(KEY), FakeClock()
    key = key_of(secrets, clock)
    key.read()

    secrets.secret = KEY.upper()
    clock.now += KEPT

    assert key.read() == KEY.upper().encode()


@pytest.mark.parametrize(
    "secret",
    ["", " ", "short", "a" * 15, "two words of a key", '{"key":"0123456789abcdef"}'],
)
def test_secret_that_is_no_key(secret: str) -> None:
    """An empty or short key could be guessed: nothing is accepted with it."""
    with pytest.raises(HookFailed) as caught:
        key_of(FakeSecrets(secret)).read()

    assert caught.value.verdict is Verdict.SECRET_UNREADABLE
    assert secret.strip() == "" or secret not in str(caught.value)


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_secret_that_cannot_be_read(error: Exception) -> None:
    """It is an error; the next delivery reads again."""
    secrets = FakeSecrets(KEY)
    secrets.errors = [error]
    key = key_of(secrets)

    with pytest.raises(HookFailed) as caught:
        key.read()

    assert caught.value.verdict is Verdict.SECRET_UNREADABLE
    assert key.read() == KEY.encode()


class FakeQueue:
    """Answers as boto3's SQS client does."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **sent: Any) -> dict[str, str]:
        """Note a message, or fail."""
        if self.error:
            raise self.error
        self.sent.append(sent)
        return {"MessageId": "m"}


def test_message_is_sent_without_delay() -> None:
    """The message overrides the queue's own delay."""
    queue = FakeQueue()

    send_to(cast(Any, queue), "https://queue")("text")

    assert queue.sent == [
        {"QueueUrl": "https://queue", "MessageBody": "text", "DelaySeconds": 0}
    ]


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_message_that_cannot_be_sent(error: Exception) -> None:
    """It is an error of the function's own kind."""
    with pytest.raises(HookFailed) as caught:
        send_to(cast(Any, FakeQueue(error)), "https://queue")("text")

    assert caught.value.verdict is Verdict.QUEUE_UNAVAILABLE
