"""Colours and transparency come out as the source meant them."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from tests.pictures.checks import (
    Colour,
    assert_close,
    centre,
    colour_at,
    difference,
    show,
)
from tests.samples import icc_profiles
from tests.samples.pictures import BLUE, RED, encode

WHITE = (255, 255, 255)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [((180, 100, 80), (193, 95, 74)), ((90, 90, 200), (90, 90, 207))],
    ids=["skin", "sky"],
)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colour_display_p3(name: str, stored: Colour, expected: Colour) -> None:
    """Colours of Display P3 are converted, not merely relabelled."""
    options: dict[str, Any] = {"quality": 98} if name != "PNG" else {}
    picture = Image.new("RGB", (300, 300), stored)
    data = encode(picture, name, icc_profile=icc_profiles.display_p3(), **options)

    assert_close(centre(show(data, quality=95)), expected, within=2)


def test_colour_display_p3_transparent() -> None:
    """A profile is applied to the colours, and transparency is kept."""
    picture = Image.new("RGBA", (300, 300), (180, 100, 80, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 150, 300))
    data = encode(picture, "PNG", icc_profile=icc_profiles.display_p3())

    made = show(data, background="#102030")

    assert_close(colour_at(made, 30, 150), (0x10, 0x20, 0x30))
    assert_close(colour_at(made, 270, 150), (193, 95, 74))


def test_colour_display_p3_palette() -> None:
    """A palette is resolved before its profile is applied."""
    picture = Image.new("RGB", (300, 300), (180, 100, 80)).quantize(2)
    data = encode(picture, "PNG", icc_profile=icc_profiles.display_p3())

    assert_close(centre(show(data)), (193, 95, 74))


def test_colour_gray_profile() -> None:
    """The profile of a gray picture is applied, too."""
    picture = Image.new("L", (300, 300), 128)
    data = encode(picture, "JPEG", icc_profile=icc_profiles.linear_gray())

    assert_close(centre(show(data)), (188, 188, 188))


def test_colour_cmyk_profile() -> None:
    """Inks look as their profile says."""
    picture = Image.new("CMYK", (300, 300), (255, 0, 0, 0))
    data = encode(picture, "JPEG", icc_profile=icc_profiles.orange_cyan())

    assert_close(centre(show(data)), (237, 126, 47))


def test_colour_cmyk() -> None:
    """Inks without a profile are converted plainly, and not inverted."""
    data = encode(Image.new("CMYK", (300, 300), (0, 200, 200, 0)), "JPEG", quality=95)

    assert_close(centre(show(data)), (255, 55, 55))


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(b"not a profile", id="text"),
        pytest.param(icc_profiles.display_p3()[:200], id="cut"),
        pytest.param(icc_profiles.linear_gray(), id="gray"),
        pytest.param(icc_profiles.orange_cyan(), id="inks"),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_unfit_profile(mode: str, profile: bytes) -> None:
    """A profile that is broken, or of another kind of colour, is skipped."""
    picture = Image.new("RGB", (300, 300), (180, 100, 80))
    picture = picture.quantize(2) if mode == "P" else picture.convert(mode)
    data = encode(picture, "PNG", icc_profile=profile)

    assert_close(centre(show(data)), (180, 100, 80))


@pytest.mark.parametrize("value", [0, 10_000, 40_000, 65_535])
def test_colour_16_bit(value: int) -> None:
    """A gray of 16 bits keeps its brightness."""
    data = encode(Image.new("I;16", (300, 300), value), "PNG")

    assert_close(centre(show(data)), (value // 256,) * 3)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (200, 0, 0, 0)), "PNG"), WHITE, id="clear"
        ),
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (200, 0, 0, 128)), "WEBP", lossless=True),
            (227, 127, 127),
            id="half",
        ),
        pytest.param(
            encode(Image.new("LA", (9, 9), (0, 128)), "PNG"), (127,) * 3, id="half gray"
        ),
        pytest.param(
            encode(Image.new("RGB", (9, 9), RED), "PNG", transparency=RED),
            WHITE,
            id="one colour",
        ),
        pytest.param(
            encode(Image.new("L", (9, 9), 7), "PNG", transparency=7), WHITE, id="a gray"
        ),
        pytest.param(
            encode(Image.new("1", (9, 9)), "PNG", transparency=0), WHITE, id="black"
        ),
        pytest.param(
            encode(Image.new("P", (9, 9)), "GIF", transparency=0), WHITE, id="palette"
        ),
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "AVIF"), WHITE, id="avif"
        ),
    ],
)
def test_transparency(data: bytes, expected: Colour) -> None:
    """However transparency is stored, the background shows through."""
    assert_close(centre(show(data)), expected)


def test_transparency_edge() -> None:
    """The hidden colour of transparent pixels does not bleed into their neighbours."""
    picture = Image.new("RGBA", (2_000, 2_000), (0, 255, 0, 0))
    picture.paste((*RED, 255), (1_003, 0, 2_000, 2_000))

    made = show(encode(picture, "PNG"), background="#dc2828", quality=95)

    assert difference(made, Image.new("RGB", made.size, RED)) < 2


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF", "MPO"])
def test_first_frame(name: str) -> None:
    """Of several pictures in a file, the first is shown."""
    red, blue = (Image.new("RGB", (300, 300), colour) for colour in (RED, BLUE))
    data = encode(red, name, save_all=True, append_images=[blue, blue])

    assert_close(centre(show(data)), RED, within=4)
