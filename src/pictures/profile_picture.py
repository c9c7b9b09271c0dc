"""Foreign bytes in, profile picture out: a small square JPEG without any metadata."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import count

from PIL import Image
from PIL.ImageFile import ImageFile

from .crop import (
    SIDEWAYS,
    Box,
    closer_square,
    default_position,
    read_orientation,
    square_box,
    stored_box,
)
from .formats.registry import check_pixels, decoding, open_picture
from .model import (
    FindFocus,
    Focus,
    MakePicture,
    Overview,
    PictureSpec,
    ProfilePicture,
    TimedFocus,
)
from .render import DRAFT_MARGIN, render

SHOWN = 240  # px; the size at which Authgear shows pictures: smaller ones are enlarged
OVERVIEW = 1_024  # px; the longer side, at most, of what faces are looked for in
# Of an overview's JPEG; at 1,024 px it stays far below Rekognition's limit of 5 MB.
OVERVIEW_QUALITY = 85
# Pixels; no more are decoded to come closer to a face, even if a format allows more.
MOST_DECODED = 50_000_000


# The types that describe a picture can be imported from here as well.
__all__ = [
    "OVERVIEW", "SHOWN", "FindFocus", "Focus", "Overview", "PictureSpec",
    "ProfilePicture", "decode", "encode", "make_in_process", "make_profile_picture",
    "view_whole",
]  # fmt: skip


def make_in_process(
    spec: PictureSpec,
    find_focus: FindFocus | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> MakePicture:
    """
    Return a maker that works in this process, for files that are trusted.

    It obeys the deadline only in that it looks for no faces after it.

    Args:
        spec: The wanted picture.
        find_focus: Says where to cut the whole picture.
        clock: Monotonic seconds.
    """

    def make(data: bytes, seconds: float) -> ProfilePicture:
        if not find_focus:
            return make_profile_picture(data, spec)
        timed = TimedFocus(
            find_focus=find_focus, deadline=clock() + seconds, clock=clock
        )
        made = make_profile_picture(data, spec, timed.find)
        return replace(made, focus_seconds=timed.seconds)

    return make


def make_profile_picture(
    data: bytes, spec: PictureSpec, find_focus: FindFocus | None = None
) -> ProfilePicture:
    """
    Make the profile picture of a picture file.

    Args:
        data: The whole file, of any content.
        spec: The wanted picture.
        find_focus: Finds in the whole picture, small and upright, where to cut it; it
            is not asked where that would change nothing.

    Raises:
        PictureRejected: No picture can be made of it, for one of many reasons.
    """
    open_source = partial(
        open_picture, data, spec.max_bytes, spec.max_pixels, spec.accepted_formats
    )
    name, source = open_source()
    stored = source.size
    with decoding(name, stored):
        side = min(spec.size, max(SHOWN, min(stored)))
        extent = choose_scale(source, side)
        check_pixels(name, source, stored, spec.max_pixels)
        source.load()
        orientation = read_orientation(source)
        overview = None
        if find_focus and _is_cut(stored, side, spec):
            small = view_whole(source, extent, orientation, OVERVIEW, spec.background)
            overview = Overview(encode(small, OVERVIEW_QUALITY), small.size)
    # Not within the block above: a failure here says nothing about the picture.
    focus = find_focus(overview) if find_focus and overview else Focus()
    size = stored[::-1] if orientation in SIDEWAYS else stored
    position, closer = _choose_square(size, focus, spec.crop_position, side)
    with decoding(name, stored):
        if closer:
            needed = side * min(stored) / (closer[2] - closer[0])
            if _is_finer_stored(extent, stored, needed):
                _, source = open_source()
                extent = decode(source, needed)
            box = stored_box(closer, size, orientation, extent)
        else:
            box = square_box(extent, orientation, position)
        square = render(source, box, (side, side), orientation, spec.background)
    return ProfilePicture(
        data=encode(square, spec.quality),
        size=side,
        source_format=name,
        source_width=size[0],
        source_height=size[1],
        crop_position=position,
        focus=focus,
        incomplete=getattr(source, "incomplete", False),
    )


def shown_square(made: ProfilePicture) -> Box:
    """Return left, top, right, bottom of what was cut out of the upright source."""
    size = made.source_width, made.source_height
    closer = _find_closer_square(size, made.focus, made.size)
    return closer or square_box(size, 1, made.crop_position)


def _is_cut(size: tuple[int, int], side: int, spec: PictureSpec) -> bool:
    """Tell whether there is anything that a focus can decide."""
    can_be_closer = spec.looks_into_squares and min(size) > side
    return size[0] != size[1] or can_be_closer


def _choose_square(
    size: tuple[int, int], focus: Focus, crop_position: float | None, side: int
) -> tuple[float, Box | None]:
    """
    Decide where an upright picture is cut.

    Returns:
        The share of its surplus that is cut off at the left or top; the square, if it
        is to be closer than without faces.
    """
    closer = _find_closer_square(size, focus, side)
    if closer:
        axis = int(size[1] > size[0])
        surplus = size[axis] - (closer[2] - closer[0])
        return min(closer[axis] / surplus, 1.0), closer
    if focus.position is None:
        return default_position(size, crop_position), None
    return focus.position, None


def _find_closer_square(size: tuple[int, int], focus: Focus, side: int) -> Box | None:
    """
    Return the square that is closer to faces, and has the pixels that are needed.

    Args:
        size: Width and height of the upright source, in px.
        focus: What was found in it.
        side: The side of the finished picture, in px. No square is enlarged, or needs
            more than `MOST_DECODED` pixels.
    """
    least, pixels = float(side), size[0] * size[1]
    scale = next(it for it in count() if pixels / 4**it <= MOST_DECODED)
    if scale:
        least *= DRAFT_MARGIN * 2**scale
    return closer_square(size, (focus.left, focus.top, focus.share), least)


def _is_finer_stored(
    extent: tuple[float, float], stored: tuple[int, int], side: float
) -> bool:
    """Tell whether a source was decoded too small for a side, and has more pixels."""
    return min(extent) < min(min(stored), int(DRAFT_MARGIN * side))


def decode(source: ImageFile, side: float) -> tuple[float, float]:
    """
    Decode a source, at the smallest of its scales that is large enough.

    Args:
        source: As opened.
        side: The wanted length of its shorter side, in px.

    Returns:
        Its width and height in px, before they were rounded up.
    """
    extent = choose_scale(source, side)
    source.load()
    return extent


def choose_scale(source: ImageFile, side: float) -> tuple[float, float]:
    """Do what `decode` does before the first pixel is decoded."""
    stored = source.size
    enough = int(DRAFT_MARGIN * side)
    drafted = source.draft(None, (enough, enough))
    return drafted[1][2:] if drafted else stored


def view_whole(
    source: ImageFile,
    extent: tuple[float, float],
    orientation: int,
    longest: int,
    background: str = "#ffffff",
) -> Image.Image:
    """
    Make the whole of a decoded source small and upright; nothing is enlarged.

    Args:
        source: As decoded.
        extent: As `decode` returned it.
        orientation: As `read_orientation` returned it.
        longest: The longer side, at most, in px.
        background: Shows through transparent pictures.
    """
    scale = min(1, longest / max(extent))
    width, height = (max(1, round(length * scale)) for length in extent)
    box = (0, 0, *extent)
    return render(source, box, (width, height), orientation, background)


class _JPEGFile(BytesIO):
    """A file in memory whose name makes Pillow load only the JPEG encoder."""

    name = "picture.jpg"


def encode(picture: Image.Image, quality: int) -> bytes:
    """
    Write a JPEG file.

    Colour is stored at half resolution (4:2:0): of 512 px that is 256, still more than
    Authgear shows, and it saves a fifth of the file. A progressive file would save 5%
    more, for a tenth of a picture's time; Authgear encodes what it serves again.
    """
    file = _JPEGFile()
    picture.save(file, quality=quality, subsampling="4:2:0")
    return file.getvalue()
