"""What must hold after the demo, whatever was dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local.authgear import User
from local.demo.scenario import Step
from local.history import Settled
from local.leaks import find_leaks
from local.system import LocalSystem
from outcome import Outcome

Played = Sequence[tuple[Step, Settled]]


def check(
    system: LocalSystem, before: Mapping[str, dict[str, Any]], played: Played
) -> dict[str, list[str]]:
    """
    Return what must hold after all steps, and where it does not.

    `before` has each user's attributes before the first step, by user id.
    """
    users = system.authgear.users
    return {
        "every object became what it should": [
            step.title for step, it in played if it.reason != step.expected
        ],
        "every user's other attributes are what they were": [
            user_id
            for user_id in before
            if attributes(users.get(user_id)) != before[user_id]
        ],
        "nothing was uploaded that was not needed": _needless_uploads(system, played),
        "the function's log holds no token, key, signature or attribute": find_leaks(
            system.log, system.authgear
        ),
    }


def attributes(user: User) -> dict[str, Any]:
    """Return all of a user's attributes that no picture may change."""
    standard = user.standard_attributes()
    for changing in ("picture", "updated_at"):
        standard.pop(changing, None)
    return {"standard": standard, "custom": dict(user.record.custom_attributes)}


def _needless_uploads(system: LocalSystem, played: Played) -> list[str]:
    """Say so if there are more images in Authgear than pictures were set."""
    synced = sum(it.outcome == Outcome.SYNCED for _, it in played)
    uploads = sum(
        request.step == "upload" and request.status == 200
        for request in system.authgear.requests
    )
    if uploads == synced:
        return []
    return [f"{uploads} uploads for {synced} pictures set"]
