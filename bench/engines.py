"""
The engines that are compared, each a process that makes pictures one by one.

`python -m bench.engines NAME` is such a process: it reads the path of a file per line,
makes the picture of it, and writes the milliseconds that this took.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

SIZE = 512  # px
QUALITY = 85

Engine = Callable[[bytes], bytes]


def ours() -> tuple[str, Engine]:
    """Return the product's own."""
    from pictures.profile_picture import PictureSpec, make_profile_picture

    spec = PictureSpec(size=SIZE, quality=QUALITY)
    return "", lambda data: make_profile_picture(data, spec).data


def naive() -> tuple[str, Engine]:
    """Return Pillow as most tutorials use it."""
    from pi_heif.as_plugin import register_heif_opener

    register_heif_opener()

    def make(data: bytes) -> bytes:
        picture = ImageOps.exif_transpose(Image.open(BytesIO(data)))
        square = ImageOps.fit(picture.convert("RGB"), (SIZE, SIZE))
        file = BytesIO()
        square.save(file, "JPEG", quality=QUALITY)
        return file.getvalue()

    return f"Pillow {version('pillow')}", make


def floor() -> tuple[str, Engine]:
    """Return libjpeg's entropy decoding alone, which every engine needs."""

    def make(data: bytes) -> bytes:
        picture = Image.open(BytesIO(data))
        if picture.format in ("JPEG", "MPO"):
            picture.draft("L", (1, 1))
            picture.load()
        return b""

    return "libjpeg-turbo, smallest scale, brightness only", make


def pyvips() -> tuple[str, Engine]:
    """Return libvips by its Python binding."""
    import pyvips as vips

    def make(data: bytes) -> bytes:
        square: Any = vips.Image.thumbnail_buffer(
            data, SIZE, height=SIZE, crop="centre", export_profile="srgb"
        )
        if square.hasalpha():
            square = square.flatten(background=255)
        saved: bytes = square.jpegsave_buffer(
            Q=QUALITY, interlace=True, keep="none", optimize_coding=True
        )
        return saved

    numbers = ".".join(str(vips.version(n)) for n in range(3))
    vips.cache_set_max(0)
    return f"libvips {numbers}", make


ENGINES = {engine.__name__: engine for engine in (ours, naive, floor, pyvips)}


def main(name: str) -> None:
    """Answer line by line, `error` where the engine cannot read the file."""
    described, make = ENGINES[name]()
    print("ready", described, flush=True)
    for line in sys.stdin:
        wanted, path = line.rstrip("\n").split(" ", 1)
        data = Path(path).read_bytes()
        start = time.perf_counter()
        try:
            made = make(data)
        except Exception as error:  # noqa: BLE001 - a format that it does not read
            print("error", type(error).__name__, flush=True)
            continue
        spent = (time.perf_counter() - start) * 1000
        if wanted == "picture":
            print(base64.b64encode(made).decode(), flush=True)
        else:
            print(f"{spent:.3f}", flush=True)


if __name__ == "__main__":
    os.environ["VIPS_CONCURRENCY"] = "1"
    main(sys.argv[1])
