"""A user as the Admin API shows one, and the ids by which it knows them."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .answers import as_object
from .errors import Unexpected

# Seconds; attributes that were read longer ago are never sent.
STALE = 2.0

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

USER_FIELDS = "{ id isAnonymized standardAttributes }"  # what `read_user` needs

# Attributes that Authgear computes; what is sent for them it ignores.
DERIVED = ("email_verified", "phone_number_verified", "updated_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """
    A user, as read at one moment.

    Args:
        user_id: The UUID, in lower case.

        is_anonymized: Whether the user's data was wiped; no update is possible then.

        standard_attributes: As read; never shown.

        read_at: The moment at which the reading was sent; none for other answers.
    """

    user_id: str
    is_anonymized: bool
    standard_attributes: dict[str, Any] = field(repr=False)
    read_at: float = field(default=-math.inf, compare=False)

    @property
    def has_picture(self) -> bool:
        """Tell whether the user has a picture of any origin."""
        return bool(self.standard_attributes.get("picture"))

    @property
    def picture_app_id(self) -> str | None:
        """Return the app id in the picture's URL, if it is one of Authgear's images."""
        found = _image_path(self.standard_attributes.get("picture"))
        return found and found[1]

    @property
    def picture_object_id(self) -> str | None:
        """
        Return the id of the image object that is the user's picture, if it is one.

        Only the id is compared, never the URL: its host may be a CDN's (contract:
        cdn.node_read).
        """
        return object_id(self.standard_attributes.get("picture"))

    def differing_attributes(self, other: User) -> list[str]:
        """Name the attributes, besides the picture, in which two readings differ."""
        ours, theirs = self.standard_attributes, other.standard_attributes
        names = (ours.keys() | theirs.keys()) - {"picture", *DERIVED}
        return sorted(name for name in names if ours.get(name) != theirs.get(name))

    def update_input(self, changes: dict[str, Any]) -> dict[str, Any]:
        """
        Return the `UpdateUserInput` that leaves all attributes as read.

        Args:
            changes: The picture to set; without one, the picture is taken away.
        """
        read = self.standard_attributes.items()
        kept = {name: value for name, value in read if name != "picture"}
        return {
            "userID": to_node_id(self.user_id),
            "standardAttributes": kept | changes,
        }


def read_user(
    step: str,
    node: Any,
    *,
    expected: str | None = None,
    read_at: float = -math.inf,
) -> User:
    """
    Return the user in an answer.

    Args:
        step: The name of the call in error messages.

        node: What GraphQL shows of the user, or anything else.

        expected: The UUID that the user must have; `None` if any will do.

        read_at: The moment at which the reading was sent.

    Raises:
        Unexpected: It is not that user, or not a user with standard attributes.
    """
    fields = as_object(node)
    user_id = to_user_id(str(fields.get("id")))
    attributes = fields.get("standardAttributes")
    if user_id is None or user_id != (expected or user_id):
        raise Unexpected(step=step, detail="the answer holds no such user", status=200)
    if not isinstance(attributes, dict):
        raise Unexpected(
            step=step, detail="`standardAttributes` is missing", status=200
        )
    return User(
        user_id=user_id,
        is_anonymized=fields.get("isAnonymized") is True,
        standard_attributes=attributes,
        read_at=read_at,
    )


def object_id(url: Any) -> str | None:
    """
    Return the image object's id in a URL of Authgear's.

    Args:
        url: `authgearimages:///APP/OBJECT`, `https://HOST/_images/APP/OBJECT/profile`,
            or anything else.
    """
    found = _image_path(url)
    return found and found[2]


def _image_path(url: Any) -> re.Match[str] | None:
    """Match the path of an image's URL: its app id, and its object id."""
    try:
        path = urlsplit(url).path if isinstance(url, str) else ""
    except ValueError:
        return None
    return re.fullmatch(rf"(?:/_images)?/([^/]+)/({UUID.pattern})(?:/profile)?", path)


def picture_uri(app_id: str, image_id: str) -> str:
    """Return the value of `picture` that names an uploaded image."""
    return f"authgearimages:///{app_id}/{image_id}"


def to_node_id(user_id: str) -> str:
    """Return the node id of a user: unpadded base64url, as Authgear prints it."""
    encoded = base64.urlsafe_b64encode(f"User:{user_id}".encode())
    return encoded.decode().rstrip("=")


def to_user_id(node_id: str) -> str | None:
    """Return the user id in a node id, `None` if it is not one in the one spelling."""
    try:
        padded = node_id + "=" * (-len(node_id) % 4)
        kind, _, user_id = base64.urlsafe_b64decode(padded).decode().partition(":")
    except ValueError:
        return None
    true_spelling = UUID.fullmatch(user_id) and to_node_id(user_id) == node_id
    return user_id if kind == "User" and true_spelling else None
