"""What is stored of a user: records that are replaced, never changed."""

from __future__ import annotations

import base64
import binascii
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
    is_anonymized: bool = False


def format_time(seconds: float) -> str:
    """Write a time as Go does: UTC, no trailing zeros in the fraction."""
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def normalize(key: str, value: str) -> str:
    """Return a login id's value as it is stored: letters in lower case."""
    return value if key == "phone" else value.lower()


def to_node_id(user_id: str) -> str:
    """Return the node id of a user: base64url of `User:id`, without padding."""
    return base64.urlsafe_b64encode(f"User:{user_id}".encode()).decode().rstrip("=")


def from_node_id(node_id: str) -> str | None:
    """Return the user's id that a node id names, or None for every other spelling."""
    try:
        padded = node_id + "=" * (-len(node_id) % 4)
        user_id = base64.urlsafe_b64decode(padded).decode().removeprefix("User:")
    except (binascii.Error, ValueError):
        return None
    return user_id if to_node_id(user_id) == node_id else None
