"""The formats of standard attributes; each check returns what is wrong, or None."""

from __future__ import annotations

import json
import posixpath
import re
import zoneinfo
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")


def check_email(value: str) -> str | None:
    """Check an e-mail address."""
    if EMAIL.fullmatch(value):
        return None
    # Assumption: every other mistake is worded like the one that was recorded.
    return "invalid email address: mail: missing '@' or angle-addr"


def check_phone(value: str) -> str | None:
    """Check a phone number in E.164 form."""
    # Assumption: no numbering plan is looked at, only the form.
    return None if E164.fullmatch(value) else "not in E.164 format"


def check_uri(value: str) -> str | None:
    """Check an absolute URL with a normalized path."""
    url = urlsplit(value)
    if not url.scheme or not url.netloc:
        return "input URL must be absolute"
    return check_absolute_path(url.path)


def check_picture(value: str) -> str | None:
    """Check a picture: a web address, or an image object of the server's own."""
    url = urlsplit(value)
    if url.scheme in ("http", "https"):
        return check_uri(value)
    if url.scheme != "authgearimages":
        return f"invalid scheme: {url.scheme}"
    if url.netloc:
        return "authgearimages URI does not have host"
    return check_absolute_path(image_path(value))


def check_absolute_path(path: str) -> str | None:
    """Check that a path is absolute and holds no `.`, `..` or `//`."""
    path = path or "/"
    cleaned = posixpath.normpath("/" + path.lstrip("/"))
    if path.endswith("/") and not cleaned.endswith("/"):
        cleaned += "/"
    return None if cleaned == path else f"invalid path: {path}"


def check_birthdate(value: str) -> str | None:
    """Check a date, a day without its year (`0000` or `--`), or a year."""
    if re.fullmatch(r"[0-9]{4}", value):
        return None
    full = re.sub(r"^(0000-|--)(?=[0-9]{2}-)", "2000-", value)
    try:
        is_date = date.fromisoformat(full).isoformat() == full
    except ValueError:
        is_date = False
    return None if is_date else f"invalid birthdate: {json.dumps(value)}"


def check_timezone(value: str) -> str | None:
    """Check the name of a time zone."""
    if "/" not in value:
        return f"valid timezone name has at least 1 slash: {json.dumps(value)}"
    known = zoneinfo.available_timezones()
    # A machine may hold no time zones at all.
    if not known or value in known:
        return None
    return f"invalid timezone name: unknown time zone {value}"


def check_language(value: str) -> str | None:
    """Check a language tag in its canonical spelling."""
    # Assumption: language, script and region only; the real server knows all tags.
    if LANGUAGE_TAG.fullmatch(value):
        return None
    return "invalid BCP 47 tag: language: tag is not well-formed"


def image_path(uri: str) -> str:
    """Return the path of an `authgearimages:` URI; one without a slash has none."""
    path = urlsplit(uri).path
    return path if path.startswith("/") else ""


CHECKS: dict[str, Callable[[str], str | None]] = {
    "email": check_email,
    "phone": check_phone,
    "uri": check_uri,
    "x_picture": check_picture,
    "birthdate": check_birthdate,
    "timezone": check_timezone,
    "bcp47": check_language,
}
