"""The image objects, and what the image server makes of them."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache

from PIL import Image, ImageOps

from ..errors import APIError

PROFILE_SIZE = (240, 240)  # pixels
JPEG_QUALITY = 80
# Pillow's format -> the format and media type answered; contract: images.*.profile.
PROFILE_FORMATS = {
    "JPEG": ("JPEG", "image/jpeg"),
    "PNG": ("PNG", "image/png"),
    "BMP": ("PNG", "image/png"),
    "GIF": ("GIF", "image/gif"),
    "WEBP": ("WEBP", "image/webp"),
    "AVIF": ("AVIF", "image/avif"),
    "TIFF": ("TIFF", "image/tiff"),
    "JPEG2000": ("JPEG2000", "image/jp2"),
}
SNIFFED = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
    b"\x00\x00\x01\x00": "image/x-icon",
}
SNIFFED_TAGS = (b"<!doctype html", b"<html", b"<head", b"<script", b"<body", b"<!--")
SNIFFED_LENGTH = 512  # bytes
CONTROL_BYTES = set(range(0x20)) - set(b"\t\n\x0c\r\x1b")


class BrokenImageError(Exception):
    """The object is not a picture the image server can read."""


class Images(Mapping[str, bytes]):
    """
    The object store: object ids to the bytes uploaded.

    `available` is whether the store can be reached.
    """

    def __init__(self) -> None:
        self.available = True
        self._lock = threading.Lock()
        self._objects: dict[str, bytes] = {}

    def __getitem__(self, object_id: str) -> bytes:
        return self._objects[object_id]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._objects))

    def __len__(self) -> int:
        return len(self._objects)

    def add(self, object_id: str, content: bytes) -> None:
        """
        Store an object.

        Raises:
            APIError: There is one with this id, also when two come at once.
        """
        with self._lock:
            if object_id in self._objects:
                raise _duplicated()
            self._objects[object_id] = content

    def lose(self, object_id: str) -> None:
        """Lose an object, as a store restored from a backup has."""
        with self._lock:
            del self._objects[object_id]


def _duplicated() -> APIError:
    """Make the error of an upload URL that was used before."""
    return APIError("AlreadyExists", "DuplicatedImage", "duplicated image", 409)


@lru_cache(maxsize=64)
def make_profile(original: bytes) -> tuple[bytes, str]:
    """
    Crop and scale a picture to 240 x 240 in its own format.

    Returns:
        The bytes and the media type.

    Raises:
        BrokenImageError: It cannot be read, or not completely.
    """
    try:
        with Image.open(io.BytesIO(original), formats=list(PROFILE_FORMATS)) as image:
            output_format, media_type = PROFILE_FORMATS[str(image.format)]
            colored = image.convert("RGB") if image.mode == "P" else image
            turned = ImageOps.exif_transpose(colored)
            profile = ImageOps.fit(turned, PROFILE_SIZE)
            return _encode(profile, output_format), media_type
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenImageError from error


def _encode(image: Image.Image, output_format: str) -> bytes:
    """Write a picture without any metadata."""
    output = io.BytesIO()
    image.info.clear()
    options = {"quality": JPEG_QUALITY} if output_format == "JPEG" else {}
    image.save(output, format=output_format, **options)
    return output.getvalue()


def sniff(content: bytes) -> str:
    """Tell a media type by the first bytes, as Go's standard library does."""
    start = content[:SNIFFED_LENGTH]
    for magic, media_type in SNIFFED.items():
        if start.startswith(magic):
            return media_type
    if start[:4] == b"RIFF" and start[8:14] == b"WEBPVP":
        return "image/webp"
    if start.lstrip().lower().startswith(SNIFFED_TAGS):
        return "text/html; charset=utf-8"
    if CONTROL_BYTES.isdisjoint(start):
        return "text/plain; charset=utf-8"
    return "application/octet-stream"
