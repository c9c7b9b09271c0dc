"""
The messages that this product sends to its own queues, in one place.

    check            check one user, by id or by an object of theirs
    resync           cut the bucket into ranges, and queue each
    resync-range     compare the users of one range of keys with Authgear

The hook function, the scheduler and the operator's commands send them, the function
reads them. Only the standard library and the product's name are imported here: the hook
function needs no more.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from version import NAME


class Mode(StrEnum):
    """Why a resync runs, which decides what it may queue."""

    SCHEDULED = "scheduled"  # repairs drift; held where too many users differ
    BACKFILL = "backfill"  # applies changed settings, too; without brakes
    AGAIN = "again"  # as backfill, and retries rejections and settled results
    COUNT = "count"  # only counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Resync:
    """
    Cut the bucket into ranges of keys.

    Args:
        mode: Why the resync runs.

        after: Only keys behind this one; empty at the start.

        item: Which message it came in.
    """

    mode: Mode
    after: str = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResyncRange:
    """
    Compare the users of one range of keys.

    Args:
        mode: Why the resync runs.

        after: Only keys behind this one.

        until: No key behind this one; empty for the end of the bucket.

        item: Which message it came in.
    """

    mode: Mode
    after: str
    until: str
    item: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """
    Check one user.

    Args:
        user_id: The user's UUID, or empty if `key` names the user.

        bucket: The bucket of the object.

        key: The key of an object of the user.

        again: Whether to look once more at objects that their tag settles.
    """

    user_id: str = ""
    bucket: str = ""
    key: str = ""
    again: bool = False


Message = Check | Resync | ResyncRange


def write_message(message: Message) -> str:
    """Return the text of a message."""
    sent = {name: value for name, value in asdict(message).items() if name != "item"}
    fields = {name: value for name, value in sent.items() if value}
    return json.dumps({"source": NAME, _NAMES[type(message)]: fields})


def write_user_check(user_id: str) -> str:
    """
    Return the text of the message that asks for one user to be checked.

    Args:
        user_id: The user's UUID, as `is_user_id` accepts it.
    """
    return write_message(Check(user_id=user_id))


def is_message(content: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is a message of ours, well-formed or not."""
    is_ours = content.get("source") == NAME
    return is_ours and any(name in content for name in _NAMES.values())


def read_message(content: Mapping[str, Any]) -> Message | None:
    """Return the message in a JSON object, `None` if it is malformed."""
    for kind, name in _NAMES.items():
        fields = content.get(name)
        if isinstance(fields, dict):
            return _read(kind, fields)
    return None


def is_user_id(value: Any) -> TypeGuard[str]:
    """Tell whether a value is a UUID in the one spelling: lower case, with hyphens."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _read(kind: type[Message], fields: Mapping[str, Any]) -> Message | None:
    """Read a message of a kind, `None` if it is malformed."""
    try:
        found: Message = _READERS[kind](fields)
    except (KeyError, ValueError):
        return None
    return found


def _read_check(fields: Mapping[str, Any]) -> Check:
    """Read a check; raise `ValueError` unless it names a user or an object."""
    again = fields.get("again") is True
    if "user_id" in fields:
        if not is_user_id(fields["user_id"]):
            message = "it names no user"
            raise ValueError(message)
        return Check(user_id=fields["user_id"], again=again)
    return Check(bucket=_text(fields["bucket"]), key=_text(fields["key"]), again=again)


def _read_resync(fields: Mapping[str, Any]) -> Resync:
    """Read the start or the continuation of a resync."""
    after = _text(fields["after"]) if "after" in fields else ""
    return Resync(mode=Mode(fields["mode"]), after=after)


def _read_range(fields: Mapping[str, Any]) -> ResyncRange:
    """Read a range; the first one has no `after`, the last one no `until`."""
    after = _text(fields["after"]) if "after" in fields else ""
    until = _text(fields["until"]) if "until" in fields else ""
    return ResyncRange(mode=Mode(fields["mode"]), after=after, until=until)


def _text(value: Any) -> str:
    """Return a text that is not empty, and can be sent on."""
    if not isinstance(value, str) or not value:
        message = "it is not a text"
        raise ValueError(message)
    value.encode()  # JSON can hold half a character
    return value


_NAMES: dict[type[Message], str] = {
    Check: "check",
    Resync: "resync",
    ResyncRange: "resync-range",
}
_READERS: dict[type[Message], Any] = {
    Check: _read_check,
    Resync: _read_resync,
    ResyncRange: _read_range,
}
