"""Pictures for brighter screens look on ordinary ones as if they were made for them."""

from __future__ import annotations

from math import log, sqrt

import pytest
from PIL import Image

from pictures.color import flatten
from tests.pictures.checks import Colour, assert_close, centre

# SMPTE ST 2084 and ITU-R BT.2100, written down again: what a camera does.
WHITE = 203  # cd/m2, after BT.2408
PQ, HLG = 16, 18
M1, M2 = 2_610 / 16_384, 2_523 / 4_096 * 128
C1, C2, C3 = 3_424 / 4_096, 2_413 / 4_096 * 32, 2_392 / 4_096 * 32
SRGB_TO_BT2020 = (
    (0.6274, 0.3293, 0.0433),
    (0.0691, 0.9195, 0.0114),
    (0.0164, 0.0880, 0.8956),
)


def film(colour: Colour, transfer: int, times: float = 1.0) -> Colour:
    """Return the values in BT.2020 of a colour of sRGB, with its light multiplied."""
    linear = [light_of(value / 255) * times * WHITE for value in colour]
    light = [
        sum(a * b for a, b in zip(row, linear, strict=True)) for row in SRGB_TO_BT2020
    ]
    values = [pq(it) for it in light] if transfer == PQ else hlg(light)
    return tuple(round(255 * min(value, 1)) for value in values)


def light_of(value: float) -> float:
    """Return the light of a value of sRGB."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def pq(light: float) -> float:
    """Return the value of PQ."""
    power = (light / 10_000) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def hlg(light: list[float]) -> list[float]:
    """Return the values of HLG on a screen of 1,000 cd/m2."""
    red, green, blue = (it / 1_000 for it in light)
    luminance = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    back = luminance ** (1 / 1.2 - 1) if luminance else 0.0
    scene = [it * back for it in (red, green, blue)]
    return [
        sqrt(3 * it)
        if it <= 1 / 12
        else 0.17883277 * log(12 * it - 0.28466892) + 0.55991073
        for it in scene
    ]


def shown(values: Colour, transfer: int, name: str = "AVIF") -> Colour:
    """Return what the values of a file look like."""
    picture = Image.new("RGB", (8, 8), values)
    picture.format = name
    picture.info = {"cicp": (9, transfer, 0, 1)}
    return centre(flatten(picture, picture, "#ffffff"))


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
@pytest.mark.parametrize("name", ["AVIF", "HEIF", "PNG"])
@pytest.mark.parametrize(
    "colour",
    [(15, 15, 15), (120, 80, 60), (150, 105, 82), (30, 90, 160), (170, 170, 170)],
    ids=["black", "dark skin", "skin", "sky", "gray"],
)
def test_hdr_keeps_what_is_dark(name: str, colour: Colour, transfer: int) -> None:
    """Below half the light of white, colours are those that the camera saw."""
    assert_close(shown(film(colour, transfer), transfer, name), colour, within=6)


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
def test_hdr_leaves_room_above_white(transfer: int) -> None:
    """White is bright, what is brighter than white is brighter still, to the peak."""
    grays = [
        shown(film((255, 255, 255), transfer, times), transfer)
        for times in (1, 1.5, 2.5, 4.9)
    ]

    levels = [gray[0] for gray in grays]
    assert_close(grays[0], (229, 229, 229), within=2)
    assert levels == sorted(set(levels))
    assert levels[-1] >= 254


def test_hdr_of_a_colour_beyond_the_peak() -> None:
    """A colour that is too bright looks as at the peak, and no paler."""
    at_peak, beyond = (shown(film((200, 140, 110), PQ, it), PQ) for it in (11, 20))

    assert_close(beyond, at_peak, within=2)


def test_hdr_beyond_the_peak_is_white() -> None:
    """Light above the expected maximum does not wrap around."""
    peak = round(255 * pq(1_000))

    levels = {shown((code,) * 3, PQ) for code in range(peak, 256)}

    assert levels <= {(254, 254, 254), (255, 255, 255)}
    assert shown((0, 0, 0), PQ) == (0, 0, 0)


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
def test_hdr_is_neither_darker_nor_brighter(transfer: int) -> None:
    """Over many grays, what is rounded on the way evens out."""
    grays = range(40, 171)

    errors = [shown(film((it,) * 3, transfer), transfer)[0] - it for it in grays]

    assert abs(sum(errors) / len(errors)) < 0.25


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["pq", "hlg"])
def test_hdr_keeps_the_hue_of_what_is_bright(transfer: int) -> None:
    """The parts of a bright colour keep their proportions."""
    made = shown(film((200, 140, 110), transfer, 2), transfer)

    red, green, blue = (light_of(value / 255) for value in made)
    r, g, b = (light_of(value / 255) for value in (200, 140, 110))
    assert green / red == pytest.approx(g / r, rel=0.08)
    assert blue / red == pytest.approx(b / r, rel=0.08)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA"])
def test_hdr_of_every_kind(mode: str) -> None:
    """The same curve applies to gray and transparent pictures."""
    value = round(255 * pq(WHITE / 4))
    picture = Image.new("L", (8, 8), value).convert(mode)
    picture.format, picture.info = "PNG", {"cicp": (9, PQ, 0, 1)}

    assert_close(centre(flatten(picture, picture, "#000000")), (137,) * 3, within=3)
