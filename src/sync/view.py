"""One look at a user: the state of the bucket and of Authgear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from outcome import Reason
from storage.bucket import StoredObject

from .sync_tag import SyncTag


class Unknown(Enum):
    """Stands for a value that was not read yet."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class ObjectView:
    """
    One object of the user.

    Args:
        item: The object as listed.

        tag: The sync tag of this very content, `None` without one.

        rejection: Why this run cannot make a picture of it.
    """

    item: StoredObject
    tag: SyncTag | Unknown | None = UNKNOWN
    rejection: Reason | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """
    The picture that Authgear shows of the user.

    Args:
        has_picture: Whether there is one, of any origin.

        image_id: Its id if it is an image of this project, else empty.
    """

    has_picture: bool = False
    image_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """
    One user at one moment.

    Args:
        objects: The user's objects, newest first.

        shown: The picture in Authgear.

        mark: The mark of the image shown, empty if it is not ours.

        is_made: Whether the picture of the newest usable object is made, and could be
            uploaded.

        uploads: Ids of the images that this run has uploaded.
    """

    objects: Sequence[ObjectView] = ()
    shown: Shown | Unknown = UNKNOWN
    mark: str | Unknown = UNKNOWN
    is_made: bool = False
    uploads: frozenset[str] = field(default_factory=frozenset)

    def names(self, image_id: str) -> bool:
        """Tell whether a sync tag that was read names an image."""
        tags = [it.tag for it in self.objects if isinstance(it.tag, SyncTag)]
        return bool(image_id) and any(tag.image_id == image_id for tag in tags)
