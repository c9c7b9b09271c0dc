"""The colours of a small picture: to sRGB, and opaque on a background."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image


def flatten(square: Image.Image, profile: bytes | None, background: str) -> Image.Image:
    """Convert the colours to sRGB and put them on the background."""
    colours = _to_srgb(square.convert(square.mode.rstrip("A")), profile)
    flat = Image.new("RGB", square.size, background)
    flat.paste(colours, mask=square if square.mode.endswith("A") else None)
    return flat


def _to_srgb(colours: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile, or without it if it is broken or unfit."""
    if profile:
        with suppress(Exception):  # a broken profile raises anything
            converted: Image.Image = _transform(profile, colours.mode).apply(colours)
            return converted
    return colours.convert("RGB")


@lru_cache(maxsize=1)  # pictures of one kind of phone share their profile
def _transform(profile: bytes, mode: str) -> Any:
    """Return what converts colours by a profile to sRGB."""
    from PIL import ImageCms  # only pictures with a profile need it

    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(BytesIO(profile), srgb, mode, "RGB")
