"""The chunks of PNG files, damaged ones too (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

SIGNATURE = 8  # bytes before the first chunk
# The smallest pieces that encoders write are of 8 kB: 2,500 in the largest file.
MAX_CHUNKS = 50_000
MAX_PROFILE = 4_000_000  # bytes; the profiles of printers have up to 2 MB
CHRM = struct.Struct(">8I")
FCTL = struct.Struct(">IIIIIHHBB")

Span = tuple[int, int]  # of a file: from here, up to there


class TooManyChunks(Exception):
    """Raised for more chunks than a real file has: a chunk can be 12 bytes small."""


@dataclass(slots=True)
class PNGFrame:
    """
    A picture of an animation.

    Args:
        size: Its width and height, in px.
        box: Left, top, right, bottom within the whole picture, in px.
        disposal: 0 if it stays, 1 if its area is cleared behind it, 2 if what was there
            before comes back.
        blend: Whether what is below shows through.
        spans: Where its pixels are.
    """

    size: tuple[int, int]
    box: tuple[int, int, int, int]
    disposal: int
    blend: bool
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class PNGParts:
    """
    The needed parts of a file.

    Args:
        header: The content of IHDR.
        single: The contents of chunks that count once, by their kind.
        spans: Where the pixels of the picture are.
        frames: The pictures of the animation, if it is one.
        is_first: Whether the picture is the first of the animation.
        is_ordered: Whether the animation is as it announces itself.
    """

    header: bytes = b""
    single: dict[bytes, bytes] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    frames: list[PNGFrame] = field(default_factory=list)
    is_first: bool = False
    is_ordered: bool = True
    _number: int = 0

    @property
    def is_animated(self) -> bool:
        """Whether there is an animation to be shown; else it is the picture alone."""
        return self.is_ordered and b"acTL" in self.single and bool(self.frames)

    def add_pixels(self, start: int, end: int) -> None:
        """Add a part of the picture's pixels."""
        if len(self.frames) == 1 and not self.spans:
            self.is_first = True
            self.frames[0].spans = self.spans
        self.spans.append((start, end))

    def add_animated(self, kind: bytes, content: memoryview, start: int) -> None:
        """Add a picture of the animation, or a part of the last one's pixels."""
        self.is_ordered &= content[:4] == self._number.to_bytes(4)
        self._number += 1
        if kind == b"fdAT" and self.frames:
            self.frames[-1].spans.append((start + 4, start + len(content)))
        elif len(content) == FCTL.size:
            self.frames.append(_read_frame(content))

    def end(self) -> None:
        """Compare the animation with what it announces, at the end of the file."""
        told = self.single.get(b"acTL", b"")[:4]
        self.is_ordered &= told == len(self.frames).to_bytes(4)


# Colour chunks count only before the pixels, as browsers do it.
BEFORE_PIXELS = {b"iCCP", b"cICP", b"gAMA", b"cHRM", b"sRGB", b"PLTE", b"tRNS", b"acTL"}
ANYWHERE = {b"eXIf"}
TEXTS = {b"tEXt", b"zTXt"}
# How ImageMagick stored EXIF before there was a chunk for it: as a text of hexadecimal
# numbers, behind three lines.
RAW_EXIF = b"Raw profile type exif\0"
RAW_LINES = 3
MAX_RAW_EXIF = 200_000  # bytes


def read_chunks(data: memoryview) -> PNGParts:
    """
    Return what is wanted of a file; everything else is skipped unread.

    Args:
        data: The whole file.

    Raises:
        TooManyChunks: It has more than `MAX_CHUNKS`.
    """
    parts = PNGParts()
    for kind, start, end in _walk(data):
        if kind == b"IDAT":
            parts.add_pixels(start, end)
        elif kind in (b"fcTL", b"fdAT"):
            parts.add_animated(kind, data[start:end], start)
        elif kind == b"IHDR":
            parts.header = parts.header or data[start:end].tobytes()
        elif kind in ANYWHERE or (kind in BEFORE_PIXELS and not parts.spans):
            parts.is_ordered &= kind != b"acTL" or kind not in parts.single
            if _is_whole(data, start, end) and kind not in parts.single:
                parts.single[kind] = data[start:end].tobytes()
        elif kind in TEXTS and bytes(data[start : start + len(RAW_EXIF)]) == RAW_EXIF:
            parts.single.setdefault(RAW_EXIF, data[start:end].tobytes())
        elif kind == b"IEND":
            parts.end()
            break
    return parts


def read_colours(parts: PNGParts) -> dict[str | tuple[int, int], Any]:
    """Return what a file says about its colours, malformed chunks left out."""
    found: dict[str | tuple[int, int], Any] = {}
    single = parts.single
    if profile := _unpack(single.get(b"iCCP", b"").partition(b"\0")[2], MAX_PROFILE):
        found["icc_profile"] = profile
    if len(cicp := single.get(b"cICP", b"")) == 4:
        found["cicp"] = tuple(cicp)
    if len(gamma := single.get(b"gAMA", b"")) == 4:
        found["gamma"] = int.from_bytes(gamma) / 100_000
    if len(chromaticity := single.get(b"cHRM", b"")) == CHRM.size:
        values = CHRM.unpack(chromaticity)
        found["chromaticity"] = tuple(value / 100_000 for value in values)
    if len(intent := single.get(b"sRGB", b"")) == 1:
        found["srgb"] = intent[0]
    return found


def _walk(data: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk's content, the last may be cut short."""
    at, number = SIGNATURE, 0
    while at + 8 <= len(data):
        if number == MAX_CHUNKS:
            raise TooManyChunks
        length = int.from_bytes(data[at : at + 4])
        start = at + 8
        yield data[at + 4 : start].tobytes(), start, min(start + length, len(data))
        at, number = start + length + 4, number + 1


def _read_frame(content: memoryview) -> PNGFrame:
    """Return the picture that an fcTL chunk announces."""
    _, width, height, left, top, _, _, disposal, blend = FCTL.unpack(content)
    box = (left, top, left + width, top + height)
    return PNGFrame((width, height), box, disposal, bool(blend))


def _is_whole(data: memoryview, start: int, end: int) -> bool:
    """Tell whether a chunk's checksum is right; a palette's is not checked."""
    if bytes(data[start - 4 : start]) == b"PLTE":
        return True
    return zlib.crc32(data[start - 4 : end]) == int.from_bytes(data[end : end + 4])


def read_exif(parts: PNGParts) -> bytes:
    """Return the EXIF block, wherever it is stored."""
    if exif := parts.single.get(b"eXIf"):
        return exif
    _, _, text = parts.single.get(RAW_EXIF, b"").partition(b"\0")
    text = _unpack(text, MAX_RAW_EXIF) or text
    with suppress(ValueError):  # no hexadecimal numbers
        return bytes.fromhex(b"".join(text.split(b"\n")[RAW_LINES:]).decode("latin-1"))
    return b""


def _unpack(content: bytes, most: int) -> bytes:
    """Return what is packed behind a method's number; nothing, if it is malformed."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(content[1:], most)
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail or content[:1] != b"\0" else unpacked
