"""The project's blocking hook `user.profile.pre_update`, as a fault makes it answer."""

from __future__ import annotations

import threading
from typing import Any

from ..errors import APIError
from ..faults import Hook

EVENT = "user.profile.pre_update"
# Hook -> reason and message of the error, which may pass.
FAILURES = {
    "timeout": ("HookDeliveryTimeout", "webhook delivery timeout"),
    "500": ("HookInvalidResponse", "invalid status code"),
    "unreachable": ("HookDeliveryUnknownFailure", "failed to deliver webhook"),
}


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
            case "deny":
                raise _denied()
            case "timeout":
                self._stopping.wait(self._timeout)
        reason, message = FAILURES[self._answer]
        info = {"status_code": 500} if self._answer == "500" else {}
        name = "InternalError"
        raise APIError(name, reason, message, 500, info)


def _denied() -> APIError:
    """Make the error of an update that the hook does not allow."""
    reason = {"title": "No pictures", "reason": "Pictures are frozen today"}
    return APIError(
        "Forbidden",
        "HookDisallowed",
        "disallowed by hook event handler",
        403,
        {"event_type": EVENT, "reasons": [reason]},
    )
