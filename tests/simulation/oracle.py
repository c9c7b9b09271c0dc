"""
The design's rules on a user's picture, written without a look at the code.

A picture is `None`, the URL or bytes of one that the user has chosen, or for ours what
it was made from: a content, and the JPEG quality.
"""

from __future__ import annotations

from outcome import Reason
from settings import Overwrite
from sync.results import ObjectResult
from tests.simulation.contents import GOOD, LARGE, source_of
from tests.simulation.stepped_s3 import Tagging
from tests.simulation.world import World

Picture = tuple[bytes, int] | bytes | str | None


def shown(world: World, user_id: str) -> Picture:
    """Return the picture that a user shows."""
    return as_picture(world.authgear.shown(user_id))


def as_picture(image: bytes | str | None) -> Picture:
    """Return an image as a picture."""
    return (source_of(image) if isinstance(image, bytes) else None) or image


def is_ours(picture: Picture) -> bool:
    """Tell whether a picture was made by the function."""
    return isinstance(picture, tuple)


def expected(world: World, user_id: str, before: Picture) -> set[Picture]:
    """
    Return the pictures that a user may show after one more look in quiet.

    Args:
        world: Everything there is.

        user_id: The user.

        before: The picture that is shown before the look.
    """
    newest = newest_usable(world, user_id)
    has_objects = any(key.startswith(world.head(user_id)) for key in world.s3.objects)
    if newest is None:
        may_remove = world.setup.remove_on_delete and not has_pictures(world, user_id)
        # An object that was never downloaded may be a picture, and one is shown.
        is_unseen = world.setup.overwrite is Overwrite.IF_EMPTY and has_objects
        goes = may_remove and is_ours(before)
        after: Picture = None if goes else before
        return {after, before} if is_unseen else {after}
    wanted: Picture = newest, world.look.spec.quality
    if world.setup.overwrite is Overwrite.ALWAYS:
        allowed: set[Picture] = {wanted}
    elif before is None:
        allowed = _fill(world, user_id, newest, world.look.spec.quality)
    elif world.setup.overwrite is Overwrite.IF_EMPTY or not is_ours(before):
        allowed = {before}
    else:
        allowed = {wanted}
    if (user_id, wanted) in world.authgear.refused:
        allowed.add(before)
    return allowed


def _fill(world: World, user_id: str, newest: bytes, quality: int) -> set[Picture]:
    """Return what a user may show who shows no picture."""
    wanted: Picture = newest, quality
    removed = as_picture(world.authgear.removed.get(user_id))
    if world.setup.overwrite is Overwrite.IF_EMPTY or removed is None:
        return {wanted}
    if not is_ours(removed):
        return {None, wanted}
    if isinstance(removed, tuple) and removed[0] == newest:
        return {None} if is_remembered(world) else {None, wanted}
    # The tag of an object that was shown, with any settings, cannot tell a removal
    # of its picture from one of the picture that came after it.
    shown_before = world.authgear.shown_before.get(user_id, ())
    was_shown = any(isinstance(it, tuple) and it[0] == newest for it in shown_before)
    return {None, wanted} if was_shown else {wanted}


def is_remembered(world: World) -> bool:
    """Tell whether every tag that was written is surely there and up to date."""
    trouble = world.trouble
    is_quiet = not (
        trouble.faults
        or trouble.lost_tags
        or trouble.failed_updates
        or trouble.hasty_removals
    )
    has_crashed = any(task.crashed for task in world.tasks)
    return is_quiet and not has_crashed and world.setup.tagging is Tagging.ALLOWED


def newest_usable(world: World, user_id: str) -> bytes | None:
    """Return the content of the newest object that can be the picture."""
    usable = list(GOOD.values())
    if world.look.is_wide:
        usable += LARGE.values()
    found = [
        (item.last_modified, key, item.data)
        for key, item in world.s3.objects.items()
        if key.startswith(world.head(user_id)) and item.data in usable
    ]
    return max(found)[2] if found else None


def has_pictures(world: World, user_id: str) -> bool:
    """Tell whether a user has a picture in the bucket, even one that is too large."""
    return any(
        item.data in [*GOOD.values(), *LARGE.values()]
        for key, item in world.s3.objects.items()
        if key.startswith(world.head(user_id))
    )


def check_lines(
    world: World, user_id: str, before: Picture, lines: list[ObjectResult]
) -> None:
    """Check that what a look in quiet says of each object is true."""
    after = shown(world, user_id)
    for line in lines:
        item = world.s3.objects.get(line.key)
        reason = line.result.reason
        if reason in (Reason.PICTURE_SET, Reason.IN_SYNC):
            assert item is not None
            assert after == (item.data, world.look.spec.quality)
        if reason is Reason.NEWER_OBJECT:
            assert item is not None
            assert any(
                (it.last_modified, key) > (item.last_modified, line.key)
                for key, it in world.s3.objects.items()
                if key.startswith(world.head(user_id))
            )
        if reason is Reason.OBJECT_GONE:
            assert item is None
        if reason is Reason.PICTURE_REMOVED:
            assert before is not None
            assert after is None
        if reason is Reason.KEPT:
            assert after is not None
        if reason is Reason.REMOVED_BY_USER:
            assert after is None
    rejected = {
        line.key
        for line in lines
        if line.result.reason
        in (
            Reason.NOT_A_PICTURE,
            Reason.BROKEN_PICTURE,
            Reason.EMPTY_OBJECT,
            Reason.TOO_MANY_BYTES,
            Reason.TOO_MANY_PIXELS,
        )
    }
    usable = {*GOOD.values(), *(LARGE.values() if world.look.is_wide else ())}
    assert not any(world.s3.objects[key].data in usable for key in rejected)
