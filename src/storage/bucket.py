"""One bucket: its objects, their bytes and their tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .errors import NOT_S3, AccessDenied, BucketError, ObjectChanged, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        ListObjectsV2OutputTypeDef,
        ObjectTypeDef,
        TagTypeDef,
    )

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
class Content:
    """
    An object's bytes, and the version that holds them.

    Args:
        data: The bytes.

        version_id: The version that was read; empty in a bucket without versions.
    """

    data: bytes
    version_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """
    An object's tags, and the version that has them.

    Args:
        values: The tags by their names; `None` if the role may not read them.

        version_id: The version that was read; empty in a bucket without versions.
    """

    values: dict[str, str] | None
    version_id: str = ""


class Bucket:
    """
    A bucket of pictures.

    Args:
        s3: The client; its timeouts and retries bound every call.

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
            prefix: The beginning of their keys.

            is_wanted: Says for a key whether its object counts.
        """
        found = [item for item in self.scan(prefix) if is_wanted(item.key)]
        return sorted(found, key=lambda it: (it.last_modified, it.key), reverse=True)

    def scan(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        """
        List objects in the order of their keys.

        Args:
            prefix: The beginning of their keys.

            after: Only keys behind this one.
        """
        paginator = self._s3.get_paginator("list_objects_v2")
        start: Any = {"StartAfter": after} if after else {}
        with translated("list"):
            listed = paginator.paginate(Bucket=self.name, Prefix=prefix, **start)
            for page in listed:
                for item in _contents(page):
                    yield StoredObject(
                        key=item["Key"],
                        etag=item["ETag"].strip('"'),
                        size=item["Size"],
                        last_modified=item["LastModified"],
                    )

    def download(self, item: StoredObject) -> Content:
        """
        Return an object's bytes.

        Raises:
            ObjectChanged: It was deleted or overwritten since it was listed.

            ObjectArchived: It must be restored first.

            ObjectUnreadable: S3 refuses the request itself, now and later.
        """
        try:
            return self._download(item)
        except AccessDenied as error:
            # To a role that may list only a prefix, S3 denies what is not there, too.
            if item in self.list_newest_first(item.key, item.key.__eq__):
                raise
            raise ObjectChanged(error.step, error.code) from error

    def _download(self, item: StoredObject) -> Content:
        """Return an object's bytes; raise if the body does not match the object."""
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
        return Content(data=data, version_id=_version_id(answer))

    def read_tags(self, key: str, version_id: str = "") -> Tags:
        """
        Read the tags of an object.

        Args:
            key: The object key.

            version_id: Of this version; of the newest if left out.
        """
        try:
            with translated("read-tags"):
                answer = self._s3.get_object_tagging(
                    Bucket=self.name, Key=key, **_of_version(version_id)
                )
                values = {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}
        except AccessDenied:
            return Tags(values=None)
        return Tags(values=values, version_id=_version_id(answer))

    def write_tag(self, key: str, name: str, value: str, version_id: str = "") -> bool:
        """
        Write one tag; the other tags, read directly before, stay.

        S3 has no conditional write of tags: a tag that another program writes between
        the two requests is lost.

        Args:
            key: The object key.

            name: The tag's name.

            value: The tag's value.

            version_id: Of this version; of the newest if left out.

        Returns:
            Whether S3 accepted it. It does not where the object has ten other tags, is
            gone, or the role may not tag it.
        """
        try:
            tags = self.read_tags(key, version_id).values
            if tags is None or len(tags.keys() - {name}) >= MOST_TAGS:
                return False
            if tags.get(name) == value:
                return True
            tags[name] = value
            listed: list[TagTypeDef] = [{"Key": k, "Value": v} for k, v in tags.items()]
            with translated("write-tags"):
                self._s3.put_object_tagging(
                    Bucket=self.name,
                    Key=key,
                    Tagging={"TagSet": listed},
                    **_of_version(version_id),
                )
        except BucketError:
            return False
        return True


def _of_version(version_id: str) -> Any:
    """Return the argument that names a version, if there is one."""
    return {"VersionId": version_id} if version_id else {}


def _version_id(answer: Any) -> str:
    """Return the version of an answer; `null` names the one without versioning."""
    version = answer.get("VersionId")
    return version if isinstance(version, str) else ""


def _contents(page: ListObjectsV2OutputTypeDef) -> list[ObjectTypeDef]:
    """Return the objects of a page; raise unless it is a valid listing."""
    if "IsTruncated" not in page:
        raise BucketError(step="list", code=NOT_S3)
    return page.get("Contents", [])
