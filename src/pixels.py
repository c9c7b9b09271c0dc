"""A decoded picture in, an upright sRGB one out: turn, crop, scale, colour."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from math import ceil
from typing import Any

from PIL import Image

# The share of a high picture's surplus that is cut off at the top, chosen by looking
# (docs/crop-position.png): with 10% close portraits lose the chin, with 33% people who
# stand lose their hair.
PORTRAIT_POSITION = 0.2

# A JPEG's draft stops at this many times the output, averages stop at the other. The
# rest is one bicubic step: SSIM against a full decode and one Lanczos step, which takes
# half as long again, stays above 0.98.
DRAFT_MARGIN = 1.15
MARGIN = 1.4
STRIP = 64  # rows of the averaged picture that are made at a time

# Modes that are scaled as they are.
OPAQUE = {"L", "RGB", "RGBX", "CMYK"}

BICUBIC = Image.Resampling.BICUBIC

Box = tuple[float, float, float, float]

EXIF_ORIENTATION = 0x0112
# What brings a stored picture upright, by orientation; 1 already is.
TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}  # orientations that exchange width and height
TOP_LAST = {3, 4, 7, 8}  # orientations that store the upright picture's top last
LEFT_LAST = {2, 3, 6, 7}  # the same of its left side


def read_orientation(source: Image.Image) -> int:
    """
    Return the EXIF or XMP orientation of a loaded picture, 1 where there is none.

    A picture with broken EXIF is shown as it is stored, as browsers do.
    """
    with suppress(Exception):  # broken EXIF raises anything
        return int(source.getexif().get(EXIF_ORIENTATION, 1))
    return 1


def default_position(size: tuple[int, int], position: float | None) -> float:
    """
    Return where to cut an upright picture of which nothing is known but its size.

    Args:
        size: Its width and height.
        position: What stays of a picture that is higher than wide, 0 the top, 1 the
            bottom; `None` chooses. A wide one is always cut from both sides.

    Returns:
        The share of the surplus that is cut off at the left or top.
    """
    width, height = size
    if width >= height:
        return 0.5
    return PORTRAIT_POSITION if position is None else position


def square_box(extent: tuple[float, float], orientation: int, position: float) -> Box:
    """
    Return left, top, right, bottom of the square within the picture as stored, in px.

    Args:
        extent: The picture's width and height in px.
        orientation: As `read_orientation` returned it.
        position: The share of the upright picture's surplus that is cut off at its
            left or top.
    """
    width, height = extent[::-1] if orientation in SIDEWAYS else extent
    stored_last = TOP_LAST if height > width else LEFT_LAST
    share = 1 - position if orientation in stored_last else position
    edge = min(extent)
    left, top = ((length - edge) * share for length in extent)
    return left, top, left + edge, top + edge


def render(
    source: Image.Image,
    box: Box,
    size: tuple[int, int],
    orientation: int,
    background: str,
) -> Image.Image:
    """
    Cut a box out of a loaded picture and make it small, sRGB, opaque and upright.

    Colours and turn come last, when there are few pixels left. Memory beyond the
    source's is a few strips and the result.

    Args:
        source: The picture as stored, with the `info` of its decoder.
        box: Left, top, right, bottom within it, in px.
        size: Width and height in px, before the turn; of the same shape as the box.
        orientation: As `read_orientation` returned it.
        background: Shows through where the source is transparent.

    Returns:
        An RGB picture without any `info`.
    """
    small = _scale(source, box, size)
    small = flatten(small, source.info.get("icc_profile"), background)
    if orientation in TRANSPOSE:
        small = small.transpose(TRANSPOSE[orientation])
    return small


def _scale(source: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """
    Cut the box out and scale it to a size in px.

    The box is kept exact to fractions of a pixel: rounding it would shift the picture
    visibly, as a pixel of a draft is a large one.
    """
    if source.mode in OPAQUE and not source.has_transparency_data:
        return source.resize(size, BICUBIC, box, reducing_gap=MARGIN)
    left, top, right, bottom = box
    x, y = int(left), int(top)
    factor = max(1, int((right - left) / size[0] / MARGIN))
    small = _average(source, (x, y, ceil(right), ceil(bottom)), factor)
    exact = (
        (left - x) / factor,
        (top - y) / factor,
        (right - x) / factor,
        (bottom - y) / factor,
    )
    return small.resize(size, BICUBIC, exact)


def _average(
    source: Image.Image, box: tuple[int, int, int, int], factor: int
) -> Image.Image:
    """
    Cut the box out and average squares of `factor` x `factor` pixels.

    It goes strip by strip because most modes must be converted first, which would take
    twice the memory if it was done at once.
    """
    left, top, right, bottom = box
    step = STRIP * factor
    strips = [
        _plain(source.crop((left, y, right, min(y + step, bottom)))).reduce(factor)
        for y in range(top, bottom, step)
    ]
    small = Image.new(strips[0].mode, (strips[0].width, ceil((bottom - top) / factor)))
    for i, strip in enumerate(strips):
        small.paste(strip, (0, i * STRIP))
    return small


def _plain(strip: Image.Image) -> Image.Image:
    """Convert a strip of any mode to L, LA, RGB, RGBA or CMYK."""
    if strip.mode.startswith("I"):  # 16 bits: convert() alone turns most grays white
        strip = strip.point(lambda value: value / 256).convert("L")
    if strip.has_transparency_data:
        return strip if strip.mode in {"LA", "RGBA"} else strip.convert("RGBA")
    return strip if strip.mode in {"L", "RGB", "CMYK"} else strip.convert("RGB")


def flatten(square: Image.Image, profile: bytes | None, background: str) -> Image.Image:
    """Convert the colours to sRGB and put them on the background."""
    colours = _to_srgb(square.convert(square.mode.rstrip("A")), profile)
    flat = Image.new("RGB", square.size, background)
    flat.paste(colours, mask=square if square.mode.endswith("A") else None)
    return flat


def _to_srgb(colours: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile, or without it if it is broken or unfit."""
    if profile:
        with suppress(Exception):  # a broken profile raises anything
            converted: Image.Image = _transform(profile, colours.mode).apply(colours)
            return converted
    return colours.convert("RGB")


@lru_cache(maxsize=1)  # pictures of one kind of phone share their profile
def _transform(profile: bytes, mode: str) -> Any:
    """Return what converts colours by a profile to sRGB."""
    from PIL import ImageCms  # only pictures with a profile need it

    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(BytesIO(profile), srgb, mode, "RGB")
