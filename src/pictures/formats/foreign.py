"""Content that is not accepted: what it is, and what a person can do about it."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable

HEAD = 1_000  # bytes that are looked at
AS_PICTURE = "Save it as JPEG or PNG"
# How content begins, what it is, and what to do.
KNOWN = (
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "a TIFF or raw photograph", AS_PICTURE),
    (rb"\0\0\0\x0cjP  |\xffO\xffQ", "a JPEG 2000 picture", AS_PICTURE),
    (rb"\0\0\0\x0cJXL |\xff\x0a", "a JPEG XL picture", AS_PICTURE),
    (rb"\0\0[\1\2]\0.\0", "an icon (ICO)", "Save it as PNG"),
    (rb"8BPS", "a Photoshop document", AS_PICTURE),
    (rb"%PDF|%!PS", "a PDF or PostScript document", AS_PICTURE),
    (
        rb"(?i)(\xef\xbb\xbf)?\s*(<[?!][^>]*>\s*)*<svg\b",
        "an SVG drawing",
        "Save it as PNG",
    ),
    (
        rb"....ftyp|RIFF....AVI |\x1aE\xdf\xa3|....moov",
        "a film, or a picture of another kind in the same container",
        AS_PICTURE,
    ),
    (rb"(?i)\s*(<!doctype html|<html)", "a web page", "Upload the picture itself"),
    (rb"PK\x03\x04", "a ZIP archive", "Upload the picture in it"),
)

GZIP = b"\x1f\x8b"
BASE64 = re.compile(rb"\s*(data:[\w/+.;=-]{0,99},)?\s*([A-Za-z0-9+/_\s-]{40,})")

Recognise = Callable[[bytes], str | None]


def describe(data: bytes, recognise: Recognise) -> str:
    """
    Say which kind of file content is, and what to do; an empty text if it is unknown.

    Args:
        data: The whole content. None of it gets into the text.
        recognise: Returns the format that some bytes begin as.
    """
    head = data[:HEAD]
    for wrapping, unwrap, advice in (
        ("gzip", _unpack_gzip, "Upload it without compression"),
        ("base64 text", _decode_base64, "Decode it before the upload"),
    ):
        if (inner := unwrap(head)) and (name := recognise(inner)):
            return f"it is a {name.upper()} picture as {wrapping}. {advice}."
    if head.startswith(GZIP):
        return "it is compressed by gzip. Upload the picture itself."
    for beginning, what, advice in KNOWN:
        if re.match(beginning, head, re.DOTALL):
            return f"it is {what}. {advice}."
    return ""


def _unpack_gzip(head: bytes) -> bytes:
    """Return the beginning of what gzip has packed."""
    if not head.startswith(GZIP):
        return b""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD)
    except zlib.error:
        return b""


def _decode_base64(head: bytes) -> bytes:
    """Return the beginning of what base64 text stands for."""
    if not (found := BASE64.match(head)):
        return b""
    text = b"".join(found[2].split()).translate(bytes.maketrans(b"-_", b"+/"))
    return binascii.a2b_base64(text[: len(text) // 4 * 4])
