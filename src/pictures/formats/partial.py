"""Files whose data end, or break, before the last row: what was decoded is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from PIL import Image, ImageFile

# Of a picture's rows, at least. A photograph cut short is worth showing as long as its
# upper half is there, since that is where faces are; and half of the rows are every
# second one of an interlaced picture, so that the others can be copied from them.
ENOUGH = 0.5

Tiles = list[Any]


class PartialFile(ImageFile.ImageFile):
    """
    A file that keeps the rows that were decoded before its data ended.

    Undecoded rows become transparent, or copies of their neighbours if the file is
    interlaced. A file of which fewer than half of the rows are there is broken.

    Attributes:
        incomplete: Whether rows are missing; known once the picture is loaded.
        interlaced: Whether rows are stored in an order other than top to bottom.
    """

    incomplete = False
    interlaced = False
    _fill: Any = 0

    def rewind(self) -> None:
        """Let the next decoding begin at the first byte of the pixels."""
        raise NotImplementedError

    def load_prepare(self) -> None:
        """Provide the memory for the pixels."""
        if self._im is None and self._fill:
            self.im = Image.new(self.mode, self.size, self._fill).im
        super().load_prepare()

    def load(self) -> Any:
        """Decode the pixels, once."""
        tiles = self.tile[:]
        if tiles:
            try:
                return super().load()
            except OSError as error:
                if self._im is None or "memory" in str(error):
                    raise
                error.__traceback__ = None  # it holds the decoder, and its pixels
                self._salvage(tiles, error)
        return super().load()

    def decode_again(self, tiles: Tiles, fill: Any = 0) -> None:
        """Decode what can be decoded, over another colour."""
        self._im, self._fill, self.tile = None, fill, tiles[:]
        if self.palette:
            self.palette.dirty = 1  # the new pixels need it too
        self.rewind()
        with suppress(OSError):
            ImageFile.ImageFile.load(self)
        self.tile, self.readonly = [], 0

    def find_missing(self, tiles: Tiles) -> list[int]:
        """
        Return the numbers of the rows that were not decoded, after a failed decoding.

        The picture is decoded once more over another colour: where the two differ,
        the decoder has written nothing.
        """
        first = list(hash_rows(self))
        white = 65_535 if self.mode.startswith("I;16") else 255
        bands = len(self.getbands())
        self.decode_again(tiles, white if bands == 1 else (white,) * bands)
        return find_differing(first, hash_rows(self))

    def _salvage(self, tiles: Tiles, error: OSError) -> None:
        """Show a picture whose decoding failed, if enough of it is there."""
        missing = self.find_missing(tiles)
        self.check_enough(missing, error)
        self.incomplete = bool(missing)
        self.cover(missing)

    def check_enough(self, missing: Sequence[int], error: Exception) -> None:
        """Raise the error if too many rows are missing."""
        if self.height - len(missing) < int(self.height * ENOUGH):
            raise error

    def cover(self, missing: Sequence[int]) -> None:
        """Hide the undecoded rows."""
        if self.interlaced:
            for y in missing:  # from the top: the row above is decoded or copied
                row = self.crop((0, max(y - 1, 0), self.width, max(y, 1)))
                self.im.paste(row.im, (0, y, self.width, y + 1))
        elif missing:
            self._clear((0, missing[0], self.width, missing[-1] + 1))

    def _clear(self, box: tuple[int, int, int, int]) -> None:
        """Make an area transparent; white where the mode has no transparency (CMYK)."""
        if self.mode in ("RGB", "RGBX") and "transparency" not in self.info:
            self.putalpha(255)  # in place: the picture may be large
        elif self.mode != "CMYK" and "A" not in self.getbands():
            self.replace_pixels(self.to_rgba())
        self.im.paste((0,) * len(self.getbands()), box)

    def to_rgba(self) -> Image.Image:
        """Return the picture with its transparency."""
        self.load()
        if self.mode.startswith("I"):  # 16 bits: convert() alone turns most grays white
            return self.point(lambda value: value / 256).convert("RGBA")
        return self.convert("RGBA")

    def replace_pixels(self, picture: Image.Image) -> None:
        """Replace the pixels by those of another picture of the same size."""
        self.im, self._mode, self.palette = picture.im, picture.mode, None
        self.info.pop("transparency", None)


def hash_rows(picture: Image.Image) -> Iterator[int]:
    """Yield a number for each row of a loaded picture, in place of its pixels."""
    whole = picture._new(picture.im)  # without the methods of the file's class
    for y in range(whole.height):
        yield hash(whole.crop((0, y, whole.width, y + 1)).tobytes())


def find_differing(one: Iterable[int], other: Iterable[int]) -> list[int]:
    """Return the numbers of the rows in which two pictures of one size differ."""
    pairs = enumerate(zip(one, other, strict=True))
    return [y for y, (first, second) in pairs if first != second]
