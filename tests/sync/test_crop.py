"""Faces are looked for if the settings say so, and the result is reported."""

from __future__ import annotations

from outcome import Reason
from pictures.profile_picture import Focus
from tests.sync.world import World, png


def test_log_fields_of_faces() -> None:
    """The log line tells how many faces were found, where it was cut, and how long."""
    world = World()
    world.s3.put(world.key, png("red", (300, 400)))
    world.focus = [Focus(position=0.75, faces=2)]

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    fields = result.fields
    assert (fields["crop_position"], fields["faces"]) == (0.75, 2)
    assert fields["crop_fallback"] is None
    assert fields["faces_ms"] == 2_000


def test_log_fields_of_a_fallback() -> None:
    """Without faces a picture is still made, and the log line says why."""
    world = World()
    world.s3.put(world.key, png("red", (300, 400)))
    world.focus = [Focus(fallback="rekognition-denied")]

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["crop_fallback"] == "rekognition-denied"
    assert (result.fields["crop_position"], result.fields["faces"]) == (0.2, None)


def test_faces_of_an_older_object_are_not_told() -> None:
    """The line describes the picture that was made last."""
    world = World()
    world.s3.put(world.key, png("red", (300, 400)))
    world.focus = [Focus(position=0.75, faces=2)]
    world.authgear.before["upload"] = lambda: world.put("blue")

    fields = world.run().fields

    assert world.shown == "blue"
    assert (fields["crop_position"], fields["faces"]) == (0.5, None)


def test_faces_are_looked_for_when_tried_out() -> None:
    """A dry run asks as well, so that it finds what the function would find."""
    world = World()
    world.s3.put(world.key, png("red", (300, 400)))
    world.focus = [Focus(position=1.0, faces=1)]

    result = world.run(dry_run=True)

    assert result.reason is Reason.DRY_RUN
    assert (result.fields["faces"], result.fields["crop_position"]) == (1, 1.0)
