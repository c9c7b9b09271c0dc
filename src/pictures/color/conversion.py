"""The colours of a small picture: to sRGB, and opaque on a background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from PIL import Image

from .hdr import CURVE, map_tones
from .icc import apply_profile, write_profile
from .space import (
    HDR,
    ColorSpace,
    encode_srgb,
    from_gamma,
    from_nclx,
    from_png,
    has_primaries_of_srgb,
    read_light,
)

Info = Mapping[Any, Any]
Convert = Callable[[Image.Image, Info], Image.Image | None]


def flatten(square: Image.Image, source: Image.Image, background: str) -> Image.Image:
    """
    Convert the colours to sRGB and put them on the background.

    Args:
        square: What was made of the source, in a mode that `render` scales to.
        source: Its `info` tells what its values stand for: `icc_profile`; `cicp`, the
            numbers of primaries, transfer and matrix, and whether the range is full;
            `srgb`; `gamma`; `chromaticity`, x and y of white, red, green and blue.
        background: Any colour that Pillow understands.
    """
    colours = _to_srgb(square.convert(square.mode.rstrip("A")), source)
    flat = Image.new("RGB", square.size, background)
    flat.paste(colours, mask=square if square.mode.endswith("A") else None)
    return flat


def _to_srgb(colours: Image.Image, source: Image.Image) -> Image.Image:
    """Convert by the first fact of the file that is of use, or plainly."""
    for name, convert in PNG_ORDER if source.format == "PNG" else ORDER:
        if source.info.get(name):
            with suppress(Exception):  # a broken profile raises anything
                converted = convert(colours, source.info)
                if converted:
                    return converted
    return colours.convert("RGB")


def _by_profile(colours: Image.Image, info: Info) -> Image.Image:
    """Convert by the embedded profile."""
    return apply_profile(colours, info["icc_profile"])


def _by_cicp(colours: Image.Image, info: Info) -> Image.Image | None:
    """Convert by a PNG's cICP chunk."""
    space = from_png(info["cicp"])
    return _convert(colours, space) if space else None


def _by_nclx(colours: Image.Image, info: Info) -> Image.Image:
    """Convert by an AVIF's or HEIC's colour box."""
    return _convert(colours, from_nclx(info["cicp"]))


def _by_gamma(colours: Image.Image, info: Info) -> Image.Image | None:
    """Convert by a PNG's gAMA and cHRM chunks, unless a chunk says that it is sRGB."""
    if "srgb" in info:
        return None
    space = from_gamma(info["gamma"], info.get("chromaticity"))
    return _convert(colours, space) if space else None


# What counts first, by the standards: PNG (third edition), and MIAF (ISO/IEC 23000-22).
# cHRM without gAMA does not count, as in Chromium.
PNG_ORDER: tuple[tuple[str, Convert], ...] = (
    ("cicp", _by_cicp),
    ("icc_profile", _by_profile),
    ("gamma", _by_gamma),
)
ORDER: tuple[tuple[str, Convert], ...] = (
    ("icc_profile", _by_profile),
    ("cicp", _by_nclx),
)


def _convert(colours: Image.Image, space: ColorSpace) -> Image.Image:
    """Convert a picture from a color space of red, green and blue."""
    if colours.mode == "CMYK":
        message = "inks have another color space"
        raise ValueError(message)
    primaries, curve = space
    if isinstance(curve, HDR):
        colours, curve = map_tones(colours.convert("RGB"), curve), CURVE
    if colours.mode != "L" and not has_primaries_of_srgb(primaries):
        return apply_profile(colours.convert("RGB"), write_profile(primaries, curve))
    values = [encode_srgb(read_light(curve, value / 255)) for value in range(256)]
    table = [round(255 * value) for value in values]
    return colours.point(table * len(colours.getbands())).convert("RGB")
