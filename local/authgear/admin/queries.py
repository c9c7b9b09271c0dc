"""The queries of the Admin API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from ..errors import refuse
from ..users.attributes import Site
from ..users.audit import AuditLog, Entry
from ..users.formats import check_email, check_phone
from ..users.node_ids import from_node_id
from ..users.records import OWNED_ATTRIBUTES, normalize
from ..users.store import Transaction
from .nodes import Node, authenticator_node, connect, identity_node, user_node

LARGEST_PAGE = 100  # users


class Queries:
    """
    The fields of `Query`.

    Args:
        transaction: What the request sees.

        site: Where the request found the server.

        audit_log: What has happened so far.
    """

    def __init__(
        self, transaction: Transaction, site: Site, audit_log: AuditLog
    ) -> None:
        self._transaction = transaction
        self._site = site
        self._audit_log = audit_log

    def fields(self) -> dict[str, Any]:
        """Return the resolver of each field."""
        return {
            "node": lambda _, **named: self._node(named["id"]),
            "nodes": lambda _, ids: [self._node(node_id) for node_id in ids],
            "getUserByLoginID": self._get_user_by_login_id,
            "getUsersByStandardAttribute": self._get_users_by_attribute,
            "getUserByOAuth": lambda *_, **__: None,
            "users": self._users,
            "auditLogs": self._audit_logs,
        }

    def _node(self, node_id: str) -> Node | None:
        """Return the object with a node id; None for every id that is wrong."""
        named = from_node_id(node_id)
        if named is None:
            return None
        type_name, object_id = named
        if type_name == "User" and object_id in self._transaction.records:
            return self._user(object_id)
        return self._belonging(type_name, object_id)

    def _belonging(self, type_name: str, object_id: str) -> Node | None:
        """Return a login id or authenticator of any user."""
        if type_name not in ("Identity", "Authenticator"):
            return None
        for record in self._transaction.records.values():
            for identity in record.identities:
                if (type_name, object_id) == ("Identity", identity.id):
                    return identity_node(record, identity)
                if (type_name, object_id) == (
                    "Authenticator",
                    identity.authenticator_id,
                ):
                    return authenticator_node(record, identity)
        return None

    def _user(self, user_id: str) -> Node:
        """Return a user."""
        return user_node(user_id, self._transaction, self._site)

    def _get_user_by_login_id(self, _info: Any, **sought: str) -> Node | None:
        """Return the user who logs in with a value, under whatever key."""
        key, value = sought["loginIDKey"], sought["loginIDValue"]
        if key not in OWNED_ATTRIBUTES:
            _refuse_argument("invalid Login ID key")
        if not _is_well_formed(key, value):
            _refuse_argument("invalid Login ID value")
        found = self._transaction.find_by_login_id(normalize(key, value))
        return self._user(found.id) if found else None

    def _get_users_by_attribute(self, _info: Any, **sought: str) -> list[Node]:
        """Return the users with one of the attributes that belong to login ids."""
        name, value = sought["attributeName"], sought["attributeValue"]
        keys = {attribute: key for key, attribute in OWNED_ATTRIBUTES.items()}
        if name not in keys:
            _refuse_argument(
                "attributeName must be email, phone_number or preferred_username"
            )
        if not _is_well_formed(keys[name], value):
            _refuse_argument("invalid attributeValue")
        found = self._transaction.find_by_attribute(name, normalize(keys[name], value))
        return [self._user(record.id) for record in found]

    def _users(
        self,
        _info: Any,
        first: int | None = None,
        last: int | None = None,
        **filters: Any,
    ) -> Node:
        """Return the users, all or those with a value that is searched for."""
        # Contract: users.first_1000.
        first = None if first is None else min(first, LARGEST_PAGE)
        # Assumption: a keyword is searched for in the login ids, whole and in any case.
        keyword = (filters.get("searchKeyword") or "").lower()
        found = [
            self._user(record.id)
            for record in self._transaction.records.values()
            if not keyword or keyword in {i.value for i in record.identities}
        ]
        return connect(found, first, last)

    def _audit_logs(
        self,
        _info: Any,
        first: int | None = None,
        last: int | None = None,
        **filters: Any,
    ) -> Node:
        """Return the entries of the audit log that pass the filters."""
        found = [entry for entry in self._audit_log if _passes(entry, filters)]
        # Entries of one second stay in the order in which they were written.
        is_descending = filters.get("sortDirection") != "ASC"
        found.sort(key=lambda entry: int(entry.at), reverse=is_descending)
        return connect([entry.node() for entry in found], first, last)


def _passes(entry: Entry, filters: dict[str, Any]) -> bool:
    """Tell whether an entry is asked for."""
    types = filters.get("activityTypes")
    users = filters.get("userIDs")
    begin = _seconds(filters.get("rangeFrom"), default=0)
    end = _seconds(filters.get("rangeTo"), default=entry.at + 1)
    return (
        (not types or entry.activity_type in types)
        and (not users or entry.user_node_id in users)
        and begin <= entry.at < end
    )


def _seconds(moment: str | None, *, default: float) -> float:
    """Return a moment in seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp() if moment else default


def _is_well_formed(key: str, value: str) -> bool:
    """Tell whether a value can be a login id of this kind."""
    checks = {"email": check_email, "phone": check_phone}
    # Assumption: a user name must not be empty, and nothing else is wrong with one.
    return not checks[key](value) if key in checks else bool(value)


def _refuse_argument(message: str) -> NoReturn:
    """Refuse a lookup that can find nobody."""
    refuse(message, "GetUsersInvalidArgument")
