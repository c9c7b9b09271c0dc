"""The standard attributes: how they are validated, stored and shown."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from ..errors import UnexplainedError, refuse
from .records import OWNED_ATTRIBUTES, Record

DERIVED = ("email_verified", "phone_number_verified", "updated_at")
ADDRESS = "formatted", "street_address", "locality", "region", "postal_code", "country"
# Assumption: no numbering plan is looked at, only the E.164 form.
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")
# Assumption: language, script and region only; the real server knows all tags.
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
# An image object of the server's own, and any path without `.`, `..` or `//`.
IMAGE_URI = re.compile(r"authgearimages://(/(?!\.\.?(/|$))[^/?#]+)+")
CLEAN_PATH = re.compile(r"(/(?!\.\.?(/|$))[^/]+)*/?")


def to_stored(attributes: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """
    Turn attributes as sent, all that the user is to have, into the stored form.

    Raises:
        APIError: They are invalid.

        UnexplainedError: One of them is no login id of the user.
    """
    stored = {k: v for k, v in attributes.items() if k not in DERIVED}
    causes = [cause for name in sorted(stored) for cause in _check(name, stored[name])]
    if causes:
        refuse("invalid value", "ValidationFailed", causes=causes)
    return with_owned(stored, record)


def with_owned(attributes: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Add missing attributes of login ids; refuse another value than the login id."""
    owned: dict[str, Any] = {}
    for name in OWNED_ATTRIBUTES.values():
        values = [it.value for it in record.identities if it.attribute == name]
        if name in attributes and attributes[name] not in values:
            message = f"unowned {name}"
            raise UnexplainedError(message)
        if values:
            owned[name] = values[0]
    return owned | dict(attributes)


def to_shown(record: Record, image_origin: str) -> dict[str, Any]:
    """Return the attributes as the API shows them, with those that are derived."""
    shown = dict(record.standard_attributes)
    picture = urlsplit(str(shown.get("picture", "")))
    if picture.scheme == "authgearimages":
        shown["picture"] = f"{image_origin}/_images{picture.path}/profile"
    for name in ("email", "phone_number"):
        if name in shown:
            # Assumption: nobody has verified anything, as in all recordings.
            shown[f"{name}_verified"] = False
    shown["updated_at"] = int(record.updated_at)
    return shown


def _is_url(value: str) -> bool:
    """Tell whether a text is an absolute URL with a normalized path."""
    url = urlsplit(value)
    is_absolute = bool(url.scheme and url.netloc)
    return is_absolute and CLEAN_PATH.fullmatch(url.path) is not None


def _is_picture(value: str) -> bool:
    """Tell whether a text is a web address, or an image of the server's own."""
    is_web = urlsplit(value).scheme in ("http", "https")
    return _is_url(value) if is_web else IMAGE_URI.fullmatch(value) is not None


def _is_birthdate(value: str) -> bool:
    """Tell whether a text is a date, a day without its year, or a year."""
    if re.fullmatch(r"[0-9]{4}", value):
        return True
    full = re.sub(r"^(0000-|--)(?=[0-9]{2}-)", "2000-", value)
    try:
        return date.fromisoformat(full).isoformat() == full
    except ValueError:
        return False


def _is_timezone(value: str) -> bool:
    """Tell whether a text names a time zone; a machine may know none at all."""
    known = zoneinfo.available_timezones()
    return "/" in value and (not known or value in known)


# Attribute -> finds out if a text has its form; None is any text that is not empty.
FORMATS: dict[str, Callable[[str], object] | None] = {
    "email": EMAIL.fullmatch,
    "phone_number": PHONE.fullmatch,
    **dict.fromkeys(("family_name", "given_name", "middle_name", "name", "nickname")),
    "preferred_username": None,
    "picture": _is_picture,
    "profile": _is_url,
    "website": _is_url,
    "gender": None,
    "birthdate": _is_birthdate,
    "zoneinfo": _is_timezone,
    "locale": LANGUAGE_TAG.fullmatch,
}


def _check(name: str, value: Any) -> list[dict[str, str]]:
    """Return what is wrong with one attribute."""
    if name == "address":
        if not isinstance(value, dict):
            return [{"location": "/address", "kind": "type"}]
        lines = [line for line in sorted(value) if line in ADDRESS]
        causes = [_check_text(f"/address/{line}", value[line], None) for line in lines]
    elif name in FORMATS:
        causes = [_check_text(f"/{name}", value, FORMATS[name])]
    else:
        causes = [{"location": f"/{name}", "kind": ""}]
    return [cause for cause in causes if cause]


def _check_text(
    location: str, value: Any, is_valid: Callable[[str], object] | None
) -> dict[str, str]:
    """Return what is wrong with a text; empty if nothing is."""
    if not isinstance(value, str):
        return {"location": location, "kind": "type"}
    if is_valid is None:
        return {} if value else {"location": location, "kind": "minLength"}
    return {} if is_valid(value) else {"location": location, "kind": "format"}
