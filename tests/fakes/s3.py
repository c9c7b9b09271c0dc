"""An S3 bucket in memory, as far as `bucket.Bucket` asks for it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

Error = Exception | Callable[[], object]


@dataclass
class FakeObject:
    """An object with its tags and storage class."""

    data: bytes
    last_modified: int
    tags: dict[str, str] = field(default_factory=dict)
    archived: bool = False
    version_id: str = ""

    @property
    def etag(self) -> str:
        """Return the etag as S3 makes it of a small object, with its quotes."""
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


class FakeS3:
    """
    Answers as boto3's S3 client does; keeps a list of the calls.

    Args:
        bucket: The one bucket that exists.

        is_versioned: Whether it keeps what is overwritten or deleted.
    """

    def __init__(
        self, bucket: str = "pictures-example", *, is_versioned: bool = False
    ) -> None:
        self.bucket = bucket
        self.is_versioned = is_versioned
        self.versions: dict[str, list[FakeObject]] = {}
        self.objects: dict[str, FakeObject] = {}
        self.calls: list[str] = []
        self.errors: dict[str, list[Error | None]] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.now = 1_700_000_000
        # Called for each page of a listing.
        self.slow: Callable[[], object] = lambda: None

    def put(self, key: str, data: bytes, **tags: str) -> FakeObject:
        """Store an object, a second later than the one before."""
        self.now += 1
        version_id = f"v{self.now}" if self.is_versioned else ""
        item = FakeObject(data, self.now, dict(tags), version_id=version_id)
        self.objects[key] = item
        if self.is_versioned:
            self.versions.setdefault(key, []).append(item)
        return item

    def delete(self, key: str) -> None:
        """Delete an object; a versioned bucket only hides it."""
        self.objects.pop(key, None)

    def delete_newest_version(self, key: str) -> None:
        """Delete the newest version for good: the one before is the object again."""
        versions = self.versions[key]
        versions.pop()
        self.objects.pop(key, None)
        if versions:
            self.objects[key] = versions[-1]

    def fail(self, operation: str, *errors: Error | None) -> None:
        """
        Let the next calls of an operation raise these errors, `None` being none.

        A function in place of an error may let time pass before it raises one.
        """
        self.errors.setdefault(operation, []).extend(errors)

    def get_paginator(self, operation: str) -> FakeS3:
        """Return the paginator of the one operation that has one."""
        assert operation == "list_objects_v2"
        return self

    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Prefix: str,  # noqa: N803 - boto3's names
        StartAfter: str = "",  # noqa: N803 - boto3's names
    ) -> Iterator[dict[str, Any]]:
        """List in pages of two objects, the shortest that show a mistake."""
        self._called("list_objects_v2", Bucket)
        found = [
            {
                "Key": key,
                "ETag": item.etag,
                "Size": len(item.data),
                "LastModified": datetime.fromtimestamp(item.last_modified, UTC),
            }
            for key, item in sorted(self.objects.items())
            if key.startswith(Prefix) and key > StartAfter
        ]
        if not found:
            yield {"IsTruncated": False}
        for start in range(0, len(found), 2):
            self.slow()
            is_truncated = start + 2 < len(found)
            yield {"IsTruncated": is_truncated, "Contents": found[start : start + 2]}

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Return an object's bytes, if it is still the one that was listed."""
        self._called("get_object", Bucket)
        item = self._object("GetObject", Key)
        if item.etag != IfMatch:
            raise client_error("PreconditionFailed", "GetObject")
        if item.archived:
            raise client_error("InvalidObjectState", "GetObject")
        body = StreamingBody(io.BytesIO(item.data), len(item.data))
        return {"ETag": item.etag, "Body": body} | _version(item)

    def get_object_tagging(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Key: str,  # noqa: N803 - boto3's names
        VersionId: str = "",  # noqa: N803 - boto3's names
    ) -> dict[str, Any]:
        """Return the tags of an object, or of one of its versions."""
        self._called("get_object_tagging", Bucket)
        item = self._object("GetObjectTagging", Key, VersionId)
        tags = [{"Key": k, "Value": v} for k, v in item.tags.items()]
        return {"TagSet": tags} | _version(item)

    def put_object_tagging(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's names
        Key: str,  # noqa: N803 - boto3's names
        Tagging: dict[str, Any],  # noqa: N803 - boto3's names
        VersionId: str = "",  # noqa: N803 - boto3's names
    ) -> dict[str, Any]:
        """Replace an object's tags, as S3 does."""
        self._called("put_object_tagging", Bucket)
        item = self._object("PutObjectTagging", Key, VersionId)
        item.tags = {tag["Key"]: tag["Value"] for tag in Tagging["TagSet"]}
        return {}

    def _called(self, operation: str, bucket: str) -> None:
        """Note a call; raise the error that waits for it."""
        assert bucket == self.bucket
        self.calls.append(operation)
        if operation in self.before:
            self.before.pop(operation)()
        waiting = self.errors.get(operation, [])
        error = waiting.pop(0) if waiting else None
        if isinstance(error, Exception):
            raise error
        if error:
            error()

    def _object(self, operation: str, key: str, version_id: str = "") -> FakeObject:
        """Return an object, or a version of it, that exists."""
        if version_id:
            for version in self.versions.get(key, []):
                if version.version_id == version_id:
                    return version
            raise client_error("NoSuchVersion", operation)
        if key not in self.objects:
            raise client_error("NoSuchKey", operation)
        return self.objects[key]


def _version(item: FakeObject) -> dict[str, str]:
    """Return the version as an answer names it; without versioning it does not."""
    return {"VersionId": item.version_id} if item.version_id else {}


def client_error(code: str, operation: str = "GetObject") -> ClientError:
    """Return an error as botocore raises it."""
    return ClientError(
        {"Error": {"Code": code, "Message": "made by a test"}}, operation
    )
