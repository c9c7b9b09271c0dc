"""What a picture was made from, and which part of it."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

from local.system import LocalSystem
from pictures.crop import read_orientation, square_box
from pictures.formats.registry import load_decoder
from pictures.profile_picture import decode, encode, view_whole

LARGEST = 480  # px; a preview's longer side
QUALITY = 85  # of its JPEG


class Originals:
    """
    The objects from which the function made the pictures that Authgear shows.

    Args:
        system: Whose bucket and log are looked at.
    """

    def __init__(self, system: LocalSystem) -> None:
        self._system = system
        self._previews: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def describe(self, image_id: str | None) -> dict[str, Any] | None:
        """Return what the page shows of an image's original, if it is known."""
        record = self._record(image_id)
        if record is None:
            return None
        width, height = record["input_width"], record["input_height"]
        position = record["crop_position"]
        left, top, right, bottom = square_box((width, height), 1, position)
        return {
            "image_id": image_id,
            "key": record["key"],
            "format": record["format"],
            "bytes": record["input_bytes"],
            "width": width,
            "height": height,
            "crop_fallback": record.get("crop_fallback"),
            "frame": [left / width, top / height, right / width, bottom / height],
        }

    def preview(self, image_id: str) -> bytes | None:
        """
        Return an image's original as a small JPEG, `None` if it is gone.

        It is decoded and encoded again: a browser opens not every format, and what was
        dropped must not be served as anything but a picture.
        """
        with self._lock:
            if image_id not in self._previews:
                original = self.describe(image_id)
                data = self._fetch(original["key"]) if original else None
                if not original or not data:
                    return None
                preview = _make_preview(data, original["format"])
                if not preview:
                    return None
                self._previews[image_id] = preview
            return self._previews[image_id]

    def _record(self, image_id: str | None) -> dict[str, Any] | None:
        """Return the record of the run that made an image."""
        records = reversed(list(self._system.history.records))
        made = (it for it in records if it.get("object_id") == image_id and image_id)
        return next((it for it in made if "input_width" in it), None)

    def _fetch(self, key: str) -> bytes | None:
        """Return an object's bytes, `None` if it is gone."""
        s3 = self._system.aws.s3
        try:
            return s3.get_object(Bucket=self._system.bucket, Key=key)["Body"].read()
        except ClientError:
            return None


def _make_preview(data: bytes, name: str) -> bytes | None:
    """Return a picture upright and small, `None` if the object is another by now."""
    try:
        source = load_decoder(name)(BytesIO(data))
        extent = decode(source, LARGEST)
    except Exception:  # noqa: BLE001 - decoders raise anything
        return None
    orientation = read_orientation(source)
    return encode(view_whole(source, extent, orientation, LARGEST), QUALITY)
