"""A decoded picture in, an upright sRGB one out: crop, scale, colour, turn."""

from __future__ import annotations

from math import ceil

from PIL import Image

from .color import flatten
from .crop import TRANSPOSE, Box

# A JPEG's draft stops at this many times the output, averages stop at the other. The
# rest is one bicubic step: SSIM against a full decode and one Lanczos step, which takes
# half as long again, stays above 0.98.
DRAFT_MARGIN = 1.15
MARGIN = 1.4
STRIP = 64  # rows of the averaged picture that are made at a time

# Modes that are scaled as they are.
OPAQUE = {"L", "RGB", "RGBX", "CMYK"}

BICUBIC = Image.Resampling.BICUBIC


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
        source: The picture as stored, with the `format` and `info` of its decoder.
        box: Left, top, right, bottom within it, in px.
        size: Width and height in px, before the turn; of the same shape as the box.
        orientation: As `read_orientation` returned it.
        background: Shows through where the source is transparent.

    Returns:
        An RGB picture without any `info`.
    """
    small = _scale(source, box, size)
    small = flatten(small, source, background)
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

    Do it strip by strip: most modes must be converted first, and a conversion of the
    whole picture would take twice the memory.
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
