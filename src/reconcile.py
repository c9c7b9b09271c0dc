"""Bring one user's picture in step with the bucket."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from authgear import AdminAPI
from background import Meanwhile, later
from bucket import Bucket
from journal import Journal
from object_key import KeyPattern
from outcome import Result
from picture import FindFocus, PictureSpec
from rounds import Policy, Rounds
from user_objects import UserObjects
from user_profile import UserProfile
from verdict import explain

# Seconds between two looks, or up to twice as many, so that runs do not keep step.
SETTLE = 0.5


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """
    Brings users' pictures in step.

    Args:
        pattern: How a key names a user.

        admin_api: Authgear.

        spec: What picture is made.

        policy: What the operator decides.

        find_focus: Tells where to cut a picture, if the spec alone does not.

        clock: Monotonic seconds; the same as the connection's.

        sleep: Waits for so many seconds.

        share: A random number from 0 to 1.

        meanwhile: Lets work go on during a block.
    """

    pattern: KeyPattern
    admin_api: AdminAPI
    spec: PictureSpec
    policy: Policy
    find_focus: FindFocus | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random
    meanwhile: Meanwhile = later

    def reconcile(
        self, bucket: Bucket, key: str, *, deadline: float, dry_run: bool = False
    ) -> Result:
        """
        Bring the user of an object in step with the bucket.

        Args:
            bucket: Where the object is, or was.

            key: The decoded object key; what happened to it does not matter.

            deadline: The moment by which to give up.

            dry_run: Only tell what would be done.

        Returns:
            What became of this very object.
        """
        journal = Journal(deadline=deadline, clock=self.clock, sleep=self.sleep)
        try:
            policy = replace(self.policy, dry_run=dry_run)
            result = self._settle(bucket, key, journal, policy)
        except Exception as error:
            found = explain(error)
            if found is None:
                raise
            result = found
        return replace(result, fields=journal.facts | result.fields)

    def _settle(
        self, bucket: Bucket, key: str, journal: Journal, policy: Policy
    ) -> Result:
        """Find out whose object it is, and go round for that user."""
        text = self.pattern.user_text(key)
        rounds = Rounds(
            key=key,
            spec=self.spec,
            find_focus=self.find_focus,
            policy=policy,
            journal=journal,
            pause=lambda: SETTLE * (1 + self.share()),
            meanwhile=self.meanwhile,
            objects=UserObjects(
                bucket=bucket,
                pattern=self.pattern,
                text=text,
                journal=journal,
                tagged=policy.remember,
            ),
            profile=UserProfile(
                admin_api=self.admin_api,
                placeholder=self.pattern.placeholder,
                text=text,
                journal=journal,
            ),
        )
        return rounds.settle()
