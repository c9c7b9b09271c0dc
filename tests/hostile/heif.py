"""Write HEIF files by hand: items, properties and references that no encoder writes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

FTYP_HEIC = b"heic" + bytes(4) + b"mif1heic"


@dataclass(frozen=True, slots=True)
class Item:
    """
    An item of the file, numbered from 1 by its place.

    Args:
        kind: Four letters, such as `hvc1` or `grid`.
        data: Its bytes.
        properties: Whole boxes that describe it.
        sources: Numbers of the items that it is derived from.
    """

    kind: bytes
    data: bytes = b""
    properties: Sequence[bytes] = ()
    sources: Sequence[int] = field(default=())


def box(kind: bytes, body: bytes, version: int | None = None) -> bytes:
    """Return a box, with version and flags if it has a version."""
    if version is not None:
        body = struct.pack(">I", version << 24) + body
    return struct.pack(">I4s", 8 + len(body), kind) + body


def size_property(width: int, height: int) -> bytes:
    """Return the property with the size of an item."""
    return box(b"ispe", struct.pack(">II", width, height), 0)


def grid_data(rows: int, columns: int, width: int, height: int) -> bytes:
    """Return the data of a grid, with sizes of 32 bits."""
    return struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)


def write_heif(items: Sequence[Item]) -> bytes:
    """Return a file whose primary picture is the first item."""
    head = box(b"ftyp", FTYP_HEIC)
    length = len(head) + len(_meta(items, 0)) + 8
    mdat = box(b"mdat", b"".join(item.data for item in items))
    return head + _meta(items, length) + mdat


def read_properties(data: bytes) -> list[bytes]:
    """Return the boxes of the properties of a file."""
    start = data.index(b"ipco") + 4
    end = start - 8 + int.from_bytes(data[start - 8 : start - 4])
    found = []
    while start < end:
        length = int.from_bytes(data[start : start + 4])
        found.append(data[start : start + length])
        start += length
    return found


def read_media(data: bytes) -> bytes:
    """Return the coded data of a file."""
    start = data.index(b"mdat") + 4
    return data[start : start - 8 + int.from_bytes(data[start - 8 : start - 4])]


def _meta(items: Sequence[Item], offset: int) -> bytes:
    """Return the box that describes the items, whose data begin at an offset."""
    handler = box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
    primary = box(b"pitm", struct.pack(">H", 1), 0)
    parts = [handler, primary, _locations(items, offset), _kinds(items)]
    return box(b"meta", b"".join([*parts, _references(items), _described(items)]), 0)


def _locations(items: Sequence[Item], offset: int) -> bytes:
    """Return where the data of each item are."""
    body = struct.pack(">BBH", 0x44, 0, len(items))
    for number, item in enumerate(items, 1):
        body += struct.pack(">HHHII", number, 0, 1, offset, len(item.data))
        offset += len(item.data)
    return box(b"iloc", body, 0)


def _kinds(items: Sequence[Item]) -> bytes:
    """Return what kind each item is of."""
    entries = [
        box(b"infe", struct.pack(">HH4sB", number, 0, item.kind, 0), 2)
        for number, item in enumerate(items, 1)
    ]
    return box(b"iinf", struct.pack(">H", len(items)) + b"".join(entries), 0)


def _references(items: Sequence[Item]) -> bytes:
    """Return what each item is derived from."""
    entries = [
        box(
            b"dimg",
            struct.pack(
                f">HH{len(item.sources)}H", i, len(item.sources), *item.sources
            ),
        )
        for i, item in enumerate(items, 1)
        if item.sources
    ]
    return box(b"iref", b"".join(entries), 0) if entries else b""


def _described(items: Sequence[Item]) -> bytes:
    """Return the properties, and which item has which."""
    boxes = list(dict.fromkeys(it for item in items for it in item.properties))
    body = struct.pack(">I", len(items))
    for number, item in enumerate(items, 1):
        body += struct.pack(">HB", number, len(item.properties))
        body += bytes(boxes.index(it) + 1 for it in item.properties)
    return box(b"iprp", box(b"ipco", b"".join(boxes)) + box(b"ipma", body, 0))
