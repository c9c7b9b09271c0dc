"""The sizes and colours of the coded data in AVIF and HEIC files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import av1, hevc
from .boxes import FULL, Box, Items, find_path, walk

MAX_UNITS = 20_000  # of coded data; a picture has some, of 1,000 tiles some thousand
BLOCK = 64  # px; the largest block of HEVC, and nearly AV1's

Size = tuple[int, int]
Colours = tuple[int, int, int, int]

SAMPLES = [(kind, 0) for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl")]
SAMPLE_ENTRY = 78  # bytes before the boxes of a video's sample entry


class TooManyUnits(Exception):
    """Raised for more units than a real file has: a unit can be 2 bytes small."""


def count_pixels(size: Size, sizes: Iterable[Size]) -> int:
    """
    Return how many pixels a decoder takes memory for.

    Args:
        size: The picture's own, in px.
        sizes: What `find_sizes` yielded. Codecs store whole blocks, so that a little
            more than the picture counts as the picture itself.
    """
    width, height = size
    blocks = (width + BLOCK - 1) // BLOCK * ((height + BLOCK - 1) // BLOCK)
    most = max((w * h for w, h in sizes), default=0)
    return width * height if most <= blocks * BLOCK**2 else most


def find_sizes(data: memoryview, items: Items) -> Iterator[Size]:
    """
    Yield every size that a file states: of its pictures, grids, tracks and coded data.

    A decoder takes memory for the largest, not for the stated size of the picture.

    Raises:
        TooManyUnits: There are more units of coded data than in any real file.
    """
    for box in items.properties:
        if box.kind == b"ispe":
            yield _read_pair(data, box.start + FULL, 4)
        elif box.kind == b"hvcC":
            for unit in hevc.find_config_units(data[box.start : box.end]):
                yield from _some(hevc.read_size(unit))
    left = MAX_UNITS
    for item, kind in items.kinds.items():
        if not items.extents.get(item):
            continue
        content = _read_content(data, items, item)
        if kind in (b"grid", b"iovl") and len(content) > 8:
            at, width = (4 if kind == b"grid" else 10), 4 if content[1] & 1 else 2
            yield _read_pair(content, at, width)
        for size in _find_coded_sizes(data, items, item, content):
            yield from _some(size)
            left -= 1
            if left < 0:
                raise TooManyUnits
    yield from _find_track_sizes(data)


def read_colours(data: memoryview, items: Items) -> Colours | None:
    """Return primaries, transfer, matrix and full range of the picture, if stated."""
    boxes = items.find(items.primary, b"colr")
    for entry in _find_sample_entries(data):
        boxes += [box for box in _walk_entry(data, entry) if box.kind == b"colr"]
    for box in boxes:
        if (
            bytes(data[box.start : box.start + 4]) == b"nclx"
            and box.end - box.start >= 11
        ):
            primaries, transfer, matrix = (
                int.from_bytes(data[at : at + 2])
                for at in range(box.start + 4, box.start + 10, 2)
            )
            return primaries, transfer, matrix, data[box.start + 10] >> 7
    for item, kind in items.kinds.items():
        if kind == b"av01":
            return _read_coded_colours(_read_content(data, items, item))
    return None


def _read_coded_colours(content: memoryview) -> Colours | None:
    """Return what the first sequence header says about colours."""
    for number, header in enumerate(av1.find_headers(content)):
        if header is not None:
            return av1.read_sequence(header).colours
        if number == 9:
            break
    return None


def _find_coded_sizes(
    data: memoryview, items: Items, item: int, content: memoryview
) -> Iterator[Size | None]:
    """Yield the size that each unit of an item's data states, or `None`."""
    if items.kinds[item] == b"av01":
        for header in av1.find_headers(content):
            yield None if header is None else av1.read_sequence(header).size
    for box in items.find(item, b"hvcC")[:1]:
        width = (data[box.start + 21] & 3) + 1 if box.end - box.start > 21 else 4
        for unit in hevc.find_units(content, width):
            yield hevc.read_size(unit)


def _find_track_sizes(data: memoryview) -> Iterator[Size]:
    """Yield the sizes that the tracks of a sequence state, and their first pictures."""
    for entry in _find_sample_entries(data):
        yield _read_pair(data, entry.start + 24, 2)
        for box in _walk_entry(data, entry):
            if box.kind == b"hvcC":
                for unit in hevc.find_config_units(data[box.start : box.end]):
                    yield from _some(hevc.read_size(unit))
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        for box in find_path(data, [*SAMPLES, (kind, 0)], 0, len(data)):
            at = box.start + 2 * FULL
            first = int.from_bytes(data[at : at + width])
            for number, header in enumerate(av1.find_headers(data[first:])):
                if header is not None:
                    yield av1.read_sequence(header).size
                if number == 9:
                    break


def _find_sample_entries(data: memoryview) -> list[Box]:
    """Return the descriptions of the tracks' pictures."""
    tables = find_path(data, [*SAMPLES, (b"stsd", 0)], 0, len(data))
    return [
        entry for table in tables for entry in walk(data, table.start + 8, table.end)
    ]


def _walk_entry(data: memoryview, entry: Box) -> Iterator[Box]:
    """Yield the boxes of a sample entry."""
    return walk(data, entry.start + SAMPLE_ENTRY, entry.end)


def _read_content(data: memoryview, items: Items, item: int) -> memoryview:
    """Return the data of an item, no more than the file has."""
    pieces = items.extents.get(item, [])
    if len(pieces) == 1:
        [(start, length)] = pieces
        return data[start : start + length if length else len(data)]
    joined = bytearray()
    for start, length in pieces:
        joined += data[start : start + min(length, len(data) - len(joined))]
    return memoryview(joined)


def _read_pair(data: memoryview, at: int, width: int) -> Size:
    """Return two numbers that follow each other."""
    middle = at + width
    return (
        int.from_bytes(data[at:middle]),
        int.from_bytes(data[middle : middle + width]),
    )


def _some(size: Size | None) -> Iterator[Size]:
    """Yield a size, if there is one."""
    if size:
        yield size
