"""The tests' webhooks report changes in the emulator as the real server did."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from local.authgear import Authgear, Fault, User
from local.authgear.server import Server
from local.authgear.users.records import Identity, Record
from local.loopback import HOST
from tests.contract.batches_and_hooks import DELIVERIES
from tests.contract.tokens import make_token
from tests.fakes.webhooks import Webhooks

PICTURE = "authgearimages:///demo/9be3d23e-46c0-4bfa-bb12-1d8afee7d28c"
VOLATILE = {
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}": "UUID",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z": "TIME",
    r'"(updated_at|timestamp|seq)": \d+': r'"\1": 0',
    r'"id": "[0-9a-f]{16}"': '"id": "ID"',
    r'"tracking_id": "\w+"': '"tracking_id": ""',
}


class Listener:
    """A webhook that notes what it gets."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = "200 OK"
        self.server = Server(self._answer, 0)
        self.url = f"http://{HOST}:{self.server.port}/hook"

    def bodies(self) -> list[dict[str, Any]]:
        """Return what was received, as JSON."""
        return [json.loads(body) for _, body in self.received]

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Note a request and answer it."""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if name.startswith(("HTTP_", "CONTENT_"))
        }
        self.received.append((headers, environ["wsgi.input"].read()))
        start(self.status, [("Content-Length", "0")])
        return []


class Stage:
    """
    An emulator that reports to a listener.

    Args:
        authgear: The emulator.

        webhooks: Its webhooks.

        listener: Their address.
    """

    def __init__(
        self, authgear: Authgear, webhooks: Webhooks, listener: Listener
    ) -> None:
        self.authgear = authgear
        self.webhooks = webhooks
        self.listener = listener
        self.claims: dict[str, Any] = {}
        webhooks.url = listener.url

    def create(self, email: str) -> User:
        """Create a user, and report it."""
        user = self.authgear.users.create(email=email)
        record = user.record
        self.webhooks.report("user.created", record, identities=record.identities)
        self.webhooks.wait()
        return user

    def update(self, user: User, **attributes: Any) -> None:
        """Replace a user's attributes by the Admin API."""
        authgear = self.authgear
        token = make_token(authgear, authgear.clock(), **self.claims)
        update = {"userID": user.node_id, "standardAttributes": attributes}
        requests.post(
            f"{authgear.endpoint}/_api/admin/graphql",
            json={
                "query": "mutation($i: UpdateUserInput!) "
                "{ updateUser(input: $i) { user { id } } }",
                "variables": {"i": update},
            },
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        self.webhooks.wait()

    def change(self, user: User, event_type: str, **changes: Any) -> Record:
        """Change what is stored of a user, and report it."""
        record = replace(user.record, **changes)
        self.authgear.users.commit({user.id: record})
        identities = changes.get("identities", ())[-1:]
        self.webhooks.report(event_type, record, identities=identities)
        return record


@pytest.fixture
def reports() -> Iterator[Stage]:
    """Run an emulator and its webhook."""
    listener = Listener()
    listener.server.start()
    with Authgear.start() as authgear, Webhooks.start(authgear) as webhooks:
        yield Stage(authgear, webhooks, listener)
    listener.server.stop()


def conceal(stage: Stage, body: dict[str, Any]) -> Any:
    """Return a body without what differs from one server to the next."""
    text = json.dumps(body, sort_keys=True)
    text = text.replace(stage.authgear.host, "HOST")
    text = text.replace("/_images/demo/", "/_images/APP_ID/")
    text = text.replace('"app_id": "demo"', '"app_id": "APP_ID"')
    for pattern, name in VOLATILE.items():
        text = re.sub(pattern, name, text)
    return json.loads(text)


def play(stage: Stage) -> None:
    """Do what was done when the deliveries were recorded."""
    user = stage.create("bulkhook-6f600b@example.com")
    stage.update(user, name="Hook", picture=PICTURE)
    record = stage.change(user, "user.disabled", is_disabled=True)
    username = "hook6f600b"
    record = stage.change(
        user,
        "identity.username.added",
        identities=(*record.identities, Identity("username", username)),
        standard_attributes={
            **record.standard_attributes,
            "preferred_username": username,
        },
    )
    stage.webhooks.report("user.anonymized", record, is_leaving=True)
    second = stage.create("bulkhook2-6f600b@example.com")
    stage.webhooks.report("user.deleted", second.record, is_leaving=True)
    stage.webhooks.wait()


def test_deliveries_are_as_recorded(reports: Stage) -> None:
    """One for each change, with the recorded body and headers."""
    play(reports)

    found = [conceal(reports, body) for body in reports.listener.bodies()]
    recorded = [conceal(reports, entry["body"]) for entry in DELIVERIES.values()]
    assert found == recorded
    for (headers, _), entry in zip(
        reports.listener.received, DELIVERIES.values(), strict=True
    ):
        assert {name: headers.get(name) for name in entry["headers"]} == {
            **entry["headers"],
            "x-authgear-body-signature": headers["x-authgear-body-signature"],
        }


def test_body_is_signed(reports: Stage) -> None:
    """HMAC-SHA256 of the very bytes, in hex, with the project's key."""
    reports.create("ada@example.com")

    [(headers, body)] = reports.listener.received
    key = reports.webhooks.key.encode()
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["x-authgear-body-signature"] == expected
    assert all(it["signature_is_hmac_sha256_hex"] for it in DELIVERIES.values())


def test_ids_belong_together(reports: Stage) -> None:
    """The user of the payload is that of the context; numbers only grow."""
    play(reports)

    bodies = reports.listener.bodies()
    for body in bodies:
        assert body["payload"]["user"]["id"] == body["context"]["user_id"]
        assert int(body["id"], 16) == body["seq"]
    assert (
        bodies[3]["payload"]["identity"]["user_id"] == bodies[3]["context"]["user_id"]
    )
    numbers = [body["seq"] for body in bodies]
    assert numbers == sorted(set(numbers))


def test_context_holds_what_the_token_says(reports: Stage) -> None:
    """The token's audit context distinguishes an update from all others."""
    user = reports.create("ada@example.com")
    reports.claims = {"audit_context": {"triggered_by": "product", "version": "1"}}
    reports.update(user, name="Ada")

    said = reports.listener.bodies()[-1]["context"]["audit_context"]

    assert said.pop("http_url").endswith("/_api/admin/graphql")
    assert said == {"triggered_by": "product", "version": "1"}


def test_nothing_is_reported_of_what_is_not_done(reports: Stage) -> None:
    """Neither a refused update, nor one that is not committed, nor a reading."""
    user = reports.create("ada@example.com")
    reports.update(user, name="")
    reports.authgear.faults.add(Fault(step="update", commit_fails=True))
    reports.update(user, name="Ada")

    assert [body["type"] for body in reports.listener.bodies()] == ["user.created"]


def test_report_comes_after_the_change_can_be_read(reports: Stage) -> None:
    """Where the commit is late, so is the report."""
    user = reports.create("ada@example.com")
    reports.authgear.faults.add(Fault(step="update", commit_delay=0.1))
    seen: list[Any] = []
    original = reports.listener.received

    class Notes(list):  # type: ignore[type-arg] # of the same items
        """Note with each delivery what can be read."""

        def append(self, item: Any) -> None:
            """Note one."""
            seen.append(user.standard_attributes().get("name"))
            super().append(item)

    reports.listener.received = Notes(original)
    reports.update(user, name="Ada")

    assert seen == ["Ada"]


def test_delivery_happens_once(reports: Stage) -> None:
    """After any answer there is no second attempt; the next event follows."""
    reports.listener.status = "500 Internal Server Error"
    user = reports.create("ada@example.com")
    reports.update(user, name="Ada")

    assert [it.status for it in reports.webhooks.deliveries] == [500, 500]
    assert len(reports.listener.received) == 2


def test_delivery_that_nobody_takes(reports: Stage) -> None:
    """If a webhook is down, its report is lost, and the update is still done."""
    reports.webhooks.url = f"http://{HOST}:1/"
    reports.create("ada@example.com")

    assert [it.status for it in reports.webhooks.deliveries] == [None]
    assert len(reports.authgear.users) == 1


def test_delivery_that_is_lost(reports: Stage) -> None:
    """A test can lose some; those after them arrive."""
    reports.webhooks.lose(1)
    user = reports.create("ada@example.com")
    reports.update(user, name="Ada")

    assert [body["type"] for body in reports.listener.bodies()] == [
        "user.profile.updated"
    ]


def test_project_without_a_webhook_reports_nothing(reports: Stage) -> None:
    """As long as no address is configured."""
    reports.webhooks.url = None
    reports.create("ada@example.com")

    assert reports.webhooks.deliveries == []
