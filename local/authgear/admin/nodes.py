"""Users, identities and authenticators as GraphQL shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..responses import Deferred
from ..users.attributes import Site, to_shown
from ..users.node_ids import to_node_id
from ..users.records import Identity, Record, format_time
from ..users.store import Transaction

Node = dict[str, Any]


def connect(nodes: Sequence[Node], first: int | None, last: int | None) -> Node:
    """Return a page of nodes as a connection."""
    # Assumption: nobody pages further than the first page, so no cursor is read.
    page = list(nodes[: len(nodes) if first is None else first])
    if last is not None:
        page = page[max(0, len(page) - last) :]
    return {
        "edges": [{"cursor": str(i), "node": node} for i, node in enumerate(page)],
        "pageInfo": {"hasNextPage": len(page) < len(nodes), "hasPreviousPage": False},
        "totalCount": len(nodes),
    }


def user_node(user_id: str, transaction: Transaction, site: Site) -> Node:
    """
    Return a user.

    The attributes are read when the answer is written: with several mutations in one
    request, each shows what the last one left (contract: gql.multi.two).
    """
    record = transaction.records[user_id]
    identities = [identity_node(record, identity) for identity in record.identities]
    return {
        "__typename": "User",
        "id": to_node_id("User", user_id),
        "createdAt": format_time(record.created_at),
        "updatedAt": format_time(record.updated_at),
        "standardAttributes": Deferred(
            lambda: to_shown(transaction.records[user_id], site)
        ),
        "customAttributes": Deferred(
            lambda: dict(transaction.records[user_id].custom_attributes)
        ),
        **_state(record),
        **_belongings(record, identities),
    }


def identity_node(record: Record, identity: Identity) -> Node:
    """Return one of a user's login ids."""
    return {
        "__typename": "Identity",
        "id": to_node_id("Identity", identity.id),
        "createdAt": format_time(record.created_at),
        "updatedAt": format_time(record.created_at),
        "type": "LOGIN_ID",
        "claims": {identity.attribute: identity.value},
    }


def authenticator_node(record: Record, identity: Identity) -> Node:
    """Return the authenticator that sends codes to one of a user's login ids."""
    return {
        "__typename": "Authenticator",
        "id": to_node_id("Authenticator", identity.authenticator_id),
        "createdAt": format_time(record.created_at),
        "updatedAt": format_time(record.created_at),
        "type": "OOB_OTP_SMS" if identity.key == "phone" else "OOB_OTP_EMAIL",
        "kind": "PRIMARY",
    }


def _state(record: Record) -> Node:
    """Return what a user's account is like."""
    return {
        "accountLockout": {"isLocked": False},
        "deleteAt": format_time(record.delete_at),
        "disableReason": record.disable_reason,
        "endUserAccountID": record.account_id(),
        "formattedName": record.formatted_name(),
        "isAnonymized": record.is_anonymized,
        "isAnonymous": False,
        "isDeactivated": False,
        "isDisabled": record.is_disabled,
        "verifiedClaims": [],
        "web3": {},
    }


def _belongings(record: Record, identities: list[Node]) -> Node:
    """Return the lists of things that belong to a user; most are empty."""
    authenticators = [
        authenticator_node(record, identity)
        for identity in record.identities
        if identity.key != "username"
    ]
    no_lists = (
        "biometricRegistrations",
        "oauthConnections",
        "passkeys",
        "secondaryOOBOTPEmailAuthenticators",
        "secondaryOOBOTPSMSAuthenticators",
        "secondaryTOTPAuthenticators",
    )
    no_connections = ("authorizations", "effectiveRoles", "groups", "roles", "sessions")
    return {
        "identities": _pages(identities),
        "loginIDs": identities,
        "authenticators": _pages(authenticators),
        **{name: [] for name in no_lists},
        **{name: _pages([]) for name in no_connections},
    }


def _pages(nodes: list[Node]) -> Callable[..., Node]:
    """Return the resolver of a connection."""

    def resolve(
        _info: Any, first: int | None = None, last: int | None = None, **_: Any
    ) -> Node:
        return connect(nodes, first, last)

    return resolve
