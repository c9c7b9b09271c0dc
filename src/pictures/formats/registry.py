"""
Foreign bytes -> an opened picture, or the reason why none was made.

No file is touched and no name is asked for: the content alone decides. Decoders are
called directly, not by `Image.open`, so that bytes reach the one decoder chosen here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

from outcome import Reason, explain_pixels, explain_size

from ..errors import PictureRejected
from .foreign import describe

# Every format that is decoded: how its files begin, its module here, and the class in
# it that opens a file. A module is loaded when the first file of its format comes. MPO
# and Ultra HDR files begin with an ordinary JPEG, and that one is used.
FORMATS = {
    "jpeg": (rb"\xff\xd8\xff", "jpeg", "JPEGFile"),
    "png": (rb"\x89PNG\r\n\x1a\n", "png", "PNGFile"),
    "webp": (rb"RIFF....WEBPVP8[ LX]", "webp", "WebPFile"),
    "gif": (rb"GIF8[79]a", "gif", "GIFFile"),
    "avif": (rb"....ftyp(....)*avi[fs]", "avif", "AVIFFile"),
    "heic": (rb"....ftyp(....)*(he[iv][cxms]|m[is]f1)", "heic", "HEICFile"),
    "bmp": (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", "bmp", "BMPFile"),
}
HEAD = 64  # bytes; no format needs more to be recognised


def open_picture(
    data: bytes, max_bytes: int, max_pixels: int, accepted: Container[str] = FORMATS
) -> tuple[str, ImageFile]:
    """
    Open a picture file, and decode no pixel yet.

    Args:
        data: The whole file, of any content.
        max_bytes: Larger ones are rejected.
        max_pixels: Pictures with more are rejected; for formats that take more memory
            the limit is a part of it.
        accepted: Names of `FORMATS`; no decoder sees a file of another one.

    Returns:
        Its format, a name of `FORMATS`, and the picture.

    Raises:
        PictureRejected: It cannot be decoded within the limits.
    """
    _check_bytes(data, max_bytes)
    name = _recognise(data)
    if name not in accepted:
        message = f"{name.upper()} is not one of ACCEPTED_FORMATS"
        raise PictureRejected(Reason.FORMAT_NOT_ACCEPTED, message, source_format=name)
    decoder = load_decoder(name)
    with decoding(name):
        source = decoder(BytesIO(data))
    check_pixels(name, source, source.size, max_pixels)
    return name, source


def check_pixels(
    name: str, source: ImageFile, size: tuple[int, int], max_pixels: int
) -> None:
    """
    Reject what would take too much memory to decode.

    Args:
        name: The format.
        source: As opened; its class tells how many pixels are to be counted
            (`pixels_in_memory`), and which part of the limit it has
            (`share_of_pixels`).
        size: Its width and height as stored, in px.
        max_pixels: The limit.

    Raises:
        PictureRejected: It is over the limit.
    """
    limit = int(max_pixels * getattr(source, "share_of_pixels", 1.0))
    pixels = getattr(source, "pixels_in_memory", size[0] * size[1])
    if pixels > limit:
        are = "are" if pixels == size[0] * size[1] else "take the memory of"
        allowed = explain_pixels(pixels, limit, name.upper())
        message = f"{size[0]:,} x {size[1]:,} px {are} {allowed}"
        reason = Reason.TOO_MANY_PIXELS
        raise PictureRejected(reason, message, source_format=name, size=size)


@contextmanager
def decoding(name: str, size: tuple[int, int] | None = None) -> Iterator[None]:
    """Turn any exception of a decoder into a rejection, and keep its warnings quiet."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except PictureRejected:
        raise
    except Image.DecompressionBombError as error:
        message = f"the {name.upper()} picture has far too many pixels"
        reason = Reason.TOO_MANY_PIXELS
        raise PictureRejected(reason, message, source_format=name) from error
    except Exception as error:
        if is_out_of_memory(error):
            message = f"the {name.upper()} picture takes more memory than there is"
            reason = Reason.DECODER_OUT_OF_MEMORY
            raise PictureRejected(
                reason, message, source_format=name, size=size
            ) from None  # what the error's frames hold is as large as it was
        kind, reason = type(error).__name__, Reason.BROKEN_PICTURE
        message = f"the {name.upper()} picture is damaged or cut short ({kind})"
        raise PictureRejected(reason, message, source_format=name, size=size) from error


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether a decoder had not enough memory; most say so by a text only."""
    return isinstance(error, MemoryError) or "memory" in str(error).lower()


def load_decoder(name: str) -> Callable[[BytesIO], ImageFile]:
    """Return what opens a file of a format, and decodes no pixel yet."""
    _, module, decoder = FORMATS[name]
    loaded = import_module(f"{__package__}.{module}")
    opened: Callable[[BytesIO], ImageFile] = getattr(loaded, decoder)
    return opened


def _check_bytes(data: bytes, limit: int) -> None:
    """Reject what is not worth a look."""
    if not data:
        raise PictureRejected(Reason.EMPTY_OBJECT, Reason.EMPTY_OBJECT.meaning)
    if len(data) > limit:
        raise PictureRejected(Reason.TOO_MANY_BYTES, explain_size(len(data), limit))


def _recognise(data: bytes) -> str:
    """Return the name of the format of a file."""
    if name := _match(data):
        return name
    described = describe(data, _match)
    message = f"the content is none of {', '.join(FORMATS).upper()}"
    reason = Reason.NOT_A_PICTURE
    raise PictureRejected(reason, f"{message}; {described}" if described else message)


def _match(data: bytes) -> str | None:
    """Return the name of the format that some bytes begin as."""
    head = data[:HEAD]
    if head[4:8] == b"ftyp":  # lists brands, up to its length, which comes first
        head = head[: int.from_bytes(head[:4])]
    for name, (beginning, _, _) in FORMATS.items():
        if re.match(beginning, head, re.DOTALL):
            return name
    return None
