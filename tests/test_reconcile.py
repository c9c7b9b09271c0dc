"""The loop: whatever happens, the newest usable object is the user's picture."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from PIL import Image
from urllib3 import HTTPResponse

from authgear import to_node_id
from authgear.connection import READ_TIMEOUT
from background import in_thread
from bucket import TAG, Bucket
from object_key import KeyPattern
from outcome import Outcome, Reason, Result
from picture import Focus, PictureSpec
from reconcile import SETTLE, Reconciler
from rounds import ROUNDS, Policy
from tests.fakes.authgear_server import (
    ENDPOINT,
    FakeAuthgear,
    Fault,
    answered,
    dropped_after,
    dropped_before,
    timed_out,
)
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3, client_error
from tests.fakes.transport import answer

UNKNOWN_ID = "00000000-0000-4000-8000-000000000001"
GRAPHQL_ERROR = {"data": None, "errors": [{"message": "unexpected error"}]}


def graphql_error(name: str, reason: str) -> dict[str, Any]:
    """Return the body of a GraphQL answer that failed."""
    extensions = {"errorName": name, "reason": reason}
    return {"data": None, "errors": [{"message": "no", "extensions": extensions}]}


def png(color: str, size: tuple[int, int] = (300, 300)) -> bytes:
    """Return a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


def color_of(data: bytes | None) -> str:
    """Return the name of the colour of a picture of one colour."""
    assert data
    red, green, blue = cast(
        tuple[int, int, int], Image.open(io.BytesIO(data)).getpixel((100, 100))
    )
    return max((red, "red"), (green, "green"), (blue, "blue"))[1]


class World:
    """A bucket, Authgear, and the loop between them."""

    def __init__(self, pattern: str = "pictures/{user_id}.*", **policy: bool) -> None:
        self.s3 = FakeS3()
        self.authgear = FakeAuthgear()
        self.clock = FakeClock()
        self.user_id = self.authgear.add_user(
            email="ada@example.com", address={"country": "HK"}
        )
        self.focus: list[Focus] = []
        self.asked: list[tuple[int, int]] = []
        self.reconciler = Reconciler(
            pattern=KeyPattern.parse(pattern),
            admin_api=self.authgear.admin_api(self.clock),
            spec=PictureSpec(max_bytes=100_000, max_pixels=1_000_000),
            policy=Policy(**policy),
            find_focus=self.find_focus,
            clock=self.clock,
            sleep=self.clock.sleep,
            share=lambda: 0.5,
        )

    def find_focus(self, picture: Image.Image) -> Focus:
        """Look for faces for two seconds, and say what a test wants."""
        self.asked.append(picture.size)
        self.clock.now += 2
        return self.focus.pop(0)

    @property
    def key(self) -> str:
        """Return the key of the user's first object."""
        return f"pictures/{self.user_id}.png"

    @property
    def shown(self) -> str:
        """Return the colour of the user's picture."""
        return color_of(self.authgear.picture_of(self.user_id))

    def put(self, color: str, key: str = "", **tags: str) -> None:
        """Store a picture of one colour."""
        self.s3.put(key or self.key, png(color), **tags)

    def note(self, result: str) -> None:
        """Note a result on the user's first object."""
        item = self.s3.objects[self.key]
        item.tags[TAG] = item.etag.strip('"') + "/" + result

    def commit_fails(self, work: Callable[[], Any]) -> Any:
        """Answer as if an update was done, and lose it."""
        before = dict(self.authgear.users[self.user_id])
        response = work()
        self.authgear.users[self.user_id] = before
        return response

    def run(self, key: str = "", seconds: float = 50, **other: Any) -> Result:
        """Reconcile the user of an object, by other settings where a test has them."""
        bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        deadline = self.clock() + seconds
        reconciler = replace(self.reconciler, **other)
        return reconciler.reconcile(bucket, key or self.key, deadline=deadline)


