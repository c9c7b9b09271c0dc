"""Open WebP files, and use the pixels where the decoder has put them."""

from __future__ import annotations

from typing import Any

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile


class WebPFile(WebPImageFile):
    """
    A WebP file whose first frame is not copied.

    Pillow copies all decoded pixels once more, for a sixth of the time that decoding
    takes, and as much memory again. The decoder's own have four bytes each, with
    transparency (RGBA) or a byte that means nothing (RGBX).
    """

    # Of the limit of pixels: the decoder keeps two whole pictures beside the one that
    # it hands out.
    share_of_pixels = 0.8
    _decoded = False

    def load(self) -> Any:
        """Decode the pixels of the first frame, once."""
        if not self._decoded:
            pixels, _, _ = self._get_next()
            mode = self.rawmode
            self.im = Image.frombuffer(mode, self.size, pixels, "raw", mode, 0, 1).im
            self._mode, self._decoded = mode, True
        return self.im.pixel_access(self.readonly)
