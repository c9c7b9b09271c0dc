"""A reconciler that knows beforehand the result of each object."""

from __future__ import annotations

from collections.abc import Sequence

from authgear import Budget
from outcome import Reason, Result
from sync.reconciler import Target
from sync.results import ObjectResult
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
        self.others: dict[str, list[ObjectResult]] = {}
        self.calls: list[tuple[str, Budget, bool]] = []
        self.user_calls: list[tuple[str, Budget]] = []

    def reconcile(
        self, key: str, budget: Budget, *, again: bool = False
    ) -> list[ObjectResult]:
        """Return the result of a key and of other objects, or raise its error."""
        self.calls.append((key, budget, again))
        first = ObjectResult(key=key, result=self._find_result(key))
        return [first, *self.others.get(key, [])]

    def reconcile_user(
        self, user_id: str, budget: Budget, *, again: bool = False
    ) -> list[ObjectResult]:
        """Return the result of a user, or raise its error."""
        self.user_calls.append((user_id, budget))
        return [ObjectResult(key="", result=self._find_result(user_id))]

    def reconcile_many(
        self, targets: Sequence[Target], budget: Budget
    ) -> list[list[ObjectResult] | Exception]:
        """Return the results of several users, or their errors."""
        found: list[list[ObjectResult] | Exception] = []
        for target in targets:
            try:
                if target.user_id:
                    found.append(self.reconcile_user(target.user_id, budget))
                else:
                    again = target.again
                    found.append(self.reconcile(target.key, budget, again=again))
            except Exception as error:  # noqa: BLE001 - as the real one
                found.append(error)
        return found

    def _find_result(self, name: str) -> Result:
        """Return what a test has said of a key or user id, a quarter second later."""
        self.clock.now += 0.25
        result = self.results.get(name, Result(reason=Reason.PICTURE_SET))
        if isinstance(result, BaseException):
            raise result
        return result
