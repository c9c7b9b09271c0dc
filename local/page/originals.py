"""The bucket as it is, and what each picture was made from."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from local.authgear import User
from local.system import LocalSystem
from pictures.crop import read_orientation, square_box
from pictures.formats.registry import open_picture
from pictures.profile_picture import decode, encode, view_whole
from sync.sync_tag import TAG, parse_sync_tag

LARGEST = 480  # px; a preview's longer side
QUALITY = 85  # of its JPEG
MOST_PIXELS = 100_000_000  # the most that MAX_INPUT_PIXELS allows


class Originals:
    """The objects in the bucket, and those that Authgear's pictures were made from."""

    def __init__(self, system: LocalSystem) -> None:
        self._s3, self._bucket, self._system = system.aws.s3, system.bucket, system
        self._previews: dict[str, bytes] = {}
        self._keys: dict[str, str] = {}  # by image id
        self._results: dict[tuple[str, str, str | None], str] = {}
        self._lock = threading.Lock()

    def select(self, user: User, listed: list[Any]) -> list[Any]:
        """Return what the page shows of a user's objects."""
        prefix = self._system.key_for(user, "").rstrip(".")
        image_id = user.picture_object_id
        return [
            {
                "key": it["Key"],
                "name": it["Key"].removeprefix(prefix) or it["Key"],
                "bytes": it["Size"],
                "modified": it["LastModified"].isoformat(),
                "result": self._read_result(it["Key"], it["ETag"], image_id),
            }
            for it in listed
            if it["Key"].startswith(prefix)
        ]

    def describe(
        self, image_id: str | None, objects: Sequence[Mapping[str, Any]] = ()
    ) -> dict[str, Any] | None:
        """
        Return what the page shows of an image's original, if it is known.

        The log does not name what `ops sync` made an image from. The sync tags of the
        objects, which `select` returns, do.
        """
        record = self._record(image_id)
        keys = {it["result"]: it["key"] for it in objects}
        key = record["key"] if record else keys.get(image_id)
        if not image_id or key is None:
            return None
        self._keys[image_id] = key
        crop = _describe_crop(record) if record else {}
        return {"image_id": image_id, "key": key, **crop}

    def preview(self, image_id: str) -> bytes | None:
        """
        Return an image's original as a small JPEG, empty if it is gone.

        It is decoded and encoded again: a browser opens not every format, and what was
        dropped must not be served as anything but a picture.
        """
        with self._lock:
            if image_id not in self._previews:
                self.describe(image_id)
                if image_id not in self._keys:
                    return None
                preview = _make_preview(self._fetch(self._keys[image_id]))
                if not preview:
                    return b""
                self._previews[image_id] = preview
            return self._previews[image_id]

    def _record(self, image_id: str | None) -> dict[str, Any] | None:
        """Return the record of the run that made an image."""
        records = reversed(list(self._system.history.records))
        made = (it for it in records if it.get("object_id") == image_id and image_id)
        return next((it for it in made if "input_width" in it), None)

    def _read_result(self, key: str, etag: str, image_id: str | None) -> str:
        """
        Return what the sync tag says: an image id, a reason, or nothing.

        It is read once for each image that the user shows: the same bytes have another
        tag after they came again.
        """
        known = (key, etag, image_id)
        if known not in self._results:
            try:
                answer = self._s3.get_object_tagging(Bucket=self._bucket, Key=key)
            except ClientError:
                return ""  # it was deleted after it was listed
            values = {it["Key"]: it["Value"] for it in answer["TagSet"]}
            tag = parse_sync_tag(values.get(TAG, ""))
            if tag is None or tag.etag != etag.strip('"'):
                return ""
            self._results[known] = tag.result
        return self._results[known]

    def _fetch(self, key: str) -> bytes:
        """Return an object's bytes, none if it is gone."""
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError:
            return b""


def _describe_crop(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says of the file, and of the part that was cut out."""
    width, height = record["input_width"], record["input_height"]
    box = square_box((width, height), 1, record["crop_position"])
    return {
        "format": record["format"],
        "crop_fallback": record.get("crop_fallback"),
        "width": width,
        "height": height,
        "frame": [n / (height if i % 2 else width) for i, n in enumerate(box)],
    }


def _make_preview(data: bytes) -> bytes | None:
    """Return a picture upright and small, `None` if the object is another by now."""
    try:
        _, source = open_picture(data, len(data), MOST_PIXELS)
        extent = decode(source, LARGEST)
    except Exception:  # noqa: BLE001 - decoders raise anything
        return None
    orientation = read_orientation(source)
    return encode(view_whole(source, extent, orientation, LARGEST), QUALITY)
