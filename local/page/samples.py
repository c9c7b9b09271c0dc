"""Files to drop for those who have none at hand."""

from __future__ import annotations

from local.demo import bad_files
from local.paths import PICTURES

OTHER = "application/octet-stream"


def _photo(file: str) -> bytes:
    """Return a sample picture's bytes."""
    return (PICTURES / file).read_bytes()


# File name -> title, bytes, media type.
SAMPLES = {
    "astronaut.png": ("Astronaut", _photo("astronaut.png"), "image/png"),
    "chelsea.png": ("Cat", _photo("chelsea.png"), "image/png"),
    "coffee.png": ("Coffee", _photo("coffee.png"), "image/png"),
    "rocket.jpg": ("Rocket", _photo("rocket.jpg"), "image/jpeg"),
    "text.jpg": ("A text named .jpg", bad_files.TEXT, OTHER),
    "half.jpg": ("Half a JPEG", bad_files.truncated_jpeg(), OTHER),
    "bomb.png": ("900 megapixels", bad_files.png_bomb(), OTHER),
}
PHOTOS = [data for _, data, media_type in SAMPLES.values() if "image/" in media_type]
