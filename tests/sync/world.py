"""A bucket, Authgear, and the loop between them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from PIL import Image

from outcome import Result
from pictures.profile_picture import Focus, Overview, PictureSpec, make_in_process
from storage.bucket import TAG, Bucket
from storage.key_pattern import KeyPattern
from sync.reconcile_loop import Policy
from sync.reconciler import Reconciler
from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3

SPEC = PictureSpec(max_bytes=100_000, max_pixels=1_000_000)
UNKNOWN_ID = "00000000-0000-4000-8000-000000000001"


GRAPHQL_ERROR = {"data": None, "errors": [{"message": "unexpected error"}]}


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
            spec=SPEC,
            policy=Policy(**policy),
            make_picture=make_in_process(SPEC, self.find_focus, self.clock),
            clock=self.clock,
            sleep=self.clock.sleep,
            share=lambda: 0.5,
        )

    def find_focus(self, picture: Overview) -> Focus:
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
