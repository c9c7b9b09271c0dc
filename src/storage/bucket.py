"""One bucket: a user's objects, their bytes, and the tag that is their memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .errors import NOT_S3, AccessDenied, BucketError, ObjectChanged, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        ListObjectsV2OutputTypeDef,
        ObjectTypeDef,
        TagTypeDef,
    )

TAG = "authgear-picture"
MOST_TAGS = 10  # S3's limit for one object


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredObject:
    """
    An object, as listed at one moment.

    Args:
        key: The object key.

        etag: Identifies the content, without quotes.

        size: Bytes.

        last_modified: To the second, which is as exact as S3 lists it.
    """

    key: str
    etag: str
    size: int
    last_modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncTag:
    """
    What an object's tags say was done with it.

    Args:
        etag: The content it was done with; a memory of other content is none.

        result: An Authgear image object id, or the reason of a rejection.

        other_tags: The tags that are not ours, which stay; `None` if they could not be
            read, and thus must not be written.
    """

    etag: str = ""
    result: str = ""
    other_tags: tuple[TagTypeDef, ...] | None = None


class Bucket:
    """
    A bucket of pictures.

    Args:
        s3: The client; its time-outs and retries bound every call.

        name: The bucket's name.
    """

    def __init__(self, s3: S3Client, name: str) -> None:
        self._s3 = s3
        self.name = name

    def list_newest_first(
        self, prefix: str, is_wanted: Callable[[str], bool]
    ) -> list[StoredObject]:
        """
        List the objects with a prefix, newest first, ties in the order of their keys.

        Args:
            prefix: What their keys begin with.

            is_wanted: Tells of a key whether its object counts.
        """
        pages = self._s3.get_paginator("list_objects_v2")
        with translated("list"):
            found = [
                StoredObject(
                    key=item["Key"],
                    etag=item["ETag"].strip('"'),
                    size=item["Size"],
                    last_modified=item["LastModified"],
                )
                for page in pages.paginate(Bucket=self.name, Prefix=prefix)
                for item in _contents(page)
            ]
        wanted = [item for item in found if is_wanted(item.key)]
        return sorted(wanted, key=lambda it: (it.last_modified, it.key), reverse=True)

    def download(self, item: StoredObject) -> bytes:
        """
        Return an object's bytes.

        Raises:
            ObjectChanged: It is gone or overwritten since it was listed.
        """
        try:
            return self._download(item)
        except AccessDenied as error:
            # To a role that may list only a prefix, S3 denies what is not there, too.
            if item in self.list_newest_first(item.key, item.key.__eq__):
                raise
            raise ObjectChanged(error.step, error.code) from error

    def _download(self, item: StoredObject) -> bytes:
        """Return an object's bytes; whatever else comes with a 200 is an error."""
        with translated("download"):
            answer = self._s3.get_object(
                Bucket=self.name, Key=item.key, IfMatch=f'"{item.etag}"'
            )
            # As a context manager it is the bare stream: unchecked, untranslated.
            with closing(answer["Body"]) as body:
                # Only the read that finds the end lets the client compare the checksum.
                data = body.read(item.size) + body.read(1)
        if (answer.get("ETag", "").strip('"'), len(data)) != (item.etag, item.size):
            raise BucketError(step="download", code="not the object that was listed")
        return data

    def read_sync_tag(self, item: StoredObject) -> SyncTag:
        """
        Read what the object's tags say was done with its present content.

        Tags that may not be read cost only the memory.
        """
        try:
            with translated("read-tags"):
                answer = self._s3.get_object_tagging(Bucket=self.name, Key=item.key)
                tags = answer["TagSet"]
                other = tuple(tag for tag in tags if tag["Key"] != TAG)
                noted = next((tag["Value"] for tag in tags if tag["Key"] == TAG), "")
        except AccessDenied:
            return SyncTag()
        etag, _, result = noted.partition("/")
        if etag != item.etag:
            return SyncTag(other_tags=other)
        return SyncTag(etag=etag, result=result, other_tags=other)

    def write_sync_tag(self, item: StoredObject, memory: SyncTag, result: str) -> bool:
        """
        Note on the object what was done with it; its other tags stay.

        Args:
            item: The object.

            memory: What `read_sync_tag` read.

            result: An Authgear image object id, or the reason of a rejection.

        Returns:
            Whether S3 took it: a tag that cannot be written costs only the memory.
        """
        if memory.other_tags is None or len(memory.other_tags) >= MOST_TAGS:
            return False
        note: TagTypeDef = {"Key": TAG, "Value": f"{item.etag}/{result}"}
        try:
            with translated("write-tags"):
                self._s3.put_object_tagging(
                    Bucket=self.name,
                    Key=item.key,
                    Tagging={"TagSet": [*memory.other_tags, note]},
                )
        except BucketError:
            return False
        return True


def _contents(page: ListObjectsV2OutputTypeDef) -> list[ObjectTypeDef]:
    """Return the objects of a page; any other XML would pass for an empty bucket."""
    if "IsTruncated" not in page:
        raise BucketError(step="list", code=NOT_S3)
    return page.get("Contents", [])
