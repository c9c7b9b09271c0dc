"""The image objects, and what the image server makes of them."""

from __future__ import annotations

import io
import threading
from functools import lru_cache

from PIL import Image, ImageOps

from ..errors import APIError

PROFILE_SIZE = (240, 240)  # pixels


class Images(dict[str, bytes]):
    """The object store: object ids to the bytes uploaded."""

    def __init__(self) -> None:
        super().__init__()
        self.available = True  # whether the store can be reached
        self._lock = threading.Lock()

    def add(self, object_id: str, content: bytes) -> None:
        """Store an object; refuse a known id, also when two come at once."""
        with self._lock:
            if object_id in self:
                name, reason = "AlreadyExists", "DuplicatedImage"
                raise APIError(name, reason, "duplicated image", 409)
            self[object_id] = content


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
