"""A reconciler that knows beforehand what becomes of each object."""

from __future__ import annotations

from authgear import Budget
from outcome import Reason, Result
from sync.results import ObjectResult
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
        self.others: dict[str, list[ObjectResult]] = {}
        self.calls: list[tuple[str, Budget, bool]] = []

    def reconcile(
        self, key: str, budget: Budget, *, dry_run: bool = False
    ) -> list[ObjectResult]:
        """Return the result of a key and of other objects, or raise its error."""
        self.calls.append((key, budget, dry_run))
        self.clock.now += 0.25
        result = self.results.get(key, Result(reason=Reason.PICTURE_SET))
        if isinstance(result, BaseException):
            raise result
        first = ObjectResult(key=key, result=result)
        return [first, *self.others.get(key, [])]
