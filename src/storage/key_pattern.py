"""Object key and user: which user a key names, by a pattern."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authgear import UUID, to_node_id, to_user_id
from outcome import Reason

PLACEHOLDERS = ("user_id", "node_id", "email", "username", "phone")
# The standard attribute whose value a key holds, by placeholder.
ATTRIBUTES = {
    "email": "email",
    "phone": "phone_number",
    "username": "preferred_username",
}
# Some programs on macOS write an accent as a character of its own.
DECOMPOSED = (
    "the key is in decomposed Unicode (NFD). Upload it under its composed name."
)
LONGEST_KEY = 1024  # bytes of UTF-8; S3's own limit


class KeyIgnored(Exception):
    """
    Raised for a key that names no user.

    Args:
        reason: `FOLDER_MARKER`, `KEY_OUTSIDE_PATTERN` or `KEY_SPELLED_OTHERWISE`.

        detail: What is wrong, for a person.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """
    A pattern such as `pictures/{user_id}.*`: literal text, one placeholder, a rest.

    Args:
        head: The literal text before the placeholder.

        placeholder: One of `PLACEHOLDERS`.

        tail: The text after it; `*` stands for any text.
    """

    head: str
    placeholder: str
    tail: str

    @classmethod
    def parse(cls, pattern: str) -> KeyPattern:
        """
        Read a pattern.

        Raises:
            ValueError: It does not name one user, or the user's objects cannot be
                listed by a prefix; the message says what is allowed.
        """
        parts = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", pattern)
        if parts is None or parts[2] not in PLACEHOLDERS:
            names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            message = f"must hold exactly one of {names}"
            raise ValueError(message)
        head, placeholder, tail = parts.groups()
        if "*" in head:
            message = "may have * only after the placeholder: S3 lists by prefix"
            raise ValueError(message)
        if tail.startswith("*"):
            message = "must have a separator between the placeholder and *"
            raise ValueError(message)
        if head.startswith("/") or len(pattern.encode()) > LONGEST_KEY:
            message = f"must not start with / nor be over {LONGEST_KEY} bytes"
            raise ValueError(message)
        if tail.endswith("/"):
            message = "must not end with /: keys that do are folders, not pictures"
            raise ValueError(message)
        return cls(head, placeholder, tail)

    def user_text(self, key: str) -> str:
        """
        Return the text in a key that names the user.

        Args:
            key: The decoded object key.

        Raises:
            KeyIgnored: The key names no user, or not in the one spelling.
        """
        if key.endswith("/"):
            raise KeyIgnored(Reason.FOLDER_MARKER, "the key ends with a slash")
        found = self._regex.fullmatch(key)
        if found is None:
            composed = unicodedata.normalize("NFC", key)
            if self._regex.fullmatch(composed):
                raise KeyIgnored(Reason.KEY_SPELLED_OTHERWISE, DECOMPOSED)
            detail = f"the key does not fit {self}"
            raise KeyIgnored(Reason.KEY_OUTSIDE_PATTERN, detail)
        self._check_spelling(found[1])
        return found[1]

    @property
    def needs_attributes(self) -> bool:
        """Tell whether only a user's attributes say what the user's keys hold."""
        return self.placeholder in ATTRIBUTES

    def text_of_user(
        self, user_id: str, attributes: Mapping[str, Any] | None = None
    ) -> str | None:
        """
        Return the text that the keys of a user's objects hold.

        It is the inverse of `user_text`: `prefix` makes the prefix of it.

        Args:
            user_id: The user's UUID.

            attributes: The user's standard attributes, as read; only where
                `needs_attributes` says so.

        Returns:
            `None` if the user has no such attribute, or one that no key can hold, such
            as an e-mail address with a slash.
        """
        if self.placeholder == "user_id":
            return user_id
        if self.placeholder == "node_id":
            return to_node_id(user_id)
        text = (attributes or {}).get(ATTRIBUTES[self.placeholder])
        if not isinstance(text, str):
            return None
        key = self.head + text + self.tail.replace("*", "\0")  # in no pattern
        return text if self.names(key, text) else None

    def user_id(self, user_text: str) -> str:
        """Return the UUID of a user; only where `needs_attributes` is false."""
        if self.placeholder == "node_id":
            return to_user_id(user_text) or ""
        return user_text

    def prefix(self, user_text: str) -> str:
        """Return the prefix by which S3 lists the user's objects."""
        return self.head + user_text + self.tail.partition("*")[0]

    def names(self, key: str, user_text: str) -> bool:
        """Tell whether a listed key is one of the user's."""
        try:
            return self.user_text(key) == user_text
        except KeyIgnored:
            return False

    def __str__(self) -> str:
        """Return the pattern as written."""
        return f"{self.head}{{{self.placeholder}}}{self.tail}"

    @property
    def _regex(self) -> re.Pattern[str]:
        """Return what the pattern means: `*` is any text, a user's has no slash."""
        head = re.escape(self.head)
        # Each * except the last stops at the first place where it can, for good: trying
        # all places could take hours for a key, and would find nothing more.
        first, *rest = (re.escape(text) for text in self.tail.split("*"))
        *middle, last = rest or [""]
        stops = "".join(rf"(?>.*?{text})" for text in middle)
        tail = first + (rf"{stops}.*{last}" if rest else "")
        # An id ends at the first place where it can, a name with dots at the last.
        user = (
            rf"{UUID.pattern}|[^/]+?" if self.placeholder.endswith("_id") else "[^/]+"
        )
        return re.compile(f"{head}({user}){tail}", re.DOTALL)

    def _check_spelling(self, text: str) -> None:
        """Raise `KeyIgnored` unless the text is an id in the one spelling."""
        if self.placeholder == "user_id" and not UUID.fullmatch(text):
            raise _not_a_user_id(text)
        if self.placeholder == "node_id" and not to_user_id(text):
            detail = "the node id is not a user's, or not spelled as Authgear prints it"
            raise KeyIgnored(Reason.KEY_OUTSIDE_PATTERN, detail)
        if text != text.strip() or not text.isprintable():
            detail = "the user's name in the key has blanks around it, or no glyph"
            raise KeyIgnored(Reason.KEY_OUTSIDE_PATTERN, detail)


def _not_a_user_id(text: str) -> KeyIgnored:
    """Return why a text is not a user id: another spelling, or none at all."""
    try:
        meant = uuid.UUID(unicodedata.normalize("NFKC", text).strip())
    except ValueError:
        return KeyIgnored(Reason.KEY_OUTSIDE_PATTERN, "the key holds no user id")
    detail = f"the key must spell the user id as Authgear does: {meant}"
    return KeyIgnored(Reason.KEY_SPELLED_OTHERWISE, detail)
