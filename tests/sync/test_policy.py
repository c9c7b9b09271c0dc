"""The operator's choices: removal, and pictures of the users' own."""

from __future__ import annotations

from typing import Any

import pytest

from outcome import Reason
from settings import Overwrite
from tests.sync.world import World

OWN = "https://example.com/me.png"
KEEPING = pytest.mark.parametrize(
    "overwrite", [Overwrite.KEEP_OWN, Overwrite.IF_EMPTY], ids=str
)


def synced_world(**policy: Any) -> World:
    """Return a world whose user has a red picture from the bucket."""
    world = World(**policy)
    world.put("red")
    assert world.run().reason is Reason.PICTURE_SET
    return world


@KEEPING
def test_own_picture_is_kept(overwrite: Overwrite) -> None:
    """A picture that the user chose wins, and nothing is uploaded."""
    world = World(overwrite=overwrite)
    world.authgear.users[world.user_id]["picture"] = OWN
    world.put("red")

    assert world.run().reason is Reason.KEPT
    assert world.run().reason is Reason.KEPT
    assert world.authgear.images == {}
    assert world.authgear.users[world.user_id]["picture"] == OWN


@KEEPING
def test_own_picture_that_lies_in_authgear_is_kept(overwrite: Overwrite) -> None:
    """An image without our mark is the user's own; that is found out once."""
    world = World(overwrite=overwrite)
    image_id = "0a7b1a83-31f1-4d3c-8a57-6f1d3f6f2f10"
    picture = f"https://demo.authgear.test/_images/demo/{image_id}/profile"
    world.authgear.images[image_id] = b"a picture of the user's own"
    world.authgear.users[world.user_id]["picture"] = picture
    world.put("red")

    for _ in range(3):
        assert world.run().reason is Reason.KEPT
    assert world.authgear.steps.count("mark") <= 1
    assert world.authgear.users[world.user_id]["picture"] == picture


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_user_without_a_picture_gets_one(overwrite: Overwrite) -> None:
    """With any policy a missing picture is set, and a second run does nothing."""
    world = synced_world(overwrite=overwrite)

    assert world.run().reason is Reason.IN_SYNC
    assert world.shown == "red"


def test_own_picture_is_replaced_by_default() -> None:
    """With `always` the bucket wins."""
    world = World()
    world.authgear.users[world.user_id]["picture"] = OWN
    world.put("red")

    world.run()

    assert world.shown == "red"


@pytest.mark.parametrize("overwrite", [Overwrite.ALWAYS, Overwrite.KEEP_OWN], ids=str)
@pytest.mark.parametrize("has_tags", [True, False], ids=["tags", "no-tags"])
def test_newer_object_replaces_ours(overwrite: Overwrite, has_tags: bool) -> None:
    """A picture from the bucket makes place for a newer one, known by tag or mark."""
    world = synced_world(overwrite=overwrite)
    if not has_tags:
        world.s3.objects[world.key].tags.clear()
    world.put("blue", f"pictures/{world.user_id}.jpg")

    world.run()

    assert world.shown == "blue"


def test_if_empty_replaces_none() -> None:
    """With `if-empty` not even a picture from the bucket is replaced."""
    world = synced_world(overwrite=Overwrite.IF_EMPTY)
    world.put("blue")

    assert world.run().reason is Reason.KEPT
    assert world.shown == "red"


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_object_overwritten_during_the_update_is_followed(overwrite: Overwrite) -> None:
    """The picture that a run set a moment ago is not the user's own."""
    world = World(overwrite=overwrite)
    world.put("red")
    world.authgear.before["update"] = lambda: world.put("blue")

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_removal_in_authgear_stands_until_a_newer_object() -> None:
    """With `keep-own` a user who removed the picture does not get it again."""
    world = synced_world(overwrite=Overwrite.KEEP_OWN)
    world.authgear.users[world.user_id].pop("picture")

    assert world.run().reason is Reason.REMOVED_BY_USER
    assert "picture" not in world.authgear.users[world.user_id]

    world.put("blue")
    assert world.run().reason is Reason.PICTURE_SET


