"""Where the parts of a picture file begin: segments, chunks, blocks and boxes."""

from __future__ import annotations

from collections.abc import Iterator

# ISO 14496-12 boxes that hold boxes, and the bytes of their own before those.
CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"iinf": 6, b"dinf": 0, b"iref": 4}
CONTAINERS |= {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0}


def parts(name: str, data: bytes) -> list[int]:
    """
    Return the offsets at which a part of a good file begins, and its end.

    Args:
        name: A name of `formats.FORMATS`.
        data: The file.
    """
    walk = {"jpeg": _jpeg, "png": _png, "webp": _webp, "gif": _gif, "bmp": _bmp}
    found = walk[name](data) if name in walk else _boxes(data, 0, len(data))
    return sorted({*found, len(data)})


def _jpeg(data: bytes) -> Iterator[int]:
    """Yield the offsets of the markers (ITU T.81, B.1)."""
    at = 2
    while at + 4 <= len(data):
        yield at
        if data[at + 1] == 0xD9:
            return
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        while at + 2 < len(data) and (data[at] != 0xFF or not data[at + 1]):
            at += 1


def _png(data: bytes) -> Iterator[int]:
    """Yield the offsets of the chunks: length, kind, body, CRC."""
    at = 8
    while at + 8 <= len(data):
        yield at
        at += 12 + int.from_bytes(data[at : at + 4])


def _bmp(data: bytes) -> Iterator[int]:
    """Yield the offsets of the two headers, and of the pixels."""
    yield from (0, 14, int.from_bytes(data[10:14], "little") % len(data))


def _webp(data: bytes) -> Iterator[int]:
    """Yield the offsets of the chunks: kind, length, body, a byte to make it even."""
    at = 12
    while at + 8 <= len(data):
        yield at
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2


def _gif(data: bytes) -> Iterator[int]:
    """Yield the offsets of extensions, images and their blocks (GIF89a)."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while at + 10 <= len(data) and data[at] in b"\x21\x2c":
        yield at
        flags = data[at + 9] if data[at] == 0x2C else 0
        table = 3 << (flags & 7) + 1 if flags & 0x80 else 0
        at += 11 + table if data[at] == 0x2C else 2
        while at < len(data) and data[at]:
            yield at
            at += 1 + data[at]
        at += 1
    yield at


def _boxes(data: bytes, at: int, end: int) -> Iterator[int]:
    """Yield the offsets of the boxes, and of those in them: length, kind, body."""
    while at + 8 <= end:
        yield at
        length = int.from_bytes(data[at : at + 4]) or end - at
        kind = data[at + 4 : at + 8]
        if kind in CONTAINERS:
            yield from _boxes(data, at + 8 + CONTAINERS[kind], min(at + length, end))
        at += max(length, 8)
