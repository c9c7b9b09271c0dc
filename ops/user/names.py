"""The user whom a person means, by any of the names that a key may hold."""

from __future__ import annotations

import uuid
from contextlib import suppress

from authgear import Budget, User, to_node_id, to_user_id
from ops.deployment import Deployment
from storage.key_pattern import KeyPattern
from sync.run_log import RunLog
from sync.user_profile import NAMES, UserProfile

TIME = 60.0  # seconds for all requests of one command


def kind_of(text: str) -> tuple[str, str]:
    """
    Tell what kind of name a text is.

    Returns:
        A placeholder of key patterns, and the text as Authgear spells it.
    """
    with suppress(ValueError):
        return "user_id", str(uuid.UUID(text))
    if to_user_id(text):
        return "node_id", text
    if "@" in text:
        return "email", text
    return ("phone" if text.startswith("+") else "username"), text


def profile_of(deployment: Deployment, text: str, budget: Budget) -> UserProfile:
    """Return a user's side in Authgear."""
    placeholder, name = kind_of(text)
    return UserProfile(
        admin_api=deployment.admin_api,
        pattern=KeyPattern("", placeholder, ""),
        text=name,
        log=RunLog(budget=budget),
    )


def read_user(profile: UserProfile) -> User:
    """Read the user whom a profile is of."""
    user_id = profile.find()
    return profile.admin_api.get_user(user_id, budget=profile.log.budget)


def text_in_keys(deployment: Deployment, user: User) -> str:
    """Return what names a user in the keys of the bucket, empty if nothing does."""
    placeholder = deployment.settings.key_pattern.placeholder
    if placeholder == "user_id":
        return user.user_id
    if placeholder == "node_id":
        return to_node_id(user.user_id)
    _, attribute = NAMES[placeholder]
    return str(user.standard_attributes.get(attribute) or "")
