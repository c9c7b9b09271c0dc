"""Check Authgear's answers, and turn each into data or an error."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import (
    AttributesInvalid,
    AuthgearError,
    DeniedByHook,
    Forbidden,
    RateLimited,
    Refused,
    Unavailable,
    Unexpected,
    UserAnonymized,
    UserNotFound,
)

# Reasons under which the upload endpoint refuses the file itself (contract: upload.*);
# those about the signature are not among them: they go away with a new URL.
FILE_REFUSED = {"BadRequest", "Invalid"}

# Reasons of GraphQL errors that the same update will always meet (contract:
# gql.update.*, gql.state.*, hook.deny).
FINAL_REASONS: dict[str, type[Refused]] = {
    "UserNotFound": UserNotFound,
    "UserIsAnonymized": UserAnonymized,
    "ValidationFailed": AttributesInvalid,
    "HookDisallowed": DeniedByHook,
}
RATE_LIMIT_REASONS = {"TooManyRequest", "RateLimited"}


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphQLError:
    """
    An entry of a GraphQL answer's `errors`.

    Args:
        alias: The top field that failed; empty if the entry does not say.

        reason: Authgear's code; empty if absent.

        cause: What the entry means.
    """

    alias: str
    reason: str
    cause: AuthgearError


def read_json(
    step: str, status: int, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """
    Return the JSON object of a 200.

    Args:
        step: The name of the call in error messages.

        status: HTTP status.

        headers: HTTP headers of the answer.

        body: The answer's body, of a limited size.

    Raises:
        BadAnswer: Any other status, or a body that is not a JSON object.
    """
    content = _parse(body)
    if status == 200:
        if content is None:
            raise Unexpected(
                step=step, detail="the answer is not a JSON object", status=status
            )
        return content
    raise _http_error(step, status, headers, as_object((content or {}).get("error")))


def read_graphql(
    step: str, content: dict[str, Any], *, tolerated: Container[str] = ()
) -> dict[str, Any]:
    """
    Return the `data` of a GraphQL answer that holds no error.

    Args:
        step: The name of the call in error messages.

        content: The JSON object of the answer.

        tolerated: Reasons of errors that leave the rest of the data usable.

    Raises:
        BadAnswer: The answer lists an error, which comes with status 200, or no data.
    """
    errors = read_errors(step, content)
    for error in errors:
        if error.reason not in tolerated:
            raise error.cause
    data = content.get("data")
    if not errors and not isinstance(data, dict):
        raise Unexpected(step=step, detail="`data` is missing", status=200)
    return as_object(data)


def read_errors(step: str, content: dict[str, Any]) -> list[GraphQLError]:
    """
    Return the errors that a GraphQL answer lists.

    Args:
        step: The name of the call in error messages.

        content: The JSON object of the answer.

    Raises:
        Unexpected: They are not a list.
    """
    errors = content.get("errors") or []
    if not isinstance(errors, list):
        raise Unexpected(step=step, detail="`errors` is not a list", status=200)
    return [_read_error(step, as_object(error)) for error in errors]


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _parse(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body holds, `None` for anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _http_error(
    step: str, status: int, headers: Mapping[str, str], error: dict[str, Any]
) -> AuthgearError:
    """Return the error that a status other than 200 means."""
    reason = _word(error.get("reason"))
    kind, detail = _meaning(step, status, reason)
    return kind(
        step=step,
        detail=detail,
        status=status,
        tracking_id=_word(error.get("tracking_id")) or None,
        retry_after=_retry_after(headers),
    )


def _meaning(step: str, status: int, reason: str) -> tuple[type[AuthgearError], str]:
    """Return the kind of error that a status means, and what to say of it."""
    if status == 403 and step != "upload":  # which carries no token
        return Forbidden, "Authgear does not accept the access token"
    if status == 429:
        return RateLimited, "too many requests"
    if status in (408, 425) or status >= 500:
        return Unavailable, "an error that may be temporary"
    if step == "upload" and (status == 413 or reason in FILE_REFUSED):
        return Refused, reason or "the picture is too large"
    return Unexpected, reason or "this is not a response of Authgear"


def _read_error(step: str, error: dict[str, Any]) -> GraphQLError:
    """Return what an entry of `errors` says."""
    extensions = as_object(error.get("extensions"))
    path = error.get("path")
    return GraphQLError(
        alias=_word(path[0]) if isinstance(path, list) and path else "",
        reason=_word(extensions.get("reason")),
        cause=_graphql_error(step, extensions),
    )


def _graphql_error(step: str, extensions: dict[str, Any]) -> AuthgearError:
    """
    Return the error that an entry of `errors` means.

    One without extensions may pass: it is how Authgear answers when the user's e-mail,
    phone number or user name changed since it was read (contract: email_not_owned).
    """
    name, reason = (_word(extensions.get(key)) for key in ("errorName", "reason"))
    detail = "/".join(filter(None, (name, reason))) or "unexpected error"
    if reason in RATE_LIMIT_REASONS or name == "TooManyRequest":
        return RateLimited(step=step, detail=detail, status=200)
    if reason == "ValidationFailed":
        causes = as_object(extensions.get("info")).get("causes")
        detail += " at " + (_locations(causes) or "an unknown location")
    if reason in FINAL_REASONS:
        return FINAL_REASONS[reason](step=step, detail=detail, status=200)
    if name in ("Invalid", "BadRequest", "Forbidden"):
        return Refused(step=step, detail=detail, status=200)
    return Unavailable(step=step, detail=detail, status=200)


def _locations(causes: Any) -> str:
    """Return where attributes are invalid, such as `/birthdate`; never their values."""
    found = causes if isinstance(causes, list) else []
    places = (str(as_object(cause).get("location", "")) for cause in found)
    return ", ".join(sorted({p for p in places if re.fullmatch(r"[/\w-]{1,80}", p)}))


def _word(value: Any) -> str:
    """Return a code of Authgear's, or nothing if the value is not a code."""
    is_word = isinstance(value, str) and re.fullmatch(r"[\w-]{1,64}", value, re.ASCII)
    return str(value) if is_word else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110, 10.2.3), measured by `Date`."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        then, now = map(parsedate_to_datetime, (value, headers.get("Date", "")))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
