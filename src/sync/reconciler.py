"""Bring the pictures of users in sync with the bucket."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from authgear import AdminAPI, AuthgearError, Budget, User
from outcome import Reason
from storage.bucket import Bucket
from storage.key_pattern import KeyIgnored, KeyPattern

from .calls import Call
from .decide import Policy
from .errors import result_from_error
from .parallel import RunDuring
from .picture_job import MakePicture, PictureJob
from .results import ObjectResult, Results
from .run_log import RunLog
from .user_objects import UserObjects
from .user_profile import UserProfile
from .user_run import UserRun

# Seconds between two looks, or up to twice as many, so that runs do not keep step.
SETTLE = 0.5


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """
    Brings users' pictures in sync.

    Args:
        bucket: The bucket.

        pattern: How a key names a user.

        admin_api: Authgear.

        make_picture: Makes the picture of a file's bytes, within so many seconds.

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

            dry_run: Only tell what would be done.

            again: Look once more at objects that their tag settles.

        Returns:
            A result per object that something became of, the one of `key` first.
        """
        log, results = RunLog(budget=budget), Results(key=key)

        def start() -> UserRun:
            text = self.pattern.user_text(key)
            return self._start(text, log, results, dry_run=dry_run, again=again)

        return self._run(start, log, results)

    def reconcile_user(
        self,
        user_id: str,
        budget: Budget,
        *,
        dry_run: bool = False,
        again: bool = False,
    ) -> list[ObjectResult]:
        """
        Bring a user in sync with the bucket, whatever the key pattern.

        Args:
            user_id: The user's UUID.

            budget: As in `reconcile`, like the other arguments.

        Returns:
            A result per object that something became of; one with an empty key if the
            user has none.
        """
        log, results = RunLog(budget=budget), Results(key="")

        def start() -> UserRun:
            text = self._text_of_user(user_id, budget)
            run = self._start(text, log, results, dry_run=dry_run, again=again)
            run.profile.user_id = user_id
            return run

        return self._run(start, log, results)

    def _text_of_user(self, user_id: str, budget: Budget) -> str:
        """Return the text that the keys of a user's objects hold."""
        attributes = None
        if self.pattern.needs_attributes:
            user = self.admin_api.get_user(user_id, budget=budget)
            attributes = user.standard_attributes
        text = self.pattern.text_of_user(user_id, attributes)
        if text is None:
            raise KeyIgnored(Reason.OBJECT_GONE, "no key can name this user")
        return text

    def _run(
        self, start: Callable[[], UserRun], log: RunLog, results: Results
    ) -> list[ObjectResult]:
        """Run one user, and return what became of each object."""
        run: UserRun | None = None
        try:
            run = start()
            self._make_calls(run.steps(), log.budget)
        except Exception as error:
            result = result_from_error(error)
            if result is None:
                raise
            results.fail(replace(result, fields={**log.facts, **result.fields}))
        user_id = run.profile.user_id if run else ""
        return results.lines({"user_id": user_id} if user_id else {}, log.times)

    def _start(
        self, text: str, log: RunLog, results: Results, *, dry_run: bool, again: bool
    ) -> UserRun:
        """Prepare the run of the user whom a text names."""
        pattern = self.pattern
        objects = UserObjects(bucket=self.bucket, pattern=pattern, text=text, log=log)
        profile = UserProfile(
            admin_api=self.admin_api,
            placeholder=pattern.placeholder,
            text=text,
            log=log,
        )
        return UserRun(
            objects=objects,
            profile=profile,
            job=PictureJob(
                objects=objects,
                profile=profile,
                make_picture=self.make_picture,
                log=log,
                run_during=None if dry_run else self.run_during,
            ),
            policy=replace(self.policy, again=True) if again else self.policy,
            log=log,
            results=results,
            pause=lambda: SETTLE * (1 + self.share()),
            dry_run=dry_run,
        )

    def _make_calls(self, steps: Generator[Call, User, None], budget: Budget) -> None:
        """Make the calls of one run, one by one."""
        call = next(steps, None)
        while call is not None:
            try:
                user = call.make(self.admin_api, budget)
            except AuthgearError as error:
                call = _throw(steps, error)
            else:
                call = _send(steps, user)


def _send(steps: Generator[Call, User, None], user: User) -> Call | None:
    """Hand a run the answer to its call; return the next call."""
    try:
        return steps.send(user)
    except StopIteration:
        return None


def _throw(steps: Generator[Call, User, None], error: AuthgearError) -> Call | None:
    """Hand a run the error of its call; return the next call."""
    try:
        return steps.throw(error)
    except StopIteration:
        return None
