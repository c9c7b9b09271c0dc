"""What is stored of a user: records that are replaced, never changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# A login id's key -> the standard attribute that it owns.
OWNED_ATTRIBUTES = {
    "email": "email",
    "phone": "phone_number",
    "username": "preferred_username",
}


@dataclass(frozen=True)
class Identity:
    """A login id of a user, such as an e-mail address."""

    key: str
    value: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    authenticator_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def attribute(self) -> str:
        """The standard attribute that shows the value."""
        return OWNED_ATTRIBUTES[self.key]


@dataclass(frozen=True, kw_only=True)
class Record:
    """
    A user as stored; times in seconds since 1970.

    `standard_attributes` are in their stored form: a picture of ours is an
    `authgearimages:` URI, derived attributes are not there.
    """

    id: str
    created_at: float
    updated_at: float
    identities: tuple[Identity, ...] = ()
    standard_attributes: Mapping[str, Any] = field(default_factory=dict)
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)
    is_disabled: bool = False
    disable_reason: str | None = None
    delete_at: float | None = None
    is_anonymized: bool = False

    def owned_values(self) -> dict[str, list[str]]:
        """Return the values of each attribute that belongs to a login id."""
        return {
            attribute: [i.value for i in self.identities if i.attribute == attribute]
            for attribute in OWNED_ATTRIBUTES.values()
        }

    def formatted_name(self) -> str | None:
        """Return the name to show: the full name, with the nickname in brackets."""
        attributes = self.standard_attributes
        parts = ("given_name", "middle_name", "family_name")
        joined = " ".join(attributes[part] for part in parts if attributes.get(part))
        name = attributes.get("name") or joined
        nickname = attributes.get("nickname")
        if name and nickname:
            return f"{name} ({nickname})"
        return name or nickname or None

    def account_id(self) -> str | None:
        """Return what the end user is known by."""
        names = ("email", "preferred_username", "phone_number")
        values = (self.standard_attributes.get(name) for name in names)
        return next((value for value in values if value), None)


def format_time(seconds: float | None) -> str | None:
    """Write a time as Go does: UTC, no trailing zeros in the fraction."""
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def normalize(key: str, value: str) -> str:
    """Return a login id's value as it is stored: letters in lower case."""
    return value if key == "phone" else value.lower()
