"""The picture of one object: downloaded, made, marked and uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Protocol, TypeVar

from authgear import AuthgearError, UploadURL
from pictures.mark import add_mark
from pictures.model import MakePicture, ProfilePicture
from storage.bucket import StoredObject

from .run_log import RunLog
from .user_objects import UserObjects
from .user_profile import UserProfile

T = TypeVar("T")


class RunDuring(Protocol):
    """Lets work go on during a block; what it yields returns the result, or raises."""

    def __call__(
        self, work: Callable[[], T]
    ) -> AbstractContextManager[Callable[[], T]]:
        """Begin the work."""


@contextmanager
def run_in_thread(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """
    Do the work in a thread, which has ended when the block is left.

    Lambda freezes a process once an invocation is answered: nothing may still run then.
    There is no pool of threads, in which work that hangs would keep its place.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - or who waits would wait forever
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        yield future.result
    finally:
        wait([future])


@dataclass(kw_only=True, slots=True)
class PictureJob:
    """
    Makes and uploads the picture of one object at a time.

    Args:
        objects: The user's side in the bucket.

        profile: The user's side in Authgear.

        make_picture: Makes the picture of a file's bytes, within a number of seconds.

        log: The record of the run.

        run_during: Requests the presigned URL while the picture is made; without it
            the URL is requested afterwards.
    """

    objects: UserObjects
    profile: UserProfile
    make_picture: MakePicture
    log: RunLog
    run_during: RunDuring | None = None
    _jpeg: bytes = b""
    _early_url: Callable[[], UploadURL] | None = None

    def clear(self) -> None:
        """Forget the picture, and the URL that was requested for it."""
        self._jpeg, self._early_url = b"", None

    def make(self, item: StoredObject, mark: str) -> None:
        """
        Download an object and make its picture.

        Raises:
            PictureRejected: The file cannot be a picture.

            BucketError: The object cannot be read.
        """
        self.log.facts["input_bytes"] = item.size
        data = self.objects.download(item)
        if self.run_during:
            with self.run_during(self.profile.try_upload_url) as self._early_url:
                picture = self._make(data)
        else:
            picture = self._make(data)
        self._jpeg = add_mark(picture.data, mark)
        self.log.facts.update(_describe(picture), output_bytes=len(self._jpeg))
        if picture.focus_seconds is not None:
            self.log.facts["faces_ms"] = round(picture.focus_seconds * 1000, 1)

    def upload(self) -> str:
        """Upload the picture that was made, and return its image id."""
        return self.profile.upload(self._upload_url(), self._jpeg)

    def _make(self, data: bytes) -> ProfilePicture:
        """Make the picture of a file's bytes."""
        with self.log.step("picture"):
            return self.make_picture(data, self.log.budget.left())

    def _upload_url(self) -> UploadURL:
        """Return the URL that was requested early, or request one now."""
        if self._early_url:
            try:
                return self._early_url()
            except AuthgearError as error:
                if not error.may_repeat:
                    raise
        return self.profile.create_upload_url()


def _describe(picture: ProfilePicture) -> dict[str, object]:
    """Return the fields of a picture that was made."""
    return {
        "format": picture.source_format,
        "input_width": picture.source_width,
        "input_height": picture.source_height,
        "crop_position": round(picture.crop_position, 3),
        "incomplete": picture.incomplete or None,
        "faces": picture.focus.faces or None,
        "crop_fallback": picture.focus.fallback or None,
    }
