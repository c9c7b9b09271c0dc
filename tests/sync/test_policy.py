"""What the operator decides: removal, and pictures of the users' own."""

from __future__ import annotations

from outcome import Reason
from tests.sync.world import World


def test_own_picture_is_kept_if_only_empty_ones_are_filled() -> None:
    """With `if-empty` the user's own choice wins."""
    world = World(overwrite=False)
    world.authgear.users[world.user_id]["picture"] = "https://example.com/me.png"
    world.put("red")

    result = world.run()

    assert result.reason is Reason.KEEPS_OWN_PICTURE
    assert world.authgear.images == {}


def test_picture_chosen_meanwhile_is_kept_if_only_empty_ones_are_filled() -> None:
    """With `if-empty` the user's choice wins, also one made while ours was made."""
    world = World(overwrite=False)
    world.put("red")
    user = world.authgear.users[world.user_id]
    world.authgear.before["presign"] = lambda: user.update(picture="https://me.test/")

    result = world.run()

    assert result.reason is Reason.KEEPS_OWN_PICTURE
    assert user["picture"] == "https://me.test/"


def test_empty_picture_is_filled_if_only_empty_ones_are() -> None:
    """With `if-empty` a user without a picture gets one, and a second run is quiet."""
    world = World(overwrite=False)
    world.put("red")

    assert world.run().reason is Reason.PICTURE_SET
    assert world.run().reason is Reason.IN_SYNC


def test_own_picture_is_replaced_by_default() -> None:
    """With `always` the bucket wins."""
    world = World()
    world.authgear.users[world.user_id]["picture"] = "https://example.com/me.png"
    world.put("red")

    world.run()

    assert world.shown == "red"


def test_last_object_deleted_with_removal() -> None:
    """The picture goes, and all else stays."""
    world = World(remove_on_delete=True)
    world.put("red")
    before = dict(world.authgear.users[world.user_id])
    world.run()
    del world.s3.objects[world.key]

    result = world.run()

    assert result.reason is Reason.PICTURE_REMOVED
    assert world.authgear.users[world.user_id] == before


def test_removal_of_nothing_is_unchanged() -> None:
    """A user without object and picture needs no update."""
    world = World(remove_on_delete=True)

    assert world.run().reason is Reason.NO_PICTURE
    assert world.authgear.steps == ["read"]


def test_nothing_is_removed_if_only_empty_ones_are_filled() -> None:
    """With `if-empty` whatever the user has is the user's own."""
    world = World(remove_on_delete=True, overwrite=False)
    world.authgear.users[world.user_id]["picture"] = "https://example.com/me.png"

    assert world.run().reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_that_comes_during_removal_becomes_picture() -> None:
    """Removal observes again, too."""
    world = World(remove_on_delete=True)
    world.authgear.users[world.user_id]["picture"] = "https://example.com/me.png"
    world.authgear.before["update"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_bad_object_left_alone_keeps_the_picture() -> None:
    """Removal is for users without objects, not for those with a broken one."""
    world = World(remove_on_delete=True)
    world.put("red")
    world.run()
    world.s3.put(world.key, b"no picture at all")

    assert world.run().reason is Reason.NOT_A_PICTURE
    assert world.shown == "red"
