"""
Everything that `decide` can answer.

    ReadTag, ReadUser, ReadMark, Make    look further; nothing changes
    Upload, SetImage, WriteTag, Remove   act; then look again
    End                                  there is nothing to do
"""

from __future__ import annotations

from dataclasses import dataclass

from outcome import Reason
from storage.bucket import StoredObject

from .sync_tag import SyncTag


@dataclass(frozen=True, slots=True)
class ReadTag:
    """Read the sync tag of an object."""

    item: StoredObject


@dataclass(frozen=True, slots=True)
class ReadUser:
    """Read the user in Authgear."""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """Read the mark of the image that Authgear shows."""

    image_id: str


@dataclass(frozen=True, slots=True)
class Make:
    """Download an object and make its picture."""

    item: StoredObject


@dataclass(frozen=True, slots=True)
class Upload:
    """Upload the picture that was made of an object, and set it."""

    item: StoredObject


@dataclass(frozen=True, slots=True)
class SetImage:
    """Set an image that was uploaded before."""

    item: StoredObject
    image_id: str


@dataclass(frozen=True, slots=True)
class WriteTag:
    """Write the sync tag of an object; Authgear stays as it is."""

    item: StoredObject
    tag: SyncTag


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the picture that Authgear shows."""


@dataclass(frozen=True, slots=True)
class End:
    """
    There is nothing to do.

    Args:
        reason: Why.

        item: The object that the reason is about, if it is about one.
    """

    reason: Reason
    item: StoredObject | None = None


Action = (
    ReadTag | ReadUser | ReadMark | Make | Upload | SetImage | WriteTag | Remove | End
)
