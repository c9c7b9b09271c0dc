"""The files of the recorded uploads, made again: same kind, same size in pixels."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image

TEXTS = {
    "a.txt": b"this is not an image\n" * 10,
    "a.html": b"<script>1</script>",
    "a.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    "f.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64),
}
FORMATS = {
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "gif": "GIF",
    "avif": "AVIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "jp2": "JPEG2000",
    "ico": "ICO",
}
MODES = {"rgba": "RGBA", "gray": "L", "cmyk": "CMYK", "palette": "P"}
LARGE = 10 * 1024 * 1024  # bytes


def make_file(probe_id: str, filename: str, size: int) -> bytes:
    """
    Make a file like the one that a probe uploaded.

    Args:
        probe_id: Tells what is special about it.

        filename: Tells the format.

        size: Bytes of the recorded file; only empty and huge ones have to be as large.
    """
    if size == 0:
        return b""
    if probe_id == "upload.not_an_image_as_jpeg":
        return TEXTS["a.txt"]
    if filename in TEXTS:
        return TEXTS[filename]
    content = _make_picture(probe_id, filename)
    if probe_id == "upload.truncated_jpeg":
        return content[: len(content) // 2]
    return content.ljust(size, b"\0") if size >= LARGE else content


def _make_picture(probe_id: str, filename: str) -> bytes:
    """Make a picture."""
    image_format = FORMATS.get(filename.rpartition(".")[2], "JPEG")
    size = re.search(r"(\d+)x(\d+)", probe_id)
    width, height = map(int, size.groups()) if size else (512, 512)
    if image_format == "ICO":
        width = height = 64
    mode = next((MODES[name] for name in MODES if f"_{name}" in probe_id), "RGB")
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    output = io.BytesIO()
    image.save(output, format=image_format, **_find_options(probe_id, image))
    return output.getvalue()


def _find_options(probe_id: str, image: Image.Image) -> dict[str, Any]:
    """Return how a picture is saved."""
    if "animated" in probe_id:
        frames = [Image.new("RGB", image.size, color) for color in ("red", "blue")]
        return {"save_all": True, "append_images": frames}
    if "orient6" in probe_id:
        exif = Image.Exif()
        exif[0x0112] = 6
        return {"exif": exif}
    return {"progressive": True} if "progressive" in probe_id else {}
