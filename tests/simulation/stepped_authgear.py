"""Authgear as an invocation meets it that stops at each of its calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import requests

from authgear import to_user_id
from authgear.user import STALE
from settings import Overwrite
from tests.fakes.clock import FakeClock
from tests.fakes.transport import answer
from tests.simulation.authgear_users import AuthgearUsers, others
from tests.simulation.tasks import Fault, Task, Trouble, stop

READ_TIMEOUT = 20.0  # seconds


class Hook(StrEnum):
    """The effect of the project's blocking hook while it is set."""

    ALLOWS = "allows"
    DENIES = "denies"
    FAILS = "fails"
    DROPS_PICTURE = "drops-picture"
    CHANGES = "changes"
    INVALID = "invalid"  # an attribute of the user, in truth


# Authgear's answers (contract: hook.deny, hook.timeout, gql.update).
ERRORS = {
    Hook.DENIES: {"errorName": "Forbidden", "reason": "HookDisallowed"},
    Hook.FAILS: {"errorName": "InternalError", "reason": "HookDeliveryTimeout"},
    Hook.INVALID: {"errorName": "Invalid", "reason": "ValidationFailed"},
}
FINAL = {Hook.DENIES, Hook.DROPS_PICTURE, Hook.INVALID}


class Reading(NamedTuple):
    """
    What an invocation has read of a user.

    Args:
        edits: How often the user's attributes had been edited.

        attributes: All of them.

        at: When.
    """

    edits: int
    attributes: dict[str, Any]
    at: float


