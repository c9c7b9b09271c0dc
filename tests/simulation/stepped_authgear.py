"""Authgear as an invocation meets it that stops at each of its calls."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import requests

from authgear import to_user_id
from sync.decide import Policy
from sync.user_profile import STALE
from tests.fakes.authgear_server import ENDPOINT, FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import APP_ID
from tests.fakes.transport import answer
from tests.simulation.tasks import Fault, Task, Trouble, stop

READ_TIMEOUT = 20.0  # seconds
# What the project's blocking hook may make of an update -> Authgear's answer
# (contract: hook.deny, hook.timeout).
HOOK_ERRORS = {
    Fault.HOOK_DENIES: {"errorName": "Forbidden", "reason": "HookDisallowed"},
    Fault.HOOK_TIMES_OUT: {
        "errorName": "InternalError",
        "reason": "HookDeliveryTimeout",
    },
}


class SteppedAuthgear(FakeAuthgear):
    """
    Users whose every call stops before and after the work.

    It checks that each update sends what the same invocation has read last.

    Args:
        clock: Moves on while a call times out.

        trouble: Where faults are counted.

        policy: What the operator has decided about updates.
    """

    def __init__(self, clock: FakeClock, trouble: Trouble, policy: Policy) -> None:
        super().__init__()
        self.running: Task | None = None
        self.uploads: list[tuple[Task | None, str]] = []
        self.truth: dict[str, dict[str, Any]] = {}
        self.windows: list[float] = []
        self._clock = clock
        self._policy = policy
        self._trouble = trouble
        self._edits: dict[str, int] = {}
        self._readings: dict[Task | None, tuple[int, dict[str, Any], bool]] = {}
        self._read_at: dict[Task | None, float] = {}
        self._hook: Fault | None = None

    def add_user(self, user_id: str = "", **attributes: Any) -> str:
        """Create a user."""
        user_id = super().add_user(user_id, **attributes)
        self._note(user_id)
        return user_id

    def edit(self, user_id: str, **attributes: Any) -> None:
        """Change attributes, as the user himself may at any time."""
        self.users[user_id] |= attributes
        self._note(user_id)

    def set_own_picture(self, user_id: str, data: bytes) -> None:
        """Let the user choose a picture, as he may at any time."""
        image_id = str(uuid.uuid4())
        self.images[image_id] = data
        self.edit(user_id, picture=f"{ENDPOINT}/_images/{APP_ID}/{image_id}/profile")

    def _handle(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request between two stops, unless a fault prevents it."""
        step, work = self._route(request)
        if step == "update":
            # Nothing that was read long ago is ever written.
            assert self._clock.now - self._read_at[self.running] <= STALE
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
        if step == "read":
            self._read_at[self.running] = self._clock.now
        if fault is Fault.ANSWER_LOST:
            raise requests.ConnectionError
        if fault is Fault.TIMEOUT_DONE:
            self._time_out()
        return done

    def _do(
        self, step: str, work: Callable[[], requests.Response], fault: Fault | None
    ) -> requests.Response:
        """Do the work of a request; an update may not last, or meet a hook."""
        if step != "update":
            return work()
        if fault in HOOK_ERRORS:
            self._refused(fault)
            return answer({"errors": [{"extensions": HOOK_ERRORS[fault]}]})
        before = {user_id: dict(user) for user_id, user in self.users.items()}
        truth = dict(self.truth)
        self._hook = fault
        done = work()
        if fault is Fault.UNCOMMITTED and self._policy.verify_update:
            self.users, self.truth = before, truth
        return done

    def _refused(self, fault: Fault | None) -> None:
        """Note what is final: nothing is to bring it about by another try."""
        final = fault in (Fault.HOOK_DENIES, Fault.HOOK_DROPS_PICTURE)
        if final and self.running:
            self.running.refused = True

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
            others = _others(self.users[user_id])
            has_picture = "picture" in self.users[user_id]
            seen = self._edits[user_id], others, has_picture
            self._readings[self.running] = seen
        return super()._read(node_id)

    def _update(self, update: dict[str, Any]) -> requests.Response:
        """Replace all attributes; they must be those that were read."""
        user_id = to_user_id(update["userID"]) or ""
        version, read, has_picture = self._readings[self.running]
        assert _others(update["standardAttributes"]) == read
        self.windows.append(self._clock.now - self._read_at[self.running])
        # Who keeps users' own pictures replaces none that was read.
        assert self._policy.overwrite or not has_picture
        if version == self._edits[user_id]:
            assert read == self.truth[user_id]
        else:
            self._trouble.overwritten_edits += 1
        super()._update(update)
        if self._hook is Fault.HOOK_CHANGES:
            self.users[user_id]["nickname"] = f"hook at {self._clock.now}"
        sets_picture = "picture" in update["standardAttributes"]
        if self._hook is Fault.HOOK_DROPS_PICTURE and sets_picture:
            self.users[user_id].pop("picture", None)
            self._refused(self._hook)
        if version != self._edits[user_id] or self._hook is Fault.HOOK_CHANGES:
            self._note(user_id)
        return answer({"data": {"updateUser": {"user": self._node(user_id)}}})

    def _note(self, user_id: str) -> None:
        """Note an edit, and what all attributes but the picture are from now on."""
        self._edits[user_id] = self._edits.get(user_id, 0) + 1
        self.truth[user_id] = _others(self.users[user_id])


def _others(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return all attributes but the picture."""
    return {name: value for name, value in attributes.items() if name != "picture"}
