"""A reconciler that knows beforehand what becomes of each object."""

from __future__ import annotations

from outcome import Reason, Result
from storage.bucket import Bucket
from tests.fakes.clock import FakeClock


class FakeReconciler:
    """
    Returns or raises what a test has said, for each key or user id.

    Args:
        clock: Moves by a quarter of a second with each object.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.results: dict[str, Result | BaseException] = {}
        self.calls: list[tuple[str, str, float, bool]] = []
        self.user_calls: list[tuple[str, str, float]] = []

    def reconcile(
        self, bucket: Bucket, key: str, *, deadline: float, dry_run: bool
    ) -> Result:
        """Return the result of a key, or raise its error."""
        self.calls.append((bucket.name, key, deadline, dry_run))
        result = self._find_result(key)
        if isinstance(result, BaseException):
            raise result
        return result

    def reconcile_user(
        self, bucket: Bucket, user_id: str, *, deadline: float
    ) -> Result:
        """Return the result of a user, or raise its error."""
        self.user_calls.append((bucket.name, user_id, deadline))
        result = self._find_result(user_id)
        if isinstance(result, BaseException):
            raise result
        return result

    def _find_result(self, name: str) -> Result | BaseException:
        """Return what a test has said of a key or user id, a quarter second later."""
        self.clock.now += 0.25
        return self.results.get(name, Result(reason=Reason.PICTURE_SET))
