"""The colours of a small picture: to sRGB, and opaque on a background."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image

from .hdr import CURVE, map_tones
from .space import (
    D50,
    HDR,
    ColorSpace,
    Curve,
    Primaries,
    encode_srgb,
    from_gamma,
    from_nclx,
    from_png,
    has_primaries_of_srgb,
    matrix_to_xyz,
    read_light,
)

Info = Mapping[Any, Any]
Convert = Callable[[Image.Image, Info], Image.Image | None]

# ICC.1, of the second version.
HEADER = 128  # bytes
VERSION = 0x02400000
SPACES = {"L": "GRAY", "CMYK": "CMYK"}  # what a profile is for, by mode
POWER_AND_LINE = 3  # the form of a curve that `Curve` holds


def flatten(square: Image.Image, source: Image.Image, background: str) -> Image.Image:
    """
    Convert the colours to sRGB and put them on the background.

    Args:
        square: The scaled picture, in a mode that `render` scales to.
        source: Its `info` says what its values mean: `icc_profile`; `cicp`, the
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
    return _apply_profile(colours, info["icc_profile"])


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


# The order of precedence, by the standards: PNG (third edition), and MIAF (ISO/IEC
# 23000-22). cHRM without gAMA does not count, as in Chromium.
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
        return _apply_profile(colours.convert("RGB"), _write_profile(primaries, curve))
    values = [encode_srgb(read_light(curve, value / 255)) for value in range(256)]
    table = [round(255 * value) for value in values]
    return colours.point(table * len(colours.getbands())).convert("RGB")


def _apply_profile(colours: Image.Image, profile: bytes) -> Image.Image:
    """
    Convert a picture to sRGB; a profile for colours of another kind counts as sRGB.

    Args:
        colours: Of a mode without transparency.
        profile: Foreign bytes, or a profile that `_write_profile` wrote.

    Raises:
        Exception: Of any kind, if the profile is broken.
    """
    transform = _transform(profile, colours.mode)
    converted: Image.Image = (
        transform.apply(colours) if transform else colours.convert("RGB")
    )
    return converted


@lru_cache(maxsize=1)  # pictures of one kind of phone share their profile
def _transform(profile: bytes, mode: str) -> Any:
    """Return what converts colours by a profile to sRGB, `None` if it is unfit."""
    from PIL import ImageCms  # only pictures with a profile need it

    opened = ImageCms.ImageCmsProfile(BytesIO(profile))
    if opened.profile.xcolor_space.strip() != SPACES.get(mode, "RGB"):
        return None
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(opened, srgb, mode, "RGB")


def _write_profile(primaries: Primaries, curve: Curve) -> bytes:
    """Write the profile of a color space."""
    red, green, blue = zip(*matrix_to_xyz(primaries), strict=True)
    light = b"para" + bytes(4) + struct.pack(">HH", POWER_AND_LINE, 0) + _fixed(curve)
    tags = {
        b"wtpt": _xyz(D50),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        b"rTRC": light,
        b"gTRC": light,
        b"bTRC": light,
    }
    offset = HEADER + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, value in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(value))
        body += value
    header = struct.pack(
        ">I4xI4s4s4s12x4s28x12s",
        offset + len(body), VERSION, b"mntr", b"RGB ", b"XYZ ", b"acsp", _fixed(D50),
    )  # fmt: skip
    return header.ljust(HEADER, b"\0") + table + body


def _xyz(color: Iterable[float]) -> bytes:
    """Return the value of a tag that holds one colour."""
    return b"XYZ " + bytes(4) + _fixed(color)


def _fixed(values: Iterable[float]) -> bytes:
    """Return numbers in ICC's fixed-point form."""
    whole = [round(value * 65_536) for value in values]
    return struct.pack(f">{len(whole)}i", *whole)
