"""The errors of the server, and how they are raised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

INVALID = "Invalid"
BAD_REQUEST = "BadRequest"


@dataclass
class APIError(Exception):
    """An error the server explains, in the form its JSON and its GraphQL share."""

    name: str  # the class of errors, such as `Invalid`
    reason: str  # the error, such as `ValidationFailed`
    message: str
    code: int = 400  # the HTTP status outside GraphQL
    info: dict[str, Any] = field(default_factory=dict)  # for programs


class UnexplainedError(Exception):
    """An error of which GraphQL says no more than that it is unexpected."""


def refuse(message: str, reason: str = INVALID, **info: Any) -> NoReturn:
    """Refuse what can never be right."""
    raise APIError(INVALID, reason, message, 400, info)


def refuse_request(message: str, reason: str = BAD_REQUEST, **info: Any) -> NoReturn:
    """Refuse a request as it is."""
    raise APIError(BAD_REQUEST, reason, message, 400, info)


def unexpected() -> APIError:
    """Make the error of a server that does not know what happened."""
    name, reason = "InternalError", "UnexpectedError"
    return APIError(name, reason, "unexpected error occurred", 500)


def rate_limited() -> APIError:
    """Make the error of one request too many."""
    return APIError("TooManyRequest", "RateLimited", "request rate limited", 429)
