"""Observe, act, observe: a few rounds, until bucket and Authgear agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from authgear import UUID, AuthgearError, User
from outcome import Reason, Result
from pictures.errors import PictureRejected
from pictures.model import MakePicture, PictureSpec
from storage.bucket import StoredObject, SyncTag
from storage.errors import ObjectArchived, ObjectChanged

from .errors import LookAgain, result_from_error
from .parallel import RunDuring, run_inline
from .run_log import RunLog
from .user_objects import UserObjects
from .user_profile import UserProfile

ROUNDS = 4

# What is noted on an object is believed where no setting can lift the rejection.
LASTING = {r.value: r for r in (Reason.NOT_A_PICTURE, Reason.BROKEN_PICTURE)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    What the operator decides about the loop.

    Args:
        overwrite: Replace a picture that the user already has.

        remember: Note on the object what was done with it.

        remove_on_delete: Take the picture away with the user's last object.

        verify_update: Read the user once more after the update.

        dry_run: Only tell what would be done: no upload, no update, no note.
    """

    overwrite: bool = True
    remember: bool = True
    remove_on_delete: bool = False
    verify_update: bool = True
    dry_run: bool = False


@dataclass(kw_only=True)
class ReconcileLoop:
    """
    One user's reconciliation.

    Args:
        key: The object that the event named.

        objects: What the user has in the bucket.

        profile: What the user has in Authgear.

        spec: What picture is made.

        make_picture: Makes the picture of a file.

        policy: What the operator decides.

        run_log: The record of the run.

        pause: Returns the seconds between two looks.

        run_during: Lets work go on during a block.

        image_ids: What was uploaded so far, by etag.

        noted: What was noted on each object when it was first looked at.
    """

    key: str
    objects: UserObjects
    profile: UserProfile
    spec: PictureSpec
    policy: Policy
    run_log: RunLog
    pause: Callable[[], float]
    make_picture: MakePicture
    run_during: RunDuring = run_inline
    image_ids: dict[str, str] = field(default_factory=dict)
    noted: dict[StoredObject, str] = field(default_factory=dict)

    def run(self) -> Result:
        """Go round until bucket and Authgear agree, a few times at most."""
        rounds = 0
        while True:
            rounds += 1
            try:
                result = self._round()
            except (LookAgain, ObjectChanged, AuthgearError) as error:
                last = rounds == ROUNDS or not _calls_for_another_round(error)
                pause = getattr(error, "retry_after", None) or self.pause()
                if last or not self.run_log.wait(pause):
                    raise
            else:
                # What was brought in sync may be an older object in place of this one.
                _, passed = self.objects.skipped.get(self.key, ("", result))
                return passed

    def _round(self) -> Result:
        """Look at the user's objects, newest first, and act on the first usable one."""
        items = self.objects.list()
        for item in items:
            memory = self.objects.read_sync_tag(item)
            try:
                return self._bring_in_step(item, memory)
            except (PictureRejected, ObjectArchived) as error:
                self._skip(item, memory, error)
        if items:
            return Result(reason=Reason.OBJECT_GONE)
        return self._without_object()

    def _bring_in_step(self, item: StoredObject, memory: SyncTag) -> Result:
        """Make the object the user's picture, unless it is already."""
        if memory.result in LASTING:
            message = "the object's tag says so; put it again for another look"
            raise PictureRejected(LASTING[memory.result], message)
        if item.key != self.key:
            self.run_log.facts["applied_key"] = item.key
        image_id = self._image_of(item, memory)
        if memory.result or image_id or not self.policy.overwrite:
            user = self.profile.read()
            shown = user.picture_object_id
            if shown and shown == memory.result:
                return self._show(Reason.IN_SYNC, shown)
            if self._is_own(user, image_id):
                return Result(reason=Reason.KEEPS_OWN_PICTURE)
        if self.policy.dry_run:
            return self._try_out(item)
        if not image_id:
            user, image_id = self._upload_picture(item)
            self.image_ids[item.etag] = image_id
            # The user may have chosen one while ours was made.
            if self._is_own(user, image_id):
                return Result(reason=Reason.KEEPS_OWN_PICTURE)
        if user.picture_object_id != image_id:
            self.profile.set_picture(user, image_id)
        self._observe(item, memory, image_id)
        return self._show(Reason.PICTURE_SET, image_id)

    def _is_own(self, user: User, image_id: str) -> bool:
        """Tell whether the user has another picture, and is to keep it."""
        is_other = user.has_picture and user.picture_object_id != image_id
        return is_other and not self.policy.overwrite

    def _image_of(self, item: StoredObject, memory: SyncTag) -> str:
        """
        Return the id of the image that was made of an object, if there is one.

        A note that came while we looked is a concurrent run's. Who takes up its image
        does not chase it. An older note says nothing about this Authgear: the object
        may have been copied together with its tags.
        """
        noted = memory.result if UUID.fullmatch(memory.result) else ""
        first_noted = self.noted.setdefault(item, noted)
        if noted and noted != first_noted:
            return noted
        return self.image_ids.get(item.etag, "")

    def _upload_picture(self, item: StoredObject) -> tuple[User, str]:
        """Upload the picture of an object; the address is asked for meanwhile."""
        data = self.objects.download(item, limit=self.spec.max_bytes)
        with self.run_during(self.profile.create_upload_url) as upload_url:
            picture = self._make_picture(data)
        return self.profile.upload(upload_url(), picture)

    def _make_picture(self, data: bytes) -> bytes:
        """Make the picture of an object's bytes."""
        facts = self.run_log.facts
        with self.run_log.step("picture"):
            seconds = self.run_log.deadline - self.run_log.clock()
            picture = self.make_picture(data, seconds)
        facts["format"] = picture.source_format
        facts["input_width"] = picture.source_width
        facts["input_height"] = picture.source_height
        facts["crop_position"] = round(picture.crop_position, 3)
        facts["faces"] = picture.focus.faces or None
        facts["crop_fallback"] = picture.focus.fallback or None
        if picture.focus_seconds is not None:
            facts["faces_ms"] = round(picture.focus_seconds * 1000, 1)
        facts["output_bytes"] = len(picture.data)
        return picture.data

    def _try_out(self, item: StoredObject) -> Result:
        """Do all that changes nothing, and may yet find a reason for a rejection."""
        self._make_picture(self.objects.download(item, limit=self.spec.max_bytes))
        self.profile.read()
        return Result(reason=Reason.DRY_RUN, detail="the picture would be set")

    def _observe(self, item: StoredObject, memory: SyncTag, image_id: str) -> None:
        """Check that the object is still the newest and Authgear shows its picture."""
        if not self.objects.is_newest(item):
            message = "the bucket kept changing"
            raise LookAgain(message)
        self.objects.write_sync_tag(item, memory, image_id)
        self._verify(image_id)

    def _without_object(self) -> Result:
        """Take the picture away with the user's last object, where that is wanted."""
        if not (self.policy.remove_on_delete and self.policy.overwrite):
            return Result(reason=Reason.OBJECT_GONE)
        user = self.profile.read()
        if not user.has_picture:
            return Result(reason=Reason.NO_PICTURE)
        if self.policy.dry_run:
            detail = "the picture would be removed"
            return Result(reason=Reason.DRY_RUN, detail=detail)
        self.profile.remove_picture(user)
        if self.objects.list():
            message = "an object came while the picture was removed"
            raise LookAgain(message)
        self._verify(None)
        return Result(reason=Reason.PICTURE_REMOVED)

    def _verify(self, image_id: str | None) -> None:
        """Read the user once more: an update's own answer can be untrue."""
        if not self.policy.verify_update:
            return
        if self._shows(image_id):
            return
        self.run_log.wait(self.pause())
        if not self._shows(image_id):
            message = "Authgear shows another picture than was set"
            raise LookAgain(message)

    def _shows(self, image_id: str | None) -> bool:
        """Tell whether Authgear shows an image, or no picture at all for `None`."""
        user = self.profile.read(step="verify")
        if image_id is None:
            return not user.has_picture
        return user.picture_object_id == image_id

    def _skip(
        self,
        item: StoredObject,
        memory: SyncTag,
        error: PictureRejected | ObjectArchived,
    ) -> None:
        """Leave an object that cannot be a picture, for the next older one."""
        result = result_from_error(error) or Result(reason=error.reason)
        self.objects.skipped[item.key] = item.etag, result
        # An archived object can be restored, and is then as good as any.
        lasts = isinstance(error, PictureRejected) and memory.result != error.reason
        if lasts and not self.policy.dry_run:
            self.objects.write_sync_tag(item, memory, error.reason)

    def _show(self, reason: Reason, image_id: str) -> Result:
        """Return a result after which Authgear shows an image."""
        self.run_log.facts["object_id"] = image_id
        return Result(reason=reason)


def _calls_for_another_round(error: Exception) -> bool:
    """
    Tell whether another round may mend what stopped this one.

    Of Authgear's calls the update alone is not repeated where it failed: it may have
    been done, and the attributes that it sends must have been read just before.
    """
    if isinstance(error, AuthgearError):
        return error.step == "update" and error.may_repeat
    return True
