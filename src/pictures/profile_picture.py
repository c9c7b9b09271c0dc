"""Foreign bytes in, profile picture out: a small square JPEG without any metadata."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

from .crop import SIDEWAYS, default_position, read_orientation, square_box
from .formats.registry import check_pixels, decoding, open_picture
from .render import DRAFT_MARGIN, render

SHOWN = 240  # px; the size at which Authgear shows pictures: smaller ones are enlarged
OVERVIEW = 1_024  # px; the longer side, at most, of what faces are looked for in


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
    """

    size: int = 512
    quality: int = 85
    crop_position: float | None = None
    background: str = "#ffffff"
    max_bytes: int = 20_000_000
    max_pixels: int = 51_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """
    What was found in a picture that tells where to cut it.

    Args:
        position: The share of the surplus to cut off at the left or top; `None` leaves
            it to the spec.
        faces: How many faces that is for.
        fallback: Why there is no position, if one was looked for.
    """

    position: float | None = None
    faces: int = 0
    fallback: str = ""


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
            is not asked about squares.

    Raises:
        PictureRejected: No picture can be made of it, for one of many reasons.
    """
    name, source = open_picture(data, spec.max_bytes, spec.max_pixels)
    stored = source.size
    with decoding(name, stored):
        side = min(spec.size, max(SHOWN, min(stored)))
        extent = choose_scale(source, side)
        check_pixels(name, source, stored, spec.max_pixels)
        source.load()
        orientation = read_orientation(source)
        overview = None
        if find_focus and stored[0] != stored[1]:
            overview = view_whole(
                source, extent, orientation, OVERVIEW, spec.background
            )
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
        incomplete=getattr(source, "incomplete", False),
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
    extent = choose_scale(source, side)
    source.load()
    return extent


def choose_scale(source: ImageFile, side: int) -> tuple[float, float]:
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
