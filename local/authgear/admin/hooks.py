"""The project's blocking hook `user.profile.pre_update`, as a fault makes it answer."""

from __future__ import annotations

import threading
from typing import Any

from ..errors import APIError
from ..faults import Hook

EVENT = "user.profile.pre_update"
# Contract: hook.badschema.
SCHEMA_CAUSES = [
    {
        "location": "",
        "kind": "required",
        "details": {
            "actual": ["ok"],
            "expected": ["is_allowed"],
            "missing": ["is_allowed"],
        },
    },
    *({"location": "/ok", "kind": ""} for _ in range(3)),
]


class BlockingHook:
    """
    A hook that is asked before an update is stored.

    Args:
        answer: What it makes of the update; None is a project without a hook.

        timeout: Seconds the server waits for it.

        stopping: Set when nobody waits any more.
    """

    def __init__(
        self, answer: Hook | None, timeout: float, stopping: threading.Event
    ) -> None:
        self._answer = answer
        self._timeout = timeout
        self._stopping = stopping

    def ask(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """
        Return the standard attributes as the hook leaves them.

        Raises:
            APIError: It denies the update, or gives no answer that can be read.
        """
        match self._answer:
            case None | "allow":
                return attributes
            case "mutate":
                return attributes | {"nickname": "mutated-by-hook"}
            case "mutate-partial":
                return {"nickname": "only-this"}
            case "drop-picture":
                return {k: v for k, v in attributes.items() if k != "picture"}
            case "timeout":
                self._stopping.wait(self._timeout)
        raise self._failure()

    def _failure(self) -> APIError:
        """Return what the server says of an answer that does not let it go on."""
        match self._answer:
            case "deny":
                return _denied("No pictures", "Pictures are frozen today")
            case "deny-bare":
                return _denied("", "")
            case "timeout":
                return _undelivered("webhook delivery timeout", "HookDeliveryTimeout")
            case "500":
                return _unreadable("invalid status code", status_code=500)
            case "badjson":
                return _unreadable("invalid response body", byte_offset=2)
            case "badschema":
                return _unreadable("invalid response body", causes=SCHEMA_CAUSES)
        return _undelivered("failed to deliver webhook", "HookDeliveryUnknownFailure")


def _denied(title: str, reason: str) -> APIError:
    """Make the error of an update that the hook does not allow."""
    info = {"event_type": EVENT, "reasons": [{"title": title, "reason": reason}]}
    message = "disallowed by hook event handler"
    return APIError("Forbidden", "HookDisallowed", message, 403, info)


def _undelivered(message: str, reason: str) -> APIError:
    """Make the error of a hook that did not answer."""
    return APIError("InternalError", reason, message, 500)


def _unreadable(message: str, **info: Any) -> APIError:
    """Make the error of a hook's answer that makes no sense."""
    return APIError("InternalError", "HookInvalidResponse", message, 500, info)
