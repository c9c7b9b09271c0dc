"""Open WebP files, and use the pixels where the decoder has put them."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from .animation import MAX_FRAMES, MAX_PIXELS, shows_something
from .containers.exif import read_orientation
from .containers.webp_chunks import read_chunks
from .partial import PartialFile, find_differing, hash_rows

PADDINGS = b"", b"\x55" * 16  # in place of what a file lacks


class WebPFile(PartialFile, WebPImageFile):
    """
    A WebP file whose frames are not copied.

    Pillow copies all decoded pixels once more, for a sixth of the time that decoding
    takes, and as much memory again. The decoder's own have four bytes each, with
    transparency (RGBA) or a byte that means nothing (RGBX).

    The decoder sees none of the metadata. It refuses a picture that was cut short, so
    that what is missing is replaced; twice, to see which rows depend on it.
    """

    # Of the limit of pixels: the decoder keeps two whole pictures beside the one that
    # it hands out.
    share_of_pixels = 0.8
    fp: BytesIO

    def _open(self) -> None:
        """Find the pixels and what they mean."""
        self._parts = parts = read_chunks(memoryview(self.fp.getvalue()), MAX_FRAMES)
        if parts.is_cut and not parts.has_modes:
            msg = "the picture was cut short"
            raise SyntaxError(msg)
        self._open_pixels(PADDINGS[0])
        self.orientation = read_orientation(parts.exif)
        if parts.icc:
            self.info["icc_profile"] = parts.icc

    def _open_pixels(self, padding: bytes) -> None:
        """Read the header of a file that lacks nothing."""
        self.fp = BytesIO(self._parts.join(padding))
        WebPImageFile._open(self)

    def load(self) -> Any:
        """Decode the pixels, once."""
        if self._im is None:
            self._read_next()
            if self._parts.is_cut:
                self._complete()
            elif self.n_frames > 1 and not shows_something(self):
                self._look_further()
        return self.im.pixel_access(self.readonly)

    def _read_next(self) -> None:
        """Decode the next picture, as a player shows it."""
        pixels, _, _ = self._get_next()
        mode = self.rawmode
        self.im = Image.frombuffer(mode, self.size, pixels, "raw", mode, 0, 1).im
        self._mode = mode

    def _complete(self) -> None:
        """Hide what is missing, if enough is there."""
        first = list(hash_rows(self))
        self._im = self._decoder = None  # two of each would take too much memory
        self._open_pixels(PADDINGS[1])
        self._read_next()
        differing = find_differing(first, hash_rows(self))
        # Further down what is made up may happen to be the same.
        missing = range(min(differing, default=self.height), self.height)
        self.check_enough(missing, EOFError("the picture was cut short"))
        self.incomplete, self._decoder = True, None
        self.cover(missing)

    def _look_further(self) -> None:
        """Show the first picture of the animation that shows something, if any does."""
        first = self.im
        if self.width * self.height <= MAX_PIXELS:
            with suppress(EOFError):
                for _ in range(min(self.n_frames, MAX_FRAMES) - 1):
                    self._read_next()
                    if shows_something(self):
                        return
        self.im = first
