"""Bring one user's picture in sync with the bucket."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from authgear import AdminAPI
from outcome import Result
from pictures.model import MakePicture, PictureSpec
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern

from .errors import result_from_error
from .parallel import RunDuring, run_inline
from .reconcile_loop import Policy, ReconcileLoop
from .run_log import RunLog
from .user_objects import UserObjects
from .user_profile import UserProfile

# Seconds between two looks, or up to twice as many, so that runs do not keep step.
SETTLE = 0.5


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """
    Brings users' pictures in sync.

    Args:
        pattern: How a key names a user.

        admin_api: Authgear.

        spec: What picture is made.

        policy: What the operator decides.

        make_picture: Makes the picture of a file.

        clock: Monotonic seconds; the same as the connection's.

        sleep: Waits for so many seconds.

        share: A random number from 0 to 1.

        run_during: Lets work go on during a block.
    """

    pattern: KeyPattern
    admin_api: AdminAPI
    spec: PictureSpec
    policy: Policy
    make_picture: MakePicture
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = random.random
    run_during: RunDuring = run_inline

    def reconcile(
        self, bucket: Bucket, key: str, *, deadline: float, dry_run: bool = False
    ) -> Result:
        """
        Bring the user of an object in sync with the bucket.

        Args:
            bucket: Where the object is, or was.

            key: The decoded object key; what happened to it does not matter.

            deadline: The moment by which to give up.

            dry_run: Only tell what would be done.

        Returns:
            What became of this very object.
        """
        run_log = RunLog(deadline=deadline, clock=self.clock, sleep=self.sleep)
        try:
            policy = replace(self.policy, dry_run=dry_run)
            result = self._settle(bucket, key, run_log, policy)
        except Exception as error:
            found = result_from_error(error)
            if found is None:
                raise
            result = found
        return replace(result, fields=run_log.facts | result.fields)

    def _settle(
        self, bucket: Bucket, key: str, run_log: RunLog, policy: Policy
    ) -> Result:
        """Find out whose object it is, and go round for that user."""
        text = self.pattern.user_text(key)
        loop = ReconcileLoop(
            key=key,
            spec=self.spec,
            make_picture=self.make_picture,
            policy=policy,
            run_log=run_log,
            pause=lambda: SETTLE * (1 + self.share()),
            run_during=self.run_during,
            objects=UserObjects(
                bucket=bucket,
                pattern=self.pattern,
                text=text,
                run_log=run_log,
                tagged=policy.remember,
            ),
            profile=UserProfile(
                admin_api=self.admin_api,
                placeholder=self.pattern.placeholder,
                text=text,
                run_log=run_log,
            ),
        )
        return loop.run()
