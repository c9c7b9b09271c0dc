"""How tests look at finished pictures, and at rejections."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from pictures.errors import PictureRejected
from pictures.profile_picture import PictureSpec, make_profile_picture

Colour = tuple[int, ...]

SPEC = PictureSpec()
# JFIF, quantization and Huffman tables, frame, scan.
NEEDED_SEGMENTS = {0xE0, 0xDB, 0xC4, 0xC0, 0xDA}


def rejection(data: bytes, spec: PictureSpec = SPEC) -> PictureRejected:
    """Return the rejection of bytes that must not be accepted."""
    with pytest.raises(PictureRejected) as caught:
        make_profile_picture(data, spec)
    return caught.value


def segments(jpeg: bytes) -> set[int]:
    """Return the markers of a JPEG file's segments, up to the end of the last scan."""
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    found, at = set(), 2
    while at < len(jpeg) - 2:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        while jpeg[at] != 0xFF or jpeg[at + 1] == 0:  # the scan's own bytes
            at += 1
    return found


def show(data: bytes, **spec: Any) -> Image.Image:
    """Return the finished picture of a file."""
    return Image.open(BytesIO(make_profile_picture(data, PictureSpec(**spec)).data))


def corners(picture: Image.Image) -> list[Colour]:
    """Return the colours near the four corners."""
    near, far = picture.width // 8, picture.width * 7 // 8
    return [colour_at(picture, x, y) for y in (near, far) for x in (near, far)]


def colour_at(picture: Image.Image, x: int, y: int) -> Colour:
    """Return the colour of one pixel."""
    colour = picture.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


def centre(picture: Image.Image) -> Colour:
    """Return the colour in the middle."""
    return colour_at(picture, picture.width // 2, picture.height // 2)


def assert_close(found: Colour, expected: Colour, within: int = 3) -> None:
    """Check that two colours look the same."""
    pairs = zip(found, expected, strict=True)
    assert max(abs(a - b) for a, b in pairs) <= within, (found, expected)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures' values, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def similarity(one: Image.Image, other: Image.Image, block: int = 8) -> float:
    """Return SSIM of the brightness, over blocks, 1 where the pictures are equal."""
    width, height = one.size
    a, b = one.convert("L").tobytes(), other.convert("L").tobytes()
    values = []
    for top in range(0, height - block + 1, block):
        for left in range(0, width - block + 1, block):
            rows = [(top + row) * width + left for row in range(block)]
            xs = [v for row in rows for v in a[row : row + block]]
            ys = [v for row in rows for v in b[row : row + block]]
            values.append(block_similarity(xs, ys))
    return sum(values) / len(values)


def block_similarity(xs: list[int], ys: list[int]) -> float:
    """Return SSIM of two blocks, after Wang et al. 2004."""
    n, c1, c2 = len(xs), (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = sum(xs) / n, sum(ys) / n
    vx = sum(x * x for x in xs) / n - mx * mx
    vy = sum(y * y for y in ys) / n - my * my
    cov = sum(x * y for x, y in zip(xs, ys, strict=True)) / n - mx * my
    return ((2 * mx * my + c1) * (2 * cov + c2)) / (
        (mx * mx + my * my + c1) * (vx + vy + c2)
    )
