"""One user's side in the bucket: the objects, and what is noted on them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field

from outcome import Reason, Result
from pictures.errors import PictureRejected
from storage.bucket import Bucket, StoredObject, SyncTag
from storage.key_pattern import KeyPattern

from .run_log import RunLog


@dataclass(kw_only=True, slots=True)
class UserObjects:
    """
    The objects of the user whom a key names.

    Args:
        bucket: Where they are.

        pattern: How a key names a user.

        text: What names the user.

        run_log: The record of the run.

        tagged: Whether tags note what was done with them.

        skipped: Etag and result of objects that cannot be a picture, by key.
    """

    bucket: Bucket
    pattern: KeyPattern
    text: str
    run_log: RunLog
    tagged: bool
    skipped: dict[str, tuple[str, Result]] = field(default_factory=dict)

    def list(self) -> builtins.list[StoredObject]:
        """List the objects, newest first."""
        pattern, text = self.pattern, self.text
        with self.run_log.step("list"):
            return self.bucket.list_newest_first(
                pattern.prefix(text), lambda key: pattern.names(key, text)
            )

    def is_newest(self, item: StoredObject) -> bool:
        """Tell whether an object is still the newest that can be a picture."""
        for other in self.list():
            etag, _ = self.skipped.get(other.key, ("", None))
            if etag != other.etag:
                return (other.key, other.etag) == (item.key, item.etag)
        return False

    def download(self, item: StoredObject, *, limit: int) -> bytes:
        """
        Return an object's bytes.

        Raises:
            PictureRejected: There are more than `limit`; none is downloaded.
        """
        self.run_log.facts["input_bytes"] = item.size
        if item.size > limit:
            message = f"{item.size} bytes are more than the {limit} allowed"
            raise PictureRejected(Reason.TOO_MANY_BYTES, message)
        with self.run_log.step("download"):
            return self.bucket.download(item)

    def read_sync_tag(self, item: StoredObject) -> SyncTag:
        """Read what is noted on an object."""
        if not self.tagged:
            return SyncTag()
        with self.run_log.step("read_tag"):
            return self.bucket.read_sync_tag(item)

    def write_sync_tag(self, item: StoredObject, memory: SyncTag, result: str) -> None:
        """Note on an object what was done with it; say in the log if S3 refused."""
        if not self.tagged:
            return
        with self.run_log.step("write_tag"):
            taken = self.bucket.write_sync_tag(item, memory, result)
        self.run_log.facts["sync_tag_written"] = taken
