"""The ids of GraphQL nodes: base64url of `Type:id`, without padding."""

from __future__ import annotations

import base64
import binascii


def to_node_id(type_name: str, object_id: str) -> str:
    """Return the node id of an object."""
    encoded = base64.urlsafe_b64encode(f"{type_name}:{object_id}".encode())
    return encoded.decode().rstrip("=")


def from_node_id(node_id: str) -> tuple[str, str] | None:
    """Return type and id of a node id, or None for every other spelling."""
    try:
        padded = node_id.encode("ascii") + b"=" * (-len(node_id) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        return None
    type_name, separator, object_id = decoded.partition(":")
    if not separator or to_node_id(type_name, object_id) != node_id:
        return None
    return type_name, object_id
