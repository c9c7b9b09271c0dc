"""Observe, act, observe: bring one user's picture in step with the bucket."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from authgear import AdminAPI, AuthgearError
from bucket import (
    Bucket,
    Memory,
    ObjectArchived,
    ObjectChanged,
    StoredObject,
)
from journal import Journal
from object_key import KeyPattern
from outcome import Outcome, Reason, Result
from picture import PictureRejected, PictureSpec, ProfilePicture, make_profile_picture
from user_profile import UserProfile
from verdict import LookAgain, explain

ROUNDS = 4
SETTLE = (
    0.5  # seconds between two looks; up to twice that, so that runs do not keep step
)

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
    """

    overwrite: bool = True
    remember: bool = True
    remove_on_delete: bool = False
    verify_update: bool = True


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """
    Brings users' pictures in step.

    Args:
        pattern: How a key names a user.

        admin_api: Authgear.

        spec: What picture is made.

        policy: What the operator decides.

        clock: Monotonic seconds; the same as the connection's.

        sleep: Waits for so many seconds.

        share: A random number from 0 to 1.
    """

    pattern: KeyPattern
    admin_api: AdminAPI
    spec: PictureSpec
    policy: Policy
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random

    def reconcile(self, bucket: Bucket, key: str, *, deadline: float) -> Result:
        """
        Bring the user of an object in step with the bucket.

        Args:
            bucket: Where the object is, or was.

            key: The decoded object key; what happened to it does not matter.

            deadline: The moment by which to give up.

        Returns:
            What became of this very object.
        """
        journal = Journal(deadline=deadline, clock=self.clock, sleep=self.sleep)
        run = _Run(of=self, bucket=bucket, key=key, journal=journal)
        try:
            result = run.settle()
        except Exception as error:
            found = explain(error)
            if found is None:
                raise
            result = found
        if key in run.passed_over and result.outcome is not Outcome.FAILED:
            # What was brought in step is an older object in place of this one.
            result = run.passed_over[key][1]
        return replace(result, fields=journal.facts | result.fields)


