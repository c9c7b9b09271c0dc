"""
Color spaces that a file names by numbers instead of an ICC profile.

A color space says which red, green, blue and white the values of a pixel mean, and how
much light. ITU-T H.273 says what each number means. Which numbers are applied follows
Chromium 156, measured with twelve colours for each number.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

# x and y of white, red, green, blue, after CIE 1931.
Primaries = tuple[float, ...]
Matrix = tuple[tuple[float, ...], ...]
# g, a, b, c, d: the light of a value v is (a v + b) ^ g from d on, and c v below.
Curve = tuple[float, float, float, float, float]


class HDR(Enum):
    """A curve whose values reach far above the white of an ordinary picture."""

    PQ = 16
    HLG = 18


class ColorSpace(NamedTuple):
    """
    The meaning of a pixel's values.

    Args:
        primaries: The colours of white, red, green and blue.
        curve: The light of each value.
    """

    primaries: Primaries
    curve: Curve | HDR


D65 = (0.3127, 0.3290)
C = (0.310, 0.316)
# By H.273's ColourPrimaries. 2 and 3 have no meaning.
PRIMARIES: dict[int, Primaries] = {
    1: (*D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060),  # BT.709 and sRGB
    4: (*C, 0.670, 0.330, 0.210, 0.710, 0.140, 0.080),
    5: (*D65, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    10: (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
    22: (*D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
SRGB_CURVE: Curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
VIDEO_CURVE: Curve = (2.4, 1, 0, 0, 0)  # of a screen for video, after BT.1886
# By H.273's TransferCharacteristics.
CURVES: dict[int, Curve | HDR] = {
    1: VIDEO_CURVE,
    4: (2.2, 1, 0, 0, 0),
    5: (2.8, 1, 0, 0, 0),
    6: VIDEO_CURVE,
    7: (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913),
    8: (1, 1, 0, 0, 0),
    11: VIDEO_CURVE,
    13: SRGB_CURVE,
    14: VIDEO_CURVE,
    15: VIDEO_CURVE,
    16: HDR.PQ,
    17: (2.6, (52.37 / 48) ** (1 / 2.6), 0, 0, 0),
    18: HDR.HLG,
}
SRGB = ColorSpace(PRIMARIES[1], SRGB_CURVE)

# The values that libpng accepts as a gamma; others mean a damaged file.
GAMMAS = (0.00016, 6_250.0)
# A gamma that is so near to sRGB's own is taken for it: most who write 0.45455 mean it.
SRGB_GAMMA, GAMMA_TOLERANCE = 1 / 2.2, 0.05
NEAR = 0.001  # primaries that differ by less look the same
FLAT = 0.001  # of the triangle of the primaries; below it they are on one line

D50 = (0.9642, 1.0, 0.8249)  # the white that all profiles have, as XYZ
BRADFORD = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)


def from_png(cicp: Sequence[int]) -> ColorSpace | None:
    """
    Return the colour space in the cICP chunk of a PNG file.

    Args:
        cicp: Numbers of primaries, transfer and matrix; whether the range is full.

    Returns:
        `None` if any of them has no meaning here, so that the other chunks decide.
    """
    primaries, curve = PRIMARIES.get(cicp[0]), CURVES.get(cicp[1])
    if primaries is None or curve is None or tuple(cicp[2:]) != (0, 1):
        return None
    return ColorSpace(primaries, curve)


def from_nclx(cicp: Sequence[int]) -> ColorSpace:
    """
    Return the colour space in the colour box of an AVIF or HEIC file.

    The curve of video counts as sRGB's here, as in Chromium: many encoders name it for
    pictures that are sRGB. Numbers that the tables here do not have
    count as sRGB's, too.

    Args:
        cicp: Numbers of primaries and transfer; the decoder has used those after them.
    """
    curve = CURVES.get(cicp[1], SRGB_CURVE)
    if curve == VIDEO_CURVE:
        curve = SRGB_CURVE
    return ColorSpace(PRIMARIES.get(cicp[0], SRGB.primaries), curve)


def from_gamma(
    gamma: float, chromaticity: Sequence[float] | None = None
) -> ColorSpace | None:
    """
    Return the colour space in the gAMA and cHRM chunks of a PNG file.

    Args:
        gamma: The exponent by which light was encoded, such as 0.45455.
        chromaticity: As `Primaries`, if it is known.

    Returns:
        `None` if it is sRGB's, or impossible.
    """
    if not GAMMAS[0] <= gamma <= GAMMAS[1]:  # also false for NaN
        return None
    curve = (1 / gamma, 1.0, 0.0, 0.0, 0.0)
    if chromaticity is None:
        is_srgb = abs(gamma / SRGB_GAMMA - 1) < GAMMA_TOLERANCE
        return None if is_srgb else ColorSpace(SRGB.primaries, curve)
    if not _are_primaries(chromaticity):
        return None
    return ColorSpace(tuple(chromaticity), curve)


def has_primaries_of_srgb(primaries: Primaries) -> bool:
    """Tell whether primaries look like sRGB's."""
    pairs = zip(primaries, SRGB.primaries, strict=True)
    return all(abs(one - other) < NEAR for one, other in pairs)


def read_light(curve: Curve, value: float) -> float:
    """Return the light of a value, both from 0 to 1."""
    g, a, b, c, d = curve
    return (a * value + b) ** g if value >= d else c * value


def encode_srgb(light: float) -> float:
    """Return the value of sRGB, from 0 to 1, for any amount of light."""
    light = min(max(light, 0.0), 1.0)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _are_primaries(chromaticity: Sequence[float]) -> bool:
    """Tell whether a color space can have these."""
    if len(chromaticity) != 8 or not all(0 <= value <= 1 for value in chromaticity):
        return False
    _, white_y, x1, y1, x2, y2, x3, y3 = chromaticity
    area = (x1 * (y2 - y3) + x2 * (y3 - y1) + x3 * (y1 - y2)) / 2
    return white_y > 0 and abs(area) > FLAT


def matrix_to_xyz(primaries: Primaries) -> Matrix:
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
