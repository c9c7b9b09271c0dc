"""Open GIF files: the first picture that shows something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain
from typing import Any

from PIL import Image, ImageFile, ImagePalette

from .animation import CLEAR, KEEP, RESTORE, Frame, find_visible, shows_something
from .containers.gif_blocks import GIFFrame, read_canvas, read_frames
from .partial import PartialFile

DISPOSALS = {2: CLEAR, 3: RESTORE}


class GIFFile(ImageFile.ImageFile):
    """
    The first picture of a GIF file that shows something.

    The area outside the picture is transparent, even if the file names a background
    colour.
    """

    format = "GIF"
    fp: BytesIO
    incomplete = False

    def _open(self) -> None:
        """Read the header of the first picture."""
        data = self.fp.getvalue()
        self._frames = read_frames(memoryview(data))
        first = next(self._frames)
        self._file, self._first = self.fp, first
        self._picture = _GIFPicture(self.fp, first)
        width, height = read_canvas(memoryview(data))
        # A canvas that is too small grows with the first picture.
        self._size = max(width, first.box[2]), max(height, first.box[3])
        self._mode = self._picture.mode

    def load(self) -> Any:
        """Decode the pixels, once."""
        if self._im is None:
            self._picture.load()
            self.incomplete = self._picture.incomplete
            self._place(self._picture)
            if not shows_something(self):
                self._look_further()
        return super().load()

    def _place(self, picture: PartialFile) -> None:
        """Show the first picture where it belongs, and nothing around it."""
        left, top, right, bottom = self._first.box
        self.info |= picture.info
        self._mode, self.palette, self.im = picture.mode, picture.palette, picture.im
        if picture.size == self.size:
            return
        clear = self.info.get("transparency", 0)
        around = Image.new(self.mode, self.size, clear if self.mode != "RGBA" else 0)
        around.im.paste(picture.im, self._first.box)
        self.im = around.im
        if self.palette:
            self.im.putpalette("RGB", "RGB", self.palette.palette)
        if not self.has_transparency_data:
            self._show(self.convert("RGBA"))
            for box in (
                (0, 0, self.width, top),
                (0, bottom, self.width, self.height),
                (0, top, left, bottom),
                (right, top, self.width, bottom),
            ):
                self.im.paste((0, 0, 0, 0), box)

    def _look_further(self) -> None:
        """Show the first picture of the animation that shows something, if any does."""
        with suppress(OSError, SyntaxError):
            if found := find_visible(self.size, self._read_frames()):
                self._show(found)
                self.incomplete = False

    def _read_frames(self) -> Iterator[Frame]:
        """Yield the pictures of the animation, up to the first impossible one."""
        for frame in chain((self._first,), self._frames):
            if frame.box[2] > self.width or frame.box[3] > self.height:
                return
            yield Frame(
                box=frame.box,
                decode=_GIFPicture(self._file, frame).to_rgba,
                disposal=DISPOSALS.get(frame.disposal, KEEP),
            )

    def _show(self, picture: Image.Image) -> None:
        """Replace the pixels by those of another picture of the same size."""
        self.im, self._mode, self.palette = picture.im, picture.mode, None
        self.info.pop("transparency", None)


class _GIFPicture(PartialFile):
    """One picture of a GIF file, without what is around it."""

    format = "GIF"

    def __init__(self, fp: BytesIO, frame: GIFFrame) -> None:
        self._file, self._frame = fp, frame
        super().__init__(fp)

    def _open(self) -> None:
        """Take over what the file says about the picture."""
        frame = self._frame
        left, top, right, bottom = frame.box
        self._size, self._mode = (right - left, bottom - top), "L"
        if frame.palette:
            self._mode = "P"
            self.palette = ImagePalette.raw("RGB", frame.palette)
        if frame.transparency is not None:
            self.info["transparency"] = frame.transparency
        self.interlaced = frame.is_interlaced
        how = (frame.code_size, frame.is_interlaced, -1)
        extents = (0, 0, *self._size)
        self.tile = [ImageFile._Tile("gif", extents, frame.start, how)]

    def rewind(self) -> None:
        """Let the next decoding begin at the first byte of the pixels."""
        self.fp = self._file
