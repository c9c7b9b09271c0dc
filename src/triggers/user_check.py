"""
The message that asks for one user to be checked, in the one place that knows its form.

The hook function writes it to the retry queue, the function reads it. Only the standard
library and the product's name are imported here: the hook function needs no more.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, TypeGuard

from version import NAME


def write_user_check(user_id: str) -> str:
    """
    Return the message's text.

    Args:
        user_id: The user's UUID, as `is_user_id` accepts it.
    """
    return json.dumps({"source": NAME, "check": {"user_id": user_id}})


def is_user_check(content: Mapping[str, Any]) -> bool:
    """Tell whether a JSON object is such a message, well-formed or not."""
    return content.get("source") == NAME and "check" in content


def read_user_check(content: Mapping[str, Any]) -> str | None:
    """Return the user's UUID in such a message, `None` if it holds none."""
    check = content.get("check")
    user_id = check.get("user_id") if isinstance(check, dict) else None
    return user_id if is_user_id(user_id) else None


def is_user_id(value: Any) -> TypeGuard[str]:
    """Tell whether a value is a UUID in the one spelling: lower case, with hyphens."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False