class SteppedAuthgear(AuthgearUsers):
    """
    Users whose every call stops before and after the work.

    It checks that each update sends what the same invocation has read last, not too
    long ago, and that no policy is broken.

    Args:
        clock: Moves on while a call times out.

        trouble: Where faults are counted.

        overwrite: Which picture wins.
    """

    def __init__(
        self, clock: FakeClock, trouble: Trouble, overwrite: Overwrite
    ) -> None:
        super().__init__()
        self.running: Task | None = None
        self.hook = Hook.ALLOWS
        self.uploads: list[str] = []  # the ids of users
        self.windows: list[float] = []
        self.late: list[Callable[[], object]] = []
        # User and picture -> refused for good, once at least.
        self.refused: set[tuple[str, object]] = set()
        self.shown_before: dict[str, set[object]] = {}
        self._clock = clock
        self._overwrite = overwrite
        self._trouble = trouble
        self._readings: dict[tuple[Task | None, str], Reading] = {}

    def commit(self, index: int = 0) -> None:
        """Commit one of the updates that nobody waits for any more."""
        self.running = None
        self.late.pop(index % len(self.late))()

    def _handle(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request between two stops, unless a fault prevents it."""
        step, work = self._route(request)
        task = self.running
        assert not (task and task.dry_run and step in ("update", "upload"))
        fault = stop()
        self._trouble.faults += fault is not None
        self.steps.append(step)
        failed = step == "update" and fault is not None
        self._trouble.failed_updates += failed
        refusal = self._refuse(step, fault)
        if refusal is not None:
            return refusal
        done = self._do(step, work, fault)
        stop()
        if fault is Fault.ANSWER_LOST:
            raise requests.ConnectionError
        if fault is Fault.TIMEOUT_DONE:
            self._time_out()
        return done

    def _refuse(self, step: str, fault: Fault | None) -> requests.Response | None:
        """Do nothing and answer, or do not answer, if that is the fault."""
        if fault is Fault.REQUEST_LOST:
            raise requests.ConnectionError
        if fault is Fault.TIMEOUT_UNDONE:
            self._time_out()
        if fault is Fault.ERROR:
            return answer("", 502)
        if fault is Fault.RATE_LIMITED:
            return answer({}, 429, {"Retry-After": "0"})
        if fault is Fault.SILENCED:
            return answer({}, 429, {"Retry-After": "999999"})
        if fault is Fault.FORBIDDEN:
            return answer("", 403)
        return None

    def _do(
        self, step: str, work: Callable[[], requests.Response], fault: Fault | None
    ) -> requests.Response:
        """Do the work of a request; an update may be done later, or not last."""
        if fault is Fault.DONE_LATER and step in ("update", "upload"):
            self.late.append(work)
            self._time_out()
        if fault is not Fault.UNCOMMITTED or step != "update":
            return work()
        before = {user_id: dict(user) for user_id, user in self.users.items()}
        truth, removed = dict(self.truth), dict(self.removed)
        done = work()
        self.users, self.truth, self.removed = before, truth, removed
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
        if self.running:
            self.uploads.append(self.running.key)
            self.running.uploads.add(path.split("/")[-1])
        return super()._upload(path, request)

    def _read(self, node_id: str) -> requests.Response:
        """Show a user; remember what the invocation has seen."""
        self._remember(node_id)
        return super()._read(node_id)

    def _read_many(self, node_ids: list[str]) -> requests.Response:
        """Show users; remember what the invocation has seen."""
        for node_id in node_ids:
            self._remember(node_id)
        return super()._read_many(node_ids)

    def _remember(self, node_id: str) -> None:
        """Remember what the running invocation sees of a user now."""
        user_id = to_user_id(node_id)
        if user_id in self.users:
            attributes = dict(self.users[user_id])
            reading = Reading(self.edits[user_id], attributes, self._clock.now)
            self._readings[self.running, user_id] = reading

    def _route(
        self, request: requests.PreparedRequest
    ) -> tuple[str, Callable[[], requests.Response]]:
        """Return a request's step, and its work; an update's may be done much later."""
        step, work = super()._route(request)
        if step != "update":
            return step, work
        task = self.running
        variables = json.loads(request.body or b"{}")["variables"]
        updates = {name.replace("v", "m"): it for name, it in variables.items()}
        readings = {}
        for update in updates.values():
            user_id = to_user_id(update["userID"]) or ""
            readings[user_id] = self._readings[task, user_id]
            # Nothing that was read long ago is ever written.
            assert self._clock.now - readings[user_id].at <= STALE
        return step, lambda: self._update_all(task, readings, updates)

    def _update_all(
        self,
        task: Task | None,
        readings: dict[str, Reading],
        updates: dict[str, dict[str, Any]],
    ) -> requests.Response:
        """Update users; none of them if the hook does not let one pass."""
        data = {}
        for alias, update in updates.items():
            user_id = to_user_id(update["userID"]) or ""
            new, read = update["standardAttributes"], readings[user_id]
            assert others(new) == others(read.attributes)
            self._check_policy(task, read.attributes.get("picture"), new.get("picture"))
            if self.hook in ERRORS:
                self._note_refusal(user_id, new.get("picture"))
                alias = "updateUser" if alias == "input" else alias
                error = {"path": [alias], "extensions": ERRORS[self.hook]}
                return answer({"data": None, "errors": [error]})
        for alias, update in updates.items():
            alias = "updateUser" if alias == "input" else alias
            data[alias] = {"user": self._update_one(update, readings)}
        return answer({"data": data})

    def _update_one(
        self, update: dict[str, Any], readings: dict[str, Reading]
    ) -> dict[str, Any]:
        """Replace all attributes of a user; they must be those that were read."""
        user_id = to_user_id(update["userID"]) or ""
        read = readings[user_id]
        is_edited = read.edits != self.edits[user_id]
        if not is_edited:
            assert others(read.attributes) == self.truth[user_id]
        self._trouble.overwritten_edits += is_edited
        self.windows.append(self._clock.now - read.at)
        before = self.shown(user_id)
        self._store(update)
        picture = self.users[user_id].get("picture")
        self.removed.pop(user_id, None)
        if before is not None and not picture:
            self.removed[user_id] = before  # nobody can tell this from a user, later on
        if self.hook is Hook.CHANGES:
            self.users[user_id]["nickname"] = f"hook at {self._clock.now}"
        if self.hook is Hook.DROPS_PICTURE and picture:
            self.users[user_id].pop("picture")
            self._note_refusal(user_id, picture)
            if before is not None:
                self.removed[user_id] = before  # nor this
        if is_edited or self.hook is Hook.CHANGES:
            self.note(user_id)
        source = self.source(self.shown(user_id))
        self.shown_before.setdefault(user_id, set()).add(source)
        return self._node(user_id)

    def _check_policy(
        self, task: Task | None, before: str | None, after: str | None
    ) -> None:
        """Check that an update replaces or removes only what it may."""
        if before is None:
            return
        is_own = self.source(self.image(before)) is None
        if task and before.split("/")[-2] in task.uploads:
            return  # this very run has set it
        if after is None or self._overwrite is Overwrite.KEEP_OWN:
            assert not is_own, "the user's own picture is gone"
        if after is not None:
            assert self._overwrite is not Overwrite.IF_EMPTY, "a picture is replaced"

    def _note_refusal(self, user_id: str, url: str | None) -> None:
        """Note what is refused: for good, if nothing brings it about by another try."""
        self._trouble.failed_updates += 1
        if self.hook in FINAL:
            picture = self.image(url) if url else None
            self.refused.add((user_id, self.source(picture)))
