"""S3 and Authgear as an invocation meets them that stops at each of its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests
from botocore.exceptions import EndpointConnectionError

from authgear import to_user_id
from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3, client_error
from tests.fakes.transport import answer
from tests.simulation.tasks import Fault, Task, stop

T = TypeVar("T")

READ_TIMEOUT = 20.0  # seconds
LOST = EndpointConnectionError(endpoint_url="https://s3.test")


class Trouble:
    """Counts what was done to the calls, and to attributes that others write."""

    def __init__(self) -> None:
        self.faults = 0
        self.overwritten_edits = 0


class SteppedS3(FakeS3):
    """
    A bucket whose every call stops before and after the work.

    Args:
        trouble: Where faults are counted.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def paginate(self, **options: Any) -> Iterator[dict[str, Any]]:
        """List, in one step."""
        yield from self._step(lambda: list(super(SteppedS3, self).paginate(**options)))

    def get_object(self, **options: Any) -> dict[str, Any]:
        """Return an object's bytes."""
        return self._step(lambda: super(SteppedS3, self).get_object(**options))

    def get_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Return an object's tags."""
        return self._step(lambda: super(SteppedS3, self).get_object_tagging(**options))

    def put_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Replace an object's tags."""
        return self._step(lambda: super(SteppedS3, self).put_object_tagging(**options))

    def _step(self, work: Callable[[], T]) -> T:
        """Do the work between two stops, unless a fault keeps it from being done."""
        fault = stop()
        self._trouble.faults += fault is not None
        if fault in (Fault.ERROR, Fault.RATE_LIMITED):
            raise client_error("SlowDown")
        if fault in (Fault.REQUEST_LOST, Fault.TIMEOUT_UNDONE):
            raise LOST
        done = work()
        stop()
        if fault in (Fault.ANSWER_LOST, Fault.TIMEOUT_DONE):
            raise LOST
        return done


class SteppedAuthgear(FakeAuthgear):
    """
    Users whose every call stops before and after the work.

    It checks that each update sends what the same invocation has read last.

    Args:
        clock: Moves on while a call times out.

        trouble: Where faults are counted.
    """

    def __init__(self, clock: FakeClock, trouble: Trouble) -> None:
        super().__init__()
        self.running: Task | None = None
        self.uploads: list[tuple[Task | None, str]] = []
        self.truth: dict[str, dict[str, Any]] = {}
        self._clock = clock
        self._trouble = trouble
        self._edits: dict[str, int] = {}
        self._readings: dict[Task | None, tuple[int, dict[str, Any]]] = {}

    def add_user(self, user_id: str = "", **attributes: Any) -> str:
        """Create a user."""
        user_id = super().add_user(user_id, **attributes)
        self._note(user_id)
        return user_id

    def edit(self, user_id: str, **attributes: Any) -> None:
        """Change attributes, as the user himself may at any time."""
        self.users[user_id] |= attributes
        self._note(user_id)

    def _handle(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request between two stops, unless a fault prevents it."""
        step, work = self._route(request)
        fault = stop()
        self._trouble.faults += fault is not None
        self.steps.append(step)
        if fault is Fault.REQUEST_LOST:
            raise requests.ConnectionError
        if fault is Fault.ERROR:
            return answer("", 502)
        if fault is Fault.RATE_LIMITED:
            return answer({}, 429, {"Retry-After": "1"})
        if fault is Fault.TIMEOUT_UNDONE:
            self._time_out()
        done = self._do(step, work, fault)
        stop()
        if fault is Fault.ANSWER_LOST:
            raise requests.ConnectionError
        if fault is Fault.TIMEOUT_DONE:
            self._time_out()
        return done

    def _do(
        self, step: str, work: Callable[[], requests.Response], fault: Fault | None
    ) -> requests.Response:
        """Do the work of a request; an update may not last, or meet a hook."""
        before = {user_id: dict(user) for user_id, user in self.users.items()}
        truth = dict(self.truth)
        done = work()
        if step == "update" and fault is Fault.UNCOMMITTED:
            self.users, self.truth = before, truth
        if step == "update" and fault is Fault.HOOK:
            changed = next(u for u in self.users if self.users[u] != before.get(u))
            self.edit(changed, nickname=f"hook at {self._clock.now}")
        return done

    def _time_out(self) -> None:
        """Let the client wait for nothing."""
        stop()
        self._clock.now += READ_TIMEOUT
        raise requests.ReadTimeout

    def _upload(
        self, path: str, request: requests.PreparedRequest
    ) -> requests.Response:
        """Store an image; remember who did."""
        self.uploads.append((self.running, path.split("/")[-1]))
        return super()._upload(path, request)

    def _read(self, node_id: str) -> requests.Response:
        """Show a user; remember what the invocation has seen."""
        user_id = to_user_id(node_id)
        if user_id in self.users:
            seen = self._edits[user_id], _others(self.users[user_id])
            self._readings[self.running] = seen
        return super()._read(node_id)

    def _update(self, update: dict[str, Any]) -> requests.Response:
        """Replace all attributes; they must be those that were read."""
        user_id = to_user_id(update["userID"]) or ""
        version, read = self._readings[self.running]
        assert _others(update["standardAttributes"]) == read
        if version == self._edits[user_id]:
            assert read == self.truth[user_id]
            return super()._update(update)
        self._trouble.overwritten_edits += 1
        done = super()._update(update)
        self._note(user_id)
        return done

    def _note(self, user_id: str) -> None:
        """Note an edit, and what all attributes but the picture are from now on."""
        self._edits[user_id] = self._edits.get(user_id, 0) + 1
        self.truth[user_id] = _others(self.users[user_id])


def _others(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return all attributes but the picture."""
    return {name: value for name, value in attributes.items() if name != "picture"}
