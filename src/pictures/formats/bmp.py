"""Open BMP files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL.BmpImagePlugin import BmpImageFile

from .partial import PartialFile

RUN_LENGTHS = {1, 2}  # kinds of compression
# Pillow unpacks run lengths byte by byte, in Python: a second for two million.
MAX_RUN_LENGTH_BYTES = 4_000_000


class TooManyRuns(Exception):
    """Raised for a file that would take too long."""


class BMPFile(PartialFile, BmpImageFile):
    """A BMP file."""

    fp: BytesIO

    def _open(self) -> None:
        """Read the header."""
        self._stream = self.fp
        size = len(self.fp.getvalue())
        super()._open()
        if self.info.get("compression") in RUN_LENGTHS and size > MAX_RUN_LENGTH_BYTES:
            raise TooManyRuns

    def rewind(self) -> None:
        """Let the next decoding begin at the first byte of the pixels."""
        self.fp = self._stream

    def load(self) -> Any:
        """Decode the pixels, once."""
        is_new = self._im is None
        super().load()
        if is_new and self.mode == "RGBA" and self.getchannel("A").getextrema()[1] == 0:
            self.putalpha(255)  # many writers leave the fourth byte at 0
        return super().load()
