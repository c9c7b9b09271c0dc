"""
The next action for one user: a pure function of the view and of the policy.

`docs/how-it-works.md` shows it as a table; `tests/sync/test_decide.py` enumerates it.
"""

from __future__ import annotations

from dataclasses import dataclass

from outcome import Reason
from settings import Overwrite

from .actions import (
    Action,
    End,
    Make,
    ReadMark,
    ReadTag,
    ReadUser,
    Remove,
    SetImage,
    Upload,
    WriteTag,
)
from .sync_tag import (
    REJECTIONS,
    SETTLED,
    SyncTag,
    fingerprint_image,
    fingerprint_kept,
    fingerprint_settings,
    make_mark,
)
from .view import ObjectView, Shown, Unknown, View

# Rejections of files without a picture: such objects do not keep the user's picture.
NO_PICTURES = {Reason.EMPTY_OBJECT, Reason.NOT_A_PICTURE, Reason.BROKEN_PICTURE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    The operator's choices, and the fingerprints of all settings that matter.

    Args:
        overwrite: Which picture wins.

        remove_on_delete: Remove our picture with the user's last picture in the bucket.

        max_bytes: Larger objects are rejected by their size.

        image_settings: The values that shape an image's pixels, and its project.

        rejection_settings: The values that decide whether a file is accepted.

        again: Look once more at objects that their tag settles.
    """

    overwrite: Overwrite = Overwrite.ALWAYS
    remove_on_delete: bool = False
    max_bytes: int = 20_000_000
    image_settings: tuple[object, ...] = ()
    rejection_settings: tuple[object, ...] = ()
    again: bool = False

    def image_fingerprint(self, user_text: str) -> str:
        """Return the fingerprint of an image of a user."""
        return fingerprint_image(self.image_settings, user_text)

    @property
    def rejection_fingerprint(self) -> str:
        """Return the fingerprint of a rejection."""
        return fingerprint_settings(*self.rejection_settings)


def decide(view: View, policy: Policy, user_text: str) -> Action:
    """
    Return the next action for one user.

    Args:
        view: What was seen so far.

        policy: What the operator decides.

        user_text: The text in the object keys that names the user.
    """
    for seen in view.objects:
        if seen.rejection is None and isinstance(seen.tag, Unknown):
            return ReadTag(seen.item)
        if find_rejection(seen, policy) is None:
            return _Choice(view, policy, user_text, seen).choose()
    return _decide_without_picture(view, policy)


def find_rejection(seen: ObjectView, policy: Policy) -> Reason | None:
    """Return why an object cannot be the picture, as far as is known."""
    if seen.rejection is not None:
        return seen.rejection
    tag = seen.tag if isinstance(seen.tag, SyncTag) else None
    if tag is not None and tag.result in REJECTIONS:
        if tag.fingerprint == policy.rejection_fingerprint and not policy.again:
            return REJECTIONS[tag.result]
    elif tag is not None and tag.image_id:
        return None  # it was a picture within the limits of its time
    if seen.item.size == 0:
        return Reason.EMPTY_OBJECT
    if seen.item.size > policy.max_bytes:
        return Reason.TOO_MANY_BYTES
    return None


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice for the newest usable object."""

    view: View
    policy: Policy
    user_text: str
    seen: ObjectView

    @property
    def tag(self) -> SyncTag | None:
        """The tag, unless it is to be ignored; never if this run has written it."""
        tag = self.seen.tag
        if isinstance(tag, Unknown) or tag is None:
            return None
        is_new = tag.image_id in self.view.uploads
        return tag if is_new or not self.policy.again else None

    @property
    def expected(self) -> str:
        """The fingerprint that the tag must have."""
        return self.policy.image_fingerprint(self.user_text)

    def choose(self) -> Action:
        """Return the action."""
        tag, overwrite = self.tag, self.policy.overwrite
        image_id = tag.image_id if tag else ""
        is_settled = tag and tag.result in SETTLED and tag.result != Reason.KEPT
        if tag and is_settled and tag.fingerprint == self.expected:
            return End(SETTLED[tag.result], self.seen.item)
        if overwrite is Overwrite.ALWAYS and not image_id and not self.view.is_made:
            return Make(self.seen.item)
        if isinstance(self.view.shown, Unknown):
            return ReadUser()
        return (
            self._accept(self.view.shown, tag)
            or self._keep(self.view.shown, tag)
            or self._set(self.view.shown, tag)
        )

    def _accept(self, shown: Shown, tag: SyncTag | None) -> Action | None:
        """Return the end if the tag's image is shown, and made by these settings."""
        if not tag or not tag.image_id or tag.image_id != shown.image_id:
            return None
        if tag.fingerprint not in ("", self.expected):
            return None
        if tag.is_pending:
            return self._write(tag.image_id, self.expected)
        return End(Reason.IN_SYNC, self.seen.item)

    def _keep(self, shown: Shown, tag: SyncTag | None) -> Action | None:
        """Return what the policy says in favour of the user, if anything."""
        item = self.seen.item
        if self.policy.overwrite is Overwrite.ALWAYS:
            return None
        if shown.image_id in self.view.uploads:
            return None  # this run has set it
        if self.policy.overwrite is Overwrite.IF_EMPTY:
            return End(Reason.KEPT, item) if shown.has_picture else None
        if not shown.has_picture:
            was_shown = tag and tag.image_id and not tag.is_pending
            return End(Reason.REMOVED_BY_USER, item) if was_shown else None
        kept = fingerprint_kept(shown.image_id, self.user_text)
        if tag and (tag.result, tag.fingerprint) == (Reason.KEPT, kept):
            return End(Reason.KEPT, item)
        ours = self._is_ours(shown)
        if isinstance(ours, bool):
            return None if ours else self._write(Reason.KEPT, kept)
        return ours

    def _is_ours(self, shown: Shown) -> bool | Action:
        """Tell whether the picture came from the bucket, or what to read to know."""
        if not shown.image_id:
            return False
        if self.view.names(shown.image_id):
            return True
        for other in self.view.objects:
            if isinstance(other.tag, Unknown):
                return ReadTag(other.item)
        if isinstance(self.view.mark, Unknown):
            return ReadMark(shown.image_id)
        return bool(self.view.mark)

    def _set(self, shown: Shown, tag: SyncTag | None) -> Action:
        """Return how the object becomes the picture."""
        item = self.seen.item
        if tag and tag.image_id and tag.fingerprint == self.expected:
            return SetImage(item, tag.image_id)
        is_explained = self.view.names(shown.image_id) and not self.policy.again
        if shown.image_id and not is_explained:
            # No tag explains the image: it may still be this picture.
            if isinstance(self.view.mark, Unknown):
                return ReadMark(shown.image_id)
            if self.view.mark == make_mark(item.etag, self.expected):
                return self._write(shown.image_id, self.expected)
        return Upload(item) if self.view.is_made else Make(item)

    def _write(self, result: str, fingerprint: str) -> Action:
        """Return the writing of a tag, or the end where it is written already."""
        item = self.seen.item
        tag = SyncTag(item.etag, result, fingerprint)
        if self.seen.tag == tag:
            return End(Reason.IN_SYNC if tag.image_id else Reason.KEPT, item)
        return WriteTag(item, tag)


def _decide_without_picture(view: View, policy: Policy) -> Action:
    """Return what to do for a user of whom no object can be the picture."""
    reasons = {find_rejection(seen, policy) for seen in view.objects}
    if not policy.remove_on_delete or reasons - NO_PICTURES:
        return End(Reason.OBJECT_GONE)
    if isinstance(view.shown, Unknown):
        return ReadUser()
    if not view.shown.has_picture:
        return End(Reason.NO_PICTURE)
    if not view.shown.image_id:
        return End(Reason.KEPT)
    if view.names(view.shown.image_id):
        return Remove()
    if isinstance(view.mark, Unknown):
        return ReadMark(view.shown.image_id)
    return Remove() if view.mark else End(Reason.KEPT)
