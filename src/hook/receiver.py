"""One delivery of an Authgear hook: verified, and turned into a user to check."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from triggers.messages import is_user_id, write_user_check
from version import NAME

SIGNATURE = "x-authgear-body-signature"  # HMAC-SHA256 of the body, in hex
LARGEST_BODY = 262_144  # bytes; recorded deliveries have about 1,500

# Events that can change whether a user's picture is right, or whom a key names.
EVENTS = {"user.created", "user.profile.updated"} | {
    f"identity.{kind}.{change}"
    for kind in ("email", "phone", "username")
    for change in ("added", "updated")
}


class Verdict(Enum):
    """The result of a delivery: the code in the log, and the HTTP status."""

    QUEUED = "queued", 200
    OTHER_EVENT = "other-event", 200
    OWN_UPDATE = "own-update", 200
    NO_USER = "no-user", 200
    WRONG_SIGNATURE = "wrong-signature", 401
    BODY_TOO_LARGE = "body-too-large", 413
    SECRET_UNREADABLE = "secret-unreadable", 500
    QUEUE_UNAVAILABLE = "queue-unavailable", 500

    def __init__(self, code: str, status: int) -> None:
        self.code = code
        self.status = status


class HookFailed(Exception):
    """
    Raised when a delivery cannot be handled, so that Lambda counts an error.

    Args:
        verdict: Why.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(f"the hook failed: {verdict.code}")


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """
    Receives deliveries.

    Args:
        read_key: Returns the project's webhook key; raises `HookFailed`.

        send: Puts a text into the retry queue; raises `HookFailed`.

        log: Writes the one line of a delivery.
    """

    read_key: Callable[[], bytes]
    send: Callable[[str], None]
    log: Callable[[Mapping[str, Any]], None]

    def handle(self, event: Any) -> dict[str, Any]:
        """
        Answer one delivery; a repeated one only has the user checked again.

        Args:
            event: What a function URL invokes with (payload version 2.0).

        Raises:
            HookFailed: The secret or the queue is not available. Authgear delivers
                once; the next resync finds the change.
        """
        facts: dict[str, Any] = {}
        try:
            verdict = self._receive(event, facts)
        except HookFailed as error:
            self._log(error.verdict, facts)
            raise
        self._log(verdict, facts)
        return {"statusCode": verdict.status, "body": verdict.code}

    def _receive(self, event: Any, facts: dict[str, Any]) -> Verdict:
        """Decide about a delivery; note what may be logged of it."""
        body = _read_body(event)
        if len(body) > LARGEST_BODY:
            return Verdict.BODY_TOO_LARGE
        if not _is_signed(body, _read_signature(event), self.read_key()):
            return Verdict.WRONG_SIGNATURE
        content = _parse(body)
        event_type = content.get("type")
        if not isinstance(event_type, str) or event_type not in EVENTS:
            return Verdict.OTHER_EVENT
        facts["event_type"] = event_type
        if _at(content, "context", "audit_context").get("triggered_by") == NAME:
            return Verdict.OWN_UPDATE
        user_id = _at(content, "payload", "user").get("id")
        if not is_user_id(user_id):
            return Verdict.NO_USER
        facts["user_id"] = user_id
        self.send(write_user_check(user_id))
        return Verdict.QUEUED

    def _log(self, verdict: Verdict, facts: Mapping[str, Any]) -> None:
        """Write the line: nothing of an unsigned body, and no attribute."""
        level = {200: "INFO", 500: "ERROR"}.get(verdict.status, "WARNING")
        self.log(
            {
                "level": level,
                "message": "hook received",
                "service": NAME,
                "verdict": verdict.code,
                **facts,
            }
        )


def _read_body(event: Any) -> bytes:
    """Return the body as sent; empty if absent."""
    fields = event if isinstance(event, dict) else {}
    text = fields.get("body")
    body = text.encode(errors="surrogatepass") if isinstance(text, str) else b""
    if fields.get("isBase64Encoded") is True:
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            return b""
    return body


def _read_signature(event: Any) -> bytes:
    """Return the signature as sent; empty if absent."""
    headers = event.get("headers") if isinstance(event, dict) else None
    named = headers.items() if isinstance(headers, dict) else ()
    value = {name.lower(): value for name, value in named}.get(SIGNATURE)
    return value.encode(errors="surrogatepass") if isinstance(value, str) else b""


def _is_signed(body: bytes, signature: bytes, key: bytes) -> bool:
    """Compare a body's signature, in a time that says nothing of the right one."""
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature)


def _parse(body: bytes) -> dict[str, Any]:
    """Return a body's JSON object, an empty one for anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _at(content: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return an object within objects, an empty one if it is not there."""
    for name in names:
        value = content.get(name)
        content = value if isinstance(value, dict) else {}
    return content
