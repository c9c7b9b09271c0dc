"""The user's side in the bucket: the objects, and their sync tags."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.bucket import Bucket, StoredObject
from storage.key_pattern import KeyPattern

from .run_log import RunLog
from .sync_tag import TAG, SyncTag, parse_sync_tag


@dataclass(kw_only=True, slots=True)
class UserObjects:
    """
    The objects of one user.

    Args:
        bucket: The bucket.

        pattern: How a key names a user.

        text: The text that names the user.

        log: The record of the run.

        unwritten: Sync tags that S3 did not accept, by key and etag: they still count
            for this run.

        versions: The version that holds a content, by key and etag, once it is known.
    """

    bucket: Bucket
    pattern: KeyPattern
    text: str
    log: RunLog
    unwritten: dict[tuple[str, str], SyncTag] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)

    def list_newest_first(self) -> list[StoredObject]:
        """List the objects, newest first."""
        pattern, text = self.pattern, self.text
        with self.log.step("list"):
            return self.bucket.list_newest_first(
                pattern.prefix(text), lambda key: pattern.names(key, text)
            )

    def download(self, item: StoredObject) -> bytes:
        """Return an object's bytes."""
        with self.log.step("download"):
            content = self.bucket.download(item)
        self.versions[item.key, item.etag] = content.version_id
        return content.data

    def read_sync_tag(self, item: StoredObject) -> SyncTag | None:
        """Return the sync tag of an object's present content, `None` without one."""
        if (item.key, item.etag) in self.unwritten:
            return self.unwritten[item.key, item.etag]
        with self.log.step("read_tag"):
            tags = self.bucket.read_tags(item.key)
        self.versions.setdefault((item.key, item.etag), tags.version_id)
        tag = parse_sync_tag((tags.values or {}).get(TAG, ""))
        return tag if tag and tag.is_about(item.etag, self.text) else None

    def write_sync_tag(self, item: StoredObject, tag: SyncTag) -> None:
        """
        Write the sync tag of an object, on the version that was read.

        Where S3 does not accept it, the log says so, and the tag counts for this run.
        """
        content = item.key, item.etag
        version_id = self.versions.get(content, "")
        with self.log.step("write_tag"):
            written = self.bucket.write_tag(item.key, TAG, str(tag), version_id)
        self.log.facts["sync_tag_written"] = written
        if written:
            self.unwritten.pop(content, None)
        else:
            self.unwritten[content] = tag
