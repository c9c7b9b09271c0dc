"""Open PNG files."""

from __future__ import annotations

from PIL.PngImagePlugin import PngImageFile


class PNGFile(PngImageFile):
    """A PNG file."""
