"""The image objects, and what the image server makes of them."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache

from PIL import Image, ImageOps

from ..errors import APIError

PROFILE_SIZE = (240, 240)  # pixels


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
        """Store an object; refuse a known id, also when two come at once."""
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
def make_profile(original: bytes) -> bytes | None:
    """Crop and scale a JPEG to 240 x 240; return None if it cannot be read whole."""
    output = io.BytesIO()
    try:
        with Image.open(io.BytesIO(original), formats=["JPEG"]) as image:
            turned = ImageOps.exif_transpose(image)
            profile = ImageOps.fit(turned, PROFILE_SIZE)
            profile.info.clear()
            profile.save(output, format="JPEG", quality=80)
    except (OSError, SyntaxError, ValueError):
        return None
    return output.getvalue()
