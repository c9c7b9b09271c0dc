"""S3 as an invocation meets it that stops at each of its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from botocore.exceptions import ClientError, EndpointConnectionError

from sync.sync_tag import TAG
from tests.fakes.s3 import FakeS3, client_error
from tests.simulation.tasks import Fault, Trouble, stop

T = TypeVar("T")

LOST = EndpointConnectionError(endpoint_url="https://s3.test")
MOST_TAGS = 10
FULL = {f"team{number}": "x" for number in range(MOST_TAGS)}


class Tagging(StrEnum):
    """The results of the function's tag writes."""

    ALLOWED = "allowed"
    DENIED = "denied"
    WRITE_DENIED = "write-denied"
    FULL = "full"  # each object is stored with ten tags of others


class SteppedS3(FakeS3):
    """
    A bucket whose every call stops before and after the work.

    Args:
        trouble: Where faults are counted.

        tagging: The results of tag writes.

        is_versioned: Whether it keeps what is overwritten or deleted.
    """

    def __init__(
        self, trouble: Trouble, tagging: Tagging, *, is_versioned: bool
    ) -> None:
        super().__init__(is_versioned=is_versioned)
        self.tagging = tagging
        self._trouble = trouble
        self._read_by_others: tuple[str, dict[str, str]] | None = None

    # Changes by others.

    def store(self, key: str, data: bytes, *, tied: bool = False) -> None:
        """Store an object, perhaps within the second of the one before."""
        tags = FULL if self.tagging is Tagging.FULL else {}
        self.put(key, data, **tags).last_modified -= tied

    def copy(self, source: str, key: str) -> bool:
        """Copy an object with its tags, as S3 does by default."""
        item = self.objects.get(source)
        if item:
            self.put(key, item.data, **item.tags)
        return item is not None

    def bring_back(self, key: str, *, newest: bool) -> bool:
        """Delete the newest version, or bring back what was deleted."""
        versions = self.versions.get(key)
        if not versions or newest is not (key in self.objects):
            return False
        if newest:
            self.delete_newest_version(key)
        else:
            self.objects[key] = versions[-1]
        return True

    def retag(self, key: str, kind: int) -> None:
        """Let another program replace all tags, fill them up, or restore old ones."""
        item = self.objects.get(key)
        if item is None:
            return
        if kind == 3:
            self._read_by_others = key, dict(item.tags)
            return
        before = item.tags.get(TAG)
        if kind == 0:
            item.tags = {"owner": "other"}
        elif kind == 1:
            item.tags = dict(list((item.tags | FULL).items())[:MOST_TAGS])
        elif self._read_by_others and self._read_by_others[0] == key:
            item.tags = self._read_by_others[1]
        self._trouble.lost_tags += item.tags.get(TAG) != before

    def is_full(self, key: str) -> bool:
        """Tell whether the tags of others leave no room for the sync tag."""
        item = self.objects.get(key)
        return item is not None and len(item.tags) == MOST_TAGS and TAG not in item.tags

    # Calls of the function.

    def paginate(self, **options: Any) -> Iterator[dict[str, Any]]:
        """List, in one step."""
        yield from self._step(lambda: list(super(SteppedS3, self).paginate(**options)))

    def get_object(self, **options: Any) -> dict[str, Any]:
        """Return an object's bytes."""
        return self._step(lambda: super(SteppedS3, self).get_object(**options))

    def get_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Return an object's tags."""
        try:
            return self._step(lambda: self._read_tags(options))
        except (ClientError, EndpointConnectionError):
            self._trouble.lost_tags += 1
            raise

    def put_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Replace an object's tags."""
        try:
            return self._step(lambda: self._replace_tags(options))
        except (ClientError, EndpointConnectionError):
            self._trouble.lost_tags += 1
            raise

    def _read_tags(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return tags, if that is allowed."""
        if self.tagging is Tagging.DENIED:
            raise client_error("AccessDenied", "GetObjectTagging")
        return super().get_object_tagging(**options)

    def _replace_tags(self, options: dict[str, Any]) -> dict[str, Any]:
        """Replace them; a late tag of what was there before may undo a newer one."""
        if self.tagging in (Tagging.DENIED, Tagging.WRITE_DENIED):
            raise client_error("AccessDenied", "PutObjectTagging")
        if len(options["Tagging"]["TagSet"]) > MOST_TAGS:
            raise client_error("BadRequest", "PutObjectTagging")
        before = self._is_tagged(options["Key"])
        answer = super().put_object_tagging(**options)
        self._trouble.lost_tags += before and not self._is_tagged(options["Key"])
        return answer

    def _is_tagged(self, key: str) -> bool:
        """Tell whether an object has a sync tag of its present content."""
        item = self.objects.get(key)
        return item is not None and item.tags.get(TAG, "").startswith(
            item.etag.strip('"')
        )

    def _step(self, work: Callable[[], T]) -> T:
        """Do the work between two stops, unless a fault keeps it from being done."""
        fault = stop()
        self._trouble.faults += fault is not None
        if fault in (Fault.ERROR, Fault.RATE_LIMITED, Fault.SILENCED):
            raise client_error("SlowDown")
        if fault in (Fault.REQUEST_LOST, Fault.TIMEOUT_UNDONE):
            raise LOST
        done = work()
        stop()
        if fault in (Fault.ANSWER_LOST, Fault.TIMEOUT_DONE, Fault.DONE_LATER):
            raise LOST
        return done
