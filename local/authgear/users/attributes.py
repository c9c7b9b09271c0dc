"""The standard attributes: how they are validated, stored and shown."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..errors import UnexplainedError, refuse
from .formats import CHECKS, image_path
from .records import Record

DERIVED = ("email_verified", "phone_number_verified", "updated_at")
# Attribute -> format; None is any text that is not empty.
FORMATS: dict[str, str | None] = {
    "email": "email",
    "phone_number": "phone",
    "preferred_username": None,
    "family_name": None,
    "given_name": None,
    "middle_name": None,
    "name": None,
    "nickname": None,
    "picture": "x_picture",
    "profile": "uri",
    "website": "uri",
    "gender": None,
    "birthdate": "birthdate",
    "zoneinfo": "timezone",
    "locale": "bcp47",
}
ADDRESS = (
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
)
Cause = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """
    Where a request found the server.

    Args:
        scheme: `http` or `https`.

        host: The request's host, with its port.

        cdn_host: Shows the pictures instead, if there is one.
    """

    scheme: str
    host: str
    cdn_host: str | None = None


def to_stored(attributes: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """
    Turn attributes as sent into the form that is stored.

    Raises:
        APIError: They are invalid.

        UnexplainedError: The picture looks like ours and is not.
    """
    stored = {k: v for k, v in attributes.items() if k not in DERIVED}
    if isinstance(stored.get("picture"), str):
        stored["picture"] = _to_stored_picture(stored["picture"], site)
    causes = [cause for name in sorted(stored) for cause in _check(name, stored[name])]
    if causes:
        refuse("invalid value", "ValidationFailed", causes=causes)
    return stored


def with_owned(attributes: dict[str, Any], record: Record) -> dict[str, Any]:
    """
    Add the attributes that belong to login ids, where they are missing.

    Raises:
        UnexplainedError: One of them is no login id of the user.
    """
    owned = record.owned_values()
    for name, values in owned.items():
        if name in attributes and attributes[name] not in values:
            message = f"unowned {name}"
            raise UnexplainedError(message)
    added = {name: values[0] for name, values in owned.items() if values}
    return added | attributes


def to_shown(record: Record, site: Site) -> dict[str, Any]:
    """Return the attributes as the API shows them, with those that are derived."""
    shown = dict(record.standard_attributes)
    picture = shown.get("picture")
    if isinstance(picture, str) and picture.startswith("authgearimages:"):
        path = posixpath.normpath(f"/_images/{image_path(picture)}/profile")
        shown["picture"] = f"{site.scheme}://{site.cdn_host or site.host}{path}"
    for name in ("email", "phone_number"):
        if name in shown:
            # Assumption: nobody has verified anything, as in all recordings.
            shown[f"{name}_verified"] = False
    shown["updated_at"] = int(record.updated_at)
    return shown


def _to_stored_picture(picture: str, site: Site) -> str:
    """Turn the web address of one of our own images back into its URI."""
    url = urlsplit(picture)
    segments = url.path.split("/")
    is_own = url.netloc in (site.host, site.cdn_host) and "_images" in segments
    if url.scheme not in ("http", "https") or not is_own:
        return picture
    last = len(segments) - 1 - segments[::-1].index("_images")
    names = segments[last + 1 : last + 3]
    if len(names) != 2:
        message = "the address of an image lacks its object"
        raise UnexplainedError(message)
    return f"authgearimages://{posixpath.join('/', *names)}"


def _check(name: str, value: Any) -> list[Cause]:
    """Return what is wrong with one attribute."""
    if name == "address":
        return _check_address(value)
    if name not in FORMATS:
        return [{"location": f"/{name}", "kind": ""}]
    return _check_text(f"/{name}", value, FORMATS[name])


def _check_address(address: Any) -> list[Cause]:
    """Return what is wrong with an address."""
    if not isinstance(address, dict):
        return [_wrong_type("/address", address, "object")]
    lines = [name for name in sorted(address) if name in ADDRESS]
    return [
        cause
        for name in lines
        for cause in _check_text(f"/address/{name}", address[name], None)
    ]


def _check_text(location: str, value: Any, text_format: str | None) -> list[Cause]:
    """Return what is wrong with a text."""
    if not isinstance(value, str):
        return [_wrong_type(location, value, "string")]
    if text_format is None:
        details: Cause = {"actual": 0, "expected": 1}
        short = {"location": location, "kind": "minLength", "details": details}
        return [] if value else [short]
    error = CHECKS[text_format](value)
    details = {"error": error, "format": text_format}
    wrong = {"location": location, "kind": "format", "details": details}
    return [wrong] if error else []


def _wrong_type(location: str, value: Any, expected: str) -> Cause:
    """Make the cause of a value of another type."""
    details = {"actual": _type_names(value), "expected": [expected]}
    return {"location": location, "kind": "type", "details": details}


def _type_names(value: Any) -> list[str]:
    """Name a JSON value's types, as JSON schema calls them."""
    names = {bool: "boolean", str: "string", list: "array", dict: "object"}
    if value is None:
        return ["null"]
    if type(value) in names:
        return [names[type(value)]]
    return ["integer", "number"] if float(value).is_integer() else ["number"]
