"""A bucket of many objects, listed without a look at all of them."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.fakes.s3 import FakeS3
from tests.simulation.limited import S3_CALL, Time

PAGE = 1_000  # keys of one answer of S3


class ListedS3(FakeS3):
    """
    A bucket with one object for each user.

    Args:
        time: Passes with each call of the simulated thread.

        head: The prefix of all keys; longer prefixes are a user's own.
    """

    def __init__(self, time: Time, head: str) -> None:
        super().__init__()
        self._time = time
        self._head = head
        self._keys: list[str] = []

    def put(self, key: str, data: bytes, **tags: str) -> Any:
        """Store an object, and keep the keys in order."""
        if key not in self.objects:
            insort(self._keys, key)
        return super().put(key, data, **tags)

    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Prefix: str,  # noqa: N803 - boto3's names
        StartAfter: str = "",  # noqa: N803 - boto3's names
    ) -> Iterator[dict[str, Any]]:
        """List a user's object, or a thousand keys a page."""
        size, after = PAGE if Prefix == self._head else 1, max(StartAfter, Prefix)
        is_last = False
        while not is_last:
            self._called("list_objects_v2", Bucket)
            # Looked up now: others may have put objects while the call took its time.
            start = bisect_right(self._keys, after)
            page = [
                it for it in self._keys[start : start + size] if it.startswith(Prefix)
            ]
            is_last = size == 1 or len(page) < size
            contents = [self._entry(key) for key in page]
            yield {"IsTruncated": not is_last, "Contents": contents}
            after = page[-1] if page else after

    def _entry(self, key: str) -> dict[str, Any]:
        """Return an object as a list shows it."""
        item = self.objects[key]
        return {
            "Key": key,
            "ETag": item.etag,
            "Size": len(item.data),
            "LastModified": datetime.fromtimestamp(item.last_modified, UTC),
        }

    def _called(self, operation: str, bucket: str) -> None:
        """Let time pass, but not in a thread beside the one that is simulated."""
        if threading.current_thread() is threading.main_thread():
            self._time.sleep(S3_CALL)
