"""Look-ups of many values in one GraphQL request, and the answer to each."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from .answers import read_errors
from .errors import Unexpected
from .user import USER_FIELDS, User, read_user

# A malformed value, or a kind of login id that the project does not use.
BAD_VALUE = "GetUsersInvalidArgument"
# Values of another form are not looked up. A malformed value in an attribute's look-up
# makes the whole answer null, since its list cannot be null.
FORMS = {"email": r"[^\s@]+@[^\s@]+", "phone_number": r"\+[0-9]+"}


def may_be(attribute: str, value: str) -> bool:
    """Tell whether a value has the form of a standard attribute."""
    return re.fullmatch(FORMS.get(attribute, ".+"), value, re.DOTALL) is not None


def write_lookups(count: int, listed: Collection[int]) -> str:
    """
    Write the query that looks values up.

    The login ids come first, in every order that a server may follow: a refused one is
    reported even if a refused attribute ends the execution.

    Args:
        count: How many values there are.

        listed: The values that are looked for as attributes, too.
    """
    declared = "".join(f", $v{n}: String!" for n in range(count))
    by_id = (
        f"  id{n}: getUserByLoginID(loginIDKey: $key, loginIDValue: $v{n}) {{ ...U }}\n"
        for n in range(count)
    )
    by_value = (
        f"  value{n}: getUsersByStandardAttribute("
        f"attributeName: $attribute, attributeValue: $v{n}) {{ ...U }}\n"
        for n in sorted(listed)
    )
    # A variable that is declared and not used is an error.
    named = "$key: String!" + (", $attribute: String!" if listed else "")
    return (
        f"query FindManyUsers({named}{declared}) {{\n{''.join(by_id)}"
        f"{''.join(by_value)}}}\nfragment U on User {USER_FIELDS}"
    )


def find_refused(content: dict[str, Any], count: int) -> set[int]:
    """Return which values an answer refuses."""
    aliases = [error.alias for error in read_errors("find", content)]
    by_id = {int(alias[2:]) for alias in aliases if re.fullmatch(r"id\d+", alias)}
    by_value = {int(alias[5:]) for alias in aliases if re.fullmatch(r"value\d+", alias)}
    # A project without this kind of login id refuses all of them; that says nothing.
    return by_value | (by_id if len(by_id) < count else set())


def read_found(data: dict[str, Any], n: int, listed: Collection[int]) -> list[User]:
    """Return the users of one value, each once."""
    by_value = data.get(f"value{n}") if n in listed else []
    if f"id{n}" not in data or not isinstance(by_value, list):
        raise Unexpected(step="find", detail="a look-up is missing", status=200)
    nodes = [data[f"id{n}"], *by_value]
    users = [read_user("find", node) for node in nodes if node is not None]
    return list({user.user_id: user for user in users}.values())
