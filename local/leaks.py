"""Search what the function wrote for what it must not write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.authgear import Authgear

# What every token, key or presigned URL has in it: `eyJ` is how a JSON object begins
# in base64, and thus every token.
MARKS = ("eyJ", "Bearer", "PRIVATE KEY", "x-authgear-signature", "x-authgear-date")
SHORTEST = 4  # characters; a shorter value turns up by chance


def find_leaks(log: str, authgear: Authgear) -> list[str]:
    """Return what the log holds and must not, without repeating it."""
    found = [f"{mark!r}" for mark in MARKS if mark in log]
    key_lines = authgear.key_pair.private_key.splitlines()[1:-1]
    if any(line in log for line in key_lines):
        found.append("a line of the private key")
    for user in authgear.users:
        attributes = dict(_texts(user.standard_attributes()))
        attributes |= dict(_texts(user.record.custom_attributes, "custom "))
        # The picture's object id is in the log on purpose.
        attributes.pop("picture", None)
        found += [
            f"the {name} of {user.id}"
            for name, value in attributes.items()
            if len(value) >= SHORTEST and re.search(rf"\b{re.escape(value)}\b", log)
        ]
    return found


def _texts(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return all texts in attributes, with their names."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _texts(value, f"{prefix}{name} ")
        elif isinstance(value, str):
            yield prefix + name, value