def test_address_is_asked_for_while_the_picture_is_made() -> None:
    """It is begun once the object is there, and not asked for again."""
    world = World()
    world.put("red")
    seen: list[tuple[str, list[str]]] = []

    @contextmanager
    def watch(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
        result = work()
        seen.append((world.s3.calls[-1], list(world.authgear.steps)))
        yield lambda: result

    result = world.run(meanwhile=watch)

    assert result.reason is Reason.PICTURE_SET
    assert seen == [("get_object", ["presign"])]
    assert world.authgear.steps == ["presign", "read", "upload", "update", "read"]


def test_rejection_does_not_depend_on_authgear() -> None:
    """A bad picture is told of even if the address for it cannot be had."""
    world = World()
    world.s3.put(world.key, b"no picture")
    world.authgear.fail("presign", *[answered({}, 403)] * 3)

    result = world.run(meanwhile=in_thread)

    assert result.reason is Reason.NOT_A_PICTURE
    assert set(world.authgear.steps) == {"presign"}


def test_new_object_becomes_picture() -> None:
    """The picture is made, uploaded and set, with five requests and five to S3."""
    world = World()
    world.put("red")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.clock.slept == []
    assert world.authgear.steps == ["presign", "read", "upload", "update", "read"]
    assert world.s3.calls == [
        "list_objects_v2",
        "get_object_tagging",
        "get_object",
        "list_objects_v2",
        "put_object_tagging",
    ]


def test_log_fields_of_new_object() -> None:
    """The log line tells what came in, what went out, and how long each step took."""
    world = World()
    world.put("red")

    fields = world.run().fields

    assert fields["user_id"] == world.user_id
    assert fields["object_id"] in world.authgear.images
    assert fields["format"] == "png"
    assert fields["input_bytes"] == len(png("red"))
    assert (fields["input_width"], fields["input_height"]) == (300, 300)
    assert fields["output_bytes"] == len(world.authgear.picture_of(world.user_id) or "")
    assert "applied_key" not in fields
    assert sorted(name for name in fields if name.endswith("_ms")) == [
        *("download_ms", "list_ms", "picture_ms", "presign_ms", "read_ms"),
        *("recall_ms", "remember_ms", "update_ms", "upload_ms", "verify_ms"),
    ]


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
    """Without faces a picture is made all the same, and the log line says why so."""
    world = World()
    world.s3.put(world.key, png("red", (300, 400)))
    world.focus = [Focus(fallback="rekognition-denied")]

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["crop_fallback"] == "rekognition-denied"
    assert (result.fields["crop_position"], result.fields["faces"]) == (0.2, None)


def test_faces_of_an_older_object_are_not_told() -> None:
    """What the line says is of the picture that was made last."""
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
    bucket = Bucket(cast(Any, world.s3), world.s3.bucket)

    result = world.reconciler.reconcile(
        bucket, world.key, deadline=world.clock() + 50, dry_run=True
    )

    assert result.reason is Reason.DRY_RUN
    assert (result.fields["faces"], result.fields["crop_position"]) == (1, 1.0)


def test_faces_are_not_looked_for_when_time_is_up() -> None:
    """Where decoding took the rest of the time, no question may outlive Lambda's."""
    world = World()
    world.s3.put(world.key, png("red", (4_000, 5_000)))
    world.reconciler = replace(
        world.reconciler, clock=time.monotonic, spec=PictureSpec()
    )
    bucket = Bucket(cast(Any, world.s3), world.s3.bucket)

    result = world.reconciler.reconcile(
        bucket, world.key, deadline=time.monotonic() + 0.1
    )

    assert result.reason is Reason.NOT_SETTLED
    assert world.asked == []


def test_other_attributes_stay_as_they_were() -> None:
    """Only the picture differs before and after."""
    world = World()
    world.put("red")
    before = dict(world.authgear.users[world.user_id])

    world.run()

    after = dict(world.authgear.users[world.user_id])
    assert after.pop("picture")
    assert after == before


def test_same_object_again_is_unchanged() -> None:
    """A second run uploads nothing: one request to Authgear, two to S3."""
    world = World()
    world.put("red")
    world.run()
    world.authgear.steps.clear()
    world.s3.calls.clear()

    result = world.run()

    assert result.reason is Reason.IN_STEP
    assert world.authgear.steps == ["read"]
    assert world.s3.calls == ["list_objects_v2", "get_object_tagging"]


def test_overwritten_object_becomes_picture() -> None:
    """The tag of other content is no memory."""
    world = World()
    world.put("red")
    world.run()
    world.put("blue", **world.s3.objects[world.key].tags)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_image_noted_long_ago_is_not_taken_up() -> None:
    """An object may be copied with its tags; their image need not be in Authgear."""
    world = World()
    world.put("red")
    world.note(UNKNOWN_ID)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "red"


def test_late_event_of_older_object_keeps_newest() -> None:
    """Which object an event names does not matter: the newest is the picture."""
    world = World()
    older = f"pictures/{world.user_id}.jpg"
    world.put("red", older)
    world.put("blue")

    result = world.run(older)

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["applied_key"] == world.key
    assert world.shown == "blue"


def test_other_tags_stay() -> None:
    """Tags of others are kept beside ours."""
    world = World()
    world.put("red", project="x", owner="y")

    world.run()

    tags = dict(world.s3.objects[world.key].tags)
    etag, _, image_id = tags.pop(TAG).partition("/")
    assert tags == {"project": "x", "owner": "y"}
    assert etag == world.s3.objects[world.key].etag.strip('"')
    assert image_id in world.authgear.images


@pytest.mark.parametrize("operation", ["get_object_tagging", "put_object_tagging"])
def test_tag_that_s3_refuses_costs_only_the_memory(operation: str) -> None:
    """A role without a tagging permission still syncs, and loses no tag."""
    world = World()
    world.put("red", project="x")
    world.s3.fail(operation, client_error("AccessDenied"))

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["remembered"] is False
    assert world.s3.objects[world.key].tags == {"project": "x"}


def test_memory_switched_off() -> None:
    """No tag is read or written."""
    world = World(remember=False)
    world.put("red")

    world.run()

    assert world.s3.calls == ["list_objects_v2", "get_object", "list_objects_v2"]


def test_bad_object_does_not_hide_a_good_one() -> None:
    """An object that can never be a picture is tagged and passed over."""
    world = World()
    good = f"pictures/{world.user_id}.jpg"
    world.put("red", good)
    world.s3.put(world.key, b"no picture at all")

    result = world.run()

    assert result.reason is Reason.NOT_A_PICTURE
    assert result.detail.startswith("the content is none of")
    assert result.fields["format"] is None  # the good one's is not told as this one's
    assert world.shown == "red"
    assert world.s3.objects[world.key].tags[TAG].endswith("/not-a-picture")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no picture at all", Reason.NOT_A_PICTURE),
        (png("red")[:99], Reason.BROKEN_PICTURE),
    ],
    ids=["no-picture", "broken"],
)
def test_bad_object_noted_is_not_downloaded_again(data: bytes, reason: Reason) -> None:
    """What is noted on the object is believed, and reported the same way."""
    world = World()
    world.s3.put(world.key, data)
    world.run()
    world.s3.calls.clear()

    result = world.run()

    assert result.reason is reason
    assert world.s3.calls == ["list_objects_v2", "get_object_tagging"]
    assert world.authgear.steps == []


