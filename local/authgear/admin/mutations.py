"""The mutations of the Admin API."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..errors import APIError, refuse
from ..users.attributes import Site, to_stored, with_owned
from ..users.events import Events
from ..users.node_ids import from_node_id
from ..users.records import OWNED_ATTRIBUTES, Identity, Record, normalize
from ..users.store import Transaction
from .hooks import BlockingHook
from .nodes import Node, identity_node, user_node

DELETION_DELAY = 30 * 24 * 3600  # seconds
Input = dict[str, Any]


@dataclass
class Mutations:
    """
    The fields of `Mutation`.

    Args:
        transaction: What the request sees and changes.

        site: Where the request found the server.

        hook: Asked before an update is stored.

        custom_attribute_names: Those that the project knows.

        events: What happened, for the audit log.

        clock: Tells the time in seconds.
    """

    transaction: Transaction
    site: Site
    hook: BlockingHook
    custom_attribute_names: set[str]
    events: Events
    clock: Callable[[], float]

    def fields(self) -> dict[str, Any]:
        """Return the resolver of each field."""
        resolvers = {
            "updateUser": self._update,
            "createUser": self._create,
            "createIdentity": self._add_identity,
            "setDisabledStatus": self._disable,
            "scheduleAccountDeletion": self._schedule,
            "anonymizeUser": self._anonymize,
            "deleteUser": self._delete,
        }
        return {name: _with_input(resolve) for name, resolve in resolvers.items()}

    def _update(self, update: Input) -> Node:
        """Replace a user's standard attributes, custom attributes, or both."""
        before = self._find(update["userID"])
        if before.is_anonymized:
            refuse("user is anonymized", "UserIsAnonymized")
        # What is no JSON object is skipped; contract: gql.update.attrs_as_string.
        standard = update.get("standardAttributes")
        if isinstance(standard, dict):
            self._replace_attributes(before.id, to_stored(standard, self.site))
        custom = update.get("customAttributes")
        if isinstance(custom, dict):
            known = {
                k: v for k, v in custom.items() if k in self.custom_attribute_names
            }
            self._save(before.id, custom_attributes=known)
        if isinstance(standard, dict) or isinstance(custom, dict):
            self._ask_hook(before.id)
            record = self.transaction.records[before.id]
            self.events.note("user.profile.updated", record)
        self._executed("update_user", before.id)
        return self._payload(before.id)

    def _replace_attributes(self, user_id: str, attributes: dict[str, Any]) -> None:
        """Store new standard attributes."""
        record = self.transaction.records[user_id]
        self._save(user_id, standard_attributes=with_owned(attributes, record))

    def _ask_hook(self, user_id: str) -> None:
        """Let the hook see the update, and change it."""
        attributes = dict(self.transaction.records[user_id].standard_attributes)
        answered = self.hook.ask(attributes)
        if answered != attributes:
            self._replace_attributes(user_id, answered)

    def _create(self, creation: Input) -> Node:
        """Create a user with one login id."""
        now = self.clock()
        record = Record(id=str(uuid.uuid4()), created_at=now, updated_at=now)
        self.transaction.save(record)
        self._add_login_id(record.id, creation["definition"])
        created = self.transaction.records[record.id]
        self.events.note("user.created", created, identities=created.identities)
        self._executed("create_user", record.id)
        return self._payload(record.id)

    def _add_identity(self, creation: Input) -> Node:
        """Give a user one more login id."""
        record = self._find(creation["userID"])
        identity = self._add_login_id(record.id, creation["definition"])
        self.events.note(
            f"identity.{identity.key}.added",
            self.transaction.records[record.id],
            identities=(identity,),
        )
        self._executed("create_identity", record.id)
        return self._payload(record.id) | {"identity": identity_node(record, identity)}

    def _disable(self, status: Input) -> Node:
        """Disable a user, or enable one again."""
        record = self._find(status["userID"])
        disabled = status["isDisabled"]
        reason = status.get("reason") if disabled else None
        self._save(record.id, is_disabled=disabled, disable_reason=reason)
        # Assumption: enabling was not recorded.
        event = "user.disabled" if disabled else "user.reenabled"
        self.events.note(event, self.transaction.records[record.id])
        self._executed("set_disabled_status", record.id)
        return self._payload(record.id)

    def _schedule(self, deletion: Input) -> Node:
        """Disable a user until the deletion in 30 days."""
        record = self._find(deletion["userID"])
        delete_at = self.clock() + DELETION_DELAY
        self._save(record.id, is_disabled=True, delete_at=delete_at)
        self._executed("schedule_account_deletion", record.id)
        return self._payload(record.id)

    def _anonymize(self, target: Input) -> Node:
        """Wipe everything that tells who a user is."""
        record = self._find(target["userID"])
        # The user as before; contract: hook.event.anonymize, hook.event.delete.
        self.events.note("user.anonymized", record, is_leaving=True)
        self._save(
            record.id,
            identities=(),
            standard_attributes={},
            custom_attributes={},
            is_disabled=True,
            is_anonymized=True,
        )
        self._executed("anonymize_user", record.id)
        return {"anonymizedUserID": target["userID"]}

    def _delete(self, target: Input) -> Node:
        """Delete a user."""
        record = self._find(target["userID"])
        self.events.note("user.deleted", record, is_leaving=True)
        self._executed("delete_user", record.id)
        self.transaction.delete(record.id)
        return {"deletedUserID": target["userID"]}

    def _find(self, node_id: str) -> Record:
        """Return the user with a node id."""
        named = from_node_id(node_id)
        if named is None or named[0] != "User":
            refuse("invalid user ID")
        # Assumption: whether the user exists is looked at before the attributes are.
        if named[1] not in self.transaction.records:
            raise _not_found()
        return self.transaction.records[named[1]]

    def _add_login_id(self, user_id: str, definition: Input) -> Identity:
        """Store a new login id and the attribute that it owns."""
        # Assumption: the recordings hold neither createUser nor createIdentity.
        login_id = definition.get("loginID") or {}
        if login_id.get("key") not in OWNED_ATTRIBUTES:
            refuse("invalid identity definition")
        value = normalize(login_id["key"], login_id["value"])
        if self.transaction.find_by_login_id(value):
            cause = {"kind": "DuplicatedIdentity"}
            refuse("identity already exists", "InvariantViolated", cause=cause)
        identity = Identity(login_id["key"], value)
        record = self.transaction.records[user_id]
        self._save(user_id, identities=(*record.identities, identity))
        self._replace_attributes(user_id, dict(record.standard_attributes))
        return identity

    def _save(self, user_id: str, **changes: Any) -> None:
        """Store a change of a user."""
        record = self.transaction.records[user_id]
        self.transaction.save(replace(record, updated_at=self.clock(), **changes))

    def _payload(self, user_id: str) -> Node:
        """Return the answer that shows a user."""
        return {"user": user_node(user_id, self.transaction, self.site)}

    def _executed(self, mutation: str, user_id: str) -> None:
        """Remember that a mutation was executed."""
        self.events.note_execution(mutation, self.transaction.records[user_id])


def _not_found() -> APIError:
    """Make the error of a user who does not exist."""
    return APIError("NotFound", "UserNotFound", "user not found", 404)


def _with_input(resolve: Callable[[Input], Node]) -> Callable[..., Node]:
    """Return a resolver that takes the argument which all mutations have."""
    return lambda _info, **arguments: resolve(arguments["input"])
