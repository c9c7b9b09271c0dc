"""Open AVIF files: the pixels, and what the file says about their colours."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, _avif
from PIL.AvifImagePlugin import AvifImageFile

from .animation import MAX_FRAMES, MAX_PIXELS, shows_something
from .containers.boxes import (
    ESSENTIAL,
    Box,
    Items,
    find_path,
    read_associations,
    read_items,
    walk,
)
from .containers.coded import count_pixels, find_sizes, read_colours

METADATA = b"Exif", b"mime"  # kinds of items


class AVIFFile(AvifImageFile):
    """An AVIF file; its decoder sees no metadata, and one table of properties."""

    # Of the limit of pixels: the decoder takes two bytes a value where there are more
    # than 8 bits.
    share_of_pixels = 0.5
    fp: BytesIO

    def _open(self) -> None:
        """Read the header."""
        data = self.fp.getvalue()
        items = read_items(memoryview(data))
        sizes = list(find_sizes(memoryview(data), items))
        colours = read_colours(memoryview(data), items)
        self._decoder = _avif.AvifDecoder(
            mend(data, items),
            AvifImagePlugin.DECODE_CODEC_CHOICE,
            AvifImagePlugin._get_default_max_threads(),
        )
        self._size, self.n_frames, self._mode, icc, _, orientation, _ = (
            self._decoder.get_info()
        )
        self.is_animated = self.n_frames > 1
        self.orientation = orientation
        self.pixels_in_memory = count_pixels(self._size, sizes)
        if icc:
            self.info["icc_profile"] = icc
        if colours:
            self.info["cicp"] = colours
        self.seek(0)

    def load(self) -> Any:
        """Decode the pixels, once."""
        is_new = self._im is None
        super().load()
        if is_new and self.is_animated and not shows_something(self):
            self._look_further()
        return super().load()

    def _look_further(self) -> None:
        """Show the first picture of the animation that shows something, if any does."""
        first = self.im
        if self.width * self.height <= MAX_PIXELS:
            with suppress(OSError, ValueError):
                for number in range(1, min(self.n_frames, MAX_FRAMES)):
                    self.seek(number)
                    super().load()
                    if shows_something(self):
                        return
        self.im = first


def mend(data: bytes, items: Items) -> bytes:
    """
    Return a file as libavif takes it, of the same length.

    Metadata that is malformed would be a reason to refuse the picture, and so would the
    table of properties be that early encoders wrote for each item.
    """
    mended, view = bytearray(data), memoryview(data)
    iinf = [(b"meta", 4), (b"iinf", 6)]
    for box in find_path(view, [*iinf, (b"infe", 0)], 0, len(data)):
        is_short = data[box.start : box.start + 1] == b"\2"
        at = box.start + (8 if is_short else 10)
        if data[at : at + 4] in METADATA:
            mended[at : at + 4] = b"free"
    for iprp in find_path(view, [(b"meta", 4), (b"iprp", 0)], 0, len(data)):
        tables = [
            box for box in walk(view, iprp.start, iprp.end) if box.kind == b"ipma"
        ]
        if len({data[box.start : box.start + 4] for box in tables}) == 1 < len(tables):
            start, end = tables[0].head, iprp.end
            joined = _join(view, tables, items)
            # Only tables may follow the properties: the rest becomes a box of its own.
            spare = end - start - len(joined)
            if end - start == sum(box.end - box.head for box in tables) and spare >= 8:
                size = end - spare - iprp.head
                mended[iprp.head : iprp.head + 4] = size.to_bytes(4)
                free = spare.to_bytes(4) + b"free" + bytes(spare - 8)
                mended[start:end] = joined + free
    return bytes(mended)


def _join(data: memoryview, tables: list[Box], items: Items) -> bytes:
    """Return one table of all items' properties, each item's size among them."""
    head = data[tables[0].start : tables[0].start + 4].tobytes()
    entry_width, item_width = 2 if head[3] & 1 else 1, 4 if head[0] else 2
    entries: dict[int, list[int]] = {}
    for table in tables:
        for item, numbers in read_associations(data, table):
            entries.setdefault(item, []).extend(numbers)
    kinds = [box.kind for box in items.properties]
    own = items.described.get(items.primary, [])
    sizes = [number for number in own if kinds[number - 1 : number] == [b"ispe"]]
    body = head + len(entries).to_bytes(4)
    for item, numbers in sorted(entries.items()):
        wanted = numbers if items.find(item, b"ispe") else sizes + numbers
        body += item.to_bytes(item_width) + len(wanted).to_bytes(1)
        for number in wanted:
            mark = number & ESSENTIAL and (0x80 if entry_width == 1 else ESSENTIAL)
            body += (number & ~ESSENTIAL | mark).to_bytes(entry_width)
    return (len(body) + 8).to_bytes(4) + b"ipma" + body
