"""A bucket, Authgear, and the loop between them."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from PIL import Image

from authgear import Budget
from outcome import Result
from pictures.profile_picture import Focus, Overview, PictureSpec, make_in_process
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.decide import Policy
from sync.reconciler import Reconciler
from sync.results import ObjectResult
from sync.sync_tag import REJECTIONS, TAG, SyncTag
from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.s3 import FakeS3

SPEC = PictureSpec(max_bytes=100_000, max_pixels=1_000_000)
UNKNOWN_ID = "00000000-0000-4000-8000-000000000001"


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

    def __init__(self, pattern: str = "pictures/{user_id}.*", **policy: Any) -> None:
        self.s3 = FakeS3()
        self.authgear = FakeAuthgear()
        self.clock = FakeClock()
        self.user_id = self.authgear.add_user(
            email="ada@example.com", address={"country": "HK"}
        )
        self.focus: list[Focus] = []
        self.asked: list[tuple[int, int]] = []
        self.reconciler = Reconciler(
            bucket=Bucket(cast(Any, self.s3), self.s3.bucket),
            pattern=KeyPattern.parse(pattern),
            admin_api=self.authgear.admin_api(),
            make_picture=make_in_process(SPEC, self.find_focus, self.clock),
            policy=Policy(max_bytes=100_000, **policy),
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

    def tag(self, key: str = "") -> str:
        """Return the sync tag of an object, empty without one."""
        return self.s3.objects[key or self.key].tags.get(TAG, "")

    def note(self, result: str, *, is_old: bool = False, **changes: Any) -> None:
        """Write a sync tag on the user's first object, as this version or 0.1 does."""
        item = self.s3.objects[self.key]
        policy = replace(self.reconciler.policy, **changes)
        fingerprint = policy.image_fingerprint(self.user_id)
        if result in REJECTIONS:
            fingerprint = policy.rejection_fingerprint
        tag = SyncTag(item.etag.strip('"'), result, "" if is_old else fingerprint)
        item.tags[TAG] = str(tag)

    def commit_fails(self, work: Callable[[], Any]) -> Any:
        """Answer as if an update was done, and lose it."""
        before = dict(self.authgear.users[self.user_id])
        response = work()
        self.authgear.users[self.user_id] = before
        return response

    def run(self, key: str = "", seconds: float = 50, **other: Any) -> Result:
        """Reconcile the user of an object; return the object's result."""
        return self.run_all(key, seconds, **other)[0].result

    def run_all(
        self,
        key: str = "",
        seconds: float = 50,
        *,
        dry_run: bool = False,
        again: bool = False,
        max_wait: float = math.inf,
        **other: Any,
    ) -> list[ObjectResult]:
        """Reconcile the user of an object, by other settings where a test has them."""
        budget = Budget(
            deadline=self.clock() + seconds,
            max_wait=max_wait,
            clock=self.clock,
            sleep=self.clock.sleep,
        )
        reconciler = replace(self.reconciler, **other)
        key = key or self.key
        return reconciler.reconcile(key, budget, dry_run=dry_run, again=again)
