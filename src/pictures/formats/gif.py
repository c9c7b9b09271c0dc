"""Open GIF files."""

from __future__ import annotations

from PIL.GifImagePlugin import GifImageFile


class GIFFile(GifImageFile):
    """The first picture of a GIF file."""
