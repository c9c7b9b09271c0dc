"""The list of requests that were answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    One request, as tests look at it.

    Args:
        step: `presign`, `upload`, `read`, `find`, `update`, `image`, or `other`.

        method: HTTP method.

        path: Without the query, which holds a signature.

        status: Answered; None if the connection was dropped instead.

        at: When, in seconds of the emulator's clock.

        connection: Tells TCP connections apart.

        user_agent: As sent.

        audit_context: The token's; empty without a token.
    """

    step: str
    method: str
    path: str
    status: int | None
    at: float
    connection: int
    user_agent: str
    audit_context: dict[str, Any]
