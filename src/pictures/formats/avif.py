"""Open AVIF files."""

from __future__ import annotations

from PIL.AvifImagePlugin import AvifImageFile


class AVIFFile(AvifImageFile):
    """An AVIF file."""

    # Of the limit of pixels: the decoder takes two bytes a value where there are more
    # than 8 bits.
    share_of_pixels = 0.5
