"""
Foreign bytes in, profile picture out: a small square JPEG without any metadata.

No file is touched and no name is asked for: the content alone decides. Decoders are
called directly, not by `Image.open`, so that bytes reach the one decoder chosen here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

import pixels
from outcome import Reason

SHOWN = 240  # px; the size at which Authgear shows pictures: smaller ones are enlarged
OVERVIEW = 1_024  # px; the longer side, at most, of what faces are looked for in

# Every format that is decoded: what it begins with, and its decoder, loaded when first
# needed. MPO and Ultra HDR files begin with an ordinary JPEG, and that one is used.
FORMATS = {
    "jpeg": (rb"\xff\xd8\xff", "jpeg", "JPEGFile"),
    "png": (rb"\x89PNG\r\n\x1a\n", "PIL.PngImagePlugin", "PngImageFile"),
    "webp": (rb"RIFF....WEBPVP8[ LX]", "webp", "WebPFile"),
    "gif": (rb"GIF8[79]a", "PIL.GifImagePlugin", "GifImageFile"),
    "avif": (rb"....ftyp(....)*avi[fs]", "PIL.AvifImagePlugin", "AvifImageFile"),
    "heic": (rb"....ftyp(....)*(he[iv][cxms]|m[is]f1)", "heic", "HEICFile"),
}
HEAD = 64  # bytes; no format needs more to be recognised

# The part of the limit of pixels that holds for formats which take more memory: WebP's
# decoder keeps two whole pictures beside the one that it hands out, AVIF's two bytes a
# value where there are more than 8 bits. `HEICFile` says itself what a file takes.
SHARE_OF_PIXELS = {"avif": 0.5, "webp": 0.8}


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
        max_pixels: Sources with more pixels are rejected before they are decoded; WebP
            with more than four fifths of them.
    """

    size: int = 512
    quality: int = 85
    crop_position: float | None = None
    background: str = "#ffffff"
    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000


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
        source_format: A name of `FORMATS`.
        source_width: Width in px of the source as shown, that is turned upright.
        source_height: Height in px of the source as shown.
        crop_position: The share of its surplus that was cut off at the left or top.
        focus: What was found in it; nothing, if nothing was looked for.
    """

    data: bytes
    size: int
    source_format: str
    source_width: int
    source_height: int
    crop_position: float
    focus: Focus = Focus()


class PictureRejected(Exception):
    """
    Raised for bytes that no profile picture can be made from, now or later.

    Args:
        reason: The stable code.
        message: One sentence for a person; it holds nothing of the content.
        source_format: A name of `FORMATS`, once it is known.
        size: Stored width and height in px, once they are known.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        source_format: str | None = None,
        size: tuple[int, int] | None = None,
    ) -> None:
        self.reason = reason
        self.format = source_format
        self.width = size[0] if size else None
        self.height = size[1] if size else None
        super().__init__(message)


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
    _check_bytes(data, spec.max_bytes)
    name = _recognise(data[:HEAD])
    decoder = _load_decoder(name)
    with _decoding(name):
        source = decoder(BytesIO(data))
    stored = source.size
    share = getattr(source, "share_of_pixels", SHARE_OF_PIXELS.get(name, 1))
    _check_pixels(name, stored, int(spec.max_pixels * share))
    with _decoding(name, stored):
        side = min(spec.size, max(SHOWN, min(stored)))
        extent = _load(source, side)
        orientation = pixels.read_orientation(source)
        overview = None
        if find_focus and stored[0] != stored[1]:
            overview = _view_whole(source, extent, orientation, spec.background)
    # Not within the block above: what fails here says nothing about the picture.
    focus = find_focus(overview) if find_focus and overview else Focus()
    width, height = stored[::-1] if orientation in pixels.SIDEWAYS else stored
    position = focus.position
    if position is None:
        position = pixels.default_position((width, height), spec.crop_position)
    with _decoding(name, stored):
        box = pixels.square_box(extent, orientation, position)
        square = pixels.render(source, box, (side, side), orientation, spec.background)
    return ProfilePicture(
        data=encode(square, spec.quality),
        size=side,
        source_format=name,
        source_width=width,
        source_height=height,
        crop_position=position,
        focus=focus,
    )


def _check_bytes(data: bytes, limit: int) -> None:
    """Reject what is not worth a look."""
    if not data:
        raise PictureRejected(Reason.EMPTY_OBJECT, "there are no bytes")
    if len(data) > limit:
        message = f"{len(data):,} bytes are more than the limit of {limit:,}"
        raise PictureRejected(Reason.TOO_MANY_BYTES, message)


def _recognise(head: bytes) -> str:
    """Return the name of the format that the content begins with."""
    if head[4:8] == b"ftyp":  # lists brands, up to its length, which comes first
        head = head[: int.from_bytes(head[:4])]
    for name, (beginning, _, _) in FORMATS.items():
        if re.match(beginning, head, re.DOTALL):
            return name
    message = f"the content is none of {', '.join(FORMATS).upper()}"
    raise PictureRejected(Reason.NOT_A_PICTURE, message)


@contextmanager
def _decoding(name: str, size: tuple[int, int] | None = None) -> Iterator[None]:
    """Turn whatever a decoder raises into a rejection, and keep its warnings quiet."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except Image.DecompressionBombError as error:
        message = f"the {name.upper()} picture has far too many pixels"
        reason = Reason.TOO_MANY_PIXELS
        raise PictureRejected(reason, message, source_format=name) from error
    except Exception as error:
        kind, reason = type(error).__name__, Reason.BROKEN_PICTURE
        message = f"the {name.upper()} picture is damaged or cut short ({kind})"
        raise PictureRejected(reason, message, source_format=name, size=size) from error


def _load_decoder(name: str) -> Callable[[BytesIO], ImageFile]:
    """Return what opens a file of a format, and decodes no pixel yet."""
    _, module, decoder = FORMATS[name]
    loaded: Callable[[BytesIO], ImageFile] = getattr(import_module(module), decoder)
    return loaded


def _check_pixels(name: str, size: tuple[int, int], limit: int) -> None:
    """Reject what would take too much memory to decode."""
    if size[0] * size[1] > limit:
        most = f"{name.upper()}'s limit of {limit:,}"
        message = f"{size[0]:,} x {size[1]:,} px are more than {most}"
        reason = Reason.TOO_MANY_PIXELS
        raise PictureRejected(reason, message, source_format=name, size=size)


def _load(source: ImageFile, side: int) -> tuple[float, float]:
    """
    Decode a source, at the smallest of its scales that is large enough for the square.

    Returns:
        Its width and height in px, before they were rounded up.
    """
    stored = source.size
    enough = int(pixels.DRAFT_MARGIN * side)
    drafted = source.draft(None, (enough, enough))
    source.load()
    return drafted[1][2:] if drafted else stored


def _view_whole(
    source: ImageFile, extent: tuple[float, float], orientation: int, background: str
) -> Image.Image:
    """Make the whole of a loaded source small and upright; nothing is enlarged."""
    scale = min(1, OVERVIEW / max(extent))
    width, height = (max(1, round(length * scale)) for length in extent)
    box = (0, 0, *extent)
    return pixels.render(source, box, (width, height), orientation, background)


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