def test_copied_tag_is_no_removal() -> None:
    """S3 copies tags: the tag of another user's object does not count."""
    world = synced_world(overwrite=Overwrite.KEEP_OWN)
    other = world.authgear.add_user()
    source = world.s3.objects[world.key]
    key = f"pictures/{other}.png"
    world.s3.put(key, source.data, **source.tags)

    assert world.run(key).reason is Reason.PICTURE_SET
    assert world.authgear.picture_of(other)


def test_crash_before_the_update_is_no_removal() -> None:
    """A tag is written before the update: an image that was never set still comes."""
    world = World(overwrite=Overwrite.KEEP_OWN)
    world.put("red")

    class Crash(BaseException):
        """Ends the process."""

    def crash() -> None:
        raise Crash

    world.authgear.before["update"] = crash
    with pytest.raises(Crash):
        world.run()

    assert world.run().reason is Reason.PICTURE_SET
    assert world.authgear.steps.count("upload") == 1


def test_own_picture_removed_after_being_kept() -> None:
    """The user's own picture stays as long as there is one."""
    world = World(overwrite=Overwrite.KEEP_OWN)
    world.authgear.users[world.user_id]["picture"] = OWN
    world.put("red")
    assert world.run().reason is Reason.KEPT
    world.authgear.users[world.user_id].pop("picture")

    assert world.run().reason is Reason.PICTURE_SET


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_last_object_deleted_with_removal(overwrite: Overwrite) -> None:
    """Our picture goes with the last object, and all else stays."""
    world = World(remove_on_delete=True, overwrite=overwrite)
    before = dict(world.authgear.users[world.user_id])
    world.put("red")
    world.run()
    world.s3.delete(world.key)

    assert world.run().reason is Reason.PICTURE_REMOVED
    assert world.authgear.users[world.user_id] == before
    assert world.run().reason is Reason.NO_PICTURE


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_removal_leaves_the_users_own_picture(overwrite: Overwrite) -> None:
    """A file that never was a picture is deleted: the user's own picture stays."""
    world = World(remove_on_delete=True, overwrite=overwrite)
    world.authgear.users[world.user_id]["picture"] = OWN

    assert world.run().reason is Reason.KEPT
    assert world.authgear.users[world.user_id]["picture"] == OWN


def test_text_file_keeps_no_picture_alive() -> None:
    """Removal counts pictures: the photo is deleted, a text file is left."""
    world = synced_world(remove_on_delete=True)
    world.s3.put(f"pictures/{world.user_id}.txt", b"no picture at all")
    world.run()
    world.s3.delete(world.key)

    assert world.run().reason is Reason.PICTURE_REMOVED


def test_archived_object_keeps_the_picture_alive() -> None:
    """An object in an archive still counts as a picture: it can be restored."""
    world = synced_world(remove_on_delete=True)
    world.s3.objects[world.key].tags.clear()
    world.s3.objects[world.key].archived = True

    assert world.run().reason is Reason.ARCHIVED_OBJECT
    assert world.shown == "red"


def test_without_removal_nothing_is_asked() -> None:
    """A user without objects costs no request."""
    world = World()
    world.authgear.users[world.user_id]["picture"] = OWN

    assert world.run().reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_that_comes_during_removal_becomes_picture() -> None:
    """Removal observes again, too."""
    world = synced_world(remove_on_delete=True)
    world.s3.delete(world.key)
    world.authgear.before["update"] = lambda: world.put("blue")

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "blue"


@pytest.mark.parametrize("is_versioned", [False, True], ids=["plain", "versioned"])
def test_deleted_newest_brings_the_older_back(is_versioned: bool) -> None:
    """The next older picture is shown, from the image that was uploaded then."""
    world = World()
    world.s3.is_versioned = is_versioned
    older = f"pictures/{world.user_id}.jpg"
    world.put("red", older)
    world.run(older)
    world.put("blue")
    world.run()
    world.s3.delete(world.key)

    lines = world.run_all()

    assert [(line.key, line.result.reason) for line in lines] == [
        (world.key, Reason.OBJECT_GONE),
        (older, Reason.PICTURE_SET),
    ]
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 2


def test_deleted_newest_version_brings_the_older_back() -> None:
    """Deleting the newest version of an object is deleting the newest picture."""
    world = World()
    world.s3.is_versioned = True
    for color in ("red", "blue"):
        world.put(color)
        world.run()
    world.s3.delete_newest_version(world.key)

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 2
