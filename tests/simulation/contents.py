"""The contents of the simulations' objects, and the picture of each."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image

from pictures.mark import PREFIX
from pictures.profile_picture import (
    PictureSpec,
    ProfilePicture,
    make_profile_picture,
)

LEAST_BYTES, MOST_BYTES = 4_000, 1_000_000  # limits of an input before and after
LEAST_PIXELS, MOST_PIXELS = 2_000, 1_000_000
QUALITIES = (85, 60, 40)
SPEC = PictureSpec(size=240)


class Look(NamedTuple):
    """
    Settings that an operator may change.

    Args:
        quality: Index of the JPEG quality.

        is_wide: Whether large objects are accepted.
    """

    quality: int = 0
    is_wide: bool = False

    @property
    def spec(self) -> PictureSpec:
        """The size of the picture, and the accepted files."""
        return PictureSpec(
            size=240,
            quality=QUALITIES[self.quality],
            max_bytes=MOST_BYTES if self.is_wide else LEAST_BYTES,
            max_pixels=MOST_PIXELS if self.is_wide else LEAST_PIXELS,
        )


def _png(color: str, side: int = 8) -> bytes:
    """Return a small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), color).save(file, "PNG")
    return file.getvalue()


GOOD = {color: _png(color) for color in ("red", "green", "blue", "white")}
# Accepted by wide settings only, for its pixels or for its bytes.
LARGE = {"wide": _png("navy", 60), "heavy": _png("olive") + bytes(2 * LEAST_BYTES)}
BAD = {"text": b"no picture", "broken": GOOD["red"][:40], "empty": b""}
CONTENTS = GOOD | LARGE | BAD
PICTURES = {
    (data, look.spec): make_profile_picture(data, look.spec)
    for look in (Look(number, wide) for number in range(3) for wide in (False, True))
    for data in (GOOD | LARGE if look.is_wide else GOOD).values()
}
# A JPEG file, less its mark -> what it was made from.
SOURCES = {made.data: (data, spec.quality) for (data, spec), made in PICTURES.items()}
assert len(SOURCES) == len(QUALITIES) * (len(GOOD) + len(LARGE))


def make(data: bytes, look: Look) -> ProfilePicture:
    """Make a picture, each one only once."""
    return PICTURES.get((data, look.spec)) or make_profile_picture(data, look.spec)


def source_of(jpeg: bytes) -> tuple[bytes, int] | None:
    """Return what a picture of ours was made from, and its quality."""
    start = jpeg.find(b"\xff\xfe")
    if start < 0 or not jpeg[start + 4 :].startswith(PREFIX.encode()):
        return None
    length = int.from_bytes(jpeg[start + 2 : start + 4])
    return SOURCES[jpeg[:start] + jpeg[start + 2 + length :]]
