"""Updates that are lost, late, refused or changed by a hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from authgear import to_node_id
from outcome import Outcome, Reason
from settings import Overwrite
from sync.reconciler import SETTLE
from sync.user_run import ATTEMPTS
from tests.fakes.authgear_server import (
    ENDPOINT,
    Fault,
    answered,
    dropped_after,
    dropped_before,
    timed_out,
)
from tests.fakes.transport import answer
from tests.sync.world import World


def graphql_error(name: str, reason: str) -> dict[str, Any]:
    """Return the body of a GraphQL answer that failed."""
    extensions = {"errorName": name, "reason": reason}
    return {"data": None, "errors": [{"message": "no", "extensions": extensions}]}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (dropped_after, Reason.AUTHGEAR_UNREACHABLE),
        (timed_out, Reason.AUTHGEAR_TIMEOUT),
        (dropped_before, Reason.AUTHGEAR_UNREACHABLE),
        (answered({}, 502), Reason.AUTHGEAR_UNAVAILABLE),
    ],
    ids=["dropped-after", "timed-out", "dropped-before", "502"],
)
@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_update_without_answer_is_looked_at_again(
    fault: Fault, reason: Reason, overwrite: Overwrite
) -> None:
    """The picture is set, by one upload; the run fails, so that another looks again."""
    world = World(overwrite=overwrite)
    world.put("red")
    world.authgear.fail("update", fault)

    assert world.run().reason is reason

    assert world.shown == "red"
    assert world.run().reason is Reason.IN_SYNC
    assert world.authgear.steps.count("upload") == 1


def test_update_that_is_committed_late_is_mended_by_the_next_run() -> None:
    """An older update without an answer may bring the older picture back."""
    world = World()
    world.put("red")
    late: list[Callable[[], Any]] = []

    def hang(work: Callable[[], Any]) -> Any:
        late.append(work)
        raise requests.ReadTimeout(ENDPOINT)

    world.authgear.fail("update", hang)
    world.authgear.before["update"] = lambda: world.put("blue")

    assert world.run().outcome is Outcome.FAILED
    late[0]()
    assert world.shown == "red"

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "blue"
    assert world.authgear.steps.count("upload") == 2


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_hook_that_is_down_for_a_day_costs_one_upload(overwrite: Overwrite) -> None:
    """Each try takes up the image that the sync tag names."""
    world = World(overwrite=overwrite)
    world.put("red")
    down = graphql_error("InternalError", "HookDeliveryTimeout")
    world.authgear.fail("update", *[answered(down)] * 99 * ATTEMPTS)

    for _ in range(99):
        assert world.run().outcome is Outcome.FAILED
    world.authgear.faults.clear()

    assert world.run().reason is Reason.PICTURE_SET
    assert len(world.authgear.images) == 1


def test_update_is_made_again_when_authgear_asked_for_it() -> None:
    """The pause that an answer names is kept before the next round."""
    world = World()
    world.put("red")
    busy = answer({}, 503, {"Retry-After": "7"})
    world.authgear.fail("update", lambda _: busy)

    assert world.run().reason is Reason.AUTHGEAR_UNAVAILABLE
    assert world.clock.slept == [7]
    assert world.shown == "red"


def test_rate_limit_of_an_update_counts_against_the_longest_wait() -> None:
    """A direct invocation waits ten seconds for a rate limit, for all its requests."""
    world = World()
    world.put("red")
    busy = answer({}, 429, {"Retry-After": "60"})
    world.authgear.fail("update", lambda _: busy)

    assert world.run(max_wait=10).reason is Reason.AUTHGEAR_RATE_LIMITED
    assert sum(world.clock.slept) <= 10


def test_update_that_was_not_committed_is_made_again() -> None:
    """A 200 can be untrue: the read after it decides."""
    world = World()
    world.put("red")
    world.authgear.fail("update", world.commit_fails)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 1
    assert world.authgear.steps.count("update") == 2


def test_update_that_shows_late_is_waited_for() -> None:
    """A read that does not show the write yet is not taken for another writer."""
    world = World()
    world.put("red")

    def not_yet(work: Callable[[], Any]) -> Any:
        picture = world.authgear.users[world.user_id].pop("picture")
        response = work()
        world.authgear.users[world.user_id]["picture"] = picture
        return response

    world.authgear.fail("read", None, not_yet)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.authgear.steps.count("update") == 1
    assert world.clock.slept == [SETTLE * 1.5]


def test_removal_that_was_not_committed_is_made_again() -> None:
    """A picture taken away is looked for as one that was set."""
    world = World(remove_on_delete=True)
    world.put("red")
    world.run()
    world.s3.delete(world.key)
    world.authgear.steps.clear()
    world.authgear.fail("update", world.commit_fails)

    result = world.run()

    assert result.reason is Reason.PICTURE_REMOVED
    assert "picture" not in world.authgear.users[world.user_id]
    assert world.authgear.steps.count("update") == 2


def test_edit_during_a_slow_upload_is_not_undone() -> None:
    """Attributes read too long ago are read again before they are written."""
    world = World()
    world.put("red")

    def slow(work: Callable[[], Any]) -> Any:
        world.clock.sleep(5)
        world.authgear.users[world.user_id]["name"] = "Ada Lovelace"
        return work()

    world.authgear.fail("upload", slow)

    world.run()

    assert world.authgear.users[world.user_id]["name"] == "Ada Lovelace"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (("Invalid", "ValidationFailed"), Reason.ATTRIBUTES_INVALID),
        (("Forbidden", "HookDisallowed"), Reason.DENIED_BY_HOOK),
        (("NotFound", "UserNotFound"), Reason.UNKNOWN_USER),
        (("Invalid", "UserIsAnonymized"), Reason.ANONYMIZED_USER),
        (("Invalid", "SomethingElse"), Reason.REFUSED_BY_AUTHGEAR),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_refused_update_is_rejected_at_once(
    error: tuple[str, str], reason: Reason
) -> None:
    """An update that can never work is tried once."""
    world = World()
    world.put("red")
    world.authgear.fail("update", answered(graphql_error(*error)))

    result = world.run()

    assert result.reason is reason
    assert world.authgear.steps.count("update") == 1


def test_picture_replaced_by_a_hook_is_rejected() -> None:
    """An update's own answer without our picture is final."""
    world = World()
    world.put("red")

    def hook(work: Callable[[], Any]) -> Any:
        work()
        node = {
            "id": to_node_id(world.user_id),
            "standardAttributes": {"picture": "https://example.com/hook.png"},
        }
        return answer({"data": {"updateUser": {"user": node}}})

    world.authgear.fail("update", hook)

    assert world.run().reason is Reason.PICTURE_NOT_KEPT
    assert world.authgear.steps.count("update") == 1


def test_attribute_changed_by_a_hook_is_named() -> None:
    """The log has the name, and nothing has the value."""
    world = World()
    world.put("red")

    def hook(work: Callable[[], Any]) -> Any:
        work()
        world.authgear.users[world.user_id]["nickname"] = "changed by a hook"
        node = {
            "id": to_node_id(world.user_id),
            "standardAttributes": world.authgear.users[world.user_id],
        }
        return answer({"data": {"updateUser": {"user": node}}})

    world.authgear.fail("update", hook)

    result = world.run()

    assert result.fields["attributes_changed"] == ["nickname"]
    assert "changed by a hook" not in repr(result)
