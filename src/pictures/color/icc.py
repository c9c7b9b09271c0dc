"""ICC profiles: applied, and written for color spaces that are told by numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image

from .space import Curve, Primaries

Matrix = tuple[tuple[float, ...], ...]

D50 = (0.9642, 1.0, 0.8249)  # the white that all profiles have, as XYZ
BRADFORD = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)

HEADER = 128  # bytes
VERSION = 0x02400000
SPACES = {"L": "GRAY", "CMYK": "CMYK"}  # what a profile is for, by mode
POWER_AND_LINE = 3  # the form of a curve that `Curve` holds


def apply_profile(colors: Image.Image, profile: bytes) -> Image.Image:
    """
    Convert a picture to sRGB; a profile for colours of another kind counts as sRGB.

    Args:
        colors: Of a mode without transparency.
        profile: Foreign bytes, or a profile that `write_profile` wrote.

    Raises:
        Exception: Of any kind, if the profile is broken.
    """
    transform = _transform(profile, colors.mode)
    converted: Image.Image = (
        transform.apply(colors) if transform else colors.convert("RGB")
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


def write_profile(primaries: Primaries, curve: Curve) -> bytes:
    """Write the profile of a color space."""
    red, green, blue = zip(*_matrix_to_xyz(primaries), strict=True)
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


def _matrix_to_xyz(primaries: Primaries) -> Matrix:
    """Return what turns light of these primaries into XYZ, adapted to D50."""
    white, *columns = (
        (x, y, 1 - x - y) for x, y in zip(primaries[::2], primaries[1::2], strict=True)
    )
    rows = tuple(zip(*columns, strict=True))
    lit = tuple(value / white[1] for value in white)
    here, there = _apply(BRADFORD, lit), _apply(BRADFORD, D50)
    ratios = [to / of for to, of in zip(there, here, strict=True)]
    adapt = _multiply(_invert(BRADFORD), _multiply(_diagonal(ratios), BRADFORD))
    scale = _diagonal(_apply(_invert(rows), lit))
    return _multiply(adapt, _multiply(rows, scale))


def _invert(matrix: Matrix) -> Matrix:
    """Return the inverse of a 3 x 3 matrix."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    whole = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0]
    return tuple(tuple(value / whole for value in row) for row in cofactors)


def _multiply(one: Matrix, other: Matrix) -> Matrix:
    """Return the product of two matrices."""
    columns = tuple(zip(*other, strict=True))
    return tuple(_apply(columns, row) for row in one)


def _apply(matrix: Matrix, vector: Sequence[float]) -> tuple[float, ...]:
    """Return a matrix times a vector."""
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _diagonal(values: Sequence[float]) -> Matrix:
    """Return the matrix that scales by these values."""
    x, y, z = values
    return (x, 0.0, 0.0), (0.0, y, 0.0), (0.0, 0.0, z)


def _xyz(color: Iterable[float]) -> bytes:
    """Return the value of a tag that holds one colour."""
    return b"XYZ " + bytes(4) + _fixed(color)


def _fixed(values: Iterable[float]) -> bytes:
    """Return numbers in ICC's fixed-point form."""
    whole = [round(value * 65_536) for value in values]
    return struct.pack(f">{len(whole)}i", *whole)