def test_deleted_object_beside_a_bad_one_is_ignored() -> None:
    """What became of the other object is not told as this one's."""
    world = World()
    world.s3.put(f"pictures/{world.user_id}.txt", b"no picture at all")

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_over_the_limit_is_not_downloaded() -> None:
    """The size that S3 lists decides."""
    world = World()
    world.s3.put(world.key, bytes(100_001))

    result = world.run()

    assert result.reason is Reason.TOO_MANY_BYTES
    assert "get_object" not in world.s3.calls
    assert world.authgear.steps == []


def test_archived_object_is_passed_over_unnoted() -> None:
    """It can be restored: what it is now is not remembered, and hides no other."""
    world = World()
    world.put("blue", f"pictures/{world.user_id}.jpg")
    world.put("red")
    world.s3.objects[world.key].archived = True

    result = world.run()

    assert result.reason is Reason.ARCHIVED_OBJECT
    assert world.s3.objects[world.key].tags == {}
    assert world.shown == "blue"


def test_object_deleted_meanwhile_is_ignored() -> None:
    """There is nothing to do for a user without objects."""
    world = World()

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_deleted_between_list_and_download_is_ignored() -> None:
    """The next round lists nothing."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = world.s3.objects.clear

    result = world.run()

    assert result.reason is Reason.OBJECT_GONE
    assert world.authgear.steps == []


def test_object_deleted_and_thus_denied_is_ignored() -> None:
    """S3 tells a role that may list only a prefix 403 where it means 404."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = lambda: world.s3.objects.pop(world.key)
    world.s3.fail("get_object", client_error("AccessDenied"))

    assert world.run().reason is Reason.OBJECT_GONE


