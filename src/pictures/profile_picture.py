"""Foreign bytes in, profile picture out: a small square JPEG without any metadata."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from .render import DRAFT_MARGIN, render

SHOWN = 240  # px; the size at which Authgear shows pictures: smaller ones are enlarged
OVERVIEW = 1_024  # px; the longer side, at most, of what faces are looked for in
# Pixels; no more are decoded to come closer to a face, whatever the limit of a format.
MOST_DECODED = 50_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureSpec:
    """
    What picture is made, and what is accepted.

    Args:
        size: Side of the square, in px. A source with a shorter side gives a smaller
            square, but none below the 240 px that Authgear shows.
        quality: JPEG quality.
        crop_position: What stays of a picture that is higher than wide: 0 the top, 1
            the bottom; `None` chooses. A wide one is cut from both sides.
        background: Shows through transparent pictures; any colour Pillow understands.
        max_bytes: Larger sources are rejected.
        max_pixels: Sources that take memory for more pixels are rejected before they
            are decoded, those of some formats for more than a part of it
            (`share_of_pixels`).
        looks_into_squares: Whether a square picture is asked about too, in which faces
            can only be brought closer.
    """

    size: int = 512
    quality: int = 85
    crop_position: float | None = None
    background: str = "#ffffff"
    max_bytes: int = 20_000_000
    max_pixels: int = 51_000_000
    looks_into_squares: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """
    What was found in a picture that tells where to cut it.

    Args:
        position: The share of the surplus to cut off at the left or top; `None` leaves
            it to the spec.
        faces: How many faces that is for.
        fallback: Why there is no position, if one was looked for.
        left: Where a square begins that is closer, as a share of the width.
        top: The same, as a share of the height.
        share: Its side, as a share of the shorter one; 1 if it is to be no closer.
    """

    position: float | None = None
    faces: int = 0
    fallback: str = ""
    left: float = 0.0
    top: float = 0.0
    share: float = 1.0


FindFocus = Callable[[Image.Image], Focus]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfilePicture:
    """
    A finished JPEG, and what it was made from.

    Args:
        data: The JPEG file.
        size: Its side, in px.
        source_format: A name of `formats.registry.FORMATS`.
        source_width: Width in px of the source as shown, that is turned upright.
        source_height: Height in px of the source as shown.
        crop_position: The share of its surplus that was cut off at the left or top.
        focus: What was found in it; nothing, if nothing was looked for.
        incomplete: Whether the file is cut short, and a part of the picture missing.
    """

    data: bytes
    size: int
    source_format: str
    source_width: int
    source_height: int
    crop_position: float
    focus: Focus = Focus()
    incomplete: bool = False


def make_profile_picture(
    data: bytes, spec: PictureSpec, find_focus: FindFocus | None = None
) -> ProfilePicture:
    """
    Make the profile picture of a picture file.

    Args:
        data: The whole file, whatever it may be.
        spec: What to make of it.
        find_focus: Tells of the whole picture, small and upright, where to cut it; it
            is not asked where that would change nothing.

    Raises:
        PictureRejected: No picture can be made of it, for one of many reasons.
    """
    open_source = partial(open_picture, data, spec.max_bytes, spec.max_pixels)
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
            overview = view_whole(
                source, extent, orientation, OVERVIEW, spec.background
            )
    # Not within the block above: what fails here says nothing about the picture.
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
        side: What is made of the square, in px. It is not enlarged, nor is more decoded
            for it than `MOST_DECODED`.
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
        side: What will be made of its shorter side, in px.

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
