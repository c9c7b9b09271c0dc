"""
HDR pictures (PQ and HLG) as ordinary ones: one tone curve.

The curve is that of Report ITU-R BT.2390, 5.4.1, from 1,000 cd/m2, for which HLG is
defined and most PQ is made, to 203, the white of ordinary pictures (BT.2408). Below 92
cd/m2 light stays as it is, and with it most of a face. Above, it is compressed: white
to 0.78 of an ordinary picture's white, 1,000 cd/m2 to all of it. Chromium halves all
light instead, which makes faces dark and clips what is brighter than twice white. The
three values of a pixel are scaled by one factor, that of the largest, so that the hue
stays.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from math import exp
from typing import Any

from PIL import Image, ImageMath

from .space import HDR, Curve

PEAK, WHITE = 1_000.0, 203.0  # cd/m2

# PQ: SMPTE ST 2084.
PQ_MOST = 10_000.0  # cd/m2
M1, M2 = 2_610 / 16_384, 2_523 / 32
C1, C2, C3 = 3_424 / 4_096, 2_413 / 128, 2_392 / 128

# HLG: Recommendation ITU-R BT.2100, with the system gamma for a peak of 1,000 cd/m2.
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
SYSTEM_GAMMA = 1.2
RED, GREEN, BLUE = 0.2627, 0.6780, 0.0593  # shares of the luminance

# Of what comes out. With a power, light is scaled by scaling the values.
GAMMA = 2.2
CURVE: Curve = (GAMMA, 1, 0, 0, 0)


def map_tones(colours: Image.Image, hdr: HDR) -> Image.Image:
    """
    Make the light of a picture fit an ordinary screen; its primaries stay.

    Args:
        colours: In red, green and blue.
        hdr: How its values stand for light.

    Returns:
        A picture whose values stand for light by `CURVE`.
    """
    from PIL import ImageChops  # Pillow's decoders load it, but not a cold start

    bands = colours.split()
    values, scales = _tabulate(hdr)
    scale = reduce(ImageChops.lighter, bands).point(scales, "F")
    if hdr is HDR.HLG:
        scale = _show_scene(bands, scale)
    mapped = [_scale(band.point(values, "F"), scale) for band in bands]
    return Image.merge("RGB", mapped)


@lru_cache
def _tabulate(hdr: HDR) -> tuple[list[float], list[float]]:
    """
    Return two tables for the values of a pixel.

    Returns:
        What each of its values becomes, and by how much all are scaled for the largest.
    """
    codes = [code / 255 for code in range(256)]
    if hdr is HDR.PQ:
        light = brightest = [_decode_pq(code) for code in codes]
    else:
        light = [PEAK * _decode_hlg(code) for code in codes]
        # The luminance is at most the largest value, and the same for gray.
        brightest = [PEAK * (it / PEAK) ** SYSTEM_GAMMA for it in light]
    values = [255 * (it / WHITE) ** (1 / GAMMA) for it in light]
    scales = [(_map_tone(it) / it) ** (1 / GAMMA) if it else 1.0 for it in brightest]
    return values, scales


def _show_scene(bands: tuple[Image.Image, ...], scale: Image.Image) -> Image.Image:
    """Scale by how much a screen's light for HLG is more than that of the scene."""
    table = [_decode_hlg(code / 255) for code in range(256)]
    red, green, blue = (band.point(table, "F") for band in bands)
    power = (SYSTEM_GAMMA - 1) / GAMMA

    def work(it: dict[str, Any]) -> Any:
        luminance = it["red"] * RED + it["green"] * GREEN + it["blue"] * BLUE
        return it["scale"] * luminance**power

    scaled: Image.Image = ImageMath.lambda_eval(
        work, red=red, green=green, blue=blue, scale=scale
    )
    return scaled


def _scale(band: Image.Image, scale: Image.Image) -> Image.Image:
    """Scale a band and round it."""
    scaled: Image.Image = ImageMath.lambda_eval(
        lambda it: it["band"] * it["scale"] + 0.5, band=band, scale=scale
    )
    return scaled.convert("L")


def _map_tone(light: float) -> float:
    """Return the light, in cd/m2, that stands for more light on an ordinary screen."""
    peak = _encode_pq(PEAK)
    most = _encode_pq(WHITE) / peak
    knee = 1.5 * most - 0.5
    value = min(_encode_pq(light) / peak, 1.0)
    if value <= knee:
        return light
    t = (value - knee) / (1 - knee)
    mapped = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (3 * t**2 - 2 * t**3) * most
    )
    return _decode_pq(mapped * peak)


def _encode_pq(light: float) -> float:
    """Return the value of PQ, from 0 to 1, for light in cd/m2."""
    power = (light / PQ_MOST) ** M1
    return float(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def _decode_pq(value: float) -> float:
    """Return the light, in cd/m2, of a value of PQ."""
    power = value ** (1 / M2)
    return float(PQ_MOST * (max(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1))


def _decode_hlg(value: float) -> float:
    """Return the light of the scene, from 0 to 1, of a value of HLG."""
    return value**2 / 3 if value <= 0.5 else (exp((value - HLG_C) / HLG_A) + HLG_B) / 12
