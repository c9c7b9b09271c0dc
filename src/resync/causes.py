"""Why a user is, or is not, in sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from outcome import Reason
from sync.actions import Action, End, Make, ReadMark, SetImage, Upload, WriteTag
from sync.sync_tag import REJECTIONS, SyncTag
from sync.view import View
from triggers.messages import Mode


class Cause(StrEnum):
    """The results of a user's comparison."""

    IN_SYNC = "in_sync"
    NEW_OBJECT = "new_object"
    CHANGED_IN_AUTHGEAR = "changed_in_authgear"
    OTHER_SETTINGS = "other_settings"
    UNKNOWN_USER = "unknown_user"
    SETTLED = "settled"


Counts = Mapping[Cause, int]

# The causes that each mode queues. A scheduled run repairs drift; it leaves changed
# settings to the operator, since they concern every user at once.
QUEUED = {
    Mode.SCHEDULED: {Cause.NEW_OBJECT, Cause.CHANGED_IN_AUTHGEAR},
    Mode.BACKFILL: {
        Cause.NEW_OBJECT,
        Cause.CHANGED_IN_AUTHGEAR,
        Cause.OTHER_SETTINGS,
    },
    Mode.AGAIN: {
        Cause.NEW_OBJECT,
        Cause.CHANGED_IN_AUTHGEAR,
        Cause.OTHER_SETTINGS,
        Cause.SETTLED,
    },
    Mode.COUNT: set[Cause](),
}

# A scheduled run queues no user of a range in which more than this many and more than
# this share would have to be queued: a wrong bucket must not rewrite a user base.
MOST_DIFFERENT = 50
MOST_SHARE = 0.2


def find_cause(action: Action, view: View) -> Cause:
    """Return the cause of what was decided for a user who exists."""
    if isinstance(action, End):
        is_in_sync = action.reason is Reason.IN_SYNC
        return Cause.IN_SYNC if is_in_sync else Cause.SETTLED
    if isinstance(action, SetImage):
        return Cause.CHANGED_IN_AUTHGEAR
    if isinstance(action, Make | Upload | ReadMark | WriteTag):
        return _find_cause_by_tag(action, view)
    return Cause.CHANGED_IN_AUTHGEAR


def is_held(counts: Counts, mode: Mode) -> bool:
    """Tell whether a range differs too much for a scheduled run."""
    if mode is not Mode.SCHEDULED:
        return False
    users = sum(counts.values())
    different = sum(counts.get(cause, 0) for cause in QUEUED[mode])
    return different > MOST_DIFFERENT and different > MOST_SHARE * users


def count(causes: list[Cause]) -> Counts:
    """Return how many users have each cause, none left out."""
    found = Counter(causes)
    return {cause: found[cause] for cause in Cause}


def _find_cause_by_tag(
    action: Make | Upload | ReadMark | WriteTag, view: View
) -> Cause:
    """Return why an object is not the picture, by what its sync tag says."""
    tag = _tag_of(action, view)
    if tag is None or not (tag.image_id or tag.result in REJECTIONS):
        return Cause.NEW_OBJECT
    is_old = tag.image_id and not tag.fingerprint  # a tag of version 0.1
    is_unfinished = isinstance(action, WriteTag)
    # The mark is read of an image that no tag names: the tag's own is not shown.
    is_replaced = tag.image_id and isinstance(action, ReadMark)
    if is_old or is_unfinished or is_replaced:
        return Cause.CHANGED_IN_AUTHGEAR
    return Cause.OTHER_SETTINGS


def _tag_of(action: Make | Upload | ReadMark | WriteTag, view: View) -> SyncTag | None:
    """Return the sync tag of the object that an action is about."""
    for seen in view.objects:
        is_it = isinstance(action, ReadMark) or seen.item == action.item
        if is_it and seen.rejection is None and isinstance(seen.tag, SyncTag):
            return seen.tag
    return None
