"""PNG files made chunk by chunk, right and wrong."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE = 0, 2, 3


def chunk(kind: bytes, content: bytes = b"", crc: bytes | None = None) -> bytes:
    """Return a chunk, with its own checksum unless another one is given."""
    right = zlib.crc32(kind + content).to_bytes(4)
    return len(content).to_bytes(4) + kind + content + (right if crc is None else crc)


def header(width: int, height: int, depth: int, kind: int) -> bytes:
    """Return signature and IHDR."""
    content = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", content)


def insert(png: bytes, *chunks: bytes) -> bytes:
    """Return a file with chunks behind its IHDR."""
    return png[:33] + b"".join(chunks) + png[33:]


def pack_rows(rows: Iterable[bytes]) -> bytes:
    """Return the content of IDAT of rows that are not filtered."""
    return zlib.compress(b"".join(b"\0" + row for row in rows))


def uniform(
    depth: int, kind: int, pixels: list[bytes], *chunks: bytes, side: int = 96
) -> bytes:
    """Return a file of equal rows, each of some bytes repeated for its share of one."""
    length = side * depth * (3 if kind == RGB else 1) // 8 // len(pixels)
    row = b"".join(value * (length // len(value)) for value in pixels)
    body = chunk(b"IDAT", pack_rows([row] * side))
    extra = b"".join(chunks)
    return header(side, side, depth, kind) + extra + body + chunk(b"IEND")


def frame_control(
    number: int, width: int, height: int, x: int = 0, y: int = 0, disposal: int = 0
) -> bytes:
    """Return the fcTL chunk of a picture of an animation."""
    times = struct.pack(">HH", 1, 10)
    content = struct.pack(">IIIII", number, width, height, x, y) + times
    return chunk(b"fcTL", content + bytes((disposal, 0)))
