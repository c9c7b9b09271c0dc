"""The project's blocking hook `user.profile.pre_update`, as a fault makes it answer."""

from __future__ import annotations

from typing import Any

from ..errors import APIError
from ..faults import Hook

# Hook -> reason and message of an error that may pass.
FAILURES = {
    "timeout": ("HookDeliveryTimeout", "webhook delivery timeout"),
    "500": ("HookInvalidResponse", "invalid status code"),
    "unreachable": ("HookDeliveryUnknownFailure", "failed to deliver webhook"),
}


def ask_hook(hook: Hook | None, attributes: dict[str, Any]) -> dict[str, Any]:
    """
    Return the standard attributes of an update as the hook leaves them.

    Raises:
        APIError: It denies the update, or gives no answer that can be read.
    """
    match hook:
        case None:
            return attributes
        case "mutate":
            return attributes | {"nickname": "mutated-by-hook"}
        case "mutate-partial":
            return {"nickname": "only-this"}
        case "drop-picture":
            return {k: v for k, v in attributes.items() if k != "picture"}
        case "deny":
            raise _denied()
    reason, message = FAILURES[hook]
    info = {"status_code": 500} if hook == "500" else {}
    name = "InternalError"
    raise APIError(name, reason, message, 500, info)


def _denied() -> APIError:
    """Make the error of an update that the hook does not allow."""
    reason = {"title": "No pictures", "reason": "Pictures are frozen today"}
    info = {"event_type": "user.profile.pre_update", "reasons": [reason]}
    message = "disallowed by hook event handler"
    return APIError("Forbidden", "HookDisallowed", message, 403, info)
