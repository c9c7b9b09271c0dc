"""One user's side in the bucket: the objects, and what is noted on them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field

from bucket import Bucket, Memory, StoredObject
from formats import PictureRejected
from journal import Journal
from object_key import KeyPattern
from outcome import Reason, Result


@dataclass(kw_only=True, slots=True)
class UserObjects:
    """
    The objects of the user whom a key names.

    Args:
        bucket: Where they are.

        pattern: How a key names a user.

        text: What names the user.

        journal: The record of the run.

        tagged: Whether tags note what was done with them.

        passed_over: Etag and result of objects that cannot be a picture, by key.
    """

    bucket: Bucket
    pattern: KeyPattern
    text: str
    journal: Journal
    tagged: bool
    passed_over: dict[str, tuple[str, Result]] = field(default_factory=dict)

    def list(self) -> builtins.list[StoredObject]:
        """List the objects, newest first."""
        pattern, text = self.pattern, self.text
        with self.journal.step("list"):
            return self.bucket.list_newest_first(
                pattern.prefix(text), lambda key: pattern.names(key, text)
            )

    def is_newest(self, item: StoredObject) -> bool:
        """Tell whether an object is still the newest that can be a picture."""
        for other in self.list():
            etag, _ = self.passed_over.get(other.key, ("", None))
            if etag != other.etag:
                return (other.key, other.etag) == (item.key, item.etag)
        return False

    def download(self, item: StoredObject, *, limit: int) -> bytes:
        """
        Return an object's bytes.

        Raises:
            PictureRejected: There are more than `limit`; none is downloaded.
        """
        self.journal.facts["input_bytes"] = item.size
        if item.size > limit:
            message = f"{item.size} bytes are more than the {limit} allowed"
            raise PictureRejected(Reason.TOO_MANY_BYTES, message)
        with self.journal.step("download"):
            return self.bucket.download(item)

    def recall(self, item: StoredObject) -> Memory:
        """Read what is noted on an object."""
        if not self.tagged:
            return Memory()
        with self.journal.step("recall"):
            return self.bucket.recall(item)

    def remember(self, item: StoredObject, memory: Memory, result: str) -> None:
        """Note on an object what was done with it; say in the log if S3 refused."""
        if not self.tagged:
            return
        with self.journal.step("remember"):
            taken = self.bucket.remember(item, memory, result)
        self.journal.facts["remembered"] = taken
