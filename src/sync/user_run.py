"""One user's run: look, decide, apply, and look again until there is nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any

from authgear import (
    AuthgearError,
    NoAnswer,
    StaleAttributes,
    Unavailable,
    Unexpected,
    User,
)
from outcome import Result
from pictures.errors import PictureRejected
from settings import Overwrite
from storage.bucket import StoredObject
from storage.errors import ObjectArchived, ObjectChanged, ObjectUnreadable

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
from .calls import Call, ReadCall, UpdateCall
from .decide import Policy, decide
from .errors import LookAgain, result_from_error
from .picture_job import PictureJob
from .results import Results
from .run_log import RunLog
from .sync_tag import REJECTIONS, SETTLED, SyncTag, make_mark
from .user_objects import UserObjects
from .user_profile import UserProfile
from .view import ObjectView, Shown, View

ATTEMPTS = 5


@dataclass(kw_only=True, slots=True)
class UserRun:
    """
    The run of one user.

    Args:
        objects: The user's side in the bucket.

        profile: The user's side in Authgear.

        job: Makes and uploads pictures.

        policy: What the operator decides.

        log: The record of the run.

        results: The result of each object.

        pause: Returns the seconds between two looks.

        dry_run: Whether only to report what would be done.
    """

    objects: UserObjects
    profile: UserProfile
    job: PictureJob
    policy: Policy
    log: RunLog
    results: Results
    pause: Callable[[], float]
    dry_run: bool = False
    _user: User | None = None
    _uploads: set[str] = field(default_factory=set)
    _unanswered: AuthgearError | None = None

    def steps(self) -> Generator[Call, User, None]:
        """
        Look, decide and act until there is nothing to do, five times at most.

        Yields:
            The calls to make; the run goes on with their answers or their errors.

        Raises:
            AuthgearError: The last attempt's error, and so for all other errors.
        """
        done: Action | None = None
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                action = yield from self._look()
                if _is_repeated(action, done):
                    # Authgear may answer before it commits: look once more, then act.
                    self._wait()
                    action = yield from self._look()
                if isinstance(action, End) or self.dry_run:
                    self.results.end(action, self.log.facts, self._unanswered)
                    return
                yield from self._apply(action)
                done = action
            except (LookAgain, ObjectChanged, AuthgearError) as error:
                if not attempts_left or not self._may_go_on(error):
                    raise
        message = "the bucket or Authgear kept changing"
        raise LookAgain(message)

    @property
    def _fingerprint(self) -> str:
        """Return the fingerprint of this user's images."""
        return self.policy.image_fingerprint(self.objects.text)

    # Look.

    def _look(self) -> Generator[Call, User, Action]:
        """Look at both sides until there is enough to decide; return the action."""
        self.log.facts.clear()
        self.job.clear()
        self._user = None
        view = View(
            objects=tuple(map(ObjectView, self.objects.list_newest_first())),
            uploads=frozenset(self._uploads),
        )
        while True:
            action = decide(view, self.policy, self.objects.text)
            if isinstance(action, ReadUser):
                view = replace(view, shown=(yield from self._read_user()))
            else:
                seen = self._look_further(view, action)
                if seen is None:
                    self.results.look(view, self.policy)
                    return action
                view = seen

    def _look_further(self, view: View, action: Action) -> View | None:
        """Return a view with what an action asks for, `None` if it does more."""
        if isinstance(action, ReadTag):
            tag = self.objects.read_sync_tag(action.item)
            return _with_object(view, action.item, tag=tag)
        if isinstance(action, ReadMark):
            return replace(view, mark=self.profile.read_mark(action.image_id))
        if isinstance(action, Make):
            return self._make(view, action.item)
        if isinstance(action, WriteTag):
            if not self.dry_run:
                self.objects.write_sync_tag(action.item, action.tag)
            return _with_object(view, action.item, tag=action.tag)
        return None

    def _read_user(self) -> Generator[Call, User, Shown]:
        """Read the user, and return the picture that Authgear shows."""
        user_id = self.profile.find()
        with self.log.step("verify" if self.results.applied else "read"):
            self._user = yield ReadCall(user_id)
        is_ours = self._user.picture_app_id == self.profile.admin_api.app_id
        image_id = self._user.picture_object_id if is_ours else None
        return Shown(self._user.has_picture, image_id or "")

    def _make(self, view: View, item: StoredObject) -> View:
        """Make an object's picture; after a rejection the next older object counts."""
        try:
            self.job.make(item, make_mark(item.etag, self._fingerprint))
        # An archived object can be restored, and is then as good as any.
        except (PictureRejected, ObjectArchived, ObjectUnreadable) as error:
            result = result_from_error(error) or Result(reason=error.reason)
            if result.reason in REJECTIONS and not self.dry_run:
                fingerprint = self.policy.rejection_fingerprint
                self._tag(item, result.reason, fingerprint)
            self.results.reject(item, result, self.log.facts)
            self.log.facts.clear()
            return _with_object(view, item, rejection=result.reason)
        return replace(view, is_made=True)

    # Apply.

    def _apply(self, action: Action) -> Generator[Call, User, None]:
        """Do one thing that changes Authgear."""
        user, item, image_id = self._user, None, ""
        if user is None:
            message = "the user was not read"
            raise LookAgain(message)
        if isinstance(action, Upload):
            item, image_id = action.item, self._upload(action.item)
        elif isinstance(action, SetImage):
            item, image_id = action.item, action.image_id
        yield from self._update(user, item, image_id)
        self.results.apply(action, image_id, user, self.log.facts)

    def _upload(self, item: StoredObject) -> str:
        """Upload the picture, and write the sync tag, so that a retry finds it."""
        image_id = self.job.upload()
        self._uploads.add(image_id)
        is_pending = self.policy.overwrite is Overwrite.KEEP_OWN
        self._tag(item, image_id, self._fingerprint, is_pending=is_pending)
        return image_id

    def _update(
        self, user: User, item: StoredObject | None, image_id: str
    ) -> Generator[Call, User, None]:
        """Set or remove the picture; write a lasting failure into the sync tag."""
        try:
            with self.log.step("update"):
                updated = yield UpdateCall(user, image_id)
        except AuthgearError as error:
            self._note_failure(item, error)
            raise
        changed = user.differing_attributes(updated)
        if changed:
            self.log.facts["attributes_changed"] = changed

    def _note_failure(self, item: StoredObject | None, error: AuthgearError) -> None:
        """Note an update that may be committed later, or can never be."""
        is_lost = isinstance(error, Unavailable) and error.status != 200
        # A 200 that cannot be read may be the answer to work that was done.
        is_unread = isinstance(error, Unexpected) and error.status == 200
        if isinstance(error, NoAnswer) or is_lost or is_unread:
            self._unanswered = error
        result = result_from_error(error)
        if item and result and result.reason in SETTLED:
            self._tag(item, result.reason, self._fingerprint)

    def _tag(
        self,
        item: StoredObject,
        result: str,
        fingerprint: str,
        *,
        is_pending: bool = False,
    ) -> None:
        """Write the sync tag of an object."""
        tag = SyncTag(item.etag, result, fingerprint, is_pending=is_pending)
        self.objects.write_sync_tag(item, tag)

    # Go on.

    def _may_go_on(self, error: Exception) -> bool:
        """
        Wait, and tell whether another attempt may repair what stopped this one.

        Of Authgear's calls only the update is left to another attempt: it may have been
        done, and the attributes that it sends must have been read just before.
        """
        if isinstance(error, StaleAttributes):
            return True
        if isinstance(error, AuthgearError):
            if error.step != "update" or not error.may_repeat:
                return False
            if error.retry_after is not None:
                return self.log.budget.wait_for_rate_limit(error.retry_after)
        return self.log.budget.pause(self.pause())

    def _wait(self) -> None:
        """Wait between two looks."""
        if not self.log.budget.pause(self.pause()):
            message = "Authgear shows another picture than was set"
            raise LookAgain(message)


def _is_repeated(action: Action, done: Action | None) -> bool:
    """Tell whether an action would do once more what was done last."""
    if isinstance(action, SetImage) and isinstance(done, Upload | SetImage):
        return action.item == done.item
    return isinstance(action, Remove) and isinstance(done, Remove)


def _with_object(view: View, item: StoredObject, **changes: Any) -> View:
    """Return a view in which more is known of one object."""
    objects = [
        replace(seen, **changes) if seen.item == item else seen for seen in view.objects
    ]
    return replace(view, objects=tuple(objects))
