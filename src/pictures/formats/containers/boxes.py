"""
The boxes of AVIF and HEIC files (ISO/IEC 14496-12 and 23008-12).

Boxes are read level by level along fixed paths, and no reference is followed: there is
no depth to run into, and no circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Of one level. The largest ordinary file has about 200: 48 tiles and their thumbnail.
MAX_BOXES = 10_000
MAX_ITEMS = 5_000
MAX_PIECES = 100  # of one item's data
FULL = 4  # bytes of version and flags, with which a "full box" begins


class TooManyBoxes(Exception):
    """Raised for more boxes than a real file has: a box can be 8 bytes small."""


@dataclass(frozen=True, slots=True)
class Box:
    """
    A box.

    Args:
        kind: Its name.
        head: Offset of the box.
        start: Offset of its content.
        end: Offset behind it.
    """

    kind: bytes
    head: int
    start: int
    end: int


@dataclass(slots=True)
class Items:
    """
    The facts about a file's pictures in its `meta` box.

    Args:
        primary: Number of the picture that is shown.
        kinds: The kind of each item, by its number.
        properties: The boxes that describe items, in their order.
        described: The numbers of each item's properties, from 1 on.
        extents: Where each item's data are: offset and length of each piece.
    """

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    properties: list[Box] = field(default_factory=list)
    described: dict[int, list[int]] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def find(self, item: int, kind: bytes) -> list[Box]:
        """Return the properties of a kind that an item has."""
        return [
            self.properties[number - 1]
            for number in self.described.get(item, [])
            if 0 < number <= len(self.properties)
            and self.properties[number - 1].kind == kind
        ]


def walk(data: memoryview, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets; the last one may be cut short."""
    at, number = start, 0
    while at + 8 <= end:
        if number == MAX_BOXES:
            raise TooManyBoxes
        size, content = int.from_bytes(data[at : at + 4]), at + 8
        if size == 1:  # the size follows
            size, content = int.from_bytes(data[content : content + 8]), at + 16
        last = end if size == 0 else min(at + size, end)
        if last < content:
            return
        yield Box(data[at + 4 : at + 8].tobytes(), at, content, last)
        at, number = last, number + 1


def find_path(
    data: memoryview, path: list[tuple[bytes, int]], start: int, end: int
) -> list[Box]:
    """
    Return all boxes that a path leads to.

    Args:
        data: The file.
        path: The name of a box of each level, and how many bytes of its own come before
            the boxes in it.
        start: Where the first level begins.
        end: Where it ends.
    """
    found = [Box(b"", start, start, end)]
    before = 0
    for kind, own in path:
        found = [
            box
            for parent in found
            for box in walk(data, parent.start + before, parent.end)
            if box.kind == kind
        ][:MAX_BOXES]
        before = own
    return found


def read_items(data: memoryview) -> Items:
    """Return what a file says about its pictures; what is malformed is left out."""
    items = Items()
    for meta in find_path(data, [(b"meta", FULL)], 0, len(data))[:1]:
        boxes = list(walk(data, meta.start + FULL, meta.end))
        idat = next((box.start for box in boxes if box.kind == b"idat"), 0)
        for box in boxes:
            version = data[box.start] if box.start < box.end else 0
            content = _Reader(data, box.start + FULL, box.end)
            if box.kind == b"pitm":
                items.primary = content.read(4 if version else 2)
            elif box.kind == b"iinf":
                _read_kinds(data, box, items)
            elif box.kind == b"iloc":
                _read_locations(content, version, idat, items)
            elif box.kind == b"iprp":
                _read_properties(data, box, items)
    return items


class _Reader:
    """Reads numbers one after the other; beyond the end all are 0."""

    def __init__(self, data: memoryview, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def read(self, width: int) -> int:
        """Return the number of the next bytes."""
        start, self._at = self._at, self._at + width
        return int.from_bytes(self._data[start : min(self._at, self._end)])

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self._at >= self._end


def _read_kinds(data: memoryview, iinf: Box, items: Items) -> None:
    """Read the kind of each item."""
    own = 2 if bytes(data[iinf.start : iinf.start + 1]) == b"\0" else 4
    for infe in walk(data, iinf.start + FULL + own, iinf.end):
        version = data[infe.start] if infe.start < infe.end else 0
        content = _Reader(data, infe.start + FULL, infe.end)
        if infe.kind == b"infe" and version >= 2:
            item, _ = content.read(2 if version == 2 else 4), content.read(2)
            items.kinds[item] = content.read(4).to_bytes(4)


def _read_locations(content: _Reader, version: int, idat: int, items: Items) -> None:
    """Read where the data of each item are."""
    widths, more = content.read(1), content.read(1)
    offset_width, length_width, base_width = widths >> 4, widths & 15, more >> 4
    index_width = more & 15 if version in (1, 2) else 0
    for _ in range(min(content.read(4 if version == 2 else 2), MAX_ITEMS)):
        if content.is_over:
            return
        item = content.read(4 if version == 2 else 2)
        method = content.read(2) & 15 if version in (1, 2) else 0
        content.read(2)  # which file: always this one
        base = content.read(base_width) + (idat if method == 1 else 0)
        pieces = items.extents.setdefault(item, [])
        for _ in range(min(content.read(2), MAX_PIECES)):
            content.read(index_width)
            offset, length = content.read(offset_width), content.read(length_width)
            pieces.append((base + offset, length))


def _read_properties(data: memoryview, iprp: Box, items: Items) -> None:
    """Read the properties, and which items have which."""
    for box in walk(data, iprp.start, iprp.end):
        if box.kind == b"ipco":
            items.properties += walk(data, box.start, box.end)
        elif box.kind == b"ipma":
            for item, entries in read_associations(data, box):
                items.described.setdefault(item, []).extend(
                    number & ~ESSENTIAL for number in entries
                )


ESSENTIAL = 0x8000  # a decoder that does not know the property must not go on


def read_associations(data: memoryview, ipma: Box) -> Iterator[tuple[int, list[int]]]:
    """Yield each item of an `ipma` box, and its properties' numbers and marks."""
    content = _Reader(data, ipma.start, ipma.end)
    version, flags = content.read(1), content.read(3)
    width = 2 if flags & 1 else 1
    for _ in range(min(content.read(4), MAX_ITEMS)):
        if content.is_over:
            return
        item, entries = content.read(4 if version else 2), []
        for _ in range(content.read(1)):
            entry = content.read(width)
            if width == 1:
                entry = entry & 0x7F | (ESSENTIAL if entry & 0x80 else 0)
            entries.append(entry)
        yield item, entries