def test_object_that_is_there_and_denied_fails() -> None:
    """A true denial is told as one, at the first time."""
    world = World()
    world.put("red")
    world.s3.fail("get_object", client_error("AccessDenied"))

    assert world.run().reason is Reason.S3_DENIED
    assert world.s3.calls.count("get_object") == 1


def test_object_overwritten_between_list_and_download_is_followed() -> None:
    """The bytes of the newer object are not taken for those of the older."""
    world = World()
    world.put("red")
    world.s3.before["get_object"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"
    assert world.authgear.steps.count("upload") == 1


def test_object_overwritten_during_upload_is_followed_by_the_newer() -> None:
    """Whoever acts last has read the newest bytes."""
    world = World()
    world.put("red")
    world.authgear.before["update"] = lambda: world.put("blue")

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert world.shown == "blue"


def test_unknown_user_costs_no_upload() -> None:
    """An upload is public for ever: none is made for nobody."""
    world = World()
    stranger = f"pictures/{UNKNOWN_ID}.png"
    world.put("red", stranger)

    result = world.run(stranger)

    assert result.reason is Reason.UNKNOWN_USER
    assert world.authgear.images == {}
    assert world.s3.objects[stranger].tags == {}


def test_anonymized_user_costs_no_upload() -> None:
    """Authgear would refuse the update."""
    world = World()
    world.authgear.anonymized.add(world.user_id)
    world.put("red")

    result = world.run()

    assert result.reason is Reason.ANONYMIZED_USER
    assert world.authgear.images == {}


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
    assert world.run().reason is Reason.IN_STEP


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


def test_upload_that_broke_uses_a_new_url() -> None:
    """A presigned URL works once."""
    world = World()
    world.put("red")
    world.authgear.fail("upload", dropped_after)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    steps = world.authgear.steps
    assert steps == [
        *("presign", "read", "upload"),
        *("presign", "upload", "update", "read"),
    ]


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


def test_two_runs_for_one_object_settle() -> None:
    """A run that was overtaken by another for the same object ends in step with it."""
    world = World()
    world.put("red")
    world.authgear.before["update"] = lambda: assert_done(world.run())

    result = world.run()

    assert result.outcome in (Outcome.SYNCED, Outcome.UNCHANGED)
    tag = world.s3.objects[world.key].tags[TAG]
    assert tag.rpartition("/")[2] in world.authgear.users[world.user_id]["picture"]


def test_image_of_a_concurrent_run_is_taken_up() -> None:
    """Who was overtaken sets the other's picture, so that neither chases the other."""
    world = World()
    world.put("red")
    others: list[Result] = []

    def overtaken(work: Callable[[], Any]) -> Any:
        world.authgear.fail("update", world.commit_fails)
        others.append(world.run(policy=Policy(verify_update=False)))
        return dropped_before(work)

    world.authgear.fail("update", overtaken)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["object_id"] == others[0].fields["object_id"]
    assert result.fields["object_id"] in world.authgear.users[world.user_id]["picture"]


def test_rejection_noted_by_a_concurrent_run_is_no_image() -> None:
    """A run with lower limits may reject what this one has made a picture of."""
    world = World()
    world.put("red")
    world.note(UNKNOWN_ID)

    def overtaken(work: Callable[[], Any]) -> Any:
        world.note(Reason.TOO_MANY_BYTES)
        return dropped_before(work)

    world.authgear.fail("update", overtaken)

    assert world.run().reason is Reason.PICTURE_SET
    assert world.shown == "red"
    assert world.authgear.steps.count("upload") == 1


def assert_done(result: Result) -> None:
    """Check that a nested run came through."""
    assert result.reason is Reason.PICTURE_SET


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


@pytest.mark.parametrize("step", ["presign", "read", "upload", "update"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (dropped_before, Reason.AUTHGEAR_UNREACHABLE),
        (dropped_after, Reason.AUTHGEAR_UNREACHABLE),
        (timed_out, Reason.AUTHGEAR_TIMEOUT),
        (answered("oops", 500), Reason.AUTHGEAR_UNAVAILABLE),
        (answered("", 502), Reason.AUTHGEAR_UNAVAILABLE),
        (answered("Forbidden\n", 403), Reason.AUTHGEAR_FORBIDDEN),
        (answered({}, 429), Reason.AUTHGEAR_RATE_LIMITED),
        (answered("<html>"), Reason.AUTHGEAR_UNEXPECTED),
        (answered({}), Reason.AUTHGEAR_UNEXPECTED),
        (answered([]), Reason.AUTHGEAR_UNEXPECTED),
        (answered({"result": None, "data": None}), Reason.AUTHGEAR_UNEXPECTED),
    ],
    ids=[
        *("dropped-before", "dropped-after", "timed-out", "500", "502", "403", "429"),
        *("html", "empty-object", "list", "nulls"),
    ],
)
def test_lasting_fault_fails_and_harms_nothing(
    step: str, fault: Fault, reason: Reason
) -> None:
    """Whatever breaks, wherever: the result is `failed`, the profile as it was."""
    world = World()
    world.put("red")
    before = dict(world.authgear.users[world.user_id])
    world.authgear.fail(step, *[fault] * 100)

    result = world.run()

    after = dict(world.authgear.users[world.user_id])
    worked = step == "update" and fault in (dropped_after, timed_out)
    if worked:
        # The work was done although no answer told so: the next look found it.
        assert result.reason is Reason.PICTURE_SET
        after.pop("picture")
    else:
        if step == "upload" and reason is Reason.AUTHGEAR_FORBIDDEN:
            reason = Reason.AUTHGEAR_UNEXPECTED  # an upload carries no token
        assert result.reason is reason
        assert result.fields["step"] == step
    assert after == before


def test_lasting_fault_ends_before_the_deadline() -> None:
    """A rate limit is waited for, but not for ever."""
    world = World()
    world.put("red")
    world.authgear.fail("presign", *[answered({}, 429)] * 1000)
    start = world.clock()

    world.run(seconds=30)

    assert 15 < world.clock() - start < 30


def test_denied_upload_is_not_the_keys_fault() -> None:
    """It carries no token: something in front of Authgear has denied it."""
    world = World()
    world.put("red")
    world.authgear.fail("upload", *[answered("Forbidden\n", 403)] * 100)

    result = world.run()

    assert result.reason is Reason.AUTHGEAR_UNEXPECTED
    assert world.authgear.steps.count("upload") == 3


def test_answer_that_drips_is_given_up_in_time() -> None:
    """An answer that comes byte by byte is waited for no longer than any other."""
    world = World()
    world.put("red")

    class Drip(io.RawIOBase):
        """A body that never ends."""

        def read1(self, size: int = -1) -> bytes:
            """Return one byte, a second later."""
            world.clock.sleep(1)
            return b" "

    def drip(work: Callable[[], Any]) -> Any:
        response = answer("")
        response.raw = HTTPResponse(Drip(), preload_content=False)
        return response

    world.authgear.fail("presign", drip)
    start = world.clock()

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert READ_TIMEOUT < world.clock() - start < READ_TIMEOUT + 3


def test_bucket_that_never_rests_fails() -> None:
    """After a few rounds somebody else may try."""
    world = World()
    world.put("red")
    colors = iter(range(100))

    def overwrite(work: Callable[[], Any]) -> Any:
        world.s3.put(world.key, png(f"#0000{next(colors):02x}"))
        return work()

    world.authgear.fail("update", *[overwrite] * 100)

    result = world.run()

    assert result.reason is Reason.NOT_SETTLED
    assert world.authgear.steps.count("update") == ROUNDS


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDenied", Reason.S3_DENIED),
        ("InternalError", Reason.S3_UNAVAILABLE),
        ("NoSuchBucket", Reason.S3_UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("operation", ["list_objects_v2", "get_object"])
def test_fault_of_s3_fails(operation: str, code: str, reason: Reason) -> None:
    """S3's faults are told apart, and nothing is lost."""
    world = World()
    world.put("red")
    world.s3.fail(operation, client_error(code))

    result = world.run()

    assert result.reason is reason
    assert result.outcome is Outcome.FAILED


def test_error_that_nobody_foresaw_is_raised_as_it_is() -> None:
    """Who logs it tells its type and its places."""
    world = World()
    world.s3.fail("list_objects_v2", ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        world.run()


def test_no_time_left_fails_before_anything_is_done() -> None:
    """A step is not begun after the deadline."""
    world = World()
    world.put("red")

    result = world.run(seconds=0)

    assert result.reason is Reason.NOT_SETTLED
    assert world.s3.calls == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{email}.*", "ada@example.com"),
        ("{username}.*", "ada"),
        ("{phone}.*", "+85298765432"),
    ],
)
def test_user_is_found_by_name(pattern: str, text: str) -> None:
    """A name in the key is looked up, once."""
    world = World(f"pictures/{pattern}")
    attributes = {"preferred_username": "ada", "phone_number": "+85298765432"}
    world.authgear.users[world.user_id] |= attributes
    key = f"pictures/{text}.png"
    world.put("red", key)

    result = world.run(key)

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["user_id"] == world.user_id
    assert world.authgear.steps.count("find") == 1


def test_node_id_names_its_user() -> None:
    """A node id needs no look-up."""
    world = World("pictures/{node_id}/*")
    key = f"pictures/{to_node_id(world.user_id)}/a/b.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.PICTURE_SET
    assert "find" not in world.authgear.steps


def test_name_of_two_users_is_rejected() -> None:
    """Nobody gets a picture that may be somebody else's."""
    world = World("pictures/{email}.*")
    world.authgear.add_user(email="ada@example.com")
    key = "pictures/ada@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.AMBIGUOUS_USER
    assert world.authgear.images == {}


def test_name_of_nobody_is_rejected() -> None:
    """An unknown name costs no upload."""
    world = World("pictures/{email}.*")
    key = "pictures/bob@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.UNKNOWN_USER
    assert world.authgear.images == {}


def test_name_in_another_spelling_is_ignored() -> None:
    """Two spellings would be two sets of objects for one user."""
    world = World("pictures/{email}.*")
    key = "pictures/Ada@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.KEY_SPELLED_OTHERWISE
    assert world.authgear.images == {}


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
