"""What happens in one request, as the audit log and the project's hooks show it."""

from __future__ import annotations

from typing import Any, NamedTuple

from .attributes import Site, to_shown
from .audit import AuditLog, Caller, Entry
from .records import Identity, Record, format_time

CLAIM = "https://authgear.com/claims/login_id"


class Noted(NamedTuple):
    """An event, the user that it shows, and the rest of what it shows."""

    event: str
    record: Record
    user_id: str | None
    identities: tuple[Identity, ...] | None
    can_reauthenticate: bool


class Events:
    """
    What happens in one request; it is written once it is sure that it did.

    Args:
        caller: Who sends the request.

        site: Where the request found the server.

        at: When, in seconds since 1970.
    """

    def __init__(self, caller: Caller, site: Site, at: float) -> None:
        self._caller = caller
        self._site = site
        self._at = at
        self._noted: list[Noted] = []

    def note_execution(self, mutation: str, record: Record) -> None:
        """Note that a mutation of the Admin API was executed."""
        event = f"admin_api.mutation.{mutation}.executed"
        self._noted.append(Noted(event, record, None, None, True))

    def note(
        self,
        event: str,
        record: Record,
        *,
        identities: tuple[Identity, ...] | None = None,
        is_leaving: bool = False,
    ) -> None:
        """
        Note an event with the user as the record is now.

        Args:
            event: The event's type, such as `user.profile.updated`.

            record: The user; for one who is anonymized or deleted, as before.

            identities: The login ids that the event is about, if it is about any.

            is_leaving: Whether the user cannot log in again.
        """
        self._noted.append(Noted(event, record, record.id, identities, not is_leaving))

    def write(self, audit_log: AuditLog) -> list[Entry]:
        """Write all events to the audit log, and return them."""
        return [
            audit_log.write(
                noted.event,
                self._describe(noted),
                user_id=noted.user_id,
                at=self._at,
                caller=self._caller,
            )
            for noted in self._noted
        ]

    def _describe(self, noted: Noted) -> dict[str, Any]:
        """Return an event's payload."""
        record = noted.record
        user = describe_user(record, to_shown(record, self._site))
        payload = {"user": user | {"can_reauthenticate": noted.can_reauthenticate}}
        if noted.identities is None:
            return payload
        described = [describe_identity(record, it) for it in noted.identities]
        if noted.event.startswith("identity."):
            return payload | {"identity": described[0]}
        return payload | {"identities": described}


def describe_user(record: Record, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a user as events show one; `shown` are the standard attributes."""
    return {
        "can_reauthenticate": True,
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
        "standard_attributes": shown,
        "updated_at": format_time(record.updated_at),
        "x_web3": {},
    }


def describe_identity(record: Record, identity: Identity) -> dict[str, Any]:
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
        "id": identity.id,
        "type": "login_id",
        "updated_at": format_time(record.updated_at),
        "user_id": record.id,
    }
