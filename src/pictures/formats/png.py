"""Open PNG files: the pixels, and what the file says about their colours."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageFile, ImagePalette

from .animation import Frame, find_visible, shows_something
from .containers.exif import read_orientation
from .containers.png_chunks import (
    PNGFrame,
    PNGParts,
    Span,
    read_chunks,
    read_colours,
    read_exif,
)
from .partial import PartialFile, Tiles

# Pillow's mode, and how it unpacks the stored values, by depth and kind of colour.
MODES = {
    (1, 0): ("1", "1"),
    (2, 0): ("L", "L;2"),
    (4, 0): ("L", "L;4"),
    (8, 0): ("L", "L"),
    (16, 0): ("I;16", "I;16B"),
    (8, 2): ("RGB", "RGB"),
    (16, 2): ("RGB", "RGB;16B"),
    (1, 3): ("P", "P;1"),
    (2, 3): ("P", "P;2"),
    (4, 3): ("P", "P;4"),
    (8, 3): ("P", "P"),
    (8, 4): ("LA", "LA"),
    (16, 4): ("RGBA", "LA;16B"),
    (8, 6): ("RGBA", "RGBA"),
    (16, 6): ("RGBA", "RGBA;16B"),
}
# The same of pictures of 16 bits in which one value is transparent: the upper and the
# lower byte of each value are unpacked into pictures of their own, and compared.
UPPER_LOWER = {0: ("L", "L;16B", "L;16"), 2: ("RGB", "RGB;16B", "RGB;16L")}
GRAY, COLOUR, PALETTE = 0, 2, 3
CHECKSUM = 4  # bytes at the end of the packed pixels
BLOCK = 1 << 16  # bytes that are unpacked at a time
ONE_CLEAR = re.compile(rb"\xff*\x00\xff*")  # entry of a palette; the others are opaque


class PNGFile(PartialFile):
    """
    A PNG file.

    Neither checksums nor chunks that no pixel needs can make it a broken one: Pillow
    only unpacks the pixels.

    Args:
        fp: The whole file.
        parts: What `read_chunks` returned of it, if it was read before.
        frame: Shows this picture of the animation instead.
    """

    format = "PNG"
    share_of_pixels = 1.0  # of the limit of pixels
    fp: BytesIO

    def __init__(
        self,
        fp: BytesIO,
        parts: PNGParts | None = None,
        frame: PNGFrame | None = None,
    ) -> None:
        self._file, self._data = fp, memoryview(fp.getvalue())
        self._parts = parts or read_chunks(self._data)
        self._frame = frame
        super().__init__(fp)

    def _open(self) -> None:
        """Find the pixels and what they mean."""
        header, single = self._parts.header, self._parts.single
        if len(header) < 13:
            msg = "there is no header"
            raise SyntaxError(msg)
        width, height, self._depth, self._kind = struct.unpack(">IIBB", header[:10])
        self._mode, rawmode = MODES[self._depth, self._kind]
        self._size, self._spans = (width, height), self._parts.spans
        if self._frame:
            self._size, self._spans = self._frame.size, self._frame.spans
        self.interlaced = bool(header[12])
        self.decoderconfig = (1,) if self.interlaced else ()
        self.info |= read_colours(self._parts)
        self.orientation = read_orientation(read_exif(self._parts))
        if self._kind == PALETTE:
            palette = single[b"PLTE"]
            whole = min(len(palette) // 3, 256) * 3
            self.palette = ImagePalette.raw("RGB", palette[:whole])
        rawmode = self._open_transparency(single.get(b"tRNS", b""), rawmode)
        self.tile = [ImageFile._Tile("zip", (0, 0, *self._size), 0, rawmode)]
        self.rewind()

    def _open_transparency(self, stored: bytes, rawmode: str) -> str:
        """Read which value is transparent; return how values are to be unpacked."""
        self._key: tuple[int, ...] = ()
        count = {GRAY: 1, COLOUR: 3}.get(self._kind, 0)
        if self._kind == PALETTE and 0 < len(stored) <= 256:
            is_simple = ONE_CLEAR.fullmatch(stored)
            clear = stored.index(0) if is_simple else stored
            self.info["transparency"] = clear
        elif count and len(stored) == 2 * count:
            most = (1 << self._depth) - 1
            values = struct.unpack(f">{count}H", stored)
            key = tuple(value & most for value in values)
            if self._depth == 16:
                self._key, self.share_of_pixels = key, 0.5
                self._mode, rawmode, _ = UPPER_LOWER[self._kind]
            else:
                scaled = tuple(value * 255 // most for value in key)
                self.info["transparency"] = scaled if count == 3 else scaled[0]
        return rawmode

    def rewind(self) -> None:
        """Let the next decoding begin at the first byte of the pixels."""
        self.fp, self._blocks = BytesIO(), _read_blocks(self._data, self._spans)

    def _salvage(self, tiles: Tiles, error: OSError) -> None:
        """
        Show a picture whose decoding failed, if enough of it is there.

        A wrong checksum makes the decoder drop the last row, so decode the pixels again
        without the checksum.
        """
        self._spans = _drop_end(self._spans, CHECKSUM)
        self.decode_again(tiles)
        super()._salvage(tiles, error)

    def load_read(self, _: int) -> bytes:
        """Return the next block of packed pixels; nothing behind the last."""
        return next(self._blocks, b"")

    def load(self) -> Any:
        """Decode the pixels, once."""
        tiles = self.tile[:]
        super().load()
        if tiles and self._key and not self.incomplete:
            self._clear_key(tiles[0])
        if tiles and self._parts.is_animated and not self._frame:
            self._show_animation()
        return super().load()

    def _clear_key(self, tile: Any) -> None:
        """Make the pixels of the file's transparent value transparent."""
        upper, (*_, rawmode) = self.im, UPPER_LOWER[self._kind]
        self.decode_again([tile._replace(args=rawmode)])
        lower, self.im = self._new(self.im), upper
        key = Image.new("L", self.size, 255)
        for i, value in enumerate(self._key):
            for picture, byte in ((self, value >> 8), (lower, value & 0xFF)):
                same = [255 * (level == byte) for level in range(256)]
                key = ImageChops.darker(key, picture.getchannel(i).point(same))
        self.putalpha(ImageChops.invert(key))

    def _show_animation(self) -> None:
        """Replace a placeholder, or a first picture that shows nothing."""
        if self._parts.is_first and shows_something(self):
            return
        with suppress(OSError, SyntaxError):
            if found := find_visible(self.size, self._read_frames()):
                self.replace_pixels(found)

    def _read_frames(self) -> Iterator[Frame]:
        """Yield the pictures of the animation, up to the first impossible one."""
        for number, frame in enumerate(self._parts.frames):
            _, _, right, bottom = frame.box
            if right > self.width or bottom > self.height or not frame.spans:
                return
            is_first = self._parts.is_first and number == 0
            picture = self if is_first else PNGFile(self._file, self._parts, frame)
            yield Frame(
                box=frame.box,
                decode=picture.to_rgba,
                disposal=frame.disposal,
                blend=frame.blend,
            )


def _read_blocks(data: memoryview, spans: list[Span]) -> Iterator[bytes]:
    """
    Yield the packed pixels.

    This is not a method: the memory of a picture that refers to itself is freed late.
    """
    for start, end in spans:
        for at in range(start, end, BLOCK):
            yield data[at : min(at + BLOCK, end)].tobytes()


def _drop_end(spans: list[Span], count: int) -> list[Span]:
    """Return spans without their last bytes."""
    kept = spans[:]
    while kept and count > 0:
        start, end = kept.pop()
        if end - start > count:
            kept.append((start, end - count))
        count -= end - start
    return kept
