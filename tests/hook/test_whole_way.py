"""A change in Authgear reaches the function as a user to check, over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests

from authgear import AdminAPI, Budget, User
from factory import authorize, connect
from hook.receiver import HookFailed, Receiver, Verdict
from local.authgear import Authgear
from settings import Settings
from tests.contract.tokens import make_token
from tests.fakes.function_url import serve_function
from tests.fakes.secrets import FakeSecrets
from tests.fakes.webhooks import Webhooks
from tests.samples.events import sqs
from triggers.parser import read_event
from triggers.sources import UserEvent

IMAGE_ID = "00000000-0000-4000-8000-000000000021"


def ten_seconds() -> Budget:
    """Return the time of a run."""
    return Budget(deadline=time.monotonic() + 10)


class Stage:
    """
    An emulator that reports to the hook function.

    Args:
        authgear: The emulator.

        webhooks: Its webhooks.

        session: Keeps the product's connections.
    """

    def __init__(
        self, authgear: Authgear, webhooks: Webhooks, session: requests.Session
    ) -> None:
        self.authgear = authgear
        self.webhooks = webhooks
        self.queue: list[str] = []
        self.lines: list[Mapping[str, Any]] = []
        self.is_queue_down = False
        self.receiver = Receiver(
            read_key=webhooks.key.encode,
            send=self._send,
            log=self.lines.append,
        )
        self.product = self._make_product(session)

    def users_to_check(self) -> list[str]:
        """Return the users that the function finds in the queue's messages."""
        self.webhooks.wait()
        events = read_event(sqs(*self.queue)).events
        return [event.user_id for event in events if isinstance(event, UserEvent)]

    def verdicts(self) -> list[str]:
        """Return the result of each report."""
        self.webhooks.wait()
        return [line["verdict"] for line in self.lines]

    def create(self, email: str) -> None:
        """Create a user, and have it reported."""
        record = self.authgear.users.create(email=email).record
        self.webhooks.report("user.created", record, identities=record.identities)

    def rename(self, node_id: str, name: str) -> None:
        """Give a user a name by another client of the Admin API."""
        update = {"userID": node_id, "standardAttributes": {"name": name}}
        token = make_token(self.authgear, self.authgear.clock())
        answer = requests.post(
            f"{self.authgear.endpoint}/_api/admin/graphql",
            json={
                "query": "mutation($i: UpdateUserInput!) "
                "{ updateUser(input: $i) { user { id } } }",
                "variables": {"i": update},
            },
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        assert "errors" not in answer.json()

    def read(self, user_id: str) -> User:
        """Read a user as the product does."""
        return self.product.get_user(user_id, budget=ten_seconds())

    def _send(self, text: str) -> None:
        """Queue a message, or fail."""
        if self.is_queue_down:
            raise HookFailed(Verdict.QUEUE_UNAVAILABLE)
        self.queue.append(text)

    def _make_product(self, session: requests.Session) -> AdminAPI:
        """Return the product's own client, with its own audit context."""
        settings = Settings.from_env(
            {
                "BUCKET_NAME": "pictures-example",
                "AUTHGEAR_ENDPOINT": self.authgear.endpoint,
                "AUTHGEAR_APP_ID": self.authgear.app_id,
                "AUTHGEAR_SECRET_ID": "secret",
            }
        )
        pair = {
            "key_id": self.authgear.key_pair.key_id,
            "private_key": self.authgear.key_pair.private_key,
        }
        secrets: Any = FakeSecrets(json.dumps(pair))
        return AdminAPI(
            connect(settings, session=session), authorize(settings, secrets)
        )


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Run an emulator, and the hook function behind an address."""
    with (
        Authgear.start() as authgear,
        requests.Session() as session,
        Webhooks.start(authgear) as webhooks,
    ):
        stage = Stage(authgear, webhooks, session)
        with serve_function(stage.receiver.handle) as url:
            webhooks.url = url
            yield stage


def test_new_user_is_checked(stage: Stage) -> None:
    """A user who is created after the object gets the picture."""
    stage.create("ada@example.com")

    [user] = stage.authgear.users
    assert stage.users_to_check() == [user.id]
    assert [it.status for it in stage.webhooks.deliveries] == [200]


def test_change_by_others_is_checked_and_our_own_is_not(stage: Stage) -> None:
    """The product's updates would have it check forever what it has just set."""
    stage.create("ada@example.com")
    [user] = stage.authgear.users

    stage.product.set_picture(stage.read(user.id), IMAGE_ID, budget=ten_seconds())
    stage.product.batches.set_pictures(
        [(stage.read(user.id), IMAGE_ID)], budget=ten_seconds()
    )
    stage.rename(user.node_id, "Ada")

    assert stage.verdicts() == ["queued", "own-update", "own-update", "queued"]
    assert stage.users_to_check() == [user.id] * 2


def test_report_with_another_key_is_refused(stage: Stage) -> None:
    """The hook's failure has no effect: the user is still created."""
    stage.webhooks.key = "another-key-of-another-project"

    stage.create("ada@example.com")

    assert stage.users_to_check() == []
    assert stage.verdicts() == ["wrong-signature"]
    assert [it.status for it in stage.webhooks.deliveries] == [401]


def test_failure_of_the_queue_loses_one_report(stage: Stage) -> None:
    """Authgear does not repeat it; the next one arrives."""
    stage.is_queue_down = True
    stage.create("ada@example.com")
    assert stage.users_to_check() == []

    stage.is_queue_down = False
    [user] = stage.authgear.users
    stage.rename(user.node_id, "Ada")

    assert stage.users_to_check() == [user.id]
    assert [it.status for it in stage.webhooks.deliveries] == [502, 200]
