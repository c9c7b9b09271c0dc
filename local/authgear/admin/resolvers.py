"""The fields of the Admin API's GraphQL: users are read, found and updated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..errors import APIError, refuse
from ..faults import Hook
from ..users.attributes import EMAIL, PHONE, to_shown, to_stored, with_owned
from ..users.records import (
    OWNED_ATTRIBUTES,
    Record,
    format_time,
    from_node_id,
    normalize,
    to_node_id,
)
from ..users.store import Transaction
from .hooks import ask_hook

Node = dict[str, Any]
WRONG_ARGUMENT = "GetUsersInvalidArgument"


@dataclass(frozen=True)
class Resolvers:
    """The fields of `Query` and `Mutation`, for one request."""

    transaction: Transaction
    image_origin: str  # that shows pictures
    hook: Hook | None
    now: float  # seconds since 1970

    def fields(self) -> dict[str, Any]:
        """Return the resolver of each field."""
        return {
            "node": lambda _, **named: self._node(named["id"]),
            "nodes": lambda _, ids: [self._node(node_id) for node_id in ids],
            "getUserByLoginID": self._find_by_login_id,
            "getUsersByStandardAttribute": self._find_by_attribute,
            "updateUser": lambda _, **named: self._update(named["input"]),
        }

    def _node(self, node_id: str) -> Node | None:
        """Return the user with a node id; None for every id that is wrong."""
        record = self.transaction.records.get(from_node_id(node_id) or "")
        return show_user(record, self.image_origin) if record else None

    def _find_by_login_id(self, _info: Any, **sought: str) -> Node | None:
        """Return the user who logs in with a value, under whatever key."""
        key, value = sought["loginIDKey"], sought["loginIDValue"]
        if key not in OWNED_ATTRIBUTES:
            refuse("invalid Login ID key", WRONG_ARGUMENT)
        if not _is_well_formed(key, value):
            refuse("invalid Login ID value", WRONG_ARGUMENT)
        found = self.transaction.find_by_login_id(normalize(key, value))
        return show_user(found, self.image_origin) if found else None

    def _find_by_attribute(self, _info: Any, **sought: str) -> list[Node]:
        """Return the users with one of the attributes that belong to login ids."""
        name, value = sought["attributeName"], sought["attributeValue"]
        keys = {attribute: key for key, attribute in OWNED_ATTRIBUTES.items()}
        if name not in keys:
            names = "email, phone_number or preferred_username"
            refuse(f"attributeName must be {names}", WRONG_ARGUMENT)
        if not _is_well_formed(keys[name], value):
            refuse("invalid attributeValue", WRONG_ARGUMENT)
        found = self.transaction.find_by_attribute(name, normalize(keys[name], value))
        return [show_user(record, self.image_origin) for record in found]

    def _update(self, update: dict[str, Any]) -> Node:
        """Replace a user's standard attributes."""
        record = self._find(update["userID"])
        if record.is_anonymized:
            refuse("user is anonymized", "UserIsAnonymized")
        attributes = update.get("standardAttributes")
        # Other JSON than objects is skipped; contract: gql.update.attrs_as_string.
        if isinstance(attributes, dict):
            stored = ask_hook(self.hook, to_stored(attributes, record))
            record = replace(
                record,
                standard_attributes=with_owned(stored, record),
                updated_at=self.now,
            )
            self.transaction.save(record)
        return {"user": show_user(record, self.image_origin)}

    def _find(self, node_id: str) -> Record:
        """Return the user with a node id."""
        user_id = from_node_id(node_id)
        if user_id is None:
            refuse("invalid user ID")
        # Assumption: whether the user exists is looked at before the attributes are.
        if user_id not in self.transaction.records:
            name, reason = "NotFound", "UserNotFound"
            raise APIError(name, reason, "user not found", 404)
        return self.transaction.records[user_id]


def show_user(record: Record, image_origin: str) -> Node:
    """Return a user as GraphQL shows one."""
    return {
        "__typename": "User",
        "id": to_node_id(record.id),
        "updatedAt": format_time(record.updated_at),
        "standardAttributes": to_shown(record, image_origin),
        "customAttributes": dict(record.custom_attributes),
        "isAnonymized": record.is_anonymized,
        "isAnonymous": False,
        "isDeactivated": False,
        "isDisabled": record.is_disabled,
    }


def _is_well_formed(key: str, value: str) -> bool:
    """Tell whether a value can be a login id of this kind."""
    forms = {"email": EMAIL, "phone": PHONE}
    # Assumption: a user name must not be empty, and nothing else is wrong with one.
    return bool(forms[key].fullmatch(value) if key in forms else value)
