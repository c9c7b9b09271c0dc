"""What must hold after the demo, whatever was dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.authgear import User
from local.demo.scenario import Step
from local.history import Settled
from local.leaks import find_leaks
from local.system import LocalSystem
from outcome import Outcome

Played = Sequence[tuple[Step, Settled]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """
    Something that must hold.

    Args:
        title: What must hold.

        problems: Where it does not.
    """

    title: str
    problems: Sequence[str]


def check(
    system: LocalSystem, before: Mapping[str, dict[str, Any]], played: Played
) -> list[Check]:
    """
    Check everything.

    Args:
        system: After all steps.

        before: Each user's attributes before the first step, by user id.

        played: The steps and what came of them.
    """
    return [
        Check(
            title="every object became what it should",
            problems=[step.title for step, it in played if it.reason != step.expected],
        ),
        Check(
            title="every user's other attributes are what they were",
            problems=[
                user_id
                for user_id in before
                if attributes(system.authgear.users.get(user_id)) != before[user_id]
            ],
        ),
        Check(
            title="nothing was uploaded that was not needed",
            problems=_needless_uploads(system, played),
        ),
        Check(
            title="the function's log holds no token, key, signature or attribute",
            problems=find_leaks(system.log, system.authgear),
        ),
    ]


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
