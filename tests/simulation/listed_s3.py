"""A bucket of many objects, listed without a look at all of them."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from tests.fakes.s3 import FakeS3
from tests.simulation.limited import S3_CALL, Time

PAGE = 1_000  # keys of one answer of S3


class ListedS3(FakeS3):
    """
    A bucket whose keys are kept in order.

    Args:
        time: Passes with each call of the simulated thread.

        call: Seconds of a call.

    Attributes:
        operations: The operations that were called.
    """

    def __init__(self, time: Time, call: float = S3_CALL) -> None:
        super().__init__()
        self._time = time
        self._call = call
        self._keys: list[str] = []
        self.operations: set[str] = set()

    def put(self, key: str, data: bytes, **tags: str) -> Any:
        """Store an object, and keep the keys in order."""
        if key not in self.objects:
            insort(self._keys, key)
        return super().put(key, data, **tags)

    def delete(self, key: str) -> None:
        """Delete an object."""
        if key in self.objects:
            self._keys.remove(key)
        super().delete(key)

    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Prefix: str,  # noqa: N803 - boto3's names
        StartAfter: str = "",  # noqa: N803 - boto3's names
    ) -> Iterator[dict[str, Any]]:
        """List a thousand keys a page."""
        after, is_last = max(StartAfter, Prefix), False
        while not is_last:
            self._called("list_objects_v2", Bucket)
            # Looked up now: others may have put objects while the call took its time.
            page = self._find_page(Prefix, after)
            is_last = len(page) < PAGE
            contents = [self._entry(key) for key in page]
            yield {"IsTruncated": not is_last, "Contents": contents}
            after = page[-1] if page else after

    def _find_page(self, prefix: str, after: str) -> list[str]:
        """Return the keys of a page, without a look at those behind it."""
        start = bisect_right(self._keys, after)
        rest = range(start, min(start + PAGE, len(self._keys)))
        return list(
            takewhile(lambda key: key.startswith(prefix), (self._keys[n] for n in rest))
        )

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
        self.operations.add(operation)
        if threading.current_thread() is threading.main_thread():
            self._time.sleep(self._call)
