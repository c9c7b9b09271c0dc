"""A reconciler that knows beforehand what becomes of each object."""

from __future__ import annotations

from outcome import Reason, Result
from storage.bucket import Bucket
from tests.fakes.clock import FakeClock


class FakeReconciler:
    """
    Returns or raises what a test has said, for each key.

    Args:
        clock: Moves by a quarter of a second with each object.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.results: dict[str, Result | BaseException] = {}
        self.calls: list[tuple[str, str, float, bool]] = []

    def reconcile(
        self, bucket: Bucket, key: str, *, deadline: float, dry_run: bool
    ) -> Result:
        """Return the result of a key, or raise its error."""
        self.calls.append((bucket.name, key, deadline, dry_run))
        self.clock.now += 0.25
        result = self.results.get(key, Result(reason=Reason.PICTURE_SET))
        if isinstance(result, BaseException):
            raise result
        return result
