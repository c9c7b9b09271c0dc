"""The webhooks of an Authgear project for non-blocking events, beside the emulator."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import queue
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.authgear import Authgear
from local.authgear.project import Update
from local.authgear.users.records import Identity, Record, format_time

# Assumption: how long the real server waits for an answer (seconds) was not recorded.
TIMEOUT = 5.0
CLAIM = "https://authgear.com/claims/login_id"
USER_AGENT = "python-requests/2.34.2"  # of the request that changed something


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """
    One event that was delivered, or was to be.

    Args:
        event_type: Such as `user.created`.

        body: What was sent.

        status: The status of the answer; `None` without an answer.
    """

    event_type: str
    body: bytes
    status: int | None


class Webhooks:
    """
    Deliver events to one address, in order, signed, once; use `start`.

    The emulator reports updates by itself; a test reports all other events.

    Args:
        authgear: The emulator.

    Attributes:
        url: The address; `None` is a project without a webhook.

        key: Signs the bodies.

        deliveries: What was delivered so far.
    """

    def __init__(self, authgear: Authgear) -> None:
        self.url: str | None = None
        self.key = secrets.token_hex(16)
        self.deliveries: list[Delivery] = []
        self._authgear = authgear
        self._count = 0
        self._to_lose = 0
        self._waiting: queue.Queue[tuple[float, dict[str, Any]] | None] = queue.Queue()

    @classmethod
    @contextmanager
    def start(cls, authgear: Authgear) -> Iterator[Webhooks]:
        """Deliver until the block ends."""
        webhooks = cls(authgear)
        thread = threading.Thread(target=webhooks._run, name="webhooks")
        thread.start()
        authgear.on_update = webhooks._report_update
        try:
            yield webhooks
        finally:
            authgear.on_update = lambda _: None
            webhooks._waiting.put(None)
            thread.join()

    def lose(self, times: int) -> None:
        """Lose so many of the next events: they are never sent."""
        self._to_lose = times

    def wait(self) -> None:
        """Wait until nothing is left to deliver."""
        self._waiting.join()

    def report(
        self,
        event_type: str,
        record: Record,
        *,
        identities: Sequence[Identity] = (),
        audit_context: dict[str, Any] | None = None,
        is_leaving: bool = False,
        delay: float = 0,
    ) -> None:
        """
        Have an event delivered.

        Args:
            event_type: Such as `user.profile.updated`.

            record: The user; for one who is anonymized or deleted, as before.

            identities: The login ids that the event is about, if it is about any.

            audit_context: That of the token.

            is_leaving: Whether the user cannot log in again.

            delay: Seconds until the change can be read.
        """
        if self.url is None:
            return
        self._count += 1
        user = self._describe_user(record) | {"can_reauthenticate": not is_leaving}
        described = [_describe_identity(record, it) for it in identities]
        identity: dict[str, Any] = {}
        if described and event_type.startswith("identity."):
            identity = {"identity": described[0]}
        elif described:
            identity = {"identities": described}
        event = {
            "context": self._make_context(record, audit_context or {}),
            "id": f"{self._count:016x}",
            "payload": {"user": user, **identity},
            "seq": self._count,
            "type": event_type,
        }
        self._waiting.put((time.monotonic() + delay, event))

    def _report_update(self, update: Update) -> None:
        """Have an update delivered."""
        self.report(
            "user.profile.updated",
            update.record,
            audit_context=update.audit_context,
            delay=update.delay,
        )

    def _make_context(
        self, record: Record, audit_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the context that every event carries."""
        http_url = f"{self._authgear.endpoint}/_api/admin/graphql"
        return {
            "app_id": self._authgear.app_id,
            "audit_context": audit_context | {"http_url": http_url},
            "geo_location_code": None,
            "ip_address": "127.0.0.1",
            "language": "en",
            "preferred_languages": [],
            "timestamp": int(self._authgear.clock()),
            "tracking_id": secrets.token_hex(16),
            "triggered_by": "admin_api",
            "user_agent": USER_AGENT,
            "user_id": record.id,
        }

    def _describe_user(self, record: Record) -> dict[str, Any]:
        """Return a user as events show one."""
        return {
            "created_at": format_time(record.created_at),
            "custom_attributes": dict(record.custom_attributes),
            "groups": [],
            "id": record.id,
            "is_anonymized": record.is_anonymized,
            "is_anonymous": False,
            "is_deactivated": False,
            "is_disabled": record.is_disabled,
            "is_verified": False,
            "roles": [],
            "standard_attributes": self._authgear.users.represent(record),
            "updated_at": format_time(record.updated_at),
            "x_web3": {},
        }

    def _run(self) -> None:
        """Deliver one event after another."""
        while waiting := self._waiting.get():
            moment, event = waiting
            time.sleep(max(0.0, moment - time.monotonic()))
            body = json.dumps(event).encode()
            lost, self._to_lose = self._to_lose > 0, max(0, self._to_lose - 1)
            status = None if lost else self._post(body)
            self.deliveries.append(
                Delivery(event_type=event["type"], body=body, status=status)
            )
            self._waiting.task_done()

    def _post(self, body: bytes) -> int | None:
        """Send a body; return the status that it is answered with, if it is."""
        url = urlsplit(self.url or "")
        signature = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "User-Agent": "Go-http-client/1.1",
            "Content-Type": "application/json",
            "X-Authgear-Body-Signature": signature,
        }
        connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", url.path or "/", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _describe_identity(record: Record, identity: Identity) -> dict[str, Any]:
    """Return a login id as events show one."""
    # Assumption: the original value is the normalized one, as in all recordings.
    return {
        "claims": {
            identity.attribute: identity.value,
            f"{CLAIM}/key": identity.key,
            f"{CLAIM}/original_value": identity.value,
            f"{CLAIM}/type": identity.key,
            f"{CLAIM}/value": identity.value,
        },
        "created_at": format_time(record.updated_at),
        "id": "00000000-0000-4000-8000-00000000001d",
        "type": "login_id",
        "updated_at": format_time(record.updated_at),
        "user_id": record.id,
    }
