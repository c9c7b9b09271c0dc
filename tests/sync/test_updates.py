"""Updates that are lost, late, refused or changed by a hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from authgear import to_node_id
from outcome import Reason
from sync.reconciler import SETTLE
from tests.fakes.authgear_server import (
    ENDPOINT,
    Fault,
    answered,
    dropped_after,
    dropped_before,
    timed_out,
)
from tests.fakes.transport import answer
from tests.sync.world import UNKNOWN_ID, World


def graphql_error(name: str, reason: str) -> dict[str, Any]:
    """Return the body of a GraphQL answer that failed."""
    extensions = {"errorName": name, "reason": reason}
    return {"data": None, "errors": [{"message": "no", "extensions": extensions}]}


@pytest.mark.parametrize(
    "fault",
    [dropped_after, timed_out, dropped_before, answered({}, 502)],
    ids=["dropped-after", "timed-out", "dropped-before", "502"],
)
@pytest.mark.parametrize("overwrite", [True, False], ids=["always", "if-empty"])
def test_update_without_answer_is_looked_at_again(
    fault: Fault, overwrite: bool
) -> None:
    """Whether it was done or not, one upload is enough; it is not the user's own."""
    world = World(overwrite=overwrite)
    world.put("red")
    world.authgear.fail("update", fault)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 1


def test_update_is_made_again_when_authgear_asked_for_it() -> None:
    """The pause that an answer names is kept before the next round."""
    world = World()
    world.put("red")
    busy = answer({}, 503, {"Retry-After": "7"})
    world.authgear.fail("update", lambda _: busy)

    assert world.run().reason is Reason.PICTURE_SET
    assert world.clock.slept == [7]


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
    """An answer can come before the write can be read: that is no other writer."""
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


@pytest.mark.parametrize(
    "picture",
    [f"{ENDPOINT}/_images/demo/{UNKNOWN_ID}/profile", "https://example.com/me.png"],
    ids=["image", "elsewhere"],
)
def test_removal_that_was_not_committed_is_made_again(picture: str) -> None:
    """A picture taken away is looked for as one that was set, wherever it lies."""
    world = World(remove_on_delete=True)
    world.authgear.users[world.user_id]["picture"] = picture
    world.authgear.fail("update", world.commit_fails)

    result = world.run()

    assert result.reason is Reason.PICTURE_REMOVED
    assert "picture" not in world.authgear.users[world.user_id]
    assert world.authgear.steps.count("update") == 2


def test_update_is_believed_without_the_read_after() -> None:
    """One setting saves the read, and with it what it would have found."""
    world = World(verify_update=False)
    world.put("red")

    world.run()

    assert world.authgear.steps == ["presign", "read", "upload", "update"]


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
    """What can never work is tried once."""
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
    """Its name stands in the log, its value nowhere."""
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
