"""The users, and the transactions that change them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .records import Identity, Record, normalize, to_node_id

Changes = Mapping[str, Record | None]


class User:
    """One user, as stored at the moment of asking."""

    def __init__(self, user_id: str, users: Users) -> None:
        self.id = user_id
        self.node_id = to_node_id(user_id)  # by which GraphQL knows the user
        self._users = users

    @property
    def record(self) -> Record:
        """What is stored; fails with KeyError for a user who was deleted."""
        return self._users.begin().records[self.id]

    def standard_attributes(self) -> dict[str, Any]:
        """Return the standard attributes as the API shows them at the endpoint."""
        return self._users.represent(self.record)

    @property
    def picture_object_id(self) -> str | None:
        """The image object that is the user's picture; None for any other picture."""
        picture = urlsplit(str(self.record.standard_attributes.get("picture", "")))
        is_ours = picture.scheme == "authgearimages"
        return picture.path.rpartition("/")[2] or None if is_ours else None


class Transaction:
    """One request's view of the users: sees its own changes, others do not."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = dict(records)
        self.changes: dict[str, Record] = {}

    def save(self, record: Record) -> None:
        """Store a user."""
        self.records[record.id] = self.changes[record.id] = record

    def find_by_login_id(self, value: str) -> Record | None:
        """Return the user with a login id of this value, whatever its key."""
        for record in self.records.values():
            if any(identity.value == value for identity in record.identities):
                return record
        return None

    def find_by_attribute(self, name: str, value: str) -> list[Record]:
        """Return the users with this value of a standard attribute."""
        records = self.records.values()
        return [it for it in records if it.standard_attributes.get(name) == value]


class Users:
    """All users; `on_change` is called after every change of what is stored."""

    def __init__(
        self,
        clock: Callable[[], float],
        represent: Callable[[Record], dict[str, Any]],
        on_change: Callable[[], None],
    ) -> None:
        self.represent = represent
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self._late: list[tuple[float, Changes]] = []

    def create(
        self,
        *,
        email: str | None = None,
        username: str | None = None,
        phone: str | None = None,
        standard_attributes: Mapping[str, Any] | None = None,
        custom_attributes: Mapping[str, Any] | None = None,
        user_id: str | None = None,
    ) -> User:
        """
        Create a user; nothing is validated, as rules may have been others once.

        E-mail address, username and phone number (E.164) are login ids, and thereby
        attributes. The others are in their stored form. A UUID left out is made up.
        """
        values = {"email": email, "phone": phone, "username": username}
        identities = tuple(
            Identity(key, normalize(key, value))
            for key, value in values.items()
            if value
        )
        owned = {identity.attribute: identity.value for identity in identities}
        now = self._clock()
        record = Record(
            id=user_id or str(uuid.uuid4()),
            created_at=now,
            updated_at=now,
            identities=identities,
            standard_attributes=owned | dict(standard_attributes or {}),
            custom_attributes=dict(custom_attributes or {}),
        )
        self.commit({record.id: record})
        return User(record.id, self)

    def get(self, user_id: str) -> User:
        """Return a user; raise KeyError if the user does not exist."""
        return User(self.begin().records[user_id].id, self)

    def __iter__(self) -> Iterator[User]:
        return iter([User(user_id, self) for user_id in self.begin().records])

    def __len__(self) -> int:
        return len(self.begin().records)

    def begin(self) -> Transaction:
        """Begin a transaction."""
        with self._lock:
            self._apply_late()
            return Transaction(self._records)

    def commit(self, changes: Changes, *, delay: float = 0) -> None:
        """Make changes visible to all, at once or some seconds later."""
        if not changes:
            return
        with self._lock:
            self._late.append((time.monotonic() + delay, changes))
            self._apply_late()
        self._on_change()

    def _apply_late(self) -> None:
        """Apply the changes whose time has come; those who come last win."""
        now = time.monotonic()
        due = [changes for moment, changes in self._late if moment <= now]
        self._late = [late for late in self._late if late[0] > now]
        for changes in due:
            for user_id, record in changes.items():
                self._records.pop(user_id, None)
                if record is not None:
                    self._records[user_id] = record
