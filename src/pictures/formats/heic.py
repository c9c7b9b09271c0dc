"""Open HEIC files: the picture and its colour profile, and nothing else of the file."""

from __future__ import annotations

from typing import Any

import _pi_heif
from pi_heif import options
from PIL import ImageFile

from .containers.boxes import read_items
from .containers.coded import count_pixels, find_sizes, read_colours

CHROMA_420 = 1  # libheif's name for colour at half resolution, as phones store it


class HEICFile(ImageFile.ImageFile):
    """
    The primary picture of a HEIC file; libheif turns it upright while it decodes.

    The plugin of pi-heif-decoder also reads every metadata item of the file, and a
    damaged one crashes the whole process (1.7.0.post4, `metadata` of its C image): no
    exception, no log. The product needs no metadata, so it reads none.
    """

    format = "HEIF"

    share_of_pixels = 1.0  # of the limit of pixels
    _image: Any = None

    def _open(self) -> None:
        """Read the header."""
        data = self.fp.read() if self.fp else b""
        items = read_items(memoryview(data))
        sizes = list(find_sizes(memoryview(data), items))
        images = _pi_heif.load_file(
            data,
            options.DECODE_THREADS,
            True,  # more than 8 bits become 8
            False,  # RGB, not BGR
            False,  # rows stay padded, `stride` tells how
            True,
            "",  # the decoder of libheif's choice
            False,  # libheif's own security limits stay
        )
        self._image = next(image for image in images if image and image.primary)
        self._size, self._mode = self._image.size_mode
        # libheif takes 8 bytes a pixel for what phones make, and up to 20 for these.
        is_deep = self._image.bit_depth > 8 and self._image.chroma != CHROMA_420
        if is_deep or self._mode == "RGBA":
            self.share_of_pixels = 0.5
        self.pixels_in_memory = count_pixels(self._size, sizes)
        profile = self._image.color_profile
        if profile.get("type") in ("rICC", "prof"):
            self.info["icc_profile"] = profile["data"]
        if colours := read_colours(memoryview(data), items):
            self.info["cicp"] = colours

    def load(self) -> Any:
        """Decode the pixels, once."""
        if self._image:
            data = self._image.data
            # The size in the header need not be that of the pixels.
            self._size, self._mode = self._image.size_mode
            self.load_prepare()
            self.frombytes(data, "raw", (self._mode, self._image.stride))
            self._image = None
        return super().load()