@dataclass(kw_only=True)
class _Run:
    """
    One user's reconciliation, over a few rounds.

    Args:
        of: The reconciler.

        bucket: Where the user's objects are.

        key: The object that the event named.

        journal: The record of the run.

        passed_over: Etag and result of objects that cannot be a picture, by key.

        image_ids: What was uploaded so far, by etag.
    """

    of: Reconciler
    bucket: Bucket
    key: str
    journal: Journal
    passed_over: dict[str, tuple[str, Result]] = field(default_factory=dict)
    image_ids: dict[str, str] = field(default_factory=dict)

    def settle(self) -> Result:
        """Go round until bucket and Authgear agree, a few times at most."""
        pattern = self.of.pattern
        text = pattern.user_text(self.key)
        profile = UserProfile(
            admin_api=self.of.admin_api,
            placeholder=pattern.placeholder,
            text=text,
            journal=self.journal,
        )
        rounds = 0
        while True:
            rounds += 1
            try:
                return self._round(profile)
            except (LookAgain, ObjectChanged, AuthgearError) as error:
                last = rounds == ROUNDS or not _calls_for_another_round(error)
                pause = getattr(error, "retry_after", None) or self._pause()
                if last or not self.journal.wait(pause):
                    raise

    def _round(self, profile: UserProfile) -> Result:
        """Look at the user's objects, newest first, and act on the first usable one."""
        items = self._list(profile)
        for item in items:
            memory = self._recall(item)
            try:
                return self._bring_in_step(profile, item, memory)
            except (PictureRejected, ObjectArchived) as error:
                self._pass_over(item, memory, error)
        if items:
            return Result(reason=Reason.OBJECT_GONE)
        return self._without_object(profile)

    def _bring_in_step(
        self, profile: UserProfile, item: StoredObject, memory: Memory
    ) -> Result:
        """Make the object the user's picture, unless it is already."""
        if memory.result in LASTING:
            raise PictureRejected(LASTING[memory.result], "as noted on the object")
        if item.key != self.key:
            self.journal.facts["applied_key"] = item.key
        image_id = self.image_ids.get(item.etag, "")
        if memory.result or image_id or not self.of.policy.overwrite:
            user = profile.read()
            shown = user.picture_object_id
            if shown and shown == memory.result:
                return self._show(Reason.IN_STEP, shown)
            if user.has_picture and shown != image_id and not self.of.policy.overwrite:
                return Result(reason=Reason.KEEPS_OWN_PICTURE)
        if not image_id:
            user, image_id = profile.upload(self._make_picture(item).data)
            self.image_ids[item.etag] = image_id
        if user.picture_object_id != image_id:
            profile.set_picture(user, image_id)
        self._observe(profile, item, memory, image_id)
        return self._show(Reason.PICTURE_SET, image_id)

    def _make_picture(self, item: StoredObject) -> ProfilePicture:
        """Download the object, unless it is too large, and make the picture of it."""
        facts, limit = self.journal.facts, self.of.spec.max_bytes
        facts["input_bytes"] = item.size
        if item.size > limit:
            message = f"{item.size} bytes are more than the {limit} allowed"
            raise PictureRejected(Reason.TOO_MANY_BYTES, message)
        with self.journal.step("download"):
            data = self.bucket.download(item)
        with self.journal.step("picture"):
            picture = make_profile_picture(data, self.of.spec)
        facts["format"] = picture.source_format
        facts["input_width"] = picture.source_width
        facts["input_height"] = picture.source_height
        facts["output_bytes"] = len(picture.data)
        return picture

    def _observe(
        self, profile: UserProfile, item: StoredObject, memory: Memory, image_id: str
    ) -> None:
        """Check that the object is still the newest and Authgear shows its picture."""
        newest = next(iter(filter(self._is_usable, self._list(profile))), None)
        if newest is None or (newest.key, newest.etag) != (item.key, item.etag):
            message = "the bucket kept changing"
            raise LookAgain(message)
        self._remember(item, memory, image_id)
        self._verify(profile, image_id)

    def _without_object(self, profile: UserProfile) -> Result:
        """Take the picture away with the user's last object, where that is wanted."""
        if not (self.of.policy.remove_on_delete and self.of.policy.overwrite):
            return Result(reason=Reason.OBJECT_GONE)
        user = profile.read()
        if not user.has_picture:
            return Result(reason=Reason.NO_PICTURE)
        profile.remove_picture(user)
        if self._list(profile):
            message = "an object came while the picture was removed"
            raise LookAgain(message)
        self._verify(profile, None)
        return Result(reason=Reason.PICTURE_REMOVED)

    def _verify(self, profile: UserProfile, image_id: str | None) -> None:
        """Read the user once more: an update's own answer can be untrue."""
        if not self.of.policy.verify_update:
            return
        if profile.read(step="verify").picture_object_id == image_id:
            return
        self.journal.wait(self._pause())
        if profile.read(step="verify").picture_object_id != image_id:
            message = "Authgear shows another picture than was set"
            raise LookAgain(message)

    def _list(self, profile: UserProfile) -> list[StoredObject]:
        """List the user's objects, newest first."""
        pattern, text = self.of.pattern, profile.text
        with self.journal.step("list"):
            return self.bucket.list_newest_first(
                pattern.prefix(text), lambda key: pattern.names(key, text)
            )

    def _recall(self, item: StoredObject) -> Memory:
        """Read what is noted on the object."""
        if not self.of.policy.remember:
            return Memory()
        with self.journal.step("recall"):
            return self.bucket.recall(item)

    def _remember(self, item: StoredObject, memory: Memory, result: str) -> None:
        """Note on the object what was done with it; say in the log if S3 refused."""
        if not self.of.policy.remember or memory.result == result:
            return
        with self.journal.step("remember"):
            self.journal.facts["remembered"] = self.bucket.remember(
                item, memory, result
            )

    def _pass_over(
        self,
        item: StoredObject,
        memory: Memory,
        error: PictureRejected | ObjectArchived,
    ) -> None:
        """Leave an object that cannot be a picture, for the next older one."""
        result = explain(error) or Result(reason=error.reason)
        self.passed_over[item.key] = item.etag, result
        # An archived object can be restored, and is then as good as any.
        if isinstance(error, PictureRejected):
            self._remember(item, memory, error.reason)

    def _pause(self) -> float:
        """Return the seconds between two looks."""
        return SETTLE * (1 + self.of.share())

    def _is_usable(self, item: StoredObject) -> bool:
        """Tell whether an object was not passed over, or has changed since."""
        return self.passed_over.get(item.key, ("",))[0] != item.etag

    def _show(self, reason: Reason, image_id: str) -> Result:
        """Return a result after which Authgear shows an image."""
        self.journal.facts["object_id"] = image_id
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
