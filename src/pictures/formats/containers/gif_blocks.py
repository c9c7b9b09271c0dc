"""The blocks of GIF files (GIF89a)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Of comments and other extensions; 5 MB of them. XMP and profiles take about a hundred.
MAX_EXTENSION_BLOCKS = 20_000
MAX_PIXEL_BLOCKS = 100_000  # that are skipped to find the next picture

TRAILER, EXTENSION, PICTURE = 0x3B, 0x21, 0x2C
GRAPHIC_CONTROL = 0xF9
HAS_PALETTE, INTERLACED = 0x80, 0x40
GRAYS = bytes(level for level in range(256) for _ in range(3))


class TooManyBlocks(Exception):
    """Raised for more blocks than a real file has: a block can be 2 bytes small."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GIFFrame:
    """
    A picture of a file.

    Args:
        box: Left, top, right, bottom within the whole picture, in px.
        palette: Three bytes a colour; empty, where values are grays.
        transparency: The value that is transparent, if there is one.
        disposal: The value in the graphic control extension.
        is_interlaced: Whether rows are stored in another order than from the top.
        code_size: The first code's size in bits.
        start: Offset of the pixels.
    """

    box: tuple[int, int, int, int]
    palette: bytes
    transparency: int | None
    disposal: int
    is_interlaced: bool
    code_size: int
    start: int


def read_canvas(data: memoryview) -> tuple[int, int]:
    """Return width and height of the whole picture, from the header."""
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def read_frames(data: memoryview) -> Iterator[GIFFrame]:
    """
    Yield the pictures of a file, one after the other, until the file ends.

    Raises:
        TooManyBlocks: It has more than `MAX_EXTENSION_BLOCKS`.
    """
    whole, at = _read_palette(data, 13, data[10] if len(data) > 12 else 0)
    control, extensions, pixels = b"", 0, 0
    while at < len(data) and data[at] != TRAILER:
        if extensions > MAX_EXTENSION_BLOCKS:
            raise TooManyBlocks
        if data[at] == EXTENSION:
            if data[at + 1 : at + 2] == bytes((GRAPHIC_CONTROL,)):
                control = data[at + 3 : at + 7].tobytes()
            at, count = _skip_blocks(data, at + 2, MAX_EXTENSION_BLOCKS)
            extensions += count + 1
        elif data[at] == PICTURE and at + 11 <= len(data):
            frame = _read_frame(data, at + 1, whole, control)
            yield frame
            at, count = _skip_blocks(data, frame.start, MAX_PIXEL_BLOCKS)
            control, pixels = b"", pixels + count
            if pixels >= MAX_PIXEL_BLOCKS:
                return
        else:  # no block begins here
            at, extensions = at + 1, extensions + 1


def _read_frame(
    data: memoryview, at: int, whole: bytes | None, control: bytes
) -> GIFFrame:
    """Return the picture whose description begins at an offset."""
    left, top, width, height, flags = struct.unpack("<HHHHB", data[at : at + 9])
    palette, start = _read_palette(data, at + 9, flags)
    told = control[0] if len(control) == 4 else 0
    return GIFFrame(
        box=(left, top, left + width, top + height),
        palette=(whole if palette is None else palette) or b"",
        transparency=control[3] if told & 1 else None,
        disposal=told >> 2 & 7,
        is_interlaced=bool(flags & INTERLACED),
        code_size=data[start] if start < len(data) else 0,
        start=start + 1,
    )


def _read_palette(data: memoryview, at: int, flags: int) -> tuple[bytes | None, int]:
    """Return a palette, if there is one, and where it ends; none of grays alone."""
    if not flags & HAS_PALETTE:
        return None, at
    end = at + (6 << (flags & 7))
    palette = data[at:end].tobytes()
    return (b"" if GRAYS.startswith(palette) else palette), end


def _skip_blocks(data: memoryview, at: int, most: int) -> tuple[int, int]:
    """Return where a row of blocks ends, and how many it has; `most` are counted."""
    count = 0
    while at < len(data) and data[at] and count < most:
        at, count = at + 1 + data[at], count + 1
    return at + 1, count
