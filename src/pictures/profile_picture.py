"""Foreign bytes in, profile picture out: a small square JPEG without any metadata."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

from .crop import SIDEWAYS, default_position, read_orientation, square_box
from .formats.registry import decoding, open_picture
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


# All that a picture is described by can be imported from here as well.
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
    Return what makes pictures in this very process, where no file can mean harm.

    It keeps to no deadline but that nothing is looked for after it.

    Args:
        spec: What to make.
        find_focus: Tells of the whole picture where to cut it.
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
        data: The whole file, whatever it may be.
        spec: What to make of it.
        find_focus: Tells of the whole picture, small and upright, where to cut it; it
            is not asked about squares.

    Raises:
        PictureRejected: No picture can be made of it, for one of many reasons.
    """
    name, source = open_picture(
        data, spec.max_bytes, spec.max_pixels, spec.accepted_formats
    )
    stored = source.size
    with decoding(name, stored):
        side = min(spec.size, max(SHOWN, min(stored)))
        extent = decode(source, side)
        orientation = read_orientation(source)
        overview = None
        if find_focus and stored[0] != stored[1]:
            small = view_whole(source, extent, orientation, OVERVIEW, spec.background)
            overview = Overview(encode(small, OVERVIEW_QUALITY), small.size)
    # Not within the block above: what fails here says nothing about the picture.
    focus = find_focus(overview) if find_focus and overview else Focus()
    width, height = stored[::-1] if orientation in SIDEWAYS else stored
    position = focus.position
    if position is None:
        position = default_position((width, height), spec.crop_position)
    with decoding(name, stored):
        box = square_box(extent, orientation, position)
        square = render(source, box, (side, side), orientation, spec.background)
    return ProfilePicture(
        data=encode(square, spec.quality),
        size=side,
        source_format=name,
        source_width=width,
        source_height=height,
        crop_position=position,
        focus=focus,
    )


def decode(source: ImageFile, side: int) -> tuple[float, float]:
    """
    Decode a source, at the smallest of its scales that is large enough.

    Args:
        source: As opened.
        side: What will be made of its shorter side, in px.

    Returns:
        Its width and height in px, before they were rounded up.
    """
    stored = source.size
    enough = int(DRAFT_MARGIN * side)
    drafted = source.draft(None, (enough, enough))
    source.load()
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
    """A file in memory whose name tells Pillow to load no encoder but JPEG's."""

    name = "picture.jpg"


def encode(picture: Image.Image, quality: int) -> bytes:
    """
    Write a JPEG file.

    Colour is stored at half resolution (4:2:0): of 512 px that is 256, still more than
    Authgear shows, and it saves a fifth of the file. A progressive file would save 5%
    more, for a tenth of a picture's time; what Authgear serves it writes anew.
    """
    file = _JPEGFile()
    picture.save(file, quality=quality, subsampling="4:2:0")
    return file.getvalue()
