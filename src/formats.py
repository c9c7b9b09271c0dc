"""
Foreign bytes -> an opened picture, or the reason why there is none.

No file is touched and no name is asked for: the content alone decides. Decoders are
called directly, not by `Image.open`, so that bytes reach the one decoder chosen here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

from outcome import Reason

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


def open_picture(data: bytes, max_bytes: int, max_pixels: int) -> tuple[str, ImageFile]:
    """
    Open a picture file, and decode no pixel yet.

    Args:
        data: The whole file, whatever it may be.
        max_bytes: Larger ones are rejected.
        max_pixels: Pictures with more are rejected; those of formats that take more
            memory, with more than a part of it.

    Returns:
        Its format, a name of `FORMATS`, and the picture.

    Raises:
        PictureRejected: It is none that can be decoded within the limits.
    """
    _check_bytes(data, max_bytes)
    name = _recognise(data[:HEAD])
    decoder = load_decoder(name)
    with decoding(name):
        source = decoder(BytesIO(data))
    share = getattr(source, "share_of_pixels", SHARE_OF_PIXELS.get(name, 1))
    _check_pixels(name, source.size, int(max_pixels * share))
    return name, source


@contextmanager
def decoding(name: str, size: tuple[int, int] | None = None) -> Iterator[None]:
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


def load_decoder(name: str) -> Callable[[BytesIO], ImageFile]:
    """Return what opens a file of a format, and decodes no pixel yet."""
    _, module, decoder = FORMATS[name]
    loaded: Callable[[BytesIO], ImageFile] = getattr(import_module(module), decoder)
    return loaded


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


def _check_pixels(name: str, size: tuple[int, int], limit: int) -> None:
    """Reject what would take too much memory to decode."""
    if size[0] * size[1] > limit:
        most = f"{name.upper()}'s limit of {limit:,}"
        message = f"{size[0]:,} x {size[1]:,} px are more than {most}"
        reason = Reason.TOO_MANY_PIXELS
        raise PictureRejected(reason, message, source_format=name, size=size)
