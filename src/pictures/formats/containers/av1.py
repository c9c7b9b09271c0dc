"""Fields of AV1's sequence headers (AV1 bitstream specification, 5.3 and 5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .bits import BitReader

SEQUENCE_HEADER = 1
HEADER_BYTES = 64  # that a sequence header has at most, with what is read of it
SELECT = 2  # of tools that each frame chooses


@dataclass(frozen=True, slots=True)
class Sequence:
    """
    A sequence header.

    Args:
        size: The most that a frame has in width and height, in px.
        colours: Primaries, transfer, matrix and full range, if the header has them.
    """

    size: tuple[int, int]
    colours: tuple[int, int, int, int] | None


def find_headers(data: memoryview) -> Iterator[memoryview | None]:
    """Yield `None` for each unit of coded data, or its content, if it is a header."""
    at = 0
    while at < len(data):
        first, at = data[at], at + (2 if data[at] & 4 else 1)
        length = len(data) - at
        if first & 2:
            length, at = _read_leb128(data, at)
        is_header = first >> 3 & 15 == SEQUENCE_HEADER
        yield data[at : at + min(length, HEADER_BYTES)] if is_header else None
        at += length


def read_sequence(header: memoryview) -> Sequence:
    """Return the fields of a sequence header."""
    bits = BitReader(header.tobytes())
    profile, _, is_reduced = bits.read(3), bits.read(1), bits.read(1)
    if is_reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    widths = bits.read(4) + 1, bits.read(4) + 1
    width, height = (bits.read(width) + 1 for width in widths)
    if not is_reduced and bits.read(1):  # frames have numbers
        bits.read(7)
    bits.read(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.read(3)
    return Sequence((width, height), _read_colours(bits, profile))


def _read_colours(bits: BitReader, profile: int) -> tuple[int, int, int, int] | None:
    """Return the fields of the colour configuration."""
    is_deep = bits.read(1)
    if profile == 2 and is_deep:
        bits.read(1)
    if profile != 1:
        bits.read(1)
    if not bits.read(1):
        return None
    primaries, transfer, matrix = bits.read(8), bits.read(8), bits.read(8)
    is_rgb = (primaries, transfer, matrix) == (1, 13, 0)
    return primaries, transfer, matrix, 1 if is_rgb else bits.read(1)


def _skip_operating_points(bits: BitReader) -> None:
    """Read over times and levels."""
    delay_width = 0
    if bits.read(1):  # there is timing
        bits.read(64)
        if bits.read(1):
            bits.read_golomb()
        if bits.read(1):  # there is a model of the decoder
            delay_width = bits.read(5) + 1
            bits.read(42)
    has_display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay_width and bits.read(1):
            bits.read(2 * delay_width + 1)
        if has_display_delay and bits.read(1):
            bits.read(4)


def _skip_tools(bits: BitReader) -> None:
    """Read over the tools that pictures of one frame do not have."""
    bits.read(4)
    has_order = bits.read(1)
    if has_order:
        bits.read(2)
    screen_content = SELECT if bits.read(1) else bits.read(1)
    if screen_content and not bits.read(1):
        bits.read(1)
    if has_order:
        bits.read(3)


def _read_leb128(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number at an offset, and where it ends."""
    number = 0
    for i, byte in enumerate(data[at : at + 8]):
        number |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return number, at + i + 1
    return number, at + 8
