"""Bring the pictures of users in sync with the bucket."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from authgear import AdminAPI, Budget, User
from outcome import Reason
from pictures.model import MakePicture
from storage.bucket import Bucket
from storage.key_pattern import KeyIgnored, KeyPattern

from .batch import make_calls
from .calls import Call, ReadCall, Steps, make_calls_of_one
from .decide import Policy
from .errors import result_from_error
from .picture_job import PictureJob, RunDuring
from .results import ObjectResult, Results
from .run_log import RunLog
from .user_objects import UserObjects
from .user_profile import UserProfile
from .user_run import UserRun

# Seconds between two looks, or up to twice as many, so that runs do not keep step.
SETTLE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """
    The user to bring in sync: the one of an object, or one by id.

    Args:
        key: The decoded object key; what happened to the object does not matter.

        user_id: The user's UUID, where there is no key.

        again: Look once more at objects that their tag settles.
    """

    key: str = ""
    user_id: str = ""
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """
    Brings users' pictures in sync.

    Args:
        bucket: The bucket.

        pattern: How a key names a user.

        admin_api: Authgear.

        make_picture: Makes the picture of a file's bytes, within a number of seconds.

        policy: What the operator decides.

        share: A random number from 0 to 1.

        run_during: Lets work go on during a block, if it may.
    """

    bucket: Bucket
    pattern: KeyPattern
    admin_api: AdminAPI
    make_picture: MakePicture
    policy: Policy
    share: Callable[[], float] = random.random
    run_during: RunDuring | None = None

    def reconcile(
        self, key: str, budget: Budget, *, dry_run: bool = False, again: bool = False
    ) -> list[ObjectResult]:
        """
        Bring the user of an object in sync with the bucket.

        Args:
            key: The decoded object key; what happened to the object does not matter.

            budget: The time that the run has.

            dry_run: Only report what would be done.

            again: Look once more at objects that their tag settles.

        Returns:
            A result per object that it handled, the one of `key` first.
        """
        return self._reconcile(Target(key=key, again=again), budget, dry_run=dry_run)

    def reconcile_user(
        self,
        user_id: str,
        budget: Budget,
        *,
        dry_run: bool = False,
        again: bool = False,
    ) -> list[ObjectResult]:
        """
        Bring a user in sync with the bucket, for any key pattern.

        Args:
            user_id: The user's UUID.

            budget: As in `reconcile`, like the other arguments.

        Returns:
            A result per object that it handled; one with an empty key if the user has
            no object.
        """
        target = Target(user_id=user_id, again=again)
        return self._reconcile(target, budget, dry_run=dry_run)

    def reconcile_many(
        self, targets: Sequence[Target], budget: Budget
    ) -> list[list[ObjectResult] | Exception]:
        """
        Bring several users in sync, with requests that they share.

        Args:
            targets: The users.

            budget: The time that all of them have.

        Returns:
            For each of them what `reconcile` would return, or the error that it would
            raise.
        """
        apart = replace(self, run_during=None)  # no URL for a picture that is rejected
        runs = [_Run(apart, target, budget, dry_run=False) for target in targets]
        make_calls([run.steps() for run in runs], self.admin_api, budget)
        return [run.error or run.lines() for run in runs]

    def _reconcile(
        self, target: Target, budget: Budget, *, dry_run: bool
    ) -> list[ObjectResult]:
        """Bring one user in sync."""
        run = _Run(self, target, budget, dry_run=dry_run)
        make_calls_of_one(run.steps(), self.admin_api, budget)
        if run.error:
            raise run.error
        return run.lines()

    def start(self, text: str, log: RunLog, results: Results) -> UserRun:
        """Prepare the run of the user whom a text names."""
        pattern = self.pattern
        objects = UserObjects(bucket=self.bucket, pattern=pattern, text=text, log=log)
        profile = UserProfile(
            admin_api=self.admin_api, pattern=pattern, text=text, log=log
        )
        return UserRun(
            objects=objects,
            profile=profile,
            job=PictureJob(
                objects=objects,
                profile=profile,
                make_picture=self.make_picture,
                log=log,
                run_during=self.run_during,
            ),
            policy=self.policy,
            log=log,
            results=results,
            pause=lambda: SETTLE * (1 + self.share()),
        )


class _Run:
    """
    A run from the target to the lines of its log.

    Args:
        reconciler: The parts.

        target: The user.

        budget: The time that the run has.

        dry_run: Only report what would be done.

    Attributes:
        error: An error that means no result.
    """

    def __init__(
        self, reconciler: Reconciler, target: Target, budget: Budget, *, dry_run: bool
    ) -> None:
        if dry_run:
            reconciler = replace(reconciler, run_during=None)
        if target.again:
            policy = replace(reconciler.policy, again=True)
            reconciler = replace(reconciler, policy=policy)
        self.error: Exception | None = None
        self._reconciler, self._target, self._dry_run = reconciler, target, dry_run
        self._log, self._results = RunLog(budget=budget), Results(key=target.key)
        self._user_id = target.user_id

    def steps(self) -> Steps:
        """Yield the run's calls; an exception becomes a result, or the `error`."""
        try:
            text = yield from self._find_text()
            run = self._reconciler.start(text, self._log, self._results)
            run.profile.user_id, run.dry_run = self._user_id, self._dry_run
            try:
                yield from run.steps()
            finally:
                self._user_id = run.profile.user_id
        except Exception as error:  # noqa: BLE001 - other runs of a batch go on
            result = result_from_error(error)
            if result is None:
                self.error = error
                return
            fields = {**self._log.facts, **result.fields}
            self._results.fail(replace(result, fields=fields))

    def lines(self) -> list[ObjectResult]:
        """Return a result per object."""
        common = {"user_id": self._user_id} if self._user_id else {}
        return self._results.lines(common, self._log.times)

    def _find_text(self) -> Generator[Call, User, str]:
        """Return the text in the object keys that names the user."""
        pattern, user_id = self._reconciler.pattern, self._target.user_id
        if not user_id:
            return pattern.user_text(self._target.key)
        attributes = None
        if pattern.needs_attributes:
            attributes = (yield ReadCall(user_id)).standard_attributes
        text = pattern.text_of_user(user_id, attributes)
        if text is None:
            raise KeyIgnored(Reason.OBJECT_GONE, "no key can name this user")
        return text
